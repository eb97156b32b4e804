"""Lines that are ordered again are read the quick way, and that shows in nothing but the time it takes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edi import repeats
from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.envelope import Document
from adapters.edi.reader import EDIFACT, X12, EdifactReader, X12Reader
from adapters.edi.reading import Assembler
from adapters.edi.repeats import Repeats
from adapters.edi.x12.envelope import X12Stream
from hub.messages.envelope import check_data
from hub.ports import Reader, Reading
from tests.contract.validators import verdicts
from tests.unit.edi.documents import CONTEXT, LINE, edifact, message, order, x12
from tests.unit.edi.test_fuzz import SEEDS, mutated

READERS: dict[str, Reader] = {"x12": X12Reader(), "edifact": EdifactReader()}

numbers = st.sampled_from(["1", "2", "3", "10", "0001", "", "1A", " 2", "1234567"])
quantities = st.sampled_from(["1", "24", "12.5", "007", "0", "", "-3", "x", "1234567890123", ".5", " 8"])
days = st.sampled_from(["20270111", "20270118", "20271399", "270111", ""])

x12_beginnings = st.tuples(
    numbers,
    quantities,
    st.sampled_from(["EA*2.50*PE*BP*A-1", "EA*2.50*PE*BP*A-2*ZZ*odd", "EA", "KG*9*HP*BP*A-3", "?"]),
).map("PO1*{0[0]}*{0[1]}*{0[2]}~".format)
x12_followers = st.one_of(
    days.map("DTM*002*{}~".format),
    days.map("DTM*010*{}~".format),
    st.sampled_from(
        [
            "PID*F*08***Side plate~",
            "PID*F****Side plate, laser cut~",
            "MEA*PD*TH*6*MM~",
            "PO4*10*5*EA*BOX~",
            "MSG*burr free~",
            "DTM *002*20270111~",
            "REF*DW*7~",
            "SCH*10*EA***002*20270111~",
            "SDQ*EA*92*S1*4*S2*6~",
            "SLN*1**I*2*EA~",
            "XX1*a*b~",
            "N1*ST*Dock 4~",
            "PO1~",
            "PO1 *1*5*EA~",
            "CTT*1~",
            "AMT*TT*9~",
            "SER*1~",
        ]
    ),
)
edifact_beginnings = st.tuples(
    numbers, st.sampled_from(["", "++4000862141404:EN", "+1+4000862141404:EN", "++PART:SA+1:1", ":x"])
).map("LIN+{0[0]}{0[1]}'".format)
edifact_followers = st.one_of(
    quantities.map("QTY+21:{}:PCE'".format),
    quantities.map("QTY+21:{}'".format),
    quantities.map("QTY+11:{}:PCE'".format),
    days.map("DTM+2:{}:102'".format),
    days.map("DTM+2:{}'".format),
    days.map("DTM+69:{}:102'".format),
    st.sampled_from(
        [
            "PIA+5+A-1:BP+V-1:SA'",
            "IMD+F++:::Side plate ?'A?''",
            "PRI+AAA:38.75'",
            "PRI+AAA:x'",
            "MEA+PD+TH+MMT:6'",
            "FTX+AAI+++burr free'",
            "RFF+DW:7'",
            "SCC+1'",
            "LOC+7+DOCK'",
            "NAD+DP+1::9'",
            "LIN'",
            "LIN:1+1'",
            "XYZ+1'",
            "UNS+S'",
            "UNSX+S'",
            "CNT+2:1'",
        ]
    ),
)


def lines(beginnings: st.SearchStrategy[str], followers: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Lines of a few kinds, most of them several times with other numbers, quantities and dates."""
    kinds = st.lists(st.tuples(beginnings, st.lists(followers, max_size=4)), min_size=1, max_size=3)
    return kinds.flatmap(
        lambda known: st.lists(
            st.tuples(st.sampled_from(known), beginnings, st.booleans()).map(
                lambda drawn: "".join([drawn[1] if drawn[2] else drawn[0][0], *drawn[0][1]])
            ),
            min_size=1,
            max_size=6,
        )
    )


