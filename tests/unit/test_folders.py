"""Files are taken in when they are whole, once, and go out whole; folders of partners are kept apart."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest

from adapters.folders import PATIENCE, Folders, folder_name
from hub.handlers.incoming.pieces import of_its_folder
from hub.handlers.incoming.reading import unread
from hub.partners import EdiProfile, EmailProfile, FolderProfile, Partner, Partners
from hub.ports import Numbers, Part, Reading

PARTNERS = Partners(
    [
        Partner(id="C-A", name="A", edi=EdiProfile(id="A")),
        Partner(id="C-B", name="B", edi=EdiProfile(id="B"), folders=FolderProfile(inbox=Path("sftp/b/up"))),
        Partner(id="C-MAIL", name="Mail", email=EmailProfile()),
    ]
)


@dataclass(frozen=True)
class Refusal:
    """A syntax acknowledgment that goes to C-A."""

    purpose: str = "997"
    kind: Literal["x12", "edifact"] = "x12"
    partner_id: str | None = "C-A"

    def render(self, numbers: Numbers, now: datetime) -> bytes:
        return b""


class Clock:
    """Seconds, as a test lets them pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folders(tmp_path: Path, clock: Clock) -> Folders:
    made = Folders(tmp_path, lambda: PARTNERS, settle=2.0, clock=clock)
    made.prepare(PARTNERS)
    return made


def names(folders: Folders) -> list[str]:
    return [arrival.name for arrival in folders.arrivals()]


@pytest.mark.rule("R42")
def test_a_file_that_is_still_written_is_not_read(folders: Folders, clock: Clock) -> None:
    path = folders.inbox / "po.edi"
    for portion in ("ISA*00*", "half of it", "and the rest~IEA*1*1~"):
        with path.open("a") as file:
            file.write(portion)
        assert names(folders) == []
        clock.now += 1.9
        assert names(folders) == []
    clock.now += 0.2
    assert names(folders) == ["po.edi"]


@pytest.mark.rule("R42")
def test_an_upload_that_stalls_and_goes_on_waits_anew(folders: Folders, clock: Clock) -> None:
    path = folders.inbox / "po.edi"
    path.write_text("half")
    os.utime(path, ns=(10**18, 10**18))
    assert names(folders) == []
    clock.now = 1.5
    path.write_text("fall")
    os.utime(path, ns=(2 * 10**18, 2 * 10**18))
    assert names(folders) == []
    clock.now = 2.5
    assert names(folders) == []
    clock.now = 3.6
    assert names(folders) == ["po.edi"]


@pytest.mark.rule("R42")
@pytest.mark.parametrize("name", [".po.edi", "po.edi.tmp", "po.edi.PART", "po.filepart", "po.edi~", ".hidden.swp"])
def test_names_of_unfinished_files_are_left_alone(folders: Folders, clock: Clock, name: str) -> None:
    (folders.inbox / name).write_text("x")
    (folders.inbox / "link.edi").symlink_to("/etc/hostname")
    names(folders)
    clock.now = 100
    assert names(folders) == []


