"""What purchase orders and their changes say, in both standards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.edi.edifact import order_codes as edifact_codes
from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.x12 import order_codes as x12_codes
from hub.partners import EdiProfile, Partners
from hub.ports import Context, Reading
from tests.unit.edi.documents import (
    CONTEXT,
    CUSTOMER,
    GS,
    ISA,
    LINE,
    ORDER,
    PARTNERS,
    UNB,
    codes,
    edifact,
    message,
    order,
    read_edifact,
    read_x12,
    transaction,
    x12,
)

DATA = Path(__file__).parents[2] / "data" / "edi"


def data(reading: Reading) -> dict[str, Any]:
    assert len(reading.messages) == 1, reading.findings
    return reading.messages[0].data()


def first(reading: Reading) -> dict[str, Any]:
    line: dict[str, Any] = data(reading)["lines"][0]
    return line


def test_a_whole_850() -> None:
    reading = read_x12((DATA / "cascade-850-new.edi").read_bytes(), Context(PARTNERS, today="2026-11-22"))
    po = data(reading)
    assert (reading.intent, reading.disposition) == ("new_po", "accepted")
    assert codes(reading) == ["unknown_partner"]
    assert (po["po_number"], po["order_date"], po["requested_date"], po["currency"]) == (
        "CC-70418",
        "2026-11-20",
        "2027-01-11",
        "USD",
    )
    assert [line.get("requested_date") for line in po["lines"]] == [
        None,
        "2027-01-18",
        None,
    ]
    assert po["lines"][0]["characteristics"] == [
        {"name": "grade", "value": "S355J2"},
        {"name": "thickness", "value": "6", "unit": "MMT"},
    ]
    assert po["lines"][1]["price_basis"] == "100"
    assert [entry["date"] for entry in po["lines"][2]["schedule"]] == ["2027-01-11", "2027-01-25"]
    assert po["totals"] == {"lines": 3, "quantity": "494.5", "amount": "1562.71"}
    assert po["source"]["control_numbers"] == ["000000412", "88", "0001"]
    assert {party["role"] for party in po["parties"]} == {"buyer", "ship-to"}
    assert [entry["where"] for entry in po["unmapped"]] == ["segment 6 FOB", "segment 7 ITD", "segment 9 TD5"]


def test_a_whole_orders() -> None:
    reading = read_edifact((DATA / "holt-orders-new.edi").read_bytes(), CONTEXT)
    po = data(reading)
    assert (reading.intent, reading.disposition, po["po_number"]) == ("new_po", "accepted", "4500119034")
    assert po["parties"][0]["address"]["lines"] == ["Gießereistraße 12"]
    assert po["parties"][0]["contacts"] == [{"name": "Jana Weiß", "email": "j.weiss@holt.example"}]
    assert po["lines"][1]["product"]["description"] == "Flansch DN80 + Dichtung"
    assert (po["lines"][1]["price_basis"], po["lines"][1]["requested_date"]) == ("100", "2027-01-25")
    assert po["terms"]["payment"] == "net 30 days"
    assert po["totals"] == {"lines": 2, "amount": "1700.00"}


@pytest.mark.parametrize(
    ("purpose", "intent", "word"),
    [
        ("00", "new_po", "original"),
        ("05", "revision", "revision"),
        ("06", "revision", "revision"),
        ("07", "not_an_order", "copy"),
        ("22", "not_an_order", "copy"),
    ],
)
def test_purpose_of_an_850(purpose: str, intent: str, word: str) -> None:
    reading = read_x12(x12(order(beg=f"BEG*{purpose}*SA*PO-1**20261120~")))
    assert (reading.intent, data(reading)["purpose"]) == (intent, word)


@pytest.mark.parametrize(
    ("function", "intent", "word"),
    [
        ("", "new_po", "original"),
        ("9", "new_po", "original"),
        ("5", "revision", "revision"),
        ("7", "not_an_order", "copy"),
        ("31", "not_an_order", "copy"),
    ],
)
def test_function_of_an_orders(function: str, intent: str, word: str) -> None:
    reading = read_edifact(edifact(message(f"BGM+220+PO-1+{function}'", *ORDER[1:])))
    assert (reading.intent, data(reading)["purpose"]) == (intent, word)


@pytest.mark.rule("R30")
def test_cancellations() -> None:
    for raw in (
        x12(order(beg="BEG*01*SA*PO-1**20261120~")),
        x12(transaction("BCH*01*SA*PO-1**7*20261120~", "N9*L1*NOTE~", "MSG*project stopped~", kind="860")),
    ):
        reading = read_x12(raw)
        assert (reading.intent, data(reading)["po_number"], data(reading)["customer_id"]) == (
            "cancel",
            "PO-1",
            "C-ACME",
        )
    assert data(reading)["request"] == "7"
    reading = read_edifact(edifact(message("BGM+230+CHG-9+1'", "RFF+ON:PO-1'", kind="ORDCHG:D:96A:UN")))
    assert (reading.intent, data(reading)["po_number"], data(reading)["request"]) == ("cancel", "PO-1", "CHG-9")


def test_a_cancellation_of_an_unknown_customer_is_shown() -> None:
    reading = read_x12(x12(order(beg="BEG*01*SA*PO-1**20261120~"), isa=ISA.replace("ACME ", "ACMX ")))
    assert codes(reading) == ["unknown_partner"]
    assert "customer_id" not in data(reading)


@pytest.mark.rule("R8")
def test_a_change_names_what_to_do_with_each_line() -> None:
    reading = read_x12(
        x12(
            transaction(
                "BCH*04*SA*PO-1***20261120~",
                "POC*1*QI*12**EA*2.50**BP*A-1~",
                "POC*2*DI****~",
                "POC*3*AI*5**EA*9**BP*A-3~",
                "POC*4*NC~",
                kind="860",
            )
        )
    )
    assert reading.intent == "change"
    assert [(line["line"], line["action"], line["quantity"]) for line in data(reading)["lines"]] == [
        ("1", "change", "12"),
        ("2", "delete", "0"),
        ("3", "add", "5"),
        ("4", "none", "0"),
    ]


def test_a_change_in_edifact() -> None:
    reading = read_edifact(
        edifact(
            message(
                "BGM+230+CHG-9+4'",
                "RFF+ON:PO-1'",
                "LIN+1+3'",
                "QTY+21:12:PCE'",
                "LIN+2+2'",
                "UNS+S'",
                kind="ORDCHG:D:96A:UN",
            )
        )
    )
    po = data(reading)
    assert (reading.intent, po["purpose"], po["po_number"]) == ("change", "change", "PO-1")
    assert [(line["line"], line["action"]) for line in po["lines"]] == [("1", "change"), ("2", "delete")]
    assert po["references"] == [{"kind": "change-number", "value": "CHG-9"}]


@pytest.mark.rule("R68")
@pytest.mark.parametrize("kind", [*x12_codes.NOT_ORDERS, "XX"])
def test_types_of_850_that_are_not_orders(kind: str) -> None:
    reading = read_x12(x12(order(beg=f"BEG*00*{kind}*PO-1**20261120~")))
    assert (reading.intent, reading.disposition, reading.likely_intent) == (
        "quarantine",
        "quarantine",
        "not_an_order",
    )


@pytest.mark.rule("R68")
@pytest.mark.parametrize("kind", [*edifact_codes.NOT_ORDERS, "999"])
def test_kinds_of_orders_that_are_not_orders(kind: str) -> None:
    reading = read_edifact(edifact(message(f"BGM+{kind}+PO-1+9'", *ORDER[1:])))
    assert (reading.intent, reading.likely_intent) == ("quarantine", "not_an_order")


def test_a_purpose_that_nobody_knows_goes_to_a_person() -> None:
    reading = read_x12(x12(order(beg="BEG*25*SA*PO-1**20261120~")))
    assert (reading.intent, reading.likely_intent) == ("quarantine", "new_po")


def test_lines_without_numbers_are_numbered() -> None:
    reading = read_x12(x12(order(*("PO1**1*EA*1**BP*A~" for _ in range(3)))))
    assert [line["line"] for line in data(reading)["lines"]] == ["1", "2", "3"]
    mixed = read_x12(x12(order("PO1**1*EA*1~", "PO1*1*1*EA*1~", "PO1**1*EA*1~")))
    numbers = [line["line"] for line in data(mixed)["lines"]]
    assert len(set(numbers)) == 3


@pytest.mark.parametrize(
    ("text", "plain"),
    [("10", "10"), ("0010", "10"), (".5", "0.5"), ("5.", "5"), ("12.50", "12.50"), ("0", "0")],
)
def test_decimals(text: str, plain: str) -> None:
    assert first(read_x12(x12(order(f"PO1*1*{text}*EA~"))))["quantity"] == plain


@pytest.mark.parametrize("text", ["1,5", "1 000", "1E3", "--1", ".", "1.2.3", "1234567890123456", "\xb2", "+"])
def test_what_is_no_decimal_is_never_guessed(text: str) -> None:
    assert "number_invalid" in codes(read_x12(x12(order(f"PO1*1*{text}*EA~"))))


def test_either_decimal_mark_in_edifact() -> None:
    for text in ("12,5", "12.5"):
        assert first(read_edifact(edifact(message(*ORDER[:3], f"QTY+21:{text}:KGM'"))))["quantity"] == "12.5"


@pytest.mark.parametrize(
    ("version", "text", "date"),
    [
        ("004010", "20261120", "2026-11-20"),
        ("003010", "261120", "2026-11-20"),
        ("003010", "991231", "1999-12-31"),
        ("004010", "261120", None),
    ],
)
def test_dates_of_short_years_only_in_old_versions(version: str, text: str, date: str | None) -> None:
    gs = f"GS*PO*ACME*METALWORKS*20261120*0915*3*X*{version}~"
    reading = read_x12(x12(order(beg=f"BEG*00*SA*PO-1**{text}~"), gs=gs))
    assert (reading.messages[0].data().get("order_date") if date else None) == date
    assert ("date_invalid" in codes(reading)) == (date is None)


def test_product_identifiers() -> None:
    line = first(read_x12(x12(order("PO1*1*1*EA*1**SK*S-1*VN*V-1*EN*4000862141404*MG*M-1*BP*B-2*ZZ*odd~"))))
    assert line["product"] == {
        "buyer_part": "S-1",
        "seller_part": "V-1",
        "gtin": "4000862141404",
        "manufacturer_part": "M-1",
    }
    reading = read_x12(x12(order("PO1*1*1*EA*1**SK*S-1*BP*B-2*ZZ*odd~")))
    assert [entry["text"] for entry in data(reading)["unmapped"]] == ["BP B-2", "ZZ odd"]


def test_quantities_per_store() -> None:
    reading = read_x12(x12(order("PO1*1*10*EA*1~", "SDQ*EA*92*S1*4*S2*6~")))
    assert first(reading)["schedule"] == [
        {"quantity": "4", "location": "S1"},
        {"quantity": "6", "location": "S2"},
    ]


def test_a_schedule_in_edifact() -> None:
    reading = read_edifact(
        edifact(
            message(
                *ORDER[:4],
                "SCC+1'",
                "QTY+21:4'",
                "DTM+2:20270111:102'",
                "SCC+1'",
                "QTY+21:6'",
                "DTM+2:20270125:102'",
            )
        )
    )
    assert first(reading)["schedule"] == [
        {"quantity": "4", "date": "2027-01-11"},
        {"quantity": "6", "date": "2027-01-25"},
    ]


def test_an_interchange_seen_before_starts_nothing() -> None:
    raw = x12(order())
    keys = read_x12(raw).keys
    assert keys == ("x12:ZZ:ACME:ZZ:METALWORKS:7",)
    again = X12Reader().read(raw, "a.edi", replace(CONTEXT, received=frozenset(keys)))
    assert (again.disposition, codes(again)) == ("rejected", ["interchange_duplicate"])
    twice = EdifactReader().read(
        edifact(message(*ORDER)), "", replace(CONTEXT, received=frozenset({"edifact:14:HOLT:14:METALWORKS:55"}))
    )
    assert twice.disposition == "rejected"


def test_an_interchange_for_somebody_else() -> None:
    reading = X12Reader(our_ids=["OTHERWORKS"]).read(x12(order()), "a.edi", CONTEXT)
    assert (reading.disposition, codes(reading)) == ("rejected", ["wrong_receiver"])
    assert X12Reader(our_ids=["METALWORKS"]).read(x12(order()), "a.edi", CONTEXT).disposition == "accepted"


def test_documents_of_several_kinds_in_one_file() -> None:
    reading = read_x12(x12(order(), order(beg="BEG*05*SA*PO-2**20261120~", number="0002")))
    assert reading.intent == "mixed"
    assert [part.intent for part in reading.parts] == ["new_po", "revision"]
    assert [part.where for part in reading.parts] == [
        "interchange 000000007, group 3, message 0001",
        "interchange 000000007, group 3, message 0002",
    ]


@pytest.mark.parametrize(
    "raw", [b"", b"ISA", b"ISA*", b"ISA*" + b"\xff" * 500, ISA.encode(), ISA.encode() + b"\x00~~*~"]
)
def test_a_file_that_is_hardly_one(raw: bytes) -> None:
    reading = read_x12(raw)
    assert reading.messages == ()
    assert reading.disposition in ("rejected", "accepted", "accepted_with_errors")


def test_recognising() -> None:
    assert X12Reader().recognises(b"\xef\xbb\xbf\r\nISA*00*", "a.txt")
    assert EdifactReader().recognises(b"\n UNB+UNOA", "a.txt")
    assert EdifactReader().recognises(b"UNA:+.? '", "a.txt")
    assert not X12Reader().recognises(b"From: a@b.example", "a.edi")


def test_the_character_set_of_unb() -> None:
    text = message("BGM+220+PO-1+9'", "FTX+AAI+++Žluťoučký kůň'", *ORDER[2:])
    unb = "UNB+UNOD:3+HOLT:14+METALWORKS:14+261120:1105+55'"
    raw = (unb + text + "UNZ+1+55'").encode("iso8859-2")
    assert data(read_edifact(raw))["notes"] == ["Žluťoučký kůň"]
    assert data(read_edifact((unb + text + "UNZ+1+55'").encode()))["notes"] == ["Žluťoučký kůň"]


def test_a_line_that_specifies_loses_nothing() -> None:
    reading = read_x12(x12(order(LINE, "XX1*a*b~", "LDT*AF*3*DA~", "MSG*burr free~")))
    po = data(reading)
    assert po["lines"][0]["notes"] == ["burr free"]
    assert [entry["text"] for entry in po["unmapped"]] == ["XX1*a*b", "LDT*AF*3*DA"]


def test_a_test_of_a_partner_that_is_not_being_tested_is_for_a_person() -> None:
    raw = x12(order(), isa=ISA.replace("*P*", "*T*"))
    reading = read_x12(raw)
    assert (reading.intent, reading.likely_intent, codes(reading)) == ("quarantine", "new_po", ["test_interchange"])
    tested = CUSTOMER.model_copy(update={"edi": EdiProfile(id="ACME", test=True)})
    assert read_x12(raw, Context(Partners([tested]), today="2026-11-22")).intent == "new_po"
    assert read_x12(raw.replace(b"ACME ", b"ACMX ")).intent == "new_po"


def test_parts_of_a_line_are_no_lines() -> None:
    reading = read_edifact(edifact(message(*ORDER[:4], "LIN+2++PART:SA+1:1'", "QTY+21:3'", "UNS+S'")))
    po = data(reading)
    assert [line["quantity"] for line in po["lines"]] == ["10"]
    assert [entry["text"] for entry in po["unmapped"]] == [
        "part of a line: LIN+2++PART:SA+1:1",
        "part of a line: QTY+21:3",
    ]


def test_parts_of_an_x12_line_are_not_the_line() -> None:
    part = ("SLN*1**I*2*EA*3.00***BP*PART~", "PID*F*08***Bolt~", "DTM*002*20270301~", "MSG*zinc plated~")
    reading = read_x12(x12(order(LINE, *part, "PO1*2*5*EA*1**BP*B~", "PID*F*08***Plate~", "CTT*2~")))
    po = data(reading)
    assert [(line["line"], line["quantity"]) for line in po["lines"]] == [("1", "10"), ("2", "5")]
    assert [line["product"].get("description") for line in po["lines"]] == [None, "Plate"]
    assert not [line for line in po["lines"] if line["notes"] or "requested_date" in line]
    assert [entry["text"] for entry in po["unmapped"]] == [f"part of a line: {text.rstrip('~')}" for text in part]


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("marked", [True, False])
def test_files_of_two_bytes_per_character(charset: str, marked: bool) -> None:
    mark = "\ufeff" if marked and charset != "utf-16" else ""
    text = order("N1*ST*Gießerei Zürich~", LINE)
    raw = (mark + x12(text).decode("latin-1")).encode(charset)
    assert X12Reader().recognises(raw, "a.txt")
    assert data(read_x12(raw)) == data(read_x12(x12(text).decode("latin-1").encode()))
    assert data(read_x12(raw))["parties"][0]["name"] == "Gießerei Zürich"
    one = message("BGM+220+PO-1+9'", "FTX+AAI+++Žluťoučký kůň'", *ORDER[2:])
    raw = (mark + edifact(one).decode()).encode(charset)
    assert EdifactReader().recognises(raw, "a.txt")
    assert data(read_edifact(raw))["notes"] == ["Žluťoučký kůň"]


def test_half_a_character_is_an_error_at_its_place() -> None:
    raw = x12(order()).decode("latin-1").encode("utf-16").replace("PE".encode("utf-16-le"), b"\x00\xd8E\x00")
    assert "character_invalid" in codes(read_x12(raw))


def test_quantities_per_place() -> None:
    places = ("LOC+7+4099990000031::9'", "QTY+11:4'", "LOC+7+4099990000048::9'", "QTY+11:6'", "DTM+2:20270125:102'")
    reading = read_edifact(edifact(message(*ORDER[:4], *places, "UNS+S'")))
    assert first(reading)["schedule"] == [
        {"quantity": "4", "location": "4099990000031"},
        {"quantity": "6", "location": "4099990000048", "date": "2027-01-25"},
    ]


def test_a_syntax_error_keeps_the_intent() -> None:
    assert read_x12(x12(order(beg=""))).intent == "new_po"
    assert read_x12(x12(order()).replace(b"*0*P*>", b"*>")).intent == "new_po"
    assert read_edifact(b"UNA:+.? ~" + edifact(message(*ORDER))).intent == "new_po"
    assert read_edifact(edifact(message("RFF+ON:1'", kind="ORDRSP:D:96A:UN"))).intent in (
        "supplier_confirm",
        "quarantine",
    )


def test_what_is_repeated_and_has_no_place_is_kept() -> None:
    parties = (
        "NAD+BY+1::9'",
        "CTA+OC'",
        "COM+1:TE*2:FX'",
        "LIN+1++4000862141404:EN*4000862141411:EN'",
        "PIA+5+A:BP*B:BP'",
    )
    unb = UNB.replace("UNOC:3", "UNOC:4")
    said = data(read_edifact(edifact(message(*ORDER[:2], *parties, *ORDER[3:]), unb=unb)))
    assert [(each["where"], each["text"]) for each in said["unmapped"]] == [
        ("segment 7 LIN element 3", "repeated: 4000862141411:EN"),
        ("segment 8 PIA element 2", "repeated: B:BP"),
        ("segment 6 COM", "FX 2"),
    ]
    assert said["lines"][0]["product"] == {"gtin": "4000862141404", "buyer_part": "A"}
    isa, gs = ISA.replace("*U*00401*", "*^*00501*"), GS.replace("004010", "005010")
    raw = x12(order("REF*DP*038^039~", LINE.replace("A-1", "A-1^A-2"), "MSG*a^b^c~"), isa=isa, gs=gs)
    said = data(read_x12(raw))
    assert [(each["where"], each["text"]) for each in said["unmapped"]] == [
        ("segment 3 REF02", "repeated: 039"),
        ("segment 4 PO107", "repeated: A-2"),
        ("segment 5 MSG01", "repeated: b^c"),
    ]
    assert (said["lines"][0]["product"], said["lines"][0]["notes"]) == ({"buyer_part": "A-1"}, ["a"])


def test_a_mark_of_repetition_is_text_where_none_is_agreed() -> None:
    said = data(read_x12(x12(order(LINE, "MSG*a^b~"))))
    assert (said["lines"][0]["notes"], said["unmapped"]) == (["a^b"], [])


def test_an_order_with_repeated_elements_is_read_alike_behind_its_like() -> None:
    isa, gs = ISA.replace("*U*00401*", "*^*00501*"), GS.replace("004010", "005010")
    sets = [
        order("REF*DP*038^039~", LINE, "CTT*1~", beg=f"BEG*00*SA*PO-{n}**20261120~", number=f"{n:04}")
        for n in (1, 2, 3)
    ]
    kept = [message.data()["unmapped"] for message in read_x12(x12(*sets, isa=isa, gs=gs)).messages]
    assert kept == [[{"where": "segment 3 REF02", "text": "repeated: 039"}]] * 3


def test_what_is_repeated_is_kept_up_to_a_limit() -> None:
    unb = UNB.replace("UNOC:3", "UNOC:4")
    many = "*".join(f"{n}:EN" for n in range(50_000))[:60_000]
    said = data(read_edifact(edifact(message(*ORDER[:2], f"LIN+1++{many}:EN'", *ORDER[3:]), unb=unb)))
    assert [len(each["text"]) for each in said["unmapped"]] == [2000]
