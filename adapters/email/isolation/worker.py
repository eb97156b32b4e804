"""The process that a service is done in: it may be killed, and it cannot take more memory than it is given.

Frames of a length and that many bytes go both ways. What comes in is pickled by the hub; what goes out never is,
because this process has handled what strangers wrote.
"""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import signal
import struct
import sys
from typing import Any, BinaryIO

from adapters.email.limits import Limits

HEAD = struct.Struct(">Q")

STARTING = 30.0
"""seconds that a fresh process may take longer for its first work: what it needs is loaded then"""


def _limit_memory(size: int) -> None:
    """Let this process grow by so many bytes and no more, where the system can hold it to that."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as table:  # noqa: PTH123 - a file of the kernel
            pages = int(table.read().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + size
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _frame(stream: BinaryIO) -> bytes | None:
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    return stream.read(HEAD.unpack(head)[0])


def _alarm(seconds: float) -> None:
    """Die when the work takes much longer than it may and the hub, itself killed, is not there to see to it."""
    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(seconds))


def serve() -> None:
    """Do what is asked until the hub closes the pipe; signals to end are the hub's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    taken, given = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    first = _frame(taken)
    if first is None:
        return
    service: Any
    limits: Limits
    service, limits = pickle.loads(first)  # noqa: S301 - from the hub itself
    _limit_memory(limits.memory_bytes)
    longer = STARTING
    while (frame := _frame(taken)) is not None:
        _alarm(2 * limits.seconds + 1 + longer)
        longer = 0.0
        answer: bytes = service.answer(*pickle.loads(frame))  # noqa: S301 - from the hub itself
        _alarm(0)
        given.write(HEAD.pack(len(answer)) + answer)
        given.flush()