@pytest.mark.rule("R42")
def test_a_folder_that_cannot_be_read_stops_no_other_and_is_said_once(
    folders: Folders, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (folders.inbox / "C-A").rmdir()
    (folders.inbox / "C-A").write_text("in the way")
    (folders.inbox / "po.edi").write_text("whole")
    names(folders)
    clock.now += 2.0
    assert set(names(folders)) == {"C-A", "po.edi"}
    names(folders)
    assert [each.getMessage() for each in caplog.records] == [f"{folders.inbox}/C-A cannot be read: Not a directory"]


@pytest.mark.rule("R42")
def test_what_is_no_plain_file_is_left_alone_and_said_once(
    folders: Folders, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (folders.inbox / "secret.edi").symlink_to("/etc/hostname")
    os.mkfifo(folders.inbox / "pipe.edi")
    (folders.inbox / "C-A" / "sub.edi").mkdir()
    for _ in range(3):
        assert names(folders) == []
        clock.now += 2.0
    said = [each.getMessage() for each in caplog.records]
    assert said == [
        f"{folders.inbox}/C-A/sub.edi is a folder: what lies in it is not taken in",
        *(f"{folders.inbox}/{name} is no plain file, and is left where it is" for name in ("pipe.edi", "secret.edi")),
    ]


@pytest.mark.rule("R42")
def test_a_file_that_came_in_place_of_the_one_looked_at_is_neither_read_nor_moved(
    folders: Folders, clock: Clock
) -> None:
    path = folders.inbox / "po.edi"
    path.write_text("first")
    names(folders)
    clock.now = 5
    [arrival] = folders.arrivals()
    path.rename(folders.archive / "taken-by-another-hub")
    path.write_text("secon")

    with pytest.raises(FileNotFoundError):
        folders.fetch(arrival)
    with pytest.raises(FileNotFoundError):
        folders.put_away(arrival, "D-1", None)
    assert path.read_text() == "secon"


@pytest.mark.rule("R42")
def test_what_was_taken_in_is_moved_and_what_was_not_lies_beside_its_reason(folders: Folders, clock: Clock) -> None:
    for name in ("good.edi", "bad\x1b.edi"):
        (folders.inbox / name).write_text(name)
    names(folders)
    clock.now = 5
    for arrival in folders.arrivals():
        report = "error unreadable: \x1b[31mno\n" if "bad" in arrival.name else None
        folders.put_away(arrival, f"D-{arrival.size}", report)

    assert names(folders) == []
    assert [path.name for path in folders.archive.glob("*/*")] == ["D-8-good.edi"]
    kept = sorted(path.name for path in folders.failed.iterdir())
    assert kept == ["D-8-bad_x1b.edi", "D-8-bad_x1b.edi.report.txt"]
    assert (folders.failed / kept[1]).read_text() == "error unreadable: \\x1b[31mno\n"


def test_each_partner_with_edi_has_a_pair_of_folders_and_its_files_are_known_as_its(
    folders: Folders, clock: Clock, tmp_path: Path
) -> None:
    assert (tmp_path / "inbox/C-A").is_dir()
    assert (tmp_path / "outbox/C-A").is_dir()
    assert not (tmp_path / "inbox/C-MAIL").exists()
    (tmp_path / "inbox/others").mkdir()
    for place in ("inbox", "inbox/C-A", "inbox/others", "sftp/b/up"):
        (tmp_path / place / "po.edi").write_text("same")
        os.utime(tmp_path / place / "po.edi", ns=(10**18, 10**18))
    folders.arrivals()
    clock.now = 5
    found = {arrival.partner_id: arrival.stamp for arrival in folders.arrivals() if arrival.partner_id}
    assert set(found) == {"C-A", "C-B"}
    assert len({arrival.stamp for arrival in folders.arrivals()}) == 4


@pytest.mark.rule("R42")
def test_a_file_goes_out_whole_or_not_at_all(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("adapters.folders.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        folders.send("C-A", "D-1", "edi", b"content")
    assert not [path for path in (folders.outbox / "C-A").iterdir() if not path.name.startswith(".")]
    monkeypatch.undo()
    place = Path(folders.send("C-A", "D-1", "edi", b"content"))
    assert place == Path(folders.send("C-A", "D-1", "edi", b"content"))
    assert place.read_bytes() == b"content"
    assert [path.name for path in place.parent.iterdir()] == ["D-1.edi"]


def test_no_two_partners_share_a_folder() -> None:
    odd = ["C-A", "C/A", "C A", "C_A", "..", "Ä", "Ö"]
    made = {folder_name(each) for each in odd}
    assert len(made) == len(odd)
    assert all(each.isascii() and "/" not in each and not each.startswith(".") for each in made)
    assert folder_name("C-A") == "C-A"


@pytest.mark.rule("R42")
def test_what_lies_in_anothers_folder_goes_to_a_person_and_is_not_answered() -> None:
    parts = (Part("new_po", "accepted", "1", partner_id="C-B"), Part("new_po", "accepted", "2", partner_id="C-A"))
    reading = Reading("x12", "new_po", "accepted", parts=parts, partner_id="C-B", keys=("x12:B:1",))
    judged = of_its_folder(reading, "C-A")
    assert [part.disposition for part in judged.parts] == ["quarantine", "accepted"]
    assert judged.parts[0].findings[0].code == "folder_of_another"
    assert judged.keys == ()
    assert of_its_folder(reading, "C-B") != reading
    alone = Reading("email", "new_po", "accepted", partner_id="C-B")
    assert of_its_folder(alone, "C-A").disposition == "quarantine"
    assert of_its_folder(alone, "C-B") == alone


@pytest.mark.rule("R42")
@pytest.mark.parametrize("begun", ["", "ISA*00*      *", "\ufeffUNA:+.? 'UNB+UNOC:3+"])
def test_an_upload_that_falters_is_waited_for(
    folders: Folders, clock: Clock, begun: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = folders.inbox / "C-A" / "po.edi"
    path.write_text(begun)
    for _ in range(3):
        assert names(folders) == []
        clock.now += 15.0
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    assert "its upload may go on" in caplog.text

    ended = begun + "the rest\nIEA*1*1\n~" if begun.startswith("ISA") else begun + "UN\nZ+1+1'"
    path.write_text(ended)
    assert names(folders) == []
    clock.now += 2.1
    assert names(folders) == ["po.edi"]


@pytest.mark.parametrize("left", ["", "ISA*00*      *"])
def test_what_stays_without_its_end_is_taken_in_at_last(folders: Folders, clock: Clock, left: str) -> None:
    (folders.inbox / "po.edi").write_text(left)
    assert names(folders) == []
    clock.now += 2.0 * PATIENCE + 0.1
    assert names(folders) == ["po.edi"]


def test_what_is_no_edi_waits_no_longer(folders: Folders, clock: Clock) -> None:
    (folders.inbox / "mail.eml").write_text("From: a@b.example\n\nISA")
    assert names(folders) == []
    clock.now += 2.1
    assert names(folders) == ["mail.eml"]


def test_what_a_partner_puts_down_and_nobody_refuses_is_put_to_a_person() -> None:
    junk = unread("unknown_kind", "neither X12, nor EDIFACT, nor a mail")
    asked = of_its_folder(junk, "C-A")
    assert (asked.intent, asked.disposition, asked.partner_id) == ("quarantine", "quarantine", "C-A")
    assert asked.findings == junk.findings
    assert of_its_folder(unread("empty_file", "the file is empty"), "C-A").disposition == "rejected"
    refused = replace(junk, drafts=(Refusal(),))
    assert of_its_folder(refused, "C-A") == refused
