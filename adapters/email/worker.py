"""The process in which mails are read: it may be killed, and it cannot take more memory than it is given.

Frames of a length and that many bytes go both ways. What comes in is pickled by the hub; what goes out is JSON,
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
from dataclasses import asdict, replace
from typing import Any, BinaryIO

import orjson

from adapters.email.limits import Limits
from hub.messages.catalogue import COMMANDS
from hub.partners import Partners
from hub.ports import Context, Finding, Mentions, Part, Reader, Reading

HEAD = struct.Struct(">Q")


def pack(reading: Reading) -> bytes:
    """A reading as JSON. Drafts stay behind: mails have none."""
    data: dict[str, Any] = {
        "kind": reading.kind,
        "intent": reading.intent,
        "disposition": reading.disposition,
        "messages": [[message.TYPE, message.data()] for message in reading.messages],
        "findings": [asdict(finding) for finding in reading.findings],
        "parts": [asdict(part) for part in reading.parts],
        "likely_intent": reading.likely_intent,
        "partner_id": reading.partner_id,
        "keys": list(reading.keys),
        "title": reading.title,
        "thread": dict(reading.thread),
        "mentions": asdict(reading.mentions),
        "lost": reading.lost,
    }
    return orjson.dumps(data)


def unpack(content: bytes) -> Reading:
    """The reading again, its messages checked anew."""
    data = orjson.loads(content)
    messages = [COMMANDS[kind].model_validate(fields) for kind, fields in data.pop("messages")]
    return Reading(
        **{
            **data,
            "messages": tuple(messages),
            "findings": tuple(Finding(**finding) for finding in data["findings"]),
            "parts": tuple(Part(**part) for part in data["parts"]),
            "keys": tuple(data["keys"]),
            "mentions": Mentions(**{name: tuple(each) for name, each in data["mentions"].items()}),
        }
    )


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
    """Die when a mail takes much longer than it may and the hub, itself killed, is not there to see to it."""
    if hasattr(signal, "alarm"):
        signal.alarm(math.ceil(seconds))


def serve() -> None:
    """Read mails until the hub closes the pipe; signals to end are the hub's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    taken, given = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    first = _frame(taken)
    if first is None:
        return
    reader: Reader
    limits: Limits
    reader, limits = pickle.loads(first)  # noqa: S301 - from the hub itself
    _limit_memory(limits.memory_bytes)
    known = Partners()
    while (frame := _frame(taken)) is not None:
        partners: Partners | None
        context: Context
        partners, context, raw, name = pickle.loads(frame)  # noqa: S301 - from the hub itself
        known = partners if partners is not None else known
        _alarm(2 * limits.seconds + 1)
        answer = pack(reader.read(raw, name, replace(context, partners=known)))
        _alarm(0)
        given.write(HEAD.pack(len(answer)) + answer)
        given.flush()
