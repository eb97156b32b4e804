"""Reading in a process of its own: the same readings, and no mail that stops it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.email import EmailReader
from adapters.email.isolation.reader import IsolatedReader, ReaderClosed
from adapters.email.limits import DEFAULT
from hub.partners import Partners
from hub.ports import Context, Reading
from tests.unit.mail.support import DATA, context, read
from tests.unit.mail.test_layouts import FIRST, SAID, answer, made, study

BRIEF = replace(DEFAULT, seconds=1.0, memory_bytes=200_000_000)


class Stubborn:
    """A reader that does what a hostile mail would have it do."""

    def recognises(self, raw: bytes, name: str) -> bool:
        return True

    def read(self, raw: bytes, name: str, known: Context) -> Reading:
        if raw == b"slow":
            time.sleep(60)
        if raw == b"large":
            bytearray(2_000_000_000)
        if raw == b"deadly":
            raise SystemExit(3)
        if raw in (b"one", b"two"):
            with Path(name).open("r" if raw == b"one" else "w"):
                return EmailReader().read(raw, name, known)
        if raw == b"secrets":
            assert not [name for name in os.environ if name.startswith("HUB_")]
        print("a library that writes to standard output")
        return EmailReader().read(raw, name, known)


@pytest.fixture
def isolated() -> Iterator[IsolatedReader]:
    reader = IsolatedReader(Stubborn(), BRIEF)
    yield reader
    reader.close()


def test_the_same_reading_comes_out(isolated: IsolatedReader) -> None:
    known = context()
    for path in sorted(DATA.glob("larkspur*.eml")):
        assert isolated.read(path.read_bytes(), "mail.eml", known) == read(path.read_bytes(), known)


@pytest.mark.parametrize("raw", [b"slow", b"large", b"deadly"])
def test_a_mail_that_asks_too_much_goes_to_a_person_and_the_next_is_read(isolated: IsolatedReader, raw: bytes) -> None:
    good = (DATA / "larkspur-po.eml").read_bytes()
    first = isolated.read(good, "mail.eml", context())
    assert first.intent == "new_po", first.findings
    stopped = isolated.read(raw, "mail.eml", context())
    assert (stopped.intent, stopped.disposition) == ("quarantine", "quarantine")
    assert stopped.findings[0].code == "limit_exceeded"
    assert isolated.read(good, "mail.eml", context()).intent == "new_po"


def test_the_process_ends_with_the_reader_and_leaves_no_zombie(isolated: IsolatedReader) -> None:
    isolated.read((DATA / "larkspur-po.eml").read_bytes(), "mail.eml", context())
    [process] = isolated.pids
    isolated.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with pytest.raises(ReaderClosed):
        isolated.read(b"From: a@b.example\n\nhello", "mail.eml", context())


def test_closing_does_not_wait_for_a_mail_that_is_being_read_and_says_nothing_of_it() -> None:
    patient = IsolatedReader(Stubborn(), replace(DEFAULT, seconds=60.0, memory_bytes=200_000_000))
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(patient.read, b"slow", "mail.eml", context())
        while not patient.pids:
            time.sleep(0.01)
        begun = time.monotonic()
        patient.close()
        with pytest.raises(ReaderClosed):
            reading.result(timeout=10)
    assert time.monotonic() - begun < 10


def test_a_signal_to_end_that_reaches_the_whole_group_spoils_no_reading(isolated: IsolatedReader) -> None:
    good = (DATA / "larkspur-po.eml").read_bytes()
    isolated.read(good, "mail.eml", context())
    [before] = isolated.pids
    os.kill(before, signal.SIGTERM)
    assert isolated.read(good, "mail.eml", context()).intent == "new_po"
    assert isolated.pids == [before]


@pytest.mark.rule("R42")
def test_a_mail_that_takes_long_holds_no_mail_of_another_mailbox_up(tmp_path: Path) -> None:
    """Each of the two is read only while the other is: by one process after the other they never would be."""
    meeting = tmp_path / "meeting"
    os.mkfifo(meeting)
    reader = IsolatedReader(Stubborn(), replace(DEFAULT, seconds=60.0, memory_bytes=200_000_000))
    try:
        with ThreadPoolExecutor(2) as threads:
            found = list(threads.map(lambda raw: reader.read(raw, str(meeting), context()), (b"one", b"two")))
        assert "limit_exceeded" not in {each.code for reading in found for each in reading.findings}
        assert len(reader.pids) == 2
    finally:
        reader.close()


def test_the_process_does_not_know_the_settings_of_the_hub(
    isolated: IsolatedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://hub:secret@store/hub")
    assert isolated.read(b"secrets", "mail.eml", context()).kind == "email"
    reading = isolated.read(b"secrets", "mail.eml", context())
    assert "limit_exceeded" not in {each.code for each in reading.findings}


def test_changed_partners_reach_the_process(isolated: IsolatedReader) -> None:
    good = (DATA / "larkspur-po.eml").read_bytes()
    assert isolated.read(good, "mail.eml", replace(context(), partners=Partners())).partner_id is None
    assert isolated.read(good, "mail.eml", context()).partner_id == "C-LARKSPUR"


def test_what_an_answer_teaches_comes_out_too() -> None:
    isolated = IsolatedReader(EmailReader(), DEFAULT)
    try:
        assert isolated.study(made(FIRST), context(), answer(SAID)) == study(made(FIRST), answer(SAID))
        assert isolated.study(b"no mail", context(), answer(SAID)).layout is None
    finally:
        isolated.close()
