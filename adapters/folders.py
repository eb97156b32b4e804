"""Folders as transport: what SFTP servers, VANs and AS2 gateways put files into and take files from.

``inbox/`` in (also one folder deep, a partner each), ``outbox/<partner>/`` out, ``archive/<day>/`` for originals,
``failed/`` for what was not taken in, each beside a readable report.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from hub.ports import Arrival

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".swp")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_name(name: str) -> str:
    """A file name that can do no harm, made from one that might."""
    return _UNSAFE.sub("_", name).strip(".")[-80:] or "file"


def legible(name: str) -> str:
    """A file's name as text that can be stored, said and shown, whatever its bytes are."""
    return printable(os.fsencode(name).decode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """A line of text in which what could steer a terminal is spelt out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class Folders:
    """A set of folders under one root. A file counts as complete when two looks find it unchanged."""

    def __init__(self, root: Path) -> None:
        self.inbox, self.outbox = root / "inbox", root / "outbox"
        self.archive, self.failed = root / "archive", root / "failed"
        self._seen: dict[Path, tuple[int, int]] = {}
        self._paths: dict[tuple[str, str], Path] = {}

    def prepare(self) -> None:
        """Make the folders that do not exist yet. Raises OSError."""
        for folder in (self.inbox, self.outbox, self.archive, self.failed):
            folder.mkdir(parents=True, exist_ok=True)

    def arrivals(self) -> list[Arrival]:
        """The files that have not changed since the last look, oldest first."""
        looked: dict[Path, tuple[int, int]] = {}
        complete: list[tuple[int, Path, Arrival]] = []
        for path in (*self.inbox.glob("*"), *self.inbox.glob("*/*")):
            if path.name.startswith(".") or path.suffix.lower() in UNFINISHED:
                continue
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if not path.is_file() or path.is_symlink():
                continue
            looked[path] = (status.st_size, status.st_mtime_ns)
            if self._seen.get(path) == looked[path]:
                arrival = Arrival(legible(path.name), status.st_size, self._stamp(path, status.st_mtime_ns))
                self._paths[arrival.name, arrival.stamp] = path
                complete.append((status.st_mtime_ns, path, arrival))
        self._seen = looked
        return [arrival for _, _, arrival in sorted(complete, key=lambda each: each[:2])]

    def _stamp(self, path: Path, changed: int) -> str:
        folder = "" if path.parent == self.inbox else f"{legible(path.parent.name)} "
        return f"{folder}{changed}"

    def _path(self, arrival: Arrival) -> Path:
        return self._paths[arrival.name, arrival.stamp]

    def fetch(self, arrival: Arrival) -> bytes:
        """The content of a file."""
        return self._path(arrival).read_bytes()

    def digest(self, arrival: Arrival) -> str:
        """The SHA-256 of a file, read in portions."""
        with self._path(arrival).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def put_away(self, arrival: Arrival, document_id: str, report: str | None) -> None:
        """Move a file out of the inbox."""
        day = datetime.now(UTC).date().isoformat()
        folder = self.failed if report is not None else self.archive / day
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{document_id}-{safe_name(arrival.name)}"
        if report is not None:
            target.with_name(f"{target.name}.report.txt").write_text(
                "".join(f"{printable(line)}\n" for line in report.splitlines()), encoding="utf-8"
            )
        self._path(arrival).replace(target)
        self._paths.pop((arrival.name, arrival.stamp), None)

    def send(self, partner_id: str, document_id: str, extension: str, content: bytes) -> str:
        """Write a file into the partner's outbox: under another name first, then renamed, and on the disk."""
        folder = self.outbox / safe_name(partner_id)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{document_id}.{safe_name(extension)}"
        unfinished = folder / f".{target.name}.tmp"
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        return str(target)
