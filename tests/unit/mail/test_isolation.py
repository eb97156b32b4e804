"""Reading in a process of its own: the same readings, and no mail that stops it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from adapters.email import EmailReader
from adapters.email.isolation import IsolatedReader
from adapters.email.limits import DEFAULT
from hub.ports import Context, Reading
from tests.unit.mail.support import DATA, context, read

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
    assert isolated.read(good, "mail.eml", context()).intent == "new_po"
    stopped = isolated.read(raw, "mail.eml", context())
    assert (stopped.intent, stopped.disposition) == ("quarantine", "quarantine")
    assert stopped.findings[0].code == "limit_exceeded"
    assert isolated.read(good, "mail.eml", context()).intent == "new_po"


def test_closing_does_not_wait_for_a_mail_that_is_being_read() -> None:
    patient = IsolatedReader(Stubborn(), replace(DEFAULT, seconds=60.0, memory_bytes=200_000_000))
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(patient.read, b"slow", "mail.eml", context())
        while not patient.running:
            time.sleep(0.01)
        begun = time.monotonic()
        patient.close()
        assert reading.result(timeout=10).disposition == "quarantine"
    assert time.monotonic() - begun < 10
