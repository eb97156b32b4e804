"""Makes sure that the tests can get their servers: `python tests/support/provision.py`.

Nothing is started here. For each server of `SERVERS` the first of these that holds is enough: its variable is
set, its programs are installed, a Docker engine answers (not for the mail server). Otherwise Debian's package is
installed, without a system service left running or enabled. Standard library only: nothing else can be relied on yet.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

POLICY = Path("/usr/sbin/policy-rc.d")
REFUSE_SERVICES = "#!/bin/sh\nexit 101\n"
APT_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1"}


def rabbitmq_server() -> Path | None:
    """Return the server's start script; never Debian's wrapper, which insists on its own user and folders."""
    places = [
        *sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server"), reverse=True),
        *sorted(Path("/opt").glob("rabbitmq*/sbin/rabbitmq-server"), reverse=True),
        Path("/opt/homebrew/sbin/rabbitmq-server"),
        Path("/usr/local/sbin/rabbitmq-server"),
    ]
    return next((place for place in places if place.exists()), None)


def postgres_programs() -> Path | None:
    """Return the newest folder that holds both `initdb` and `postgres`."""
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: _number(place.parent.name), reverse=True
    )
    on_path = shutil.which("initdb")
    places = [*newest_first, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((p for p in places if (p / "initdb").exists() and (p / "postgres").exists()), None)


def dovecot_server() -> Path | None:
    """Return Debian's `dovecot` when it can do both IMAP and LMTP."""
    programs = [Path("/usr/sbin/dovecot"), Path("/usr/lib/dovecot/imap"), Path("/usr/lib/dovecot/lmtp")]
    return programs[0] if all(program.exists() for program in programs) else None


def docker_answers() -> bool:
    """Tell whether a Docker engine answers the client within a few seconds."""
    if shutil.which("docker") is None:
        return False
    ask = ["docker", "version", "--format", "{{.Server.Version}}"]
    with suppress(subprocess.TimeoutExpired):
        return subprocess.run(ask, capture_output=True, timeout=10, check=False).returncode == 0
    return False


@dataclass(frozen=True)
class Server:
    """One server that tests need: where to look for it, and how to come by it."""

    name: str
    variable: str
    """that names a running one; empty: only programs of this machine will do, and without them its tests are skipped"""
    package: str
    services: tuple[str, ...]
    find: Callable[[], Path | None]


SERVERS = (
    Server("RabbitMQ", "HUB_TEST_BROKER_URL", "rabbitmq-server", ("rabbitmq-server", "epmd"), rabbitmq_server),
    Server("PostgreSQL", "HUB_TEST_DATABASE_URL", "postgresql", ("postgresql",), postgres_programs),
    Server("Dovecot", "", "dovecot-imapd dovecot-lmtpd", ("dovecot",), dovecot_server),
)


def missing() -> list[Server]:
    """Return the servers that tests could not get as things are."""
    wanted = [server for server in SERVERS if not os.environ.get(server.variable or " ") and not server.find()]
    if any(server.variable for server in wanted) and docker_answers():
        return [server for server in wanted if not server.variable]
    return wanted


def install(servers: list[Server]) -> None:
    """Install the Debian packages of the servers as root, leaving no service running or enabled."""
    packages = [package for server in servers for package in server.package.split()]
    with services_refused():
        if not _apt("install", "--yes", "--no-install-recommends", *packages):
            _apt("update", must=True)
            _apt("install", "--yes", "--no-install-recommends", *packages, must=True)
    if Path("/run/systemd/system").exists():
        units = [unit for server in servers for unit in server.services]
        subprocess.run(["systemctl", "disable", "--quiet", *units], capture_output=True, check=False)


@contextmanager
def services_refused() -> Iterator[None]:
    """Have Debian's packages start no service (policy-rc.d); what stood there before is put back."""
    before = POLICY.read_bytes() if POLICY.exists() else None
    mode = POLICY.stat().st_mode if before is not None else 0o755
    POLICY.write_text(REFUSE_SERVICES)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        if before is None:
            POLICY.unlink()
        else:
            POLICY.write_bytes(before)
            POLICY.chmod(mode)


def main(arguments: list[str]) -> int:
    """Say in one line what is done; return 1, with one sentence on what to do, when it can't be."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers = missing()
    if not servers:
        return 0
    packages = " ".join(server.package for server in servers)
    command = _as_root() if shutil.which("apt-get") else None
    if command is None and not any(server.variable for server in servers):
        print(f"The tests of mailboxes are skipped: they need {packages}.", flush=True)
        return 0
    if command is None:
        servers = [server for server in servers if server.variable]
        packages = " ".join(server.package for server in servers)
        names = " and ".join(server.name for server in servers)
        variables = " and ".join(server.variable for server in servers)
        return _fail(f"The tests need {names}: install {packages}, or start Docker, or set {variables}.")
    if command:
        return subprocess.run([*command, sys.executable, __file__, *arguments], check=False).returncode
    print(f"Installing {packages} for the tests (no service is left running) ...", flush=True)
    started = time.monotonic()
    try:
        install(servers)
    except subprocess.CalledProcessError as failure:
        return _fail(f"{failure.output}\n`{failure.cmd}` failed: install {packages} yourself.")
    print(f"Installed {packages} in {time.monotonic() - started:.0f} s.", flush=True)
    return 0


def _as_root() -> list[str] | None:
    """Return what to put before a command so that root runs it; nothing can, `None`."""
    if os.geteuid() == 0:
        return []
    keep = f"--preserve-env={','.join(server.variable for server in SERVERS if server.variable)}"
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n", keep] if allowed else None


def _apt(*arguments: str, must: bool = False) -> bool:
    """Run apt-get quietly, with a sign of life every ten seconds; keep its last words for the error."""
    command = ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=120", *arguments]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **APT_ENVIRONMENT}
        )
        started = time.monotonic()
        while process.poll() is None:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                print(f"  ... apt-get {arguments[0]}, {time.monotonic() - started:.0f} s", flush=True)
        if process.returncode and must:
            log.seek(0)
            last_words = "".join(log.readlines()[-15:])
            raise subprocess.CalledProcessError(process.returncode, f"apt-get {arguments[0]}", last_words)
    return process.returncode == 0


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
