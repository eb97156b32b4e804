"""What the writers write, the readers read without a finding."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.writer import EdifactWriter, X12Writer
from hub.messages.base import Event
from hub.messages.catalogue import EVENTS
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.material_po import MaterialPoCancelRequested, MaterialPoReduced
from hub.messages.order import OrderConfirmed, OrderRevisionRequested
from hub.messages.processing import CommandRefused
from hub.parsing import as_text
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Occasion, Reader, Writer
from tests.unit.edi.documents import CONTEXT, Numbers

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "data" / "edi"
PO = {
    "x12": X12Reader().read((DATA / "cascade-850-new.edi").read_bytes(), "", CONTEXT).messages[0],
    "edifact": EdifactReader().read((DATA / "holt-orders-new.edi").read_bytes(), "", CONTEXT).messages[0],
}
WRITERS: dict[str, Writer] = {"x12": X12Writer("METALWORKS"), "edifact": EdifactWriter("METALWORKS")}
READERS: dict[str, Reader] = {"x12": X12Reader(), "edifact": EdifactReader()}
US = Context(Partners([Partner(id="US", name="us", edi=EdiProfile(id="METALWORKS"))]), today="2026-11-22")
US_SELLING = Context(
    Partners([Partner(id="US", name="us", role="supplier", edi=EdiProfile(id="METALWORKS"))]), today="2026-11-22"
)


def partner(**edi: object) -> Partner:
    profile = EdiProfile.model_validate({"id": "PARTNER", **edi})
    return Partner(id="C-P", name="Partner", edi=profile, cancellation_charge=True)


def written(standard: str, event: Event, whom: Partner | None = None, lines: int | None = None, **known: Any) -> str:
    po = PO[standard]
    assert isinstance(po, SubmitCustomerPo)
    po = po.model_copy(update={"lines": po.lines[:lines]})
    composed = WRITERS[standard].compose(Occasion(event, whom or partner(), po, **known), Numbers(), NOW)
    assert composed is not None
    return as_text(composed.content)


def example(event_type: str) -> Event:
    event = EVENTS[event_type].model_validate(EVENTS[event_type].EXAMPLE)
    assert isinstance(event, Event)
    return event


WRITTEN = sorted(t for t in EVENTS if WRITERS["x12"].writes(t))


def test_the_events_that_partners_are_told_of() -> None:
    assert WRITTEN == [
        "cancellation.granted.v1",
        "cancellation.penalty-declined.v1",
        "cancellation.penalty-expired.v1",
        "cancellation.penalty-proposed.v1",
        "cancellation.refused.v1",
        "cancellation.reminded.v1",
        "command.refused.v1",
        "material-po.cancel-requested.v1",
        "material-po.issued.v1",
        "material-po.reduced.v1",
        "material-po.reminded.v1",
        "order.change-refused.v1",
        "order.changed.v1",
        "order.confirmed.v1",
        "order.delay-confirmed.v1",
        "order.lapsed.v1",
        "order.rejected.v1",
        "order.revision-requested.v1",
        "shipment.shipped.v1",
    ]


@pytest.mark.parametrize("standard", ["x12", "edifact"])
@pytest.mark.parametrize("event_type", WRITTEN)
def test_what_is_written_reads_without_a_finding(standard: str, event_type: str) -> None:
    text = written(standard, example(event_type))
    reading = READERS[standard].read(text.encode(), "", US if event_type.startswith("material") else US_SELLING)
    names_no_lines = event_type == "command.refused.v1"
    assert {each.code for each in reading.findings} <= ({"reference_missing"} if names_no_lines else set())
    assert names_no_lines or reading.disposition == "accepted"


@pytest.mark.rule("R22")
def test_a_reminder_is_the_order_again() -> None:
    event = example("material-po.reminded.v1")
    assert "BEG*07*SA*M-4F8ZT2KQ9B1C*" in written("x12", event)
    assert "MSG*Reminder 1: we await your answer" in written("x12", event)
    assert "BGM+220+M-4F8ZT2KQ9B1C+7'" in written("edifact", event)


@pytest.mark.rule("R63")
def test_less_of_a_material_po_is_told_by_the_lines_as_they_are_to_be() -> None:
    """Quantities are never marked as a decrease, and no two changes of an order have one number."""
    row = {"material": "PLATE-8MM", "unit": "KGM"}
    lines = [
        {"line": "1", "quantity": "0", **row},
        {"line": "2", "quantity": "30", "received": "12.5", **row},
    ]
    known = {"material_po_id": "M-1", "supplier_id": "S-P", "order_ids": []}
    reduced = MaterialPoReduced.model_validate({**known, "lines": lines, "version": 3})
    cancelled = MaterialPoCancelRequested.model_validate({**known, "lines": lines[1:], "version": 4})
    first, second = written("x12", reduced), written("x12", cancelled)
    assert "BCH*04*SA*M-1**2*" in first
    assert "POC*1*DI*0*0*KG***BP*PLATE-8MM~\nPOC*2*CA*30*17.5*KG***BP*PLATE-8MM~" in first
    assert "BCH*01*SA*M-1**3*" in second
    assert "POC*2*DI*30*0*KG*" in second
    first, second = written("edifact", reduced), written("edifact", cancelled)
    assert "BGM+230+M-1-R3+4'" in first
    assert "LIN+1+2'" in first
    assert "LIN+2+3'" in first
    assert "BGM+230+M-1-C4+1'" in second
    assert "LIN+2+2'" in second


@pytest.mark.rule("R5")
@pytest.mark.parametrize("said", ["cancellation.refused", "cancellation.granted", "order.change-refused"])
def test_an_answer_refers_to_what_the_customer_calls_its_request(said: str) -> None:
    """Our own numbers of requests say nothing to a customer; each answer has one of its own, as every document must."""
    event = example(f"{said}.v1").model_copy(update={"requests": ["6", "7"]})
    x12, edifact = (written(standard, event, document_id="D-1") for standard in ("x12", "edifact"))
    assert re.search(r"BCA\*0[14]\*(RJ|AT)\*4500119034\*\*7\*20261120\*\*\*O-7K3M9QX2WDRT\*", x12)
    assert "BGM+231+D-1+" in edifact
    assert "RFF+ON:4500119034'\nRFF+ACW:6'\nRFF+ACW:7'\nRFF+VN:O-7K3M9QX2WDRT'" in edifact
    assert not re.search("[CH]-7K3M9QX2WDRT-1", x12 + edifact)


@pytest.mark.rule("R5", "R37")
def test_a_refusal_of_the_whole_order_is_not_one_of_some_lines() -> None:
    event = example("cancellation.refused.v1").model_copy(update={"lines": []})
    assert "BCA*01*RJ*" in written("x12", event)


@pytest.mark.rule("R5", "R8")
def test_what_is_left_to_come_of_a_line_is_said_with_its_quantity() -> None:
    """POC04, which is not nothing because an answer does not know it."""
    event = example("order.change-refused.v1")
    assert "POC*1*CA*24*24*EA*" in written("x12", event, lines=1)
    assert "POC*1*CA*24*4*EA*" in written("x12", event, lines=1, left={"1": "4"})
    assert "POC*1*DI*24*0*EA*" in written("x12", example("cancellation.granted.v1"), lines=1)


@pytest.mark.rule("R5")
def test_a_confirmation_says_so_line_by_line() -> None:
    event = example("order.confirmed.v1")
    assert isinstance(event, OrderConfirmed)
    assert "BAK*00*AD*4500119034*20261120*" in written("x12", event, lines=1)
    assert "ACK*IA*24*EA*067*20270111~" in written("x12", event, lines=1)
    assert "+29'" in written("edifact", event, lines=1)
    assert "LIN+1+5'" in written("edifact", event, lines=1)


@pytest.mark.rule("R5", "R37", "R39")
def test_a_confirmation_says_which_lines_were_cancelled_before() -> None:
    """A line cancelled during the review, or named again by a revision that crossed its cancellation."""
    event = example("order.confirmed.v1")
    assert "BAK*00*AC*" in written("x12", event)
    assert written("x12", event).count("ACK*IA*") == 1
    assert "ACK*ID*" in written("x12", event)
    assert "LIN+2+2'" in written("edifact", event)


@pytest.mark.rule("R33", "R38")
@pytest.mark.parametrize(
    ("event_type", "text"),
    [
        ("cancellation.penalty-declined.v1", "the cancellation charge was declined; work on the order continues"),
        ("cancellation.penalty-expired.v1", "no answer to the cancellation charge came in time"),
        ("cancellation.reminded.v1", "Reminder: cancellation charge 150.00 EUR, offer open until 2026-11-29"),
        ("command.refused.v1", "your answer came too late and changes nothing: offer Q-7K3M9QX2WDRT-1 has expired"),
    ],
)
def test_every_end_of_an_offer_is_told(event_type: str, text: str) -> None:
    segments = written("x12", example(event_type)).split("~\n")
    assert any(text in segment for segment in segments)
    assert any(each.startswith("BCA*") and each[6:].startswith(("*AC*", "*RJ*")) for each in segments)
    assert text.partition(":")[0][:30] in written("edifact", example(event_type))


@pytest.mark.rule("R5", "R38")
def test_a_late_answer_to_an_offer_is_answered_with_the_lines_of_the_offer() -> None:
    late = example("command.refused.v1")
    segments = written("x12", late).split("~\n")
    assert "REF*ZZ*Q-7K3M9QX2WDRT-1" in segments
    assert any(each.startswith("BCA*04*RJ*") for each in segments)
    assert [each.split("*")[:3] for each in segments if each.startswith("POC")] == [["POC", "1", "DI"]]
    assert any(each.startswith("ACK*IR*") for each in segments)
    whole = written("edifact", late, lines=1)
    assert "RFF+SS:Q-7K3M9QX2WDRT-1'" in whole
    assert "LIN+1+7" in whole
    assert "ACK*ID*" in written("x12", late, cancelled=frozenset({"1"}))


@pytest.mark.rule("R38", "R40")
def test_no_other_refusal_goes_to_a_customer() -> None:
    refused = CommandRefused(command_id="1", type="order.review.v1", code="task_closed", message="x", order_id="O-1")
    for standard, writer in WRITERS.items():
        po = PO[standard]
        assert isinstance(po, SubmitCustomerPo)
        assert writer.compose(Occasion(refused, partner(), po), Numbers(), NOW) is None


@pytest.mark.rule("R3", "R5")
def test_a_request_to_revise_carries_the_proposals() -> None:
    event = OrderRevisionRequested.model_validate(
        {
            "order_id": "O-1",
            "customer_id": "C-P",
            "po_number": "PO-1",
            "revision": 1,
            "reason": "see the lines",
            "proposals": [
                {"line": "1", "requested_date": "2027-02-08", "quantity": "20", "unit_price": "40.00"},
                {"line": "2", "text": "only with a radius of 5 mm"},
            ],
        }
    )
    x12 = written("x12", event)
    assert "BAK*00*AC*PO-1*" in x12
    assert "CTP**QTE*40.00*20*EA~" in x12
    assert "ACK*IP~\nACK*DR***067*20270208~\nACK*IQ*20*EA~" in x12
    assert re.search(r"ACK\*IC\*[0-9.]+\*[A-Z]{2}~\nN9\*L1\*NOTE~\nMSG\*only with a radius of 5 mm~", x12)
    edifact = written("edifact", event)
    assert "BGM+231+O-1+4'" in edifact
    assert "LIN+1+6'" in edifact
    assert "QTY+113:20:PCE'\nDTM+67:20270208:102'\nPRI+AAA:40.00'" in edifact


def test_a_rejection() -> None:
    assert "BAK*00*RD*" in written("x12", example("order.rejected.v1"))
    assert "ACK*IR*24*EA~" in written("x12", example("order.rejected.v1"))
    assert "+27'" in written("edifact", example("order.rejected.v1"))


@pytest.mark.rule("R33")
def test_the_penalty_question_only_to_partners_that_take_it() -> None:
    event = example("cancellation.penalty-proposed.v1")
    assert "SAC*C*ZZZZ***15000**********cancellation charge~" in written("x12", event)
    assert "ALC+C++++:::cancellation charge'\nMOA+8:150.00'" in written("edifact", event)
    without = partner().model_copy(update={"cancellation_charge": False})
    for writer in WRITERS.values():
        assert writer.compose(Occasion(event, without), Numbers(), NOW) is None


@pytest.mark.rule("R19")
def test_a_ship_notice() -> None:
    text = written("x12", example("shipment.shipped.v1"))
    assert "HL*1**S~" in text
    assert "HL*2*1*O~\nPRF*4500119034***20261120~\nHL*3*2*I~\nLIN*1*BP*HM-4410~\nSN1*1*24*EA**24*EA~" in text
    assert "QTY+12:24:PCE'\nRFF+ON:4500119034:1'" in written("edifact", example("shipment.shipped.v1"))


@pytest.mark.rule("R37")
def test_a_cancellation_of_an_order_that_nobody_knows() -> None:
    event = example("cancellation.refused.v1").model_copy(update={"order_id": None, "lines": []})
    for standard, said in (("x12", "BCA*01*RJ*4500119034*"), ("edifact", "RFF+ON:4500119034'")):
        composed = WRITERS[standard].compose(Occasion(event, partner()), Numbers(), NOW)
        assert composed is not None
        assert said in composed.content.decode()


def test_the_partner_says_how_it_is_written() -> None:
    whom = partner(
        our_id="MW2",
        our_qualifier="01",
        qualifier="12",
        group_id="PGROUP",
        version="005010",
        element_separator="|",
        segment_terminator="!",
        test=True,
    )
    text = written("x12", example("order.confirmed.v1"), whom)
    assert text.startswith(
        "ISA|00|          |00|          |01|MW2            |12|PARTNER        |261122|0800|^|00501|000000001|0|T|>!"
    )
    assert "GS|PR|MW2|PGROUP|20261122|0800|1|X|005010!" in text
    d01b = written("edifact", example("order.confirmed.v1"), partner(version="D01B", test=True))
    assert "UNB+UNOC:3+METALWORKS+PARTNER+261122:0800+1++ORDRSP++++1'" in d01b
    assert "ORDRSP:D:01B:UN:EAN009'" in d01b


def test_delimiters_in_text_do_no_harm() -> None:
    event = example("order.rejected.v1").model_copy(update={"reason": "a*b~c>d+e'f:g?h\nÄ \x07 漢"})
    reading = X12Reader().read(written("x12", event).encode(), "", US_SELLING)
    assert reading.findings == ()
    text = written("edifact", event)
    assert "FTX+AAI+++a*b~c>d?+e?'f?:g??h Ä   漢'" in text.replace("?*", "*")
    assert EdifactReader().read(text.encode(), "", US_SELLING).findings == ()


def test_a_partner_without_edi_is_not_told_by_edi() -> None:
    for writer in WRITERS.values():
        assert (
            writer.compose(Occasion(example("order.confirmed.v1"), Partner(id="C", name="c")), Numbers(), NOW) is None
        )


def test_control_numbers_are_taken_in_order() -> None:
    numbers = Numbers()
    for _ in range(3):
        WRITERS["x12"].compose(Occasion(example("order.confirmed.v1"), partner()), numbers, NOW)
    assert numbers.counters == {"interchange": 3, "group": 3, "message": 3}
