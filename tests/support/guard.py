"""Runs one server for as long as its owner lives: no test run, however it ends, leaves a process behind.

The owner holds the other end of standard input. When that end closes (the owner has stopped, crashed or was
killed), the server and everything that it started are killed, and the folder given by `--remove` goes. Started as
`python guard.py [--user NAME] [--remove FOLDER] COMMAND...`; the first line out is the server's process id.
Standard library only, so that it starts in a few milliseconds.
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

PR_SET_PDEATHSIG = 1


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


def kill_family(pid: int) -> list[int]:
    """Send SIGKILL to a process and its descendants, wherever they have moved to; return who was hit."""
    members = family(pid)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for member in members:
        with suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)
    return members


def die_with_guard() -> None:
    """Ask Linux to kill the server with the guard, in case the guard itself is killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    """Start the command, tell its process id, and stay until it ends or the owner is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--remove", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    account = pwd.getpwnam(options.user) if options.user else None
    server = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        preexec_fn=die_with_guard,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )

    def follow_owner() -> None:
        while os.read(0, 4096):
            pass
        kill_family(server.pid)
        if options.remove:
            shutil.rmtree(options.remove, ignore_errors=True)
        os._exit(0)

    print(server.pid, flush=True)
    threading.Thread(target=follow_owner, daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
