"""Reading in a process of its own, with a limit on time and memory: no mail can stop the hub."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import threading
import time
from dataclasses import replace

from adapters.email.limits import DEFAULT, Limits
from adapters.email.worker import HEAD, unpack
from hub.partners import Partners
from hub.ports import Context, Finding, Reader, Reading

_START = "import sys; sys.path[:] = sys.argv[1:]; from adapters.email.worker import serve; serve()"
_STARTING = 30.0
"""seconds that a fresh process may take before its first answer, beside those for the mail"""


_NOBODY = Partners()
_OURS = "HUB_"
"""settings stay with the hub: they hold passwords"""


class ReaderClosed(Exception):
    """The reader was closed before the mail was read; nothing is known of the mail."""


class _Gone(Exception):
    """The process ended, or took too long."""


class IsolatedReader:
    """A reader whose work is done in a process of its own, which is killed when it takes too long.

    Safe to use from several threads; they wait for each other. `read` blocks: call it outside the event loop. The
    process is started by the first mail, and again by the first one after a process that had to be killed.
    """

    def __init__(self, reader: Reader, limits: Limits = DEFAULT) -> None:
        self._reader = reader
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._partners: Partners | None = None
        """those that the process knows already"""
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        process = self._process
        return process.pid if process is not None else None

    @property
    def running(self) -> bool:
        """Whether the process is there; it begins with the first mail."""
        return self._process is not None and self._process.poll() is None

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether these bytes are a document for the reader."""
        return self._reader.recognises(raw, name)

    def read(self, raw: bytes, name: str, context: Context) -> Reading:
        """What the document says; one that cannot be read within the limits goes to a person. Raises ReaderClosed."""
        with self._lock:
            try:
                if not self._closed:
                    return self._ask(raw, name, context)
            except _Gone as error:
                self._stop()
                finding = Finding("limit_exceeded", "error", str(error), name)
            except (OSError, ValueError, KeyError, TypeError) as error:
                self._stop()
                finding = Finding("unreadable", "error", f"the reading process failed: {type(error).__name__}", name)
        if self._closed:
            raise ReaderClosed(name)
        return Reading("email", "quarantine", "quarantine", findings=(finding,), likely_intent="not_an_order")

    def close(self) -> None:
        """End the process, in the middle of a mail too; nothing is read any more."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _ask(self, raw: bytes, name: str, context: Context) -> Reading:
        patience = self._limits.seconds
        process = self._process
        if process is None or process.poll() is not None:
            process = self._start()
            patience += _STARTING
        partners = context.partners if context.partners is not self._partners else None
        self._put(process, pickle.dumps((partners, replace(context, partners=_NOBODY), raw, name)))
        self._partners = context.partners
        deadline = time.monotonic() + patience
        size = HEAD.unpack(self._take(process, HEAD.size, deadline))[0]
        return unpack(self._take(process, size, deadline))

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _START, *sys.path]
        around = {name: value for name, value in os.environ.items() if not name.upper().startswith(_OURS)}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=around)  # noqa: S603 - our own code
        self._process, self._partners = process, None
        if self._closed:
            raise _Gone("the reader was closed")
        self._put(process, pickle.dumps((self._reader, self._limits)))
        return process

    def _put(self, process: subprocess.Popen[bytes], content: bytes) -> None:
        if process.stdin is None:
            raise _Gone("the reading process has no input")
        try:
            process.stdin.write(HEAD.pack(len(content)) + content)
            process.stdin.flush()
        except BrokenPipeError as error:
            raise _Gone("the reading process ended") from error

    def _take(self, process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        if process.stdout is None:
            raise _Gone("the reading process has no output")
        pieces: list[bytes] = []
        left = size
        while left:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise _Gone(f"reading took longer than {self._limits.seconds:g} seconds")
            piece = os.read(process.stdout.fileno(), min(left, 1 << 20))
            if not piece:
                raise _Gone("the reading process ended: the mail asks for too much memory, or broke it")
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _stop(self) -> None:
        process, self._process, self._partners = self._process, None, None
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
