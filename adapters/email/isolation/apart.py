"""A service in a process of its own, with a limit on time and memory: nothing that strangers write can stop the hub."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from adapters.email.isolation.worker import HEAD, STARTING
from adapters.email.limits import DEFAULT, Limits

_START = "import sys; sys.path[:] = sys.argv[1:]; from adapters.email.isolation.worker import serve; serve()"
_OURS = "HUB_"
"""settings stay with the hub: they hold passwords"""


class Service(Protocol):
    """What is done there. It goes there pickled, once; what it keeps there is lost with the process."""

    def answer(self, *given: Any) -> bytes:
        """Do the work."""
        ...


class Gone(Exception):
    """The process ended, took too long, or was closed; nothing is known of the work."""


class Apart:
    """A service whose work is done in a process of its own, which is killed when it takes too long.

    Safe to use from several threads; they wait for each other. `ask` blocks: call it outside the event loop. The
    process is started by the first work, and again by the first after a process that had to be killed.
    """

    def __init__(self, service: Service, limits: Limits = DEFAULT) -> None:
        self._service = service
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        process = self._process
        return process.pid if process is not None else None

    @property
    def running(self) -> bool:
        """Whether the process is there; it begins with the first work."""
        return self._process is not None and self._process.poll() is None

    def ask(self, given: Callable[[bool], tuple[Any, ...]]) -> bytes:
        """The service's answer to what is ``given``, a function of whether the process is a fresh one. Raises Gone."""
        with self._lock:
            try:
                return self._ask(given)
            except Gone:
                self._stop()
                raise
            except OSError as error:
                self._stop()
                raise Gone(f"the process failed: {type(error).__name__}") from error

    def close(self) -> None:
        """End the process, in the middle of its work too; nothing is done any more."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _ask(self, given: Callable[[bool], tuple[Any, ...]]) -> bytes:
        if self._closed:
            raise Gone("it was closed")
        patience = self._limits.seconds
        process, fresh = self._process, False
        if process is None or process.poll() is not None:
            process, fresh = self._start(), True
            patience += STARTING
        self._put(process, pickle.dumps(given(fresh)))
        deadline = time.monotonic() + patience
        size = HEAD.unpack(self._take(process, HEAD.size, deadline))[0]
        return self._take(process, size, deadline)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _START, *sys.path]
        around = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OURS)}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=around)  # noqa: S603 - our own code
        self._process = process
        if self._closed:
            raise Gone("it was closed")
        self._put(process, pickle.dumps((self._service, self._limits)))
        return process

    def _put(self, process: subprocess.Popen[bytes], content: bytes) -> None:
        if process.stdin is None:
            raise Gone("the process has no input")
        try:
            process.stdin.write(HEAD.pack(len(content)) + content)
            process.stdin.flush()
        except BrokenPipeError as error:
            raise Gone("the process ended") from error

    def _take(self, process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        if process.stdout is None:
            raise Gone("the process has no output")
        pieces: list[bytes] = []
        left = size
        while left:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise Gone(f"it took longer than {self._limits.seconds:g} seconds")
            piece = os.read(process.stdout.fileno(), min(left, 1 << 20))
            if not piece:
                raise Gone("the process ended: the mail asks for too much memory, or broke it")
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
