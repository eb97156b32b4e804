"""What suppliers answer and announce, and what partners acknowledge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.edi.edifact import answer as edifact_answer
from adapters.edi.writer import EdifactWriter, X12Writer
from hub.messages.material_po import MaterialPoCancelRequested
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Occasion, Reading
from tests.unit.edi.documents import (
    GS,
    ISA,
    PARTNERS,
    SUPPLIERS,
    UNB,
    Numbers,
    codes,
    edifact,
    message,
    order,
    read_edifact,
    read_x12,
    transaction,
    x12,
)

PO = "M-4F8ZT2KQ9B1C"


def only(reading: Reading) -> dict[str, Any]:
    assert len(reading.messages) == 1, reading.findings
    return reading.messages[0].data()


def said(reading: Reading) -> list[tuple[str, ...]]:
    """What acknowledgments say, as plain tuples."""
    return [
        (each.status, each.interchange, each.group, each.message, each.reason)
        for part in reading.parts
        for each in part.statements
    ]


def answer_855(*segments: str, bak: str = f"BAK*00*AC*{PO}*20261120~") -> Reading:
    return read_x12(x12(transaction(bak, *segments, kind="855"), gs=GS.replace("*PO*", "*PR*")), SUPPLIERS)


def ordrsp(*segments: str, function: str = "4", order_number: str = PO) -> Reading:
    head = (f"BGM+231+S-77+{function}'", "DTM+137:20261121:102'", f"RFF+ON:{order_number}'")
    return read_edifact(edifact(message(*head, *segments, "UNS+S'", kind="ORDRSP:D:96A:UN")), SUPPLIERS)


CHANGED = {"answer": "changed", "unit": "H87"}
AS_ORDERED = {"answer": "accepted", "quantity": "5", "unit": "H87", "unit_price": "2.50"}
"""what the supplier accepts of ``PO1*1*5*EA*2.50``"""


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    ("acks", "answer"),
    [
        (("ACK*IA*5*EA*067*20261210~",), {**AS_ORDERED, "promised_date": "2026-12-10"}),
        (("ACK*IR~",), {"answer": "rejected"}),
        (("ACK*DR***067*20261217~",), {**CHANGED, "promised_date": "2026-12-17"}),
        (("ACK*IQ*4*EA~",), {**CHANGED, "quantity": "4"}),
        (("CTP***2.75~", "ACK*IP~"), {**CHANGED, "unit_price": "2.75"}),
        (("ACK*IA*3*EA~",), {**CHANGED, "quantity": "3", "unit_price": "2.50"}),
        (("ACK*IA*3*EA~", "ACK*IR*2*EA~"), {**CHANGED, "quantity": "3"}),
        (("ACK*IA*3*EA*067*20261210~", "ACK*IA*2*EA*067*20261217~"), {**AS_ORDERED, "promised_date": "2026-12-17"}),
        (("ACK*IA*3*EA~", "ACK*IB*2*EA~"), {**CHANGED, "quantity": "3", "reason": "backordered"}),
        (
            ("ACK*DR*5*EA*067*20261217~", "ACK*IP*5*EA~"),
            {**CHANGED, "promised_date": "2026-12-17", "unit_price": "2.50"},
        ),
        (("ACK*IQ*4*EA~", "ACK*DR*4*EA*067*20261217~"), {**CHANGED, "promised_date": "2026-12-17", "quantity": "4"}),
        (("ACK*IA*3*EA~", "ACK*DR*2*EA*067*20261217~"), {**CHANGED, "promised_date": "2026-12-17"}),
        (("ACK*BP*3*EA~", "ACK*DR*1*EA~"), {**CHANGED, "reason": "part of it now, the rest backordered; 3 BP; 1 DR"}),
        (("ACK*IS******MG*X-1~",), {**CHANGED, "reason": "substitute MG X-1"}),
        (("ACK*IA*5*EA~", "SCH*5*EA***067*20261212~"), {**AS_ORDERED, "promised_date": "2026-12-12"}),
        (("ACK*IA*5*EA~", "DTM*067*20261213~"), {**AS_ORDERED, "promised_date": "2026-12-13"}),
        (("ACK*IA*5*LB~",), {**AS_ORDERED, "unit": "LBR"}),
        (("ACK*IA*5*Q4~",), {**AS_ORDERED, "unit": "Q4"}),
    ],
)
def test_the_answer_to_a_line_of_an_855(acks: tuple[str, ...], answer: dict[str, str]) -> None:
    reading = answer_855("PO1*1*5*EA*2.50~", *acks)
    assert reading.intent == "supplier_confirm"
    assert only(reading) == {"material_po_id": PO, "lines": [{"line": "1", **answer}]}


def test_lines_that_say_nothing_take_the_answer_of_the_whole() -> None:
    changed = {**AS_ORDERED, "answer": "changed", "reason": "changed, without saying what"}
    for outcome, answer in (("AD", AS_ORDERED), ("RD", {"answer": "rejected"}), ("AC", changed)):
        reading = answer_855("PO1*1*5*EA*2.50~", bak=f"BAK*00*{outcome}*{PO}*20261120~")
        assert only(reading)["lines"] == [{"line": "1", **answer}]


@pytest.mark.rule("R20")
def test_lines_that_are_not_listed_are_accepted_where_only_exceptions_are() -> None:
    """X12 element 587, AE: acknowledged with the exceptions only."""
    reading = answer_855("PO1*2*5*EA*2.50~", "ACK*IQ*4*EA~", bak=f"BAK*00*AE*{PO}*20261120~")
    assert only(reading)["answer"] == "accepted"
    assert [each["line"] for each in only(reading)["lines"]] == ["2"]
    named = answer_855("PO1**5*EA*2.50**BP*A-1*PL*7~", "ACK*IQ*4*EA~", bak=f"BAK*00*AE*{PO}*20261120~")
    assert [each["line"] for each in only(named)["lines"]] == ["7"]
    unnamed = answer_855("PO1**5*EA*2.50**BP*A-1~", "ACK*IQ*4*EA~", bak=f"BAK*00*AE*{PO}*20261120~")
    assert (unnamed.disposition, codes(unnamed)) == ("quarantine", ["reference_missing"])


@pytest.mark.rule("R20")
def test_an_answer_that_neither_accepts_nor_changes_is_for_a_person() -> None:
    """X12 element 587, AP: a replenishment is acknowledged; RF: what is refused is not all that is listed."""
    for outcome in ("AP", "RF", "ZZ"):
        reading = answer_855("PO1*1*5*EA*2.50~", bak=f"BAK*00*{outcome}*{PO}*20261120~")
        assert (reading.disposition, codes(reading)) == ("quarantine", ["reference_missing"])


@pytest.mark.rule("R60")
def test_a_date_before_the_lines_is_promised_for_each_that_has_none() -> None:
    header = ("DTM*002*20261215~", "DTM*067*20261210~")
    reading = answer_855(*header, "PO1*1*5*EA~", "ACK*IA~", "PO1*2*5*EA~", "ACK*DR***067*20261224~")
    assert [each["promised_date"] for each in only(reading)["lines"]] == ["2026-12-10", "2026-12-24"]
    changes = ("POC*1*CA*5*5*EA*2.50~", "ACK*IA~")
    raw = x12(transaction(f"BCA*00*AC*{PO}***20261120~", *header, *changes, kind="865"))
    assert only(read_x12(raw, SUPPLIERS))["lines"][0]["promised_date"] == "2026-12-10"
    said = ("DTM+2:20261217:102'", "LIN+1+5'", "LIN+2+6'", "QTY+21:5'", "DTM+67:20261224:102'")
    assert [each["promised_date"] for each in only(ordrsp(*said))["lines"]] == ["2026-12-17", "2026-12-24"]


@pytest.mark.rule("R20")
def test_several_deliveries_of_a_line_are_told_and_the_last_is_when_it_has_come() -> None:
    reading = answer_855("PO1*1*5*EA~", "ACK*IA*5*EA~", "SCH*3*EA***067*20261224~", "SCH*2*EA***067*20261210~")
    line = only(reading)["lines"][0]
    assert (line["answer"], line["promised_date"]) == ("accepted", "2026-12-24")
    assert line["reason"] == "3 EA on 2026-12-24, 2 EA on 2026-12-10"


@pytest.mark.rule("R20")
def test_a_charge_that_is_added_to_a_line_changes_it() -> None:
    reading = answer_855("SAC*C*D240***327500~", "PO1*1*5*EA*2.50~", "ACK*IA~", "SAC*C*C310***500*******06***Crating~")
    assert only(reading)["note"] == "charge D240 3275.00"
    line = only(reading)["lines"][0]
    assert line == {"line": "1", **AS_ORDERED, "answer": "changed", "reason": "charge C310 5.00 Crating"}


@pytest.mark.rule("R20")
def test_the_net_price_counts_and_what_is_backordered_is_told() -> None:
    """UN/EDIFACT 5125: AAA net, AAB gross, AAE for information; 6063: 83 is the quantity on back order."""
    for prices in ("PRI+AAA:2.40'PRI+AAB:2.60'", "PRI+AAE:9'PRI+AAB:2.60'PRI+AAA:2.40'"):
        line = only(ordrsp("LIN+1+6'", "QTY+21:5'", "QTY+83:2'", prices))["lines"][0]
        assert (line["unit_price"], line["reason"]) == ("2.40", "backordered: 2")


@pytest.mark.rule("R20")
def test_a_price_of_another_unit_is_told_and_not_used() -> None:
    reading = answer_855("PO1*1*5*CA*1.5005*PP~", "ACK*IP~")
    line = only(reading)["lines"][0]
    assert codes(reading) == ["price_unit_differs"]
    assert (line.get("unit_price"), line["reason"]) == (None, "price 1.5005 PP")
    retail = answer_855("PO1*1*5*EA*1.50~", "CTP**RTL*9.99~", "ACK*IP~")
    assert only(retail)["lines"][0]["unit_price"] == "1.50"
    priced = ordrsp("LIN+1+6'", "QTY+21:5:PCE'", "PRI+AAA:2.40:::1:KGM'")
    line = only(priced)["lines"][0]
    assert codes(priced) == ["price_unit_differs"]
    assert (line.get("unit_price"), line["reason"]) == (None, "price 2.40 KGM")


@pytest.mark.rule("R20")
def test_the_answer_to_a_part_of_a_line_is_not_that_to_the_line() -> None:
    part = ("SLN*1**I*2*EA~", "DTM*067*20270301~", "ACK*IR~", "MSG*part~")
    reading = answer_855("PO1*1*5*EA*2.50~", "ACK*IA*5*EA~", *part, "PO1*2*1*EA~", "ACK*IR~")
    assert only(reading)["lines"] == [{"line": "1", **AS_ORDERED}, {"line": "2", "answer": "rejected"}]


@pytest.mark.rule("R20")
@pytest.mark.parametrize(("basis", "price"), [("HP", "0.025"), ("TP", "0.0025"), ("PE", "2.50"), ("Q4", None)])
def test_a_price_is_that_of_one_unit(basis: str, price: str | None) -> None:
    reading = answer_855(f"PO1*1*5*EA*2.50*{basis}~", "ACK*IA*5*EA~")
    assert only(reading)["lines"][0].get("unit_price") == price
    assert codes(reading) == (["price_basis_unknown"] if price is None else [])
    priced = ordrsp("LIN+1+6'", "QTY+21:5:KGM'", "PRI+AAA:250:::100'")
    assert only(priced)["lines"][0]["unit_price"] == "2.5"


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    ("outcome", "answer"), [("AK", "accepted"), ("AT", "accepted"), ("AD", "accepted"), ("RJ", "rejected")]
)
def test_an_answer_without_lines_answers_the_whole(outcome: str, answer: str) -> None:
    reading = answer_855(bak=f"BAK*00*{outcome}*{PO}*20261120~")
    assert only(reading) == {"material_po_id": PO, "answer": answer, "lines": []}


@pytest.mark.parametrize("outcome", ["AC", "AE", "RD", "ZZ"])
def test_a_change_without_lines_is_for_a_person(outcome: str) -> None:
    reading = answer_855(bak=f"BAK*00*{outcome}*{PO}*20261120~")
    assert (reading.intent, reading.likely_intent) == ("quarantine", "supplier_confirm")
    assert "reference_missing" in codes(reading)


def test_received_but_undecided_says_nothing_yet() -> None:
    reading = answer_855(bak=f"BAK*00*AH*{PO}*20261120~")
    assert (reading.intent, reading.disposition, reading.messages) == ("supplier_confirm", "accepted", ())


def test_a_status_that_nobody_knows_is_an_error_at_its_place() -> None:
    reading = answer_855("PO1*1*5*EA*2.50~", "ACK*Q7~")
    assert (reading.disposition, codes(reading)) == ("rejected", ["code_invalid"])


@pytest.mark.rule("R35")
@pytest.mark.parametrize(
    ("bca", "ack", "answer"),
    [("01*AT", "ID", "accepted"), ("01*RJ", "IR", "refused"), ("04*AC", "ID", "accepted"), ("04*AC", "IR", "refused")],
)
def test_the_answer_to_our_cancelling(bca: str, ack: str, answer: str) -> None:
    reading = read_x12(
        x12(
            transaction(
                f"BCA*{bca}*{PO}***20261120~",
                "N9*L1*NOTE~",
                "MSG*see above~",
                "POC*1*DI*5*0*EA*2.50~",
                f"ACK*{ack}~",
                kind="865",
            )
        ),
        SUPPLIERS,
    )
    assert only(reading) == {"material_po_id": PO, "answer": answer, "reason": "see above"}


@pytest.mark.rule("R20")
def test_the_answers_of_an_ordrsp() -> None:
    reading = ordrsp(
        "LIN+1+5'",
        "QTY+21:5:KGM'",
        "DTM+67:20261210:102'",
        "LIN+2+6'",
        "QTY+21:5:KGM'",
        "QTY+113:4:KGM'",
        "DTM+67:20261217:102'",
        "PRI+AAA:2.75'",
        "LIN+3+7'",
        "FTX+AAI+++not made any more'",
        "QTY+21:5:KGM'",
    )
    assert only(reading)["lines"] == [
        {"line": "1", "answer": "accepted", "promised_date": "2026-12-10", "quantity": "5", "unit": "KGM"},
        {
            "line": "2",
            "answer": "changed",
            "promised_date": "2026-12-17",
            "quantity": "4",
            "unit": "KGM",
            "unit_price": "2.75",
        },
        {"line": "3", "answer": "rejected", "reason": "not made any more"},
    ]


@pytest.mark.parametrize(("function", "answer"), [("29", "accepted"), ("27", "rejected"), ("4", "changed")])
def test_the_function_counts_where_lines_say_nothing(function: str, answer: str) -> None:
    said = {"quantity": "5"} if answer == "accepted" else {}
    assert only(ordrsp("LIN+1'", "QTY+21:5'", function=function))["lines"] == [{"line": "1", "answer": answer, **said}]


@pytest.mark.rule("R35")
def test_an_ordrsp_to_our_cancellation() -> None:
    for function, answer in (("29", "accepted"), ("27", "refused")):
        reading = ordrsp(f"RFF+ACW:{PO}-C3'", function=function)
        assert only(reading) == {"material_po_id": PO, "answer": answer}
    event = MaterialPoCancelRequested.model_validate(MaterialPoCancelRequested.EXAMPLE)
    supplier = Partner(id="S", name="S", role="supplier", edi=EdiProfile(id="SUPPLIER"))
    written = EdifactWriter("METALWORKS").compose(Occasion(event, supplier), Numbers(), datetime.now(UTC))
    assert written is not None
    assert f"BGM+230+{PO}-C2+1'".encode() in written.content
    assert f"RFF+ON:{PO}'".encode() in written.content


@pytest.mark.rule("R20")
def test_an_ordrsp_without_lines_answers_the_whole() -> None:
    for function, answer in (("29", "accepted"), ("27", "rejected")):
        assert only(ordrsp(function=function)) == {"material_po_id": PO, "answer": answer, "lines": []}


def test_an_ordrsp_without_lines_or_order_is_for_a_person() -> None:
    assert codes(ordrsp(function="4")) == ["reference_missing"]
    assert codes(ordrsp("LIN+1+5'", order_number="")) == ["reference_missing"]


def notice(*segments: str) -> Reading:
    return read_x12(x12(transaction("BSN*00*D-1*20261208*1200*0001~", *segments, kind="856")), SUPPLIERS)


def test_a_ship_notice_over_two_orders() -> None:
    reading = notice(
        "HL*1**S~",
        "DTM*017*20261210~",
        "DTM*011*20261208~",
        "HL*2*1*O~",
        f"PRF*{PO}~",
        "HL*3*1*O~",
        "PRF*M-2~",
        "HL*4*2*P~",
        "HL*5*4*I~",
        "LIN*1*BP*STEEL~",
        "SN1**10*KG~",
        "HL*6*3*I~",
        "SN1*1*7.5*KG~",
        "HL*7*4*I~",
        "LIN*1*BP*STEEL~",
        "SN1**6.5*KG~",
    )
    assert [m.data() for m in reading.messages] == [
        {
            "material_po_id": PO,
            "lines": [{"line": "1", "quantity": "16.5", "unit": "KGM"}],
            "expected_date": "2026-12-10",
            "reference": "D-1",
        },
        {
            "material_po_id": "M-2",
            "lines": [{"line": "1", "quantity": "7.5", "unit": "KGM"}],
            "expected_date": "2026-12-10",
            "reference": "D-1",
        },
    ]
    assert reading.intent == "supplier_ship"


def test_the_sign_and_the_point_of_a_decimal_take_no_place() -> None:
    """SN102 is R 1/10: ten digits."""
    reading = notice("HL*1**O~", f"PRF*{PO}~", "HL*2*1*I~", "SN1*1*12345678.25*KG~")
    assert only(reading)["lines"] == [{"line": "1", "quantity": "12345678.25", "unit": "KGM"}]
    assert notice("HL*1**O~", f"PRF*{PO}~", "HL*2*1*I~", "SN1*1*1234567890123*KG~").disposition == "rejected"


@pytest.mark.rule("R20")
def test_quantities_of_a_line_in_several_units_are_for_a_person() -> None:
    reading = notice("HL*1**O~", f"PRF*{PO}~", "HL*2*1*I~", "SN1*1*10*KG~", "HL*3*1*I~", "SN1*1*2*EA~")
    assert (reading.intent, reading.likely_intent, codes(reading)) == ("quarantine", "supplier_ship", ["units_mixed"])
    assert only(reading)["lines"] == [
        {"line": "1", "quantity": "10", "unit": "KGM"},
        {"line": "1", "quantity": "2", "unit": "H87"},
    ]


@pytest.mark.rule("R42")
def test_a_ship_notice_that_takes_an_earlier_one_back_is_for_a_person() -> None:
    x12_notice = transaction(
        "BSN*01*D-1*20261208*0930~", "HL*1**O~", f"PRF*{PO}~", "HL*2*1*I~", "SN1*1*10*KG~", kind="856"
    )
    desadv = message("BGM+351+D-1+1'", f"RFF+ON:{PO}'", "CPS+1'", "LIN+1'", "QTY+12:16:KGM'", kind="DESADV:D:96A:UN")
    taken_back = x12(x12_notice, gs=GS.replace("*PO*", "*SH*"))
    for reading in (read_x12(taken_back, SUPPLIERS), read_edifact(edifact(desadv), SUPPLIERS)):
        assert (reading.intent, reading.likely_intent, reading.messages) == ("quarantine", "supplier_ship", ())
        assert [each.code for each in reading.findings] == ["purpose_unhandled"]


def test_levels_that_stand_under_themselves_end() -> None:
    reading = notice("HL*1*2*O~", "HL*2*1*I~", "LIN*1*BP*A~", "SN1**1*EA~")
    assert (reading.intent, reading.messages) == ("quarantine", ())


def test_a_ship_notice_that_says_nothing_is_for_a_person() -> None:
    assert (notice("HL*1**S~").intent, notice("HL*1**S~").likely_intent) == ("quarantine", "supplier_ship")


def test_a_desadv() -> None:
    reading = read_edifact(
        edifact(
            message(
                "BGM+351+D-1+9'",
                "DTM+137:20261208:102'",
                "DTM+11:20261208:102'",
                "DTM+17:20261210:102'",
                f"RFF+ON:{PO}'",
                "CPS+1'",
                "LIN+1'",
                "QTY+12:10:KGM'",
                f"RFF+ON:{PO}:2'",
                "LIN+2'",
                "QTY+12:3:KGM'",
                "RFF+ON:M-2:1'",
                kind="DESADV:D:96A:UN",
            )
        ),
        SUPPLIERS,
    )
    assert [(m.data()["material_po_id"], m.data()["lines"]) for m in reading.messages] == [
        (PO, [{"line": "2", "quantity": "10", "unit": "KGM"}]),
        ("M-2", [{"line": "1", "quantity": "3", "unit": "KGM"}]),
    ]
    assert reading.messages[0].data()["expected_date"] == "2026-12-10"


def test_what_became_of_what_we_sent() -> None:
    ack = transaction(
        "AK1*PR*000000012~",
        "AK2*855*0034~",
        "AK3*PO1*5**8~",
        "AK4*3**7~",
        "AK5*R*5~",
        "AK2*855*0035~",
        "AK5*A~",
        "AK9*P*2*2*1~",
        kind="997",
    )
    reading = read_x12(x12(ack, gs=GS.replace("*PO*", "*FA*")))
    assert said(reading) == [
        ("rejected", "", "12", "34", "AK3*PO1*5**8  AK4*3**7  AK5*R*5"),
        ("accepted", "", "12", "35", "AK5*A"),
        ("accepted_with_errors", "", "12", "", "AK9*P*2*2*1"),
    ]
    assert codes(reading) == ["refused_by_partner", "refused_by_partner"]
    newer = transaction("AK1*PR*7*005010~", "AK2*855*0001~", "IK3*PO1*5**8~", "IK5*E*5~", "AK9*E*1*1*1~", kind="999")
    assert [each[:4] for each in said(read_x12(x12(newer)))] == [
        ("accepted_with_errors", "", "7", "1"),
        ("accepted_with_errors", "", "7", ""),
    ]
    ta1 = (ISA + "TA1*000000021*261120*0915*R*025~IEA*0*000000007~").encode()
    assert said(read_x12(ta1)) == [("rejected", "21", "", "", "TA1*000000021*261120*0915*R*025")]
    segments = ("UCI+12+US:14+HOLT:14+7'", "UCM+34+ORDRSP:D:96A:UN+4+12'", "UCS+3+13'", "UCD+12+2:1'")
    assert said(read_edifact(edifact(message(*segments, kind="CONTRL:D:3:UN")))) == [
        ("accepted", "12", "", "", "UCI+12+US:14+HOLT:14+7"),
        ("rejected", "12", "", "34", "UCM+34+ORDRSP:D:96A:UN+4+12  UCS+3+13  UCD+12+2:1"),
    ]


@pytest.mark.rule("R33")
@pytest.mark.parametrize(("purpose", "answer"), [("06", "accept"), ("01", "accept"), ("44", "decline")])
def test_the_penalty_question_is_answered_by_860(purpose: str, answer: str) -> None:
    change = transaction(f"BCH*{purpose}*SA*PO-1***20261120~", "REF*ZZ*Q-1~", kind="860")
    reading = read_x12(x12(change))
    assert reading.intent == f"penalty_{answer}"
    data = only(reading)
    assert (data["customer_id"], data["po_number"], data["question_id"], data["answer"]) == (
        "C-ACME",
        "PO-1",
        "Q-1",
        answer,
    )


@pytest.mark.rule("R33")
@pytest.mark.parametrize(("function", "answer"), [("29", "accept"), ("1", "accept"), ("27", "decline")])
def test_the_penalty_question_is_answered_by_ordchg(function: str, answer: str) -> None:
    change = message(f"BGM+230+C-2+{function}'", "RFF+ON:PO-1'", "RFF+ACW:Q-1'", kind="ORDCHG:D:96A:UN")
    reading = read_edifact(edifact(change))
    assert (reading.intent, only(reading)["answer"]) == (f"penalty_{answer}", answer)


def differing(known: list[dict[str, Any]]) -> Context:
    partner = Partner(id="C-ACME", name="Acme", edi=EdiProfile(id="ACME", change_quantity="difference"))
    return Context(Partners([partner]), today="2026-11-22", known_orders=tuple(known))


def test_quantities_that_are_differences() -> None:
    change = transaction(
        "BCH*04*SA*PO-1***20261120~", "POC*1*QI*2**EA~", "POC*2*QD*1**EA~", "POC*3*PC*9**EA~", kind="860"
    )
    lines = [{"line": "1", "quantity": "10", "unit": "H87"}, {"line": "2", "quantity": "4"}]
    order_known = {"po_number": "PO-1", "customer_id": "C-ACME", "lines": lines}
    reading = read_x12(x12(change), differing([order_known]))
    said = [(line["quantity"], line.get("quantity_before")) for line in only(reading)["lines"]]
    assert said == [("12", "10"), ("3", "4"), ("9", None)]
    assert reading.mentions.numbers == ("PO-1",)
    unknown = read_x12(x12(change), differing([]))
    assert (unknown.intent, unknown.likely_intent) == ("quarantine", "change")
    assert unknown.mentions.numbers == ("PO-1",)
    assert read_x12(x12(change)).mentions.numbers == ()
    lines[0]["unit"] = "KGM"
    measured = read_x12(x12(change), differing([order_known]))
    assert (measured.intent, codes(measured)) == ("quarantine", ["units_mixed"])
    assert [line["quantity"] for line in only(read_x12(x12(change)))["lines"]] == ["2", "1", "9"]


def test_a_difference_below_nothing_is_an_error() -> None:
    change = transaction("BCH*04*SA*PO-1***20261120~", "POC*1*QD*11**EA~", kind="860")
    known = {"po_number": "PO-1", "lines": [{"line": "1", "quantity": "10"}]}
    assert codes(read_x12(x12(change), differing([known]))) == ["number_negative"]


def test_a_cancellation_needs_no_lines() -> None:
    assert read_x12(x12(transaction("BEG*01*SA*PO-1**20261120~"))).intent == "cancel"
    assert read_x12(x12(transaction("BEG*01*SA*PO-1**20261120~"))).disposition == "accepted"
    assert read_edifact(edifact(message("BGM+220+PO-1+1'"), unb=UNB)).disposition == "accepted"


def test_our_own_answer_to_a_supplier_reads_back() -> None:
    assert edifact_answer.texts("word " * 40)[0][4][0] == ("word " * 14).strip()
    assert X12Writer("METALWORKS").writes("material-po.issued.v1")
    assert read_x12(x12(order())).intent == "new_po"


def test_a_document_that_does_not_fit_its_senders_role_is_for_a_person() -> None:
    reading = read_x12(x12(order()), SUPPLIERS)
    assert (reading.intent, reading.likely_intent, codes(reading)) == ("quarantine", "new_po", ["role_unexpected"])
    reading = read_x12(x12(transaction(f"BAK*00*AD*{PO}*20261120~", "PO1*1*5*EA~", kind="855")))
    assert (reading.intent, reading.likely_intent) == ("quarantine", "supplier_confirm")


UNITLESS = edifact(
    message("BGM+230+C-1+4'", "RFF+ON:PO-1'", "LIN+1+3'", "QTY+21:20'", "UNS+S'", kind="ORDCHG:D:96A:UN")
)


@pytest.mark.rule("R8")
def test_a_change_that_leaves_the_unit_out_has_that_of_the_order() -> None:
    known = {"po_number": "PO-1", "lines": [{"line": "1", "quantity": "12", "unit": "KGM"}]}
    reading = read_edifact(UNITLESS, Context(PARTNERS, today="2026-11-22", known_orders=(known,)))
    [line] = reading.messages[0].data()["lines"]
    assert (reading.intent, line["quantity"], line["unit"]) == ("change", "20", "KGM")


@pytest.mark.rule("R8")
def test_a_change_without_unit_of_an_order_that_is_not_known_is_for_a_person() -> None:
    reading = read_edifact(UNITLESS)
    assert (reading.disposition, reading.likely_intent, reading.mentions.numbers) == ("quarantine", "change", ("PO-1",))


@pytest.mark.rule("R33")
def test_an_answer_to_the_penalty_question_is_no_unknown_purpose() -> None:
    raw = x12(transaction("BCH*44*SA*PO-1***20261120~", "REF*SS*Q-1~", kind="860"))
    reading = read_x12(raw)
    assert (reading.intent, codes(reading)) == ("penalty_decline", [])


@pytest.mark.rule("R20")
def test_an_item_of_a_ship_notice_is_of_the_order_and_line_that_its_names_say() -> None:
    """X12 element 235: PO and ON are numbers of the purchase order, PL the line in it; LIN01 is only a count then."""
    reading = notice("HL*1**S~", "HL*2*1*I~", f"LIN*1*BP*A*PO*{PO}*PL*40~", "SN1**5*EA~")
    assert (reading.disposition, only(reading)["material_po_id"]) == ("accepted", PO)
    assert only(reading)["lines"] == [{"line": "40", "quantity": "5", "unit": "H87"}]


def test_an_item_may_stand_at_a_level_of_another_kind_and_a_part_of_it_is_none() -> None:
    levels = ("HL*1**O~", f"PRF*{PO}~", "HL*2*1*T~", "LIN*1*BP*A~", "SN1**5*EA~", "HL*3*2*P~", "SN1**2*EA~")
    assert only(notice(*levels))["lines"] == [{"line": "1", "quantity": "5", "unit": "H87"}]


@pytest.mark.rule("R20")
@pytest.mark.parametrize("item", [("LIN**UP*1~", "SN1**4*EA~"), ("LIN*2*BP*A~",)])
def test_an_item_whose_line_or_quantity_is_not_told_is_for_a_person_and_no_fault_of_syntax(
    item: tuple[str, ...],
) -> None:
    """X12 856: LIN01 and SN1 are optional; what is clear of the notice alone is not what was sent."""
    sound = ("LIN*1*BP*A~", "SN1**5*EA~")
    reading = notice("HL*1**O~", f"PRF*{PO}~", "HL*2*1*I~", *sound, "HL*3*1*I~", *item)
    assert (reading.disposition, codes(reading)) == ("quarantine", ["reference_missing"])
    assert "AK5*A~" in reading.drafts[0].render(Numbers(), datetime(2026, 11, 22, tzinfo=UTC)).decode()


@pytest.mark.rule("R20")
def test_an_item_of_a_desadv_whose_line_or_quantity_is_not_told_is_for_a_person() -> None:
    """UN/EDIFACT DESADV: LIN 1082 and QTY are conditional."""
    for item in ("LIN+++4000862141404:SRV'QTY+12:4'", "LIN+2++4000862141404:SRV'"):
        body = ("BGM+351+D-1+9'", f"RFF+ON:{PO}'", "CPS+1'", "LIN+1++4000862141404:SRV'", "QTY+12:5'", item)
        reading = read_edifact(edifact(message(*body, kind="DESADV:D:96A:UN")), SUPPLIERS)
        assert (reading.disposition, codes(reading)) == ("quarantine", ["reference_missing"])
