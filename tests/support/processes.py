"""Server processes that can be killed on purpose and never outlive the test run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.support import guard

POLL = 0.02


class ServerFailed(Exception):
    """A server of the tests did not start, or did not stop, in time; the end of its log is in the text."""


class Process:
    """One guarded process; `log` collects what it says."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        remove: Path | None = None,
    ) -> None:
        options = [*(["--user", user] if user else []), *(["--remove", str(remove)] if remove else [])]
        self.log = log
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__, *options, *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        self.pid = int((self._guard.stdout and self._guard.stdout.readline()) or 0)
        if not self.pid:
            self._forget("has ended", 20)
            raise ServerFailed(f"{command[0]} can't be run: {self.last_words()}")

    @property
    def running(self) -> bool:
        """Whether the process still runs."""
        return self._guard.poll() is None

    def kill(self) -> None:
        """SIGKILL the process and all it started; return when they are gone."""
        if self.running:
            guard.kill_all(guard.family(self._guard.pid)[1:])
        self._forget("has been killed", 20)

    def end(self, how: signal.Signals, within: float = 60) -> None:
        """Ask the process to end by a signal; return when it and all it started are gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)
        self._forget(f"has ended by {how.name}", within)

    def last_words(self) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def _forget(self, what: str, within: float) -> None:
        """Wait for the guard, which ends when all is gone."""
        try:
            self._guard.wait(within)
        except subprocess.TimeoutExpired:
            raise ServerFailed(f"waited {within:g} s in vain until {self.log.parent.name} {what}") from None
        for stream in (self._guard.stdin, self._guard.stdout):
            if stream:
                stream.close()


class Killable(ABC):
    """A server of one's own in a temporary folder: its data stays over `kill` and `restart`, and goes with `stop`."""

    GOODBYE = signal.SIGTERM
    """the signal on which it ends its clients' sessions first"""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"hub-{name}-"))
        self.server: Process | None = None

    @abstractmethod
    def start(self) -> None:
        """Start the server on the data that it has; return when it answers."""

    @property
    def running(self) -> bool:
        """Whether the server runs."""
        return self.server is not None and self.server.running

    def kill(self) -> None:
        """SIGKILL the server and all its processes; return when they are gone."""
        if self.server:
            self.server.kill()
            self.server = None

    def restart(self, *, clean: bool = False) -> None:
        """Kill the server and start it again on its data; `clean` lets it say goodbye to its clients first."""
        if clean and self.server:
            self.server.end(self.GOODBYE)
            self.server = None
        self.kill()
        self.start()

    def stop(self) -> None:
        """End the server for good and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_until(true: Callable[[], bool], within: float, what: str) -> None:
    """Return once `true()`; after `within` seconds raise, naming what was waited for."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            raise ServerFailed(f"waited {within:g} s in vain until {what}")
        time.sleep(POLL)


def wait_ready(process: Process, ready: Callable[[], bool], within: float, name: str) -> None:
    """Return once the server answers; raise with its last words when it ends or takes too long."""

    def answered_or_ended() -> bool:
        return ready() or not process.running

    try:
        wait_until(answered_or_ended, within, f"{name} answers")
    except ServerFailed as failure:
        process.kill()
        raise ServerFailed(f"{failure}\n{process.last_words()}") from None
    if not process.running:
        process.kill()
        raise ServerFailed(f"{name} ended while starting\n{process.last_words()}")


def free_port() -> int:
    """Return a free loopback port below the range of outgoing connections.

    Inside that range a client that tries again and again to reach a dead server would in time be given the
    server's own port, and talk to itself.
    """
    for _ in range(100):
        port = random.randint(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerFailed("no free port between 15000 and 32000")
