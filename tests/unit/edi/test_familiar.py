"""Orders made of familiar passages are read the quick way, and that shows in nothing but the time it takes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edi import familiar, kept
from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.envelope import Document
from adapters.edi.familiar import Familiar
from adapters.edi.reader import EDIFACT, X12, EdifactReader, X12Reader
from adapters.edi.reading import Assembler
from adapters.edi.x12.envelope import X12Stream
from hub.messages.envelope import check_data
from hub.ports import Reader, Reading
from tests.benchmarks.edi_traffic import Standard, bulk_file
from tests.contract.validators import verdicts
from tests.unit.edi.documents import CONTEXT, LINE, ORDER, edifact, message, order, x12
from tests.unit.edi.test_fuzz import SEEDS, mutated

READERS: dict[str, Reader] = {"x12": X12Reader(), "edifact": EdifactReader()}


def mostly(ordinary: list[str], odd: list[str]) -> st.SearchStrategy[str]:
    """What is in order, and one time in fifteen what is not, or is seldom seen."""
    return st.integers(1, 15).flatmap(lambda draw: st.sampled_from(odd if draw == 15 else ordinary))


numbers = mostly(["#"], ["0001", "", "1A", " 2", "1234567"])
"""``#`` stands for the place of the line in the order"""
quantities = mostly(
    ["1", "24", "12.5", "007", "0", ".5"], ["", "-3", "+4", "x", "1234567890123", " 8", "1,5", "1,5.", "5*6", "5+x"]
)
days = mostly(["20270111", "20270118", "20270125"], ["20271399", "270111", ""])
values = mostly(["7", "8", "RV-2"], ["Q-9", " 7", "", "x" * 81, "7+8", "7*8", "7?+8", "7:8"])

x12_lines = st.tuples(
    st.tuples(
        numbers,
        quantities,
        mostly(["EA*2.50*PE*BP*A-1", "EA*2.50*PE*BP*A-2*ZZ*odd", "KG*9*HP*BP*A-3"], ["EA", "?", "EA*x*PE*BP*A-1"]),
    ).map("PO1*{0[0]}*{0[1]}*{0[2]}~".format),
    st.lists(
        st.one_of(
            days.map("DTM*002*{}~".format),
            days.map("DTM*010*{}~".format),
            mostly(
                ["PID*F*08***Side plate~", "MEA*PD*TH*6*MM~", "PO4*10*5*EA*BOX~", "MSG*burr free~", "REF*DW*7~"],
                [
                    "XX1*a*b~",
                    "N1*ST*Dock 4~",
                    "DTM *002*20270111~",
                    "DTM*002 *20270118~",
                    "SCH*10*EA***002*20270111~",
                    "SDQ*EA*92*S1*4*S2*6~",
                    "SLN*1**I*2*EA~",
                    "PO1~",
                    "PO1 *1*5*EA~",
                    "CTT*1~",
                    "AMT*TT*9~",
                    "SER*1~",
                ],
            ),
        ),
        max_size=3,
    ).map("".join),
).map("".join)
x12_headers = st.tuples(
    st.tuples(
        mostly(["PO-1", "PO-2", "4500119034"], [" PO-3", "PO-1*R1", "P" * 23, "Q-1", ""]),
        mostly(["20261120", "20261121"], ["261120", "20261350", ""]),
        mostly([""], ["**CT-9", "*x"]),
    ).map("BEG*00*SA*{0[0]}**{0[1]}{0[2]}~".format),
    st.lists(
        st.one_of(
            days.map("DTM*002*{}~".format),
            days.map("DTM*010*{}~".format),
            values.map("REF*CT*{}~".format),
            values.map("REF*PD*{}~".format),
            mostly(
                [
                    "CUR*BY*USD~",
                    "ITD*01*3*2**10**30~",
                    "N1*ST*Dock 4*92*17~N3*1 Mill Road~",
                    "PER*BD*Ann*TE*1~",
                    "MSG*soon~",
                ],
                [
                    "REF**7~",
                    "REF*CT~",
                    "REF*CT**said~",
                    "REF*CT*7*said~",
                    "REF *CT*7~",
                    "N9*ZZ*7~",
                    "DTM *002*20270111~",
                    "DTM*002 *20270118~",
                    "DTM*063*20270110~",
                    "AMT*TT*9~",
                    "XX1*a~",
                ],
            ),
        ),
        max_size=4,
    ).map("".join),
).map("".join)

