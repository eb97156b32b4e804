"""What one side writes the other reads as it was meant; and independent readers agree with ours."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.envelope import Document
from adapters.edi.plain_text import SIGNS
from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.units import X12_TO_REC20
from adapters.edi.writer import EdifactWriter, X12Writer
from adapters.edi.x12.envelope import X12Stream
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import PO_EXAMPLE, SubmitCustomerPo
from hub.messages.material_po import MaterialPoIssued
from hub.messages.order import OrderConfirmed, OrderRevisionRequested
from hub.messages.shipment import Shipped
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Occasion, Reader, Reading, Writer
from tests.unit.edi.documents import Numbers

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
WRITERS: dict[str, Writer] = {"x12": X12Writer("METALWORKS"), "edifact": EdifactWriter("METALWORKS")}
READERS: dict[str, Reader] = {"x12": X12Reader(), "edifact": EdifactReader()}
PARTNER = Partner(id="P", name="P", edi=EdiProfile(id="PARTNER"), cancellation_charge=True)
US = {
    role: Context(
        Partners([Partner.model_validate({"id": "US", "name": "us", "role": role, "edi": {"id": "METALWORKS"}})]),
        today="2026-11-22",
    )
    for role in ("customer", "supplier")
}

ids = st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,18}[A-Z0-9]", fullmatch=True)
decimals = st.decimals("0", "99999999", places=3, allow_nan=False).map(lambda d: format(d.normalize(), "f"))
positive = st.integers(1, 10**9).map(lambda n: format(n / 1000, "f").rstrip("0").rstrip("."))
dates = st.dates(date(2026, 1, 1), date(2039, 12, 31)).map(date.isoformat)
units = st.sampled_from(sorted(set(X12_TO_REC20.values())))
printable = st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="*>~")
ascii_text = st.text(printable, min_size=1, max_size=70).map(str.strip).filter(bool)
any_text = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=35)


def lines(element: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """One to six rows, numbered."""
    return st.lists(element, min_size=1, max_size=6).map(
        lambda rows: [{"line": str(number), **row} for number, row in enumerate(rows, start=1)]
    )


def optional(**fields: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return fields


def carried(standard: str, event: Event) -> Reading:
    composed = WRITERS[standard].compose(Occasion(event, PARTNER), Numbers(), NOW)
    assert composed is not None
    role = "customer" if isinstance(event, MaterialPoIssued) else "supplier"
    reading = READERS[standard].read(composed.content, "", US[role])
    assert reading.findings == ()
    return reading


def only(reading: Reading) -> dict[str, Any]:
    assert len(reading.messages) == 1
    return reading.messages[0].data()


material_lines = lines(
    st.fixed_dictionaries(
        {"material": ids, "quantity": positive, "unit": units},
        optional=optional(unit_price=decimals, requested_date=dates, description=ascii_text),
    )
)


@settings(max_examples=150, deadline=None)
@given(standard=st.sampled_from(["x12", "edifact"]), number=ids, rows=material_lines)
def test_an_order_to_a_supplier_reads_as_it_was_meant(standard: str, number: str, rows: list[dict[str, Any]]) -> None:
    event = MaterialPoIssued.model_validate(
        {"material_po_id": number, "supplier_id": "P", "order_ids": [], "lines": rows, "currency": "EUR"}
    )
    po = only(carried(standard, event))
    assert (po["po_number"], po["purpose"], po["currency"]) == (number, "original", "EUR")
    for row, line in zip(rows, po["lines"], strict=True):
        assert line["product"]["buyer_part"] == row["material"]
        assert (line["line"], line["quantity"], line["unit"]) == (row["line"], row["quantity"], row["unit"])
        assert line.get("unit_price") == row.get("unit_price")
        assert line.get("requested_date") == row.get("requested_date")
        if "description" in row:
            assert line["product"]["description"].replace(" ", "") == row["description"].replace(" ", "")


item = st.fixed_dictionaries(
    {"quantity": positive, "unit": units, "product": st.fixed_dictionaries({"buyer_part": ids})},
    optional=optional(unit_price=decimals, requested_date=dates),
)


@settings(max_examples=100, deadline=None)
@given(standard=st.sampled_from(["x12", "edifact"]), number=ids, rows=lines(item), day=dates)
def test_a_confirmation_reads_as_accepted(standard: str, number: str, rows: list[dict[str, Any]], day: str) -> None:
    event = OrderConfirmed.model_validate(
        {
            "order_id": "O-1",
            "customer_id": "P",
            "po_number": number,
            "revision": 1,
            "lines": rows,
            "dates": [{"line": row["line"], "confirmed": day} for row in rows],
        }
    )
    answer = only(carried(standard, event))
    assert answer["material_po_id"] == number
    for row, line in zip(rows, answer["lines"], strict=True):
        expected = {"line": row["line"], "answer": "accepted", "promised_date": day, **said(row, "quantity", "unit")}
        assert line == {**expected, **said(row, "unit_price")}


def said(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


proposal = st.fixed_dictionaries({"quantity": positive}, optional=optional(requested_date=dates, unit_price=positive))


@settings(max_examples=100, deadline=None)
@given(standard=st.sampled_from(["x12", "edifact"]), number=ids, rows=lines(proposal))
def test_proposals_read_as_changes(standard: str, number: str, rows: list[dict[str, Any]]) -> None:
    event = OrderRevisionRequested.model_validate(
        {"order_id": "O-1", "customer_id": "P", "po_number": number, "revision": 1, "proposals": rows}
    )
    answer = only(carried(standard, event))
    for row, line in zip(rows, answer["lines"], strict=True):
        expected = {"line": row["line"], "answer": "changed", "quantity": row["quantity"]}
        if "requested_date" in row:
            expected["promised_date"] = row["requested_date"]
        if "unit_price" in row:
            expected["unit_price"] = row["unit_price"]
        assert line == expected


@settings(max_examples=100, deadline=None)
@given(standard=st.sampled_from(["x12", "edifact"]), number=ids, rows=lines(item), day=dates)
def test_a_shipment_reads_as_announced(standard: str, number: str, rows: list[dict[str, Any]], day: str) -> None:
    items = [
        {
            "work_order_id": f"W-{row['line']}",
            "line": row["line"],
            "quantity": row["quantity"],
            "unit": row["unit"],
            "item": row,
        }
        for row in rows
    ]
    event = Shipped.model_validate(
        {
            "order_id": "O-1",
            "customer_id": "P",
            "po_number": number,
            "shipment_id": "S-1",
            "number": 1,
            "items": items,
            "shipped_on": day,
        }
    )
    notice = only(carried(standard, event))
    assert (notice["material_po_id"], notice["reference"]) == (number, "S-1")
    assert notice["lines"] == [said(row, "line", "quantity", "unit") for row in rows]


@settings(max_examples=200, deadline=None)
@given(text=any_text)
def test_any_text_survives_edifact(text: str) -> None:
    event = EVENTS["order.rejected.v1"].model_validate({**EVENTS["order.rejected.v1"].EXAMPLE, "reason": text})
    assert isinstance(event, Event)
    composed = WRITERS["edifact"].compose(Occasion(event, PARTNER), Numbers(), NOW)
    assert composed is not None
    document = next(item for item in EdifactStream(composed.content) if isinstance(item, Document))
    free = next(segment for segment in document.segments if segment[0] == ["FTX"])
    assert "".join(free[4]) == text.translate(SIGNS)


WRITTEN = sorted(name for name in EVENTS if WRITERS["x12"].writes(name))


def written(standard: str, event_type: str) -> bytes:
    event = EVENTS[event_type].model_validate(EVENTS[event_type].EXAMPLE)
    assert isinstance(event, Event)
    po = SubmitCustomerPo.model_validate(PO_EXAMPLE)
    composed = WRITERS[standard].compose(Occasion(event, PARTNER, po), Numbers(), NOW)
    assert composed is not None
    return composed.content


@pytest.mark.filterwarnings("ignore::Warning:pydifact")
@pytest.mark.parametrize("event_type", WRITTEN)
def test_pydifact_reads_what_we_write(event_type: str) -> None:
    parser = pytest.importorskip("pydifact.segmentcollection")
    raw = written("edifact", event_type)
    theirs = parser.Interchange.from_str(raw.decode("latin-1"))
    ours = next(item for item in EdifactStream(raw) if isinstance(item, Document))
    body = [segment for message in theirs.get_messages() for segment in message.segments]
    assert [segment.tag for segment in body] == [segment[0][0] for segment in ours.segments[1:-1]]
    for found, segment in zip(body, ours.segments[1:-1], strict=True):
        flat = [[element] if isinstance(element, str) else list(element) for element in found.elements]
        assert flat == segment[1:]


@pytest.mark.parametrize("event_type", WRITTEN)
def test_pyx12_reads_what_we_write(event_type: str) -> None:
    module = pytest.importorskip("pyx12.x12file")
    raw = written("x12", event_type)
    reader = module.X12Reader(io.StringIO(raw.decode()))
    theirs = [segment.format().rstrip("~") for segment in reader]
    assert reader.pop_errors() == []
    document = next(item for item in X12Stream(raw) if isinstance(item, Document))
    ours = ["*".join(segment) for segment in document.segments]
    assert [text for text in theirs if text[:3] not in ("ISA", "GS*", "GE*", "IEA")] == ours
