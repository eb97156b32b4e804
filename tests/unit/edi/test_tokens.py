"""The tokenizer: delimiters found, segments cut, whatever the file looks like."""

from __future__ import annotations

import io

import pytest

from adapters.edi.splitting import Splitter
from adapters.edi.tokens import Block, Limits, Tokenizer
from tests.unit.edi.documents import ISA, LINE, edifact, message, order, x12

ORDER = x12(order())


def blocks(raw: bytes, standard: str = "x12") -> list[Block]:
    return list(Tokenizer(raw, standard))  # type: ignore[arg-type]


def segments(raw: bytes, standard: str = "x12") -> list[str]:
    return [segment for block in blocks(raw, standard) for segment in block.segments]


PLAIN = segments(ORDER)


def test_segments_of_a_plain_interchange() -> None:
    assert [s.split("*")[0] for s in PLAIN] == ["ISA", "GS", "ST", "BEG", "PO1", "SE", "GE", "IEA"]


@pytest.mark.parametrize("ending", ["~\n", "~\r\n", "~\n\n", "\n", "\r\n", "\x1d", "\x1c\n", "|", "!", "'"])
def test_terminators(ending: str) -> None:
    raw = ORDER.replace(b"~", ending.encode())
    assert segments(raw) == PLAIN


@pytest.mark.parametrize(
    ("mark", "written"),
    [("*", "|"), ("*", "\x1f"), ("*", "^"), (">", "\x1d"), ("~", "\u00a7"), ("*", "\u00a6")],
)
def test_delimiters_of_one_and_several_bytes(mark: str, written: str) -> None:
    raw = ORDER.decode().replace(mark, written).encode("utf-8")
    found = blocks(raw)[0].delimiters
    assert written.encode("utf-8").decode("latin-1") in (found.element, found.component, found.segment)
    assert len(segments(raw)) == len(PLAIN)


def test_delimiters_of_latin_1() -> None:
    assert len(segments(ORDER.replace(b"~", b"\xa7"))) == len(PLAIN)


@pytest.mark.parametrize("width", [40, 80, 105, 106, 107, 128])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_wrapped_at_a_column(width: int, ending: str) -> None:
    text = x12(order(*(f"PO1*{n}*10*EA*2.50*PE*BP*A-{n}~" for n in range(1, 30)))).decode()
    wrapped = ending.join(text[at : at + width] for at in range(0, len(text), width))
    assert segments(wrapped.encode()) == segments(text.encode())
    assert segments((wrapped + ending).encode()) == segments(text.encode()), "a line break at the end"


def test_a_byte_order_mark_before_an_interchange_that_follows_another() -> None:
    for between in (b"\xef\xbb\xbf", b"\r\n\xef\xbb\xbf"):
        assert segments(ORDER + between + ORDER) == PLAIN * 2
    text = edifact(message("BGM+220+A'"))
    assert segments(text + b"\xef\xbb\xbfUNA:+.? '" + text, "edifact") == segments(text, "edifact") * 2


def test_a_byte_order_mark_and_padding_around() -> None:
    assert segments(b"\xef\xbb\xbf\r\n" + ORDER + b"\x1a\x00\r\n") == PLAIN


def test_a_header_that_is_not_of_fixed_width() -> None:
    raw = ORDER.replace(b"*          *", b"**").replace(b"ACME           ", b"ACME")
    header = blocks(raw)[0].header
    assert header is not None
    assert not header.fixed_width


def test_interchanges_each_with_its_own_delimiters() -> None:
    other = ORDER.replace(b"~", b"|").replace(b"*", b"^").replace(b">", b":")
    found = [block.delimiters.segment for block in blocks(ORDER + b"\r\n" + other + ORDER) if block.header]
    assert found == ["~", "|", "~"]


def test_isa_in_data_is_no_header() -> None:
    raw = x12(order("N1*BY*LISA~", "MSG*ISA*00* looks like one~", "MSG*THE ISA*~", "PO1*1*1*EA*1**BP*ISA~"))
    assert sum(block.header is not None for block in blocks(raw)) == 1