edifact_lines = st.tuples(
    st.tuples(
        numbers, mostly(["", "++4000862141404:EN", "++PART:SA"], ["+1+4000862141404:EN", "++P:SA+1:1", ":x"])
    ).map("LIN+{0[0]}{0[1]}'".format),
    quantities.map("QTY+21:{}:PCE'".format),
    st.lists(
        st.one_of(
            days.map("DTM+2:{}:102'".format),
            days.map("DTM+69:{}:102'".format),
            mostly(
                [
                    "PIA+5+A-1:BP+V-1:SA'",
                    "IMD+F++:::Side plate ?'A?''",
                    "PRI+AAA:38.75'",
                    "MEA+PD+TH+MMT:6'",
                    "FTX+AAI+++burr free'",
                    "RFF+DW:7'",
                ],
                [
                    "XYZ+1'",
                    "QTY+21:4'",
                    "QTY+11:5:PCE'",
                    "DTM+2:20270111'",
                    "DTM+2 :20270118:102'",
                    "PRI+AAA:x'",
                    "SCC+1'",
                    "LOC+7+DOCK'",
                    "NAD+DP+1::9'",
                    "LIN'",
                    "LIN:1+1'",
                    "UNS+S'",
                    "UNSX+S'",
                    "CNT+2:1'",
                ],
            ),
        ),
        max_size=3,
    ).map("".join),
).map("".join)
edifact_headers = st.tuples(
    mostly(
        ["BGM+220+PO-1+9'", "BGM+220+PO-2+9'", "BGM+220+PO?+1+9'"],
        ["BGM+220+PO-1:R1+9'", "BGM+220++9'", "BGM+220+PO-1'", "BGM+220+ PO-1+9'"],
    ),
    st.lists(
        st.one_of(
            days.map("DTM+137:{}:102'".format),
            days.map("DTM+2:{}:102'".format),
            values.map("RFF+CT:{}'".format),
            values.map("RFF+PD:{}'".format),
            mostly(
                [
                    "NAD+BY+4099990000017::9'",
                    "NAD+DP+4099990000018::9++Holt?'s+Weg 1+Ulm'",
                    "CUX+2:EUR:9'",
                    "FTX+AAI+++soon'",
                    "DTM+10:20270110:102'",
                ],
                [
                    "DTM+4:20261119:102'",
                    "DTM+2 :20270118:102'",
                    "RFF+CT'",
                    "RFF+CT:7:1'",
                    "QTY+21:5:PCE'",
                    "XYZ+1'",
                ],
            ),
        ),
        max_size=4,
    ).map("".join),
).map("".join)


def orders(
    headers: st.SearchStrategy[str], lines: st.SearchStrategy[str], ends: st.SearchStrategy[str]
) -> st.SearchStrategy[list[str]]:
    """Orders put together from a few headers and lines, most of which occur several times."""

    def drawn(known: tuple[list[str], list[str]]) -> st.SearchStrategy[list[str]]:
        rows = st.lists(st.sampled_from(known[1]), min_size=1, max_size=4)
        return st.lists(st.tuples(st.sampled_from(known[0]), rows, ends).map(written), min_size=4, max_size=8)

    def written(said: tuple[str, list[str], str]) -> str:
        header, rows, end = said
        numbered = (row.replace("#", str(place)) for place, row in enumerate(rows, start=1))
        return header + "".join(numbered) + end.format(len(rows))

    few = st.tuples(st.lists(headers, min_size=1, max_size=2), st.lists(lines, min_size=1, max_size=3))
    return few.flatmap(drawn)