def in_full(standard: str, raw: bytes) -> Reading:
    """Read as if no line had been seen before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repeats, "recognise", lambda self, document: None)
        return READERS[standard].read(raw, "", CONTEXT)


def shown(reading: Reading) -> tuple[Any, ...]:
    """All that a reading says."""
    messages = [command.data() for command in reading.messages]
    drafts = [repr(draft) for draft in reading.drafts]
    return reading.intent, reading.disposition, messages, reading.findings, drafts, reading.parts, reading.thread


def same_either_way(standard: str, raw: bytes) -> Reading:
    reading = READERS[standard].read(raw, "", CONTEXT)
    assert shown(reading) == shown(in_full(standard, raw))
    for command in reading.messages:
        data = command.data()
        if command.TYPE == "customer-po.submit.v1":
            assert verdicts(command.TYPE, data) == {"pydantic": True, "jsonschema": True, "jsonschema-rs": True}
            assert check_data(command.TYPE, data) == command
    return reading


@settings(max_examples=150, deadline=None)
@given(st.lists(lines(x12_beginnings, x12_followers), min_size=2, max_size=4), st.sampled_from(["CTT*2~", "", "CTTX~"]))
def test_a_repeated_line_of_an_850_reads_as_in_full(orders: list[list[str]], summary: str) -> None:
    same_either_way("x12", x12(*(order(*said, summary, number=f"{n:04}") for n, said in enumerate(orders))))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(lines(edifact_beginnings, edifact_followers), min_size=2, max_size=4),
    st.sampled_from(["UNS+S'CNT+2:2'", "UNS+S'", ""]),
)
def test_a_repeated_line_of_an_orders_reads_as_in_full(orders: list[list[str]], summary: str) -> None:
    bodies = (
        message("BGM+220+PO-1+9'", *said, *([summary] if summary else []), number=str(n))
        for n, said in enumerate(orders, start=1)
    )
    same_either_way("edifact", edifact(*bodies))


def test_damaged_documents_read_as_in_full() -> None:
    chance = random.Random(20261122)
    for _ in range(300):
        reader, raw = chance.choice(SEEDS)
        standard = "x12" if isinstance(reader, X12Reader) else "edifact"
        same_either_way(standard, mutated(raw, chance))


def assembled(standard: str, raw: bytes) -> Repeats:
    assembler = Assembler(X12 if standard == "x12" else EDIFACT, CONTEXT)
    assembler.assemble(X12Stream(raw) if standard == "x12" else EdifactStream(raw))
    return assembler._repeats


def test_number_quantity_and_date_may_differ() -> None:
    raw = x12(
        order("PO1*1*10*EA*2.50*PE*BP*A-1*ZZ*odd~", "PID*F*08***Plate~", "DTM*002*20270111~", "CTT*1~"),
        order("PO1*7*4.5*EA*2.50*PE*BP*A-1*ZZ*odd~", "PID*F*08***Plate~", "DTM*002*20270118~", "CTT*1~", number="0002"),
    )
    assert assembled("x12", raw).recognised == 1
    reading = same_either_way("x12", raw)
    line = reading.messages[1].data()["lines"][0]
    assert (line["line"], line["quantity"], line["requested_date"]) == ("7", "4.5", "2027-01-18")
    assert [entry["where"] for entry in reading.messages[1].data()["unmapped"]] == ["segment 3 PO108"]


def test_number_quantity_and_date_may_differ_in_edifact() -> None:
    said = ("LIN+{}++4000862141404:EN'", "QTY+21:{}:KGM'", "PRI+AAA:2.50'", "DTM+2:{}:102'", "UNS+S'")
    first = "".join(said).format(1, 10, "20270111")
    second = "".join(said).format(7, "4,5", "20270118")
    raw = edifact(message("BGM+220+PO-1+9'", first), message("BGM+220+PO-2+9'", second, number="2"))
    assert assembled("edifact", raw).recognised == 1
    line = same_either_way("edifact", raw).messages[1].data()["lines"][0]
    assert (line["line"], line["quantity"], line["requested_date"]) == ("7", "4.5", "2027-01-18")


@pytest.mark.parametrize(
    "line",
    [
        "PO1*1*10*EA*x*PE*BP*A-1~",
        "PO1*1*10*EA*2.50*PE*BP*A-1~DTM*002*270111~",
        "PO1*1*10*EA*2.50*PE*BP*A-1~CTT*1~MSG*more~",
        "PO1*1*10*EA*2.50*PE*BP*A-1~SCH*10*EA***002*20270111~",
        "PO1*1*10*EA*2.50*PE*BP*A-1~XX1*a~",
        "PO1*1*10*EA*2.50*PE*BP*A-1~MSG*" + "x" * 3000 + "~",
    ],
)
def test_what_is_out_of_the_ordinary_is_read_in_full_each_time(line: str) -> None:
    raw = x12(order(line, "CTT*1~"), order(line, "CTT*1~", number="0002"))
    assert assembled("x12", raw).recognised == 0


def test_no_more_than_so_many_articles_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_MOST", 3)
    sets = [order(f"PO1*1*10*EA*2.50*PE*BP*A-{n % 5}~", "CTT*1~", number=f"{n:04}") for n in range(20)]
    raw = x12(*sets)
    assert len(assembled("x12", raw)._articles) <= 3
    same_either_way("x12", raw)


def test_another_sender_has_other_articles() -> None:
    first = x12(order(number="0001"))
    other = (
        x12(order(number="0001")).replace(b"ACME  ", b"ACMX  ").replace(b"*", b"|").replace(b"000000007", b"000000008")
    )
    assert assembled("x12", first + other).recognised == 0
    same_either_way("x12", first + other)


def test_positions_of_segments_are_those_of_the_document() -> None:
    said = "PO1*1*1*EA~PO1*2*{}*EA~CTT*2~"
    raw = x12(order(said.format("1")), order(said.format("x"), number="0002"))
    documents = [item for item in X12Stream(raw) if isinstance(item, Document)]
    assert [documents[1].tag(position) for position in range(1, 7)] == ["ST", "BEG", "PO1", "PO1", "CTT", "SE"]
    found = [finding.where for finding in same_either_way("x12", raw).findings]
    assert found == ["interchange 000000007, group 3, message 0002, segment 4 PO1, element 2"]


def test_a_date_of_six_digits_is_not_taken_for_one_of_eight() -> None:
    line = "PO1*1*10*EA*2.50*PE*BP*A-1~DTM*002*{}~CTT*1~"
    raw = x12(order(line.format("20270111")), order(line.format("270111"), number="0002"))
    assert [finding.code for finding in same_either_way("x12", raw).findings] == ["date_invalid"]


def test_the_lines_of_a_refused_document_are_not_remembered() -> None:
    long = "LIN+1'QTY+21:10'RFF+DW:7:1234567'UNS+S'"
    refused = message("DTM+137:20261120:102'", "BGM+220+PO-1+9'", long)
    raw = edifact(refused, message("BGM+220+PO-2+9'", long, number="2"))
    assert assembled("edifact", raw).recognised == 0
    assert "element_long" in [finding.code for finding in same_either_way("edifact", raw).findings]


def test_what_is_kept_of_the_summary_is_not_the_last_lines() -> None:
    raw = x12(order(LINE, "CTT*1*10*7*LB~", "AMT*ZZ*9~"), order(LINE, "CTT*1*10~", number="0002"))
    assert assembled("x12", raw).recognised == 1
    reading = same_either_way("x12", raw)
    assert [len(message.data().get("unmapped", ())) for message in reading.messages] == [2, 0]
