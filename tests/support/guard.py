"""Runs one server for as long as its owner lives: no test run, however it ends, leaves a process behind.

The owner holds the other end of standard input. When that end closes (the owner has stopped, crashed or was
killed), the server and everything that it started are killed, and the folder given by `--remove` goes.
Started as `python guard.py [--user NAME] [--remove FOLDER] COMMAND...`; the first line out is the server's
process id. Standard library only, so that it starts in a few milliseconds.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def family(pid: int) -> list[int]:
    """Return the living process and all its descendants, parents first; without /proc just the process."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(stat.parent.name))
    found = [pid] if alive(pid) else []
    for member in found:
        found.extend(children.get(member, ()))
    return found


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not Path("/proc/self").exists()


def kill_all(members: list[int]) -> None:
    """Send SIGKILL to each of the processes that still exists."""
    for member in members:
        with suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)


def tell_linux(option: int, value: int) -> None:
    """Make a `prctl` call; on other systems nothing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value)


def reap_until_end(server: subprocess.Popen[bytes]) -> int:
    """Wait for the server, and meanwhile reap the orphans that come to the guard as their subreaper."""
    while True:
        pid, status = os.wait()
        if pid == server.pid:
            server.returncode = os.waitstatus_to_exitcode(status)
            return server.returncode


def clear_away(server: subprocess.Popen[bytes]) -> None:
    """Kill and reap what the server has left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            kill_all(family(os.getpid())[1:])
            os.waitpid(-1, 0)


def main() -> int:
    """Start the command, tell its process id, and stay until it ends or the owner is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--remove", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    account = pwd.getpwnam(options.user) if options.user else None
    tell_linux(PR_SET_CHILD_SUBREAPER, 1)
    server = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        preexec_fn=lambda: tell_linux(PR_SET_PDEATHSIG, signal.SIGKILL),
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )

    orphaned = threading.Event()

    def follow_owner() -> None:
        while os.read(0, 4096):
            pass
        orphaned.set()
        kill_all(family(os.getpid())[1:])

    print(server.pid, flush=True)
    threading.Thread(target=follow_owner, daemon=True).start()
    code = reap_until_end(server)
    clear_away(server)
    if orphaned.is_set() and options.remove:
        shutil.rmtree(options.remove, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
