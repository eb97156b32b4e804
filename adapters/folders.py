"""Folders as transport: what SFTP servers, VANs and AS2 gateways put files into and take files from.

``inbox/`` in, for all; ``inbox/<partner>/`` and ``outbox/<partner>/`` for one, or where its profile says; and
``archive/<day>/`` for originals, ``failed/`` for what was not taken in, each beside a readable report.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.partners import Partner, Partners
from hub.ports import Arrival

log = logging.getLogger("hub.folders")
UNFINISHED = (
    ".tmp",
    ".temp",
    ".part",
    ".partial",
    ".filepart",
    ".swp",
    ".crdownload",
    ".uploading",
    ".writing",
    ".lock",
)
"""endings of files that are still being written; so are names that begin with a dot or end with a tilde"""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_name(name: str) -> str:
    """A file name that can do no harm, made from one that might."""
    return _UNSAFE.sub("_", name).strip(".")[-80:] or "file"


def folder_name(partner_id: str) -> str:
    """The name of a partner's folders: its id, or one made of it that no other partner's is."""
    name = safe_name(partner_id)
    return name if name == partner_id else f"{name}-{hashlib.sha256(partner_id.encode()).hexdigest()[:8]}"


def legible(name: str) -> str:
    """A file's name as text that can be stored, said and shown, whatever its bytes are."""
    return printable(os.fsencode(name).decode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """A line of text in which what could steer a terminal is spelt out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file looked like, and since when."""

    size: int
    changed: int
    file: int
    """its number in the file system: another file of the same name has another"""
    since: float = 0.0

    def is_as(self, other: os.stat_result) -> bool:
        """Whether it is still that file, as it was."""
        return (self.size, self.changed, self.file) == (other.st_size, other.st_mtime_ns, other.st_ino)


PATIENCE = 30
"""how many times as long a file is waited for that is empty, or EDI without its last segment"""
_BEGINNINGS, _ENDS = (b"ISA", b"UNA", b"UNB"), (b"IEA", b"UNZ")
_TAIL = 1024
_BLANK = b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"
"""what may stand before a header, or between the letters of a trailer"""


def _is_cut_off(path: Path, size: int) -> bool:
    """Whether a file cannot be all that it is to become: an upload may have faltered. Raises OSError."""
    if not size:
        return True
    with path.open("rb") as file:
        head = file.read(_TAIL).translate(None, _BLANK)
        file.seek(max(0, size - _TAIL))
        tail = file.read(_TAIL).translate(None, _BLANK)
    return head.startswith(_BEGINNINGS) and not any(end in tail for end in _ENDS)


class Folders:
    """A set of folders under one root, and those that partners' profiles name.

    A file counts as complete when it has not changed for ``settle`` seconds, by this process's own clock, and
    at least between two looks; `PATIENCE` times as long where its end is missing. Several hubs may take from the same
    folders.
    """

    def __init__(
        self,
        root: Path,
        partners: Callable[[], Partners] = Partners,
        *,
        settle: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self.inbox, self.outbox = root / "inbox", root / "outbox"
        self.archive, self.failed = root / "archive", root / "failed"
        self._partners = partners
        self._settle, self._clock = settle, clock
        self._seen: dict[Path, _Look] = {}
        self._told: set[str] = set()
        """what is wrong in the folders, and was said"""
        self._taken: dict[Arrival, tuple[Path, _Look]] = {}

    def prepare(self, partners: Partners) -> None:
        """Make the folders that do not exist yet, a pair for each partner that has EDI. Raises OSError."""
        for folder in (self.inbox, self.outbox, self.archive, self.failed):
            folder.mkdir(parents=True, exist_ok=True)
        for partner in partners.all.values():
            if partner.edi is not None or partner.folders is not None:
                self._inbox_of(partner).mkdir(parents=True, exist_ok=True)
                self._outbox_of(partner.id, partner).mkdir(parents=True, exist_ok=True)

    def _inbox_of(self, partner: Partner) -> Path:
        own = partner.folders.inbox if partner.folders else None
        return self._root / own if own else self.inbox / folder_name(partner.id)

    def _outbox_of(self, partner_id: str, partner: Partner | None = None) -> Path:
        partner = partner or self._partners().get(partner_id)
        own = partner.folders.outbox if partner and partner.folders else None
        return self._root / own if own else self.outbox / folder_name(partner_id)

    def _places(self) -> Iterator[tuple[Path, str, str]]:
        """The folders that files come into: each with what tells its files from others', and whose they are."""
        yield self.inbox, "", ""
        own = {self._inbox_of(partner): partner.id for partner in self._partners().all.values()}
        for folder in {*(path for path in self.inbox.iterdir() if path.is_dir()), *own}:
            owner = own.get(folder, "")
            inside = folder.parent == self.inbox
            yield folder, f"{legible(folder.name) if inside else owner} ", owner

    def arrivals(self) -> list[Arrival]:
        """The files that are complete, oldest first. A folder that cannot be read stops no other."""
        now, looked, complete = self._clock(), {}, []
        self._taken, troubles = {}, set()
        places = list(self._places())
        own = {folder for folder, _, _ in places}
        for folder, mark, owner in places:
            found, trouble = _listing(folder, None if folder == self.inbox else own)
            troubles |= trouble
            for path, status in found:
                before = self._seen.get(path)
                if before is None or not before.is_as(status):
                    looked[path] = _Look(status.st_size, status.st_mtime_ns, status.st_ino, now)
                    continue
                looked[path] = before
                waited = now - before.since
                if waited >= self._settle:
                    if waited < self._settle * PATIENCE and self._is_awaited(path, before, troubles):
                        continue
                    arrival = Arrival(legible(path.name), before.size, f"{mark}{before.changed}", owner)
                    self._taken[arrival] = path, before
                    complete.append((before.changed, path, arrival))
        self._seen = looked
        for each in sorted(troubles - self._told):
            log.warning("%s", each)
        self._told = troubles
        return [arrival for _, _, arrival in sorted(complete, key=lambda each: each[:2])]

    def _is_awaited(self, path: Path, look: _Look, troubles: set[str]) -> bool:
        """Whether the rest of a file may still come."""
        try:
            cut_off = _is_cut_off(path, look.size)
        except OSError:
            return False
        if cut_off:
            what = "ends without its last segment" if look.size else "is empty"
            until = f"it is taken in as it is when it has not changed for {self._settle * PATIENCE:g} s"
            troubles.add(f"{legible(str(path))} {what}: its upload may go on; {until}")
        return cut_off

    def _path(self, arrival: Arrival) -> Path:
        """Where an arrival lies. Raises FileNotFoundError where another file has taken its place."""
        path, before = self._taken[arrival]
        if not before.is_as(path.lstat()):
            raise FileNotFoundError(f"{arrival.name} has changed since it was looked at")
        return path

    def fetch(self, arrival: Arrival) -> bytes:
        """The content of a file. Raises FileNotFoundError when it is gone, or another has come in its place."""
        raw = self._path(arrival).read_bytes()
        self._path(arrival)
        return raw

    def digest(self, arrival: Arrival) -> str:
        """The SHA-256 of a file, read in portions. Raises FileNotFoundError as `fetch` does."""
        with self._path(arrival).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        self._path(arrival)
        return found

    def put_away(self, arrival: Arrival, document_id: str, report: str | None) -> None:
        """Move a file out of the inbox. Raises FileNotFoundError as `fetch` does; nothing is moved then."""
        day = datetime.now(UTC).date().isoformat()
        folder = self.failed if report is not None else self.archive / day
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{document_id}-{safe_name(arrival.name)}"
        source = self._path(arrival)
        if report is not None:
            text = "".join(f"{printable(line)}\n" for line in report.splitlines())
            _write(target.with_name(f"{target.name}.report.txt"), text.encode())
        _move(source, target)
        self._taken.pop(arrival, None)

    def send(self, partner_id: str, document_id: str, extension: str, content: bytes) -> str:
        """Write a file into the partner's outbox, whole or not at all."""
        folder = self._outbox_of(partner_id)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{document_id}.{safe_name(extension)}"
        _write(target, content)
        return str(target)


def _listing(folder: Path, known: Container[Path] | None) -> tuple[list[tuple[Path, os.stat_result]], set[str]]:
    """The plain files in a folder that nobody is still writing by their names; and what is wrong there, for a person.

    Links and pipes are left alone: what is behind them is not ours to move. So are the folders in it; those that are
    not ``known`` as places of their own are said.
    """
    files: list[tuple[Path, os.stat_result]] = []
    troubles: set[str] = set()
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except FileNotFoundError:
        return files, troubles
    except OSError as error:
        return files, {f"{legible(str(folder))} cannot be read: {error.strerror}"}
    for each in entries:
        if each.name.startswith(".") or each.name.endswith("~") or each.name.lower().endswith(UNFINISHED):
            continue
        path = folder / each.name
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.add(f"{legible(str(path))} cannot be looked at: {error.strerror}")
            continue
        if stat.S_ISREG(status.st_mode):
            files.append((path, status))
        elif stat.S_ISDIR(status.st_mode):
            if known is not None and path not in known:
                troubles.add(f"{legible(str(path))} is a folder: what lies in it is not taken in")
        else:
            troubles.add(f"{legible(str(path))} is no plain file, and is left where it is")
    return files, troubles


def _write(target: Path, content: bytes) -> None:
    """Write a file under another name, then rename it; content and name are on the disk when this returns."""
    unfinished = target.with_name(f".{target.name}.tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)
    _keep(target.parent)


def _move(source: Path, target: Path) -> None:
    """Move a file, to another file system too."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _write(target, source.read_bytes())
        source.unlink()


def _keep(folder: Path) -> None:
    """Have the names in a folder on the disk; not every file system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
