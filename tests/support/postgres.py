"""A private PostgreSQL in a temporary folder, loopback only; root has an ordinary user run it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.databases import answers, fresh_database
from tests.support.processes import Killable, Process, ServerFailed, free_port, wait_ready
from tests.support.provision import postgres_programs

CAREFREE = ("fsync=off", "full_page_writes=off")
BOOT = 60


class PrivatePostgres(Killable):
    """A database server of one's own, as installed on this machine; its data stays over `kill` and `restart`.

    Unless `durable` it does not wait for the disk: what is committed outlives the server, not the machine.
    """

    GOODBYE = signal.SIGINT

    def __init__(self, *, durable: bool = False) -> None:
        programs = postgres_programs()
        if programs is None:
            raise ServerFailed("no PostgreSQL server is installed")
        self._programs = programs
        self._durable = durable
        self._user = ordinary_user()
        super().__init__("postgres")
        self._data = self.folder / "data"
        self.port = free_port()
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"
        self._initialise()
        self.start()

    def start(self) -> None:
        """Start the server on the data that it has; return when it answers a query."""
        settings = [
            f"unix_socket_directories={self.folder}",
            "listen_addresses=127.0.0.1",
            "max_connections=200",
            "log_min_messages=fatal",
            *(() if self._durable else CAREFREE),
        ]
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        for setting in settings:
            command += ["-c", setting]
        self.server = Process(
            command,
            self.folder / "server.log",
            user=self._user,
            remove=self.folder,
        )
        wait_ready(self.server, lambda: answers(self.url), BOOT, "PostgreSQL")

    @contextmanager
    def fresh_database(self, template: str = "template1") -> Iterator[str]:
        """Yield the URL of a new database, on a running server; dropped afterwards."""
        if not self.running:
            self.start()
        with fresh_database(self.url, template) as url:
            yield url

    def _initialise(self) -> None:
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        options = ["--no-sync", "--no-instructions", "--auth=trust", "--username=postgres", "--encoding=UTF8"]
        made = subprocess.run(
            [self._programs / "initdb", "-D", self._data, "--locale=C", *options],
            user=self._user,
            group=pwd.getpwnam(self._user).pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise ServerFailed(f"initdb failed: {made.stdout}{made.stderr}")


def ordinary_user() -> str | None:
    """Return the account for a server that root is not allowed to run; `None` when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise ServerFailed("PostgreSQL does not run as root, and there is no user postgres or nobody")