x12_orders = orders(x12_headers, x12_lines, mostly(["CTT*{}~"], ["CTTX~", "CTT*{}*9~", "CTT*{}~AMT*TT*9~", ""]))
edifact_orders = orders(
    edifact_headers, edifact_lines, mostly(["UNS+S'CNT+2:{}'"], ["UNS+S'", "UNS+S'CNT+2:{}'CNT+1:9'", ""])
)


def in_full(standard: str, raw: bytes) -> Reading:
    """Read as if no order had been seen before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Familiar, "read", lambda self, document: None)
        patch.setattr(Familiar, "remember", lambda self, document, meaning, kept: None)
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
@given(x12_orders)
def test_an_850_of_familiar_passages_reads_as_in_full(orders: list[str]) -> None:
    same_either_way("x12", x12(*(order(said, beg="", number=f"{n:04}") for n, said in enumerate(orders))))


@settings(max_examples=150, deadline=None)
@given(edifact_orders)
def test_an_orders_of_familiar_passages_reads_as_in_full(orders: list[str]) -> None:
    same_either_way("edifact", edifact(*(message(said, number=str(n)) for n, said in enumerate(orders, start=1))))


@pytest.mark.parametrize("standard", ["x12", "edifact"])
def test_what_one_partner_sends_day_by_day_is_familiar(standard: Standard) -> None:
    assert recognised(standard, bulk_file(standard, 0.3)) > 10


def test_damaged_documents_read_as_in_full() -> None:
    chance = random.Random(20261122)
    for _ in range(300):
        reader, raw = chance.choice(SEEDS)
        standard = "x12" if isinstance(reader, X12Reader) else "edifact"
        same_either_way(standard, mutated(raw, chance))


def recognised(standard: str, raw: bytes) -> int:
    """How many orders were made of familiar passages; they say the same as if they had been read in full."""
    same_either_way(standard, raw)
    return read_by_passages(standard, raw).recognised


def read_by_passages(standard: str, raw: bytes) -> Familiar:
    assembler = Assembler(X12 if standard == "x12" else EDIFACT, CONTEXT)
    assembler.assemble(X12Stream(raw) if standard == "x12" else EdifactStream(raw))
    return assembler._familiar


FIRST = order(number="9999")
"""The first order of a file is not remembered"""


def test_number_quantity_and_date_may_differ() -> None:
    raw = x12(
        FIRST,
        order("PO1*1*10*EA*2.50*PE*BP*A-1*ZZ*odd~", "PID*F*08***Plate~", "DTM*002*20270111~", "CTT*1~"),
        order("PO1*7*4.5*EA*2.50*PE*BP*A-1*ZZ*odd~", "PID*F*08***Plate~", "DTM*002*20270118~", "CTT*1~", number="0002"),
    )
    assert recognised("x12", raw) == 1
    reading = same_either_way("x12", raw)
    line = reading.messages[2].data()["lines"][0]
    assert (line["line"], line["quantity"], line["requested_date"]) == ("7", "4.5", "2027-01-18")
    assert [entry["where"] for entry in reading.messages[2].data()["unmapped"]] == ["segment 3 PO108"]


def test_number_quantity_and_date_may_differ_in_edifact() -> None:
    said = ("LIN+{}++4000862141404:EN'", "QTY+21:{}:KGM'", "PRI+AAA:2.50'", "DTM+2:{}:102'", "UNS+S'CNT+2:1'")
    first = "".join(said).format(1, 10, "20270111")
    second = "".join(said).format(7, "4,5", "20270118")
    bodies = ("BGM+220+PO-0+9'", first), ("BGM+220+PO-1+9'", first), ("BGM+220+PO-2+9'", second)
    raw = edifact(*(message(*said, number=str(n)) for n, said in enumerate(bodies)))
    assert recognised("edifact", raw) == 1
    line = same_either_way("edifact", raw).messages[2].data()["lines"][0]
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
    raw = x12(FIRST, order(line, "CTT*1~"), order(line, "CTT*1~", number="0002"))
    assert recognised("x12", raw) == 0


def test_no_more_than_so_many_passages_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(familiar, "_MOST_ARTICLES", 3)
    monkeypatch.setattr(familiar, "_MOST_HEADERS", 2)
    said = "MSG*to dock {}~PO1*1*10*EA*2.50*PE*BP*A-{}~"
    raw = x12(*(order(said.format(n % 4, n % 5), "CTT*1~", number=f"{n:04}") for n in range(20)))
    known = read_by_passages("x12", raw)
    assert 0 < len(known._articles) <= 3
    assert 0 < len(known._headers) <= 2
    same_either_way("x12", raw)


def test_another_sender_has_other_articles() -> None:
    first = x12(*(order(LINE, "CTT*1~", number=f"{n:04}") for n in range(3)))
    other = first.replace(b"ACME  ", b"ACMX  ").replace(b"*", b"|").replace(b"000000007", b"000000008")
    assert recognised("x12", first + other) == 2, "the third of each"


def test_positions_of_segments_are_those_of_the_document() -> None:
    said = "PO1*1*1*EA***BP*A-1~PO1*2*{}*EA***BP*A-2~CTT*2~"
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
    first = message("BGM+220+PO-0+9'", *ORDER[2:], number="0")
    raw = edifact(first, refused, message("BGM+220+PO-2+9'", long, number="2"))
    assert recognised("edifact", raw) == 0
    assert "element_long" in [finding.code for finding in same_either_way("edifact", raw).findings]


def test_what_is_kept_of_the_summary_is_not_the_last_lines() -> None:
    raw = x12(FIRST, order(LINE, "CTT*1*10*7*LB~", "AMT*ZZ*9~"), order(LINE, "CTT*1~", number="0002"))
    assert recognised("x12", raw) == 0
    reading = same_either_way("x12", raw)
    assert [len(message.data().get("unmapped", ())) for message in reading.messages] == [0, 2, 0]


def test_each_group_has_a_number_of_its_own() -> None:
    ends = "GE*3*3~GS*PO*ACME*METALWORKS*20261120*0915*4*X*004010~{}GE*3*4~"
    sets = [order(LINE, "CTT*1~", number=f"{n:04}") for n in range(3)]
    raw = x12(*sets, ge=ends.format("".join(sets)), iea="IEA*2*000000007~")
    numbers = [one.data()["source"]["control_numbers"] for one in same_either_way("x12", raw).messages]
    assert numbers == [["000000007", group, f"{n:04}"] for group in "34" for n in range(3)]
    assert recognised("x12", raw) == 2


def test_what_an_order_refers_to_may_differ() -> None:
    said = "BEG*00*SA*{}**{}~REF*CT*{}~REF*PD*{}~DTM*002*{}~" + LINE + "CTT*1~"
    first = order(said.format("PO-1", "20261120", "RV-1", "A", "20270111"), beg="")
    second = order(said.format("PO-2", "20261121", "RV-2", "B", "20270112"), beg="", number="0002")
    raw = x12(FIRST, first, second)
    assert recognised("x12", raw) == 1
    found = same_either_way("x12", raw).messages[2].data()
    assert (found["po_number"], found["order_date"], found["requested_date"]) == ("PO-2", "2026-11-21", "2027-01-12")
    assert found["references"] == [{"kind": "CT", "value": "RV-2"}, {"kind": "PD", "value": "B"}]


def test_a_date_that_is_not_there_moves_no_place() -> None:
    empty, plain = "PO1*1*1*EA*2.50*PE*BP*A-1~DTM*002*~DTM*010*20270111~", "PO1*{}*1*EA*2.50*PE*BP*A-1~"
    sets = (empty + plain.format(2) + "CTT*2~", plain.format(1) + "CTT*1~")
    assert recognised("x12", x12(FIRST, *(order(said, number=f"{n:04}") for n, said in enumerate(sets)))) == 0


BEG = "BEG*00*SA*PO-1**20261120~"
PART = LINE + "DTM*010*20270111~SLN*1**I*2*EA~DTM*002*{}~"


@pytest.mark.parametrize(
    ("known", "other"),
    [
        (BEG + LINE, "BEG*00*SA*PO-2**~" + LINE),
        (BEG + "DTM*002*20270111~" + LINE, BEG + "DTM*002*~" + LINE),
        (BEG + LINE + "DTM*002*20270111~", BEG + LINE + "DTM*002*~"),
        (BEG + LINE + "CTT*1~", BEG + LINE + "CTT*1~PO1*2*10*EA*2.50*PE*BP*A-1~CTT*1~"),
        (BEG + PART.format("20270111"), BEG + PART.format("20270118")),
        (BEG + "REF*CT*7~" + LINE, BEG + "REF*CT**~" + LINE),
    ],
    ids=["order date", "wanted", "wanted of a line", "summary", "part of a line", "reference"],
)
@pytest.mark.parametrize("separator", ["*", "\x00"])
def test_what_looks_like_an_850_that_is_known(known: str, other: str, separator: str) -> None:
    """Each differs from what is known in what was cut out, or in what stands around it."""
    said = enumerate((known, known, other))
    sets = [order(one, f"CTT*{one.count('PO1*')}~", beg="", number=f"{number:04}") for number, one in said]
    same_either_way("x12", x12(*sets).replace(b"*", separator.encode()))


@pytest.mark.parametrize(
    ("known", "other"),
    [
        (("BGM+220+PO-1+9'DTM+137:20261120:102'", "10"), ("BGM+220+PO-2+9'DTM+2:20270111:102'", "10")),
        (("BGM+220+PO-1+9'DTM+2:20270111:102'", "10"), ("BGM+220+PO-2+9'DTM+137:20261120:102'", "10")),
        (("BGM+220+PO-1+9'RFF+CT:7'", "10"), ("BGM+220+PO-2+9'RFF+CT:7+8'", "10")),
        (("BGM+220+PO-1+9'RFF+CT:7'", "10"), ("BGM+220+PO-2+9'RFF+CT:7*8'", "10")),
        (("BGM+220+PO-1+9'", "10"), ("BGM+220+PO*2+9'", "10")),
        (("BGM+220+PO-1+9'", "10"), ("BGM+220+PO-2+9'", "+10")),
        (("BGM+220+PO-1+9'", "10"), ("BGM+220+PO-2+9'", "1,5.")),
        (("BGM+220+PO-1+9'", "10"), ("BGM+220+PO-2+9'", "1*5")),
    ],
)
@pytest.mark.parametrize("syntax", ["UNOC:3", "UNOY:4"])
def test_what_looks_like_an_orders_that_is_known(known: tuple[str, str], other: tuple[str, str], syntax: str) -> None:
    said = (known, known, other)
    line = "LIN+1++4000862141404:EN'QTY+21:{}'UNS+S'CNT+2:1'"
    messages = [message(header, line.format(count), number=str(n)) for n, (header, count) in enumerate(said)]
    raw = edifact(*messages, unb=f"UNB+{syntax}+HOLT:14+METALWORKS:14+261120:1105+55'")
    same_either_way("edifact", raw)


def test_a_header_of_another_message_is_no_beginning_of_an_order() -> None:
    kind, line = "ORDERS:D:96A:UN+REF", "LIN+1'QTY+21:10'UNS+S'CNT+2:1'"
    kinds = ("220", "220", "221")
    said = [message(f"BGM+{one}+220+9'", line, kind=kind, number=str(n)) for n, one in enumerate(kinds)]
    assert "order_type" in [finding.code for finding in same_either_way("edifact", edifact(*said)).findings]


def test_an_order_of_which_not_all_is_kept_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (kept, familiar):
        monkeypatch.setattr(module, "MOST" if module is kept else "MOST_KEPT", 2)
    line = "PO1*{}*10*EA*2.50*PE*BP*{}*ZZ*odd~"
    full = "".join(line.format(n, f"A-{n}") for n in (1, 2, 3)) + "CTT*3~"
    raw = x12(FIRST, order(full), order(line.format(1, "A-3") + "CTT*1~", number="0002"))
    reading = same_either_way("x12", raw)
    assert [len(message.data().get("unmapped", ())) for message in reading.messages] == [0, 2, 1]