@pytest.mark.parametrize("chunk", [1, 7, 106, 1000])
def test_reading_in_small_pieces_changes_nothing(chunk: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(chunk)

    raw = ORDER + ORDER.replace(b"~", b"\n") + ORDER
    assert [s for block in Tokenizer(Slow(raw), "x12") for s in block.segments] == segments(raw)
    text = edifact(message("BGM+220+A?'B??'", "FTX+AAI+++it?'s ?+ a ?: test ??'")) + b"\n"
    raw = text + b"UNA:+.? '" + text + text
    assert [s for block in Tokenizer(Slow(raw), "edifact") for s in block.segments] == segments(raw, "edifact")


@pytest.mark.parametrize("chunk", [7, 106, 1000])
def test_spaces_after_segments_are_none_of_the_segment_wherever_a_piece_ends(chunk: int) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(chunk)

    raw = x12(order(*[LINE] * 400)).replace(b"~", b"~ ")
    found = [s for block in Tokenizer(Slow(raw), "x12") for s in block.segments]
    assert {s[:3] for s in found} == {s[:3] for s in PLAIN}


def test_released_characters() -> None:
    block = blocks(edifact(message("FTX+AAI+++it?'s ?+ a?:b ?? ?x'")), "edifact")[0]
    split = Splitter(block.delimiters).edifact(block.segments[2])
    assert split == [["FTX"], ["AAI"], [""], [""], ["it's + a:b ? x"]]


def test_una_says_what_the_delimiters_are() -> None:
    raw = b"UNA|*,! ~UNB*UNOC|3*HOLT|14*US|14*261120|1105*55~UNH*1*ORDERS|D|96A|UN~UNT*2*1~UNZ*1*55~"
    assert [s[:3] for s in segments(raw, "edifact")] == ["UNB", "UNH", "UNT", "UNZ"]


def test_delimiters_found_in_unb_without_una() -> None:
    head = b"UNB\x1dUNOB\x1f1\x1dHOLT\x1f14\x1dUS\x1f14\x1d261120\x1f1105\x1d55\x1c"
    raw = head + b"UNH\x1d1\x1dORDERS\x1fD\x1f96A\x1fUN\x1cUNT\x1d2\x1d1\x1cUNZ\x1d1\x1d55\x1c"
    assert [s[:3] for s in segments(raw, "edifact")] == ["UNB", "UNH", "UNT", "UNZ"]


def test_a_repeated_element_in_syntax_4() -> None:
    raw = edifact(message("COM+1:TE*2:FX*3:EM'"), unb="UNB+UNOC:4+HOLT:14+US:14+20261120:1105+55'")
    block = blocks(raw, "edifact")[0]
    split = Splitter(block.delimiters).edifact(block.segments[2])
    assert split[1] == ["1", "TE"]
    assert split[1].others == [["2", "FX"], ["3", "EM"]]  # type: ignore[attr-defined]


def test_an_asterisk_before_syntax_4_is_data() -> None:
    block = blocks(edifact(message("FTX+AAI+++5 * 4'")), "edifact")[0]
    assert Splitter(block.delimiters).edifact(block.segments[2])[4] == ["5 * 4"]


@pytest.mark.parametrize(
    "raw", [b"ISA", b"ISA*", b"ISA" + b"*" * 20, b"ISA" + b"\x00" * 200, b"ISAB" * 50, ISA.encode()[:100]]
)
def test_a_header_that_cannot_be_read(raw: bytes) -> None:
    assert blocks(raw)[0].trouble in ("header_unreadable", "")


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"\x00" * 50, b"UNB", b"UNA", b"UNA:+.? '", b"UNA:+.? 'UNB", b"UNA''''''UNB'"]
)
def test_edifact_headers_that_cannot_be_read(raw: bytes) -> None:
    assert not segments(raw, "edifact")


def test_a_good_interchange_behind_a_bad_one_is_read() -> None:
    found = blocks(b"ISA*broken\n" + ORDER)
    assert found[0].trouble == "header_unreadable"
    assert found[1].segments == PLAIN


def test_a_segment_without_end() -> None:
    raw = ORDER[:-20] + b"A" * 300_000 + b"\n" + ORDER
    found = list(Tokenizer(raw, "x12", Limits(segment=1000)))
    assert "segment_too_long" in [block.trouble for block in found]


class Counted(str):
    """Text that counts the characters that are looked at or copied, in all that is made from it."""

    seen = 0
    __slots__ = ()

    @staticmethod
    def spend(characters: int) -> None:
        Counted.seen += max(0, characters)

    def find(self, what: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().find(what, start, end)
        Counted.spend((found if found >= 0 else len(self) if end is None else end) - start)
        return found

    def rfind(self, what: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        found = super().rfind(what, start, end)
        Counted.spend((len(self) if end is None else end) - (found if found >= 0 else start))
        return found

    def __getitem__(self, place: object) -> str:
        part = super().__getitem__(place)  # type: ignore[index]
        Counted.spend(len(part))
        return Counted(part)

    def __add__(self, other: str) -> str:
        Counted.spend(len(self) + len(other))
        return Counted(super().__add__(other))

    def lstrip(self, characters: str | None = None) -> str:
        Counted.spend(len(self))
        return Counted(super().lstrip(characters))

    def replace(self, *what: object) -> str:  # type: ignore[override]
        Counted.spend(len(self))
        return Counted(super().replace(*what))  # type: ignore[arg-type]

    def split(self, *where: object) -> list[str]:  # type: ignore[override]
        Counted.spend(len(self))
        return super().split(*where)  # type: ignore[arg-type]


def work(raw: bytes, standard: str, *, mixed: bool = False) -> int:
    """How many characters the tokenizer looks at, or copies, until the end of a file."""
    tokenizer = Tokenizer(raw, standard, mixed=mixed)  # type: ignore[arg-type]
    tokenizer._text, Counted.seen = Counted(), 0
    for block in tokenizer:
        block.segments.clear()
    return Counted.seen


@pytest.mark.parametrize(
    "filler",
    [b"~", b"*", b"?", b"?'", b"ISA", b"~ISA*", b"\n", b"'UNB+", b"UNA", b"\xff", b"A*", b"~\nISA"],
)
def test_hostile_input_takes_work_in_proportion(filler: bytes) -> None:
    for standard, head in (("x12", ORDER[:-17]), ("edifact", edifact(message("BGM+220'"))[:-8])):
        small, large = (work(head + filler * (size // len(filler)), standard) for size in (100_000, 400_000))
        assert small > 500
        assert large < 6 * small + 1_000_000
        small, large = (
            work(head + filler * (size // len(filler)), standard, mixed=True) for size in (100_000, 300_000)
        )
        assert large < 4.5 * small + 1_000_000


def test_a_file_of_many_small_interchanges_of_both_standards_takes_work_in_proportion() -> None:
    small, large = (work((ORDER + edifact(message("BGM+220+A'"))) * times, "x12", mixed=True) for times in (100, 800))
    assert large < 12 * small


def test_a_trailer_without_terminator_before_the_next_interchange() -> None:
    found = blocks(ORDER[:-1] + b"\r\n" + ORDER)
    assert [segment for block in found for segment in block.segments] == PLAIN * 2
    text = edifact(message("BGM+220+A'"))
    assert len(segments(text[:-1] + b"\n" + text, "edifact")) == 2 * len(segments(text, "edifact"))
