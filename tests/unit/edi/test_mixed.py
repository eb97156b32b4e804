"""Files of several interchanges, X12 and EDIFACT behind one another: each is read as what its own header says."""

from __future__ import annotations

import io
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edi.delimiters import Standard
from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.tokens import Tokenizer
from hub.ports import Reading
from tests.unit.edi.documents import CONTEXT, ISA, LINE, ORDER, UNB, Numbers, codes, edifact, message, order, x12
from tests.unit.edi.test_fuzz import NOW

READERS = (X12Reader(), EdifactReader())


def read(raw: bytes) -> Reading:
    reader = next(reader for reader in READERS if reader.recognises(raw, "a.edi"))
    return reader.read(raw, "a.edi", CONTEXT)


def x12_file(number: int, ending: str = "~") -> str:
    text = x12(
        order(LINE, "MSG*UNB+UNOC:3 AND ISA*00* ARE TEXT~", beg=f"BEG*00*SA*X-{number}**20261120~"),
        isa=ISA.replace("000000007", f"{number:09}"),
        iea=f"IEA*1*{number:09}~",
    ).decode()
    return text.replace("~", ending)


def edifact_file(number: int, ending: str = "'", advice: str = "") -> str:
    said = "FTX+AAI+++?'ISA*00*?'UNB?+UNOC?:3'" if ending == "'" else "FTX+AAI+++ISA*00*'"
    body = [f"BGM+220+E-{number}+9'", *ORDER[1:2], said, *ORDER[2:]]
    unb = UNB.replace("+55'", f"+{number}'")
    text = edifact(message(*body), unb=advice + unb, unz=f"UNZ+1+{number}'").decode()
    return text if ending == "'" else text.replace("'", ending)


ENDINGS_X12 = ("~", "~\n", "~\r\n", "\n", "\r\n", "'", "\x1d", "|")
ENDINGS_EDIFACT = ("'", "'\n", "'\r\n", "~")
UNA = "UNA:+.? '"


@st.composite
def interchanges(draw: st.DrawFn) -> list[bytes]:
    """Whole interchanges of both standards, each with delimiters and line breaks of its own."""
    found = []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        if draw(st.booleans()):
            text = x12_file(number, draw(st.sampled_from(ENDINGS_X12)))
        else:
            ending = draw(st.sampled_from(ENDINGS_EDIFACT))
            advice = draw(st.sampled_from(("", UNA, UNA + "\r\n"))) if ending.startswith("'") else ""
            text = edifact_file(number, ending, advice)
        found.append(text.encode("latin-1"))
    return found


BETWEEN = st.sampled_from(
    (b"", b"\n", b"\r\n", b"\r\n\r\n", b" \n", b"\x1a", b"\x00\x00\n", b"\n\xef\xbb\xbf", b"\xef\xbb\xbf")
)


@given(interchanges(), st.lists(BETWEEN, min_size=6, max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_mixture_of_interchanges_says_what_each_says_in_a_file_of_its_own(
    files: list[bytes], between: list[bytes]
) -> None:
    together = read(files[0] + b"".join(gap + raw for gap, raw in zip(between, files[1:], strict=False)))
    alone = [read(raw) for raw in files]
    assert together.findings == ()
    for name in ("messages", "parts", "drafts", "keys"):
        assert getattr(together, name) == tuple(chain.from_iterable(getattr(each, name) for each in alone)), name
    assert [part.kind for part in together.parts] == [each.kind for each in alone]
    assert [draft.kind for draft in together.drafts] == [each.kind for each in alone if each.drafts]
    assert [draft.render(Numbers(), NOW) for draft in together.drafts] == [
        draft.render(Numbers(), NOW) for each in alone for draft in each.drafts
    ]
    assert together.disposition == "accepted"


@pytest.mark.parametrize("first", ["x12", "edifact"])
def test_an_interchange_without_a_trailer_takes_nothing_of_the_other_standard_with_it(first: str) -> None:
    open_x12, open_edifact = x12_file(1).removesuffix("IEA*1*000000001~"), edifact_file(1).removesuffix("UNZ+1+1'")
    raw = open_x12 + edifact_file(2) if first == "x12" else open_edifact + x12_file(2)
    reading = read(raw.encode())
    assert codes(reading) == ["interchange_trailer_missing"]
    assert [part.disposition for part in reading.parts] == ["accepted", "accepted"]
    assert {message.data()["po_number"] for message in reading.messages} in ({"X-1", "E-2"}, {"E-1", "X-2"})


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_trailer_without_its_terminator_ends_with_its_line(ending: str) -> None:
    for raw in (
        x12_file(1).removesuffix("~") + ending + edifact_file(2, advice=UNA),
        edifact_file(1).removesuffix("'") + ending + x12_file(2),
    ):
        assert [part.disposition for part in read(raw.encode()).parts] == ["accepted", "accepted"]


def test_a_broken_header_takes_nothing_of_the_other_standard_with_it() -> None:
    for raw in ("ISA*broken\n" + edifact_file(2), "UNB+broken\n" + x12_file(2)):
        reading = read(raw.encode())
        assert [part.disposition for part in reading.parts] == ["accepted"]
        assert codes(reading) == ["header_unreadable"]


def test_what_looks_like_a_header_and_is_none_is_told_and_kept_apart() -> None:
    reading = read((x12_file(1) + "UNB is no header~" + x12_file(2)).encode())
    assert "stray_segment" in codes(reading)
    assert len(reading.messages) == 2


@pytest.mark.parametrize("chunk", [1, 7, 50, 106, 1000])
def test_reading_a_mixture_in_small_pieces_changes_nothing(chunk: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(chunk)

    raw = (x12_file(1) + edifact_file(2, advice=UNA) + x12_file(3, "\n") + edifact_file(4) + x12_file(5)).encode()

    def cut(source: Any) -> list[tuple[Standard, str]]:
        blocks = Tokenizer(source, "x12", mixed=True)
        return [(block.standard, segment) for block in blocks for segment in block.segments]

    assert cut(Slow(raw)) == cut(raw)
