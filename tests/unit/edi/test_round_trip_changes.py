"""Changes, cancellations and acknowledgments: what one side writes the other, and independent readers, read."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.envelope import Document
from adapters.edi.x12.envelope import X12Stream
from hub.messages.base import Event
from hub.messages.cancellation import CancellationGranted
from hub.messages.catalogue import EVENTS
from hub.messages.material_po import MaterialPoCancelRequested, MaterialPoReduced
from hub.messages.order import OrderChanged
from hub.ports import Context, Occasion, Reading
from tests.unit.edi.documents import CONTEXT, ORDER, Numbers, edifact, message, order, transaction, x12
from tests.unit.edi.test_round_trip import (
    NOW,
    PARTNER,
    READERS,
    US,
    WRITERS,
    dates,
    ids,
    item,
    lines,
    material_lines,
    only,
    said,
)

STANDARDS = st.sampled_from(["x12", "edifact"])


def carried(standard: str, event: Event, role: str) -> Reading:
    """An event of ours, written for a partner to whom we are in this role, and read by it."""
    composed = WRITERS[standard].compose(Occasion(event, PARTNER), Numbers(), NOW)
    assert composed is not None
    reading = READERS[standard].read(composed.content, "", US[role])
    assert reading.findings == ()
    return reading


@settings(max_examples=80, deadline=None)
@given(standard=STANDARDS, number=ids, rows=material_lines)
def test_less_of_a_material_po_reads_as_a_change(standard: str, number: str, rows: list[dict[str, Any]]) -> None:
    event = MaterialPoReduced.model_validate(
        {"material_po_id": number, "supplier_id": "P", "order_ids": [], "lines": rows}
    )
    reading = carried(standard, event, "customer")
    po = only(reading)
    assert (reading.intent, po["po_number"], po["purpose"]) == ("change", number, "change")
    for row, line in zip(rows, po["lines"], strict=True):
        assert said(line, "line", "action", "quantity", "unit") == {
            **said(row, "line", "quantity", "unit"),
            "action": "change",
        }
        assert line["product"]["buyer_part"] == row["material"]
        assert said(line, "unit_price", "requested_date") == said(row, "unit_price", "requested_date")


@settings(max_examples=60, deadline=None)
@given(standard=STANDARDS, number=ids, rows=material_lines)
def test_none_of_a_material_po_reads_as_a_cancellation(standard: str, number: str, rows: list[dict[str, Any]]) -> None:
    event = MaterialPoCancelRequested.model_validate(
        {"material_po_id": number, "supplier_id": "P", "order_ids": [], "lines": rows}
    )
    reading = carried(standard, event, "customer")
    assert (reading.intent, only(reading)["po_number"]) == ("cancel", number)


@settings(max_examples=80, deadline=None)
@given(standard=STANDARDS, number=ids, rows=lines(item), day=dates)
def test_a_change_taken_reads_as_accepted(standard: str, number: str, rows: list[dict[str, Any]], day: str) -> None:
    event = OrderChanged.model_validate(
        {
            "order_id": "O-1",
            "customer_id": "P",
            "po_number": number,
            "change_id": "H-1",
            "revision": 2,
            "lines": [{"line": row["line"], "action": "change", "after": row} for row in rows],
            "dates": [{"line": row["line"], "confirmed": day} for row in rows],
        }
    )
    answer = only(carried(standard, event, "supplier"))
    assert answer["material_po_id"] == number
    for row, line in zip(rows, answer["lines"], strict=True):
        expected = {"answer": "accepted", "promised_date": day, **said(row, "line", "unit")}
        assert said(line, "line", "answer", "promised_date", "unit") == expected


@settings(max_examples=40, deadline=None)
@given(standard=STANDARDS, number=ids, numbers=st.integers(1, 5))
def test_a_cancellation_granted_reads_as_accepted(standard: str, number: str, numbers: int) -> None:
    event = CancellationGranted.model_validate(
        {
            "order_id": "O-1",
            "customer_id": "P",
            "po_number": number,
            "cancellation_id": "C-1",
            "lines": [str(line) for line in range(1, numbers + 1)],
        }
    )
    assert only(carried(standard, event, "supplier")) == {"material_po_id": number, "answer": "accepted"}


# --------------------------------------------------------------------------------------------- acknowledgments

BAD = order("PO1*1*x*QQ*2.50~", number="0002")
THEIRS = {
    "x12": x12(order(), BAD, transaction("BXX*1~", kind="810", number="0003")).replace(b"*0*P*", b"*1*P*"),
    "edifact": edifact(
        message(*ORDER),
        message(*ORDER[:3], "QTY+21:x'", "UNS+S'", number="2"),
        message(kind="INVOIC:D:96A:UN", number="3"),
    ),
}


def acknowledgments(standard: str) -> list[bytes]:
    drafts = READERS[standard].read(THEIRS[standard], "", CONTEXT).drafts
    numbers = Numbers()
    return [draft.render(numbers, NOW) for draft in drafts]


@pytest.mark.parametrize("standard", ["x12", "edifact"])
def test_our_acknowledgments_read_as_they_were_meant(standard: str) -> None:
    readings = [READERS[standard].read(raw, "", Context(US["customer"].partners)) for raw in acknowledgments(standard)]
    said = {(str(each), each.status) for reading in readings for part in reading.parts for each in part.statements}
    statuses = [status for _, status in sorted(said)]
    assert "accepted" in statuses
    assert statuses.count("rejected") >= 2
    assert all(reading.intent == "functional_ack" for reading in readings)
    assert all(reading.drafts == () for reading in readings)


def test_pyx12_reads_our_acknowledgments() -> None:
    module = pytest.importorskip("pyx12.x12file")
    kinds = []
    for raw in acknowledgments("x12"):
        reader = module.X12Reader(io.StringIO(raw.decode()))
        theirs = [segment.format().rstrip("~") for segment in reader]
        assert reader.pop_errors() == []
        ours = ["*".join(s) for d in X12Stream(raw) if isinstance(d, Document) for s in d.segments]
        kinds += [text[:3] for text in theirs if text.startswith("TA1")] + [
            text[3:6] for text in ours if text[:2] == "ST"
        ]
        assert [text for text in theirs if text[:3] not in ("ISA", "GS*", "GE*", "IEA", "TA1")] == ours
    assert sorted(kinds) == ["997", "TA1"]


@pytest.mark.filterwarnings("ignore::Warning:pydifact")
def test_pydifact_reads_our_acknowledgment() -> None:
    parser = pytest.importorskip("pydifact.segmentcollection")
    (raw,) = acknowledgments("edifact")
    (theirs,) = parser.Interchange.from_str(raw.decode("latin-1")).get_messages()
    ours = next(document for document in EdifactStream(raw) if isinstance(document, Document))
    assert theirs.type == "CONTRL"
    assert [segment.tag for segment in theirs.segments] == [segment[0][0] for segment in ours.segments[1:-1]]


def test_an_interchange_of_syntax_4_is_acknowledged_in_syntax_4() -> None:
    raw = edifact(message(*ORDER), unb="UNB+UNOC:4+HOLT:14+METALWORKS:14+20261120:1105+55'")
    (draft,) = READERS["edifact"].read(raw, "", CONTEXT).drafts
    written = draft.render(Numbers(), NOW)
    assert written.startswith(b"UNA:+.?*'\nUNB+UNOC:4+METALWORKS:14+HOLT:14+20261122:0800+1'")
    assert b"UNH+1+CONTRL:4:1:UN'" in written
    reading = READERS["edifact"].read(written, "", Context(US["customer"].partners))
    assert (reading.intent, [f for f in reading.findings if f.severity == "error"]) == ("functional_ack", [])


def test_every_document_that_we_write_is_among_those_tried() -> None:
    """The events of the writers, by document, and the acknowledgments; `test_round_trip` has all events read."""
    kinds: dict[str, set[str]] = {"x12": {"997", "TA1"}, "edifact": {"CONTRL"}}
    for standard, writer in WRITERS.items():
        for name, model in EVENTS.items():
            if writer.writes(name):
                event = model.model_validate(model.EXAMPLE)
                assert isinstance(event, Event)
                composed = writer.compose(Occasion(event, PARTNER), Numbers(), NOW)
                kinds[standard] |= {composed.title.split()[0]} if composed else set()
    assert kinds["x12"] == {"855", "865", "856", "997", "TA1", "850", "860"}
    assert kinds["edifact"] == {"ORDRSP", "DESADV", "CONTRL", "ORDERS", "ORDCHG"}
