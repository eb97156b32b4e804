"""What lines of orders say beside quantity and number: prices, amounts, places, products."""

from __future__ import annotations

from typing import Any

import pytest

from hub.ports import Reading
from tests.unit.edi.documents import LINE, codes, edifact, message, order, read_edifact, read_x12, x12


def line(reading: Reading) -> dict[str, Any]:
    assert len(reading.messages) == 1, reading.findings
    found: dict[str, Any] = reading.messages[0].data()["lines"][0]
    return found


def kept(reading: Reading) -> list[str]:
    return [entry["text"] for entry in reading.messages[0].data()["unmapped"]]


@pytest.mark.parametrize(
    ("unit", "basis", "reckoned"),
    [
        ("EA", "PE", ("1", [])),
        ("CA", "PE", ("1", [])),
        ("EA", "PN", ("10", [])),
        ("EA", "QH", ("100", [])),
        ("EA", "LM", ("1000", [])),
        ("LB", "PP", ("1", [])),
        ("FT", "HF", ("100", [])),
        ("DZ", "PD", ("1", [])),
        ("EA", "PD", ("12", [])),
        ("CA", "PP", (None, ["price_unit_differs"])),
        ("KG", "PT", (None, ["price_unit_differs"])),
        ("EA", "RE", (None, ["price_basis_unknown"])),
        ("EA", "PU", (None, ["price_basis_unknown"])),
    ],
)
def test_a_price_is_for_as_many_of_its_unit_as_its_basis_says(
    unit: str, basis: str, reckoned: tuple[str | None, list[str]]
) -> None:
    """X12 element 639: PP is a price per pound, which says nothing of a case; RE is what shops ask for the goods."""
    reading = read_x12(x12(order(f"PO1*1*5*{unit}*2.50*{basis}*BP*A-1~")))
    basis_used = line(reading)["price_basis"] if "unit_price" in line(reading) else None
    assert (basis_used, codes(reading)) == reckoned
    assert kept(reading) == ([f"price 2.50 {basis}"] if reckoned[0] is None else [])


def test_an_amount_stated_for_a_line_is_what_quantity_and_price_make() -> None:
    """X12 850 loop PO1, AMT*1: the line item total; charges of the line may be in it."""
    assert codes(read_x12(x12(order(LINE, "AMT*1*25.00~", "CTT*1~")))) == []
    assert codes(read_x12(x12(order(LINE, "AMT*1*250.00~", "CTT*1~")))) == ["line_amount"]
    assert codes(read_x12(x12(order(LINE, "SAC*C*D240***500~", "AMT*1*30.00~", "CTT*1~")))) == []


def test_the_amount_of_a_line_is_looked_at_for_every_quantity() -> None:
    """Lines with an amount are read in full, however often they come."""
    orders = [order(LINE, "AMT*1*25.00~", "CTT*1~", number=f"{n:04}") for n in range(1, 4)]
    wrong = order(LINE.replace("*10*", "*100*"), "AMT*1*25.00~", "CTT*1~", number="0004")
    assert codes(read_x12(x12(*orders, wrong))) == ["line_amount"]


def test_the_total_after_the_lines_is_not_that_of_the_last_line() -> None:
    reading = read_x12(x12(order(LINE, LINE.replace("*1*", "*2*"), "CTT*2~", "AMT*1*50~")))
    assert codes(reading) == []
    assert reading.messages[0].data()["totals"] == {"lines": 2, "amount": "50"}


def test_the_delivery_place_of_a_line_is_told_where_it_is_not_that_of_the_order() -> None:
    header = ("N1*ST*Plant 2*92*CC02~",)
    assert codes(read_x12(x12(order(*header, LINE, "N1*ST*Plant 2*92*CC02~")))) == []
    reading = read_x12(x12(order(*header, LINE, "N1*ST*Plant 3*92*CC03~", "N3*1 Rail Road~")))
    assert codes(reading) == ["line_delivery"]
    assert kept(reading) == ["N1*ST*Plant 3*92*CC03", "N3*1 Rail Road"]


def test_a_currency_of_a_line_is_told_where_it_is_not_that_of_the_order() -> None:
    assert codes(read_x12(x12(order("CUR*BY*USD~", LINE, "CUR*BY*USD~")))) == []
    reading = read_x12(x12(order("CUR*BY*USD~", "CUR*SE*CAD*1.3~", LINE)))
    assert (reading.messages[0].data()["currency"], kept(reading)) == ("USD", ["CUR*SE*CAD*1.3"])


def test_a_line_that_names_no_product_is_told() -> None:
    assert codes(read_x12(x12(order("PO1*1*1*EA*2**ZZ*A-1~")))) == ["product_unidentified"]
    assert codes(read_x12(x12(order("PO1*1*1*EA*2~", "PID*F****Bracket~")))) == []


def test_notes_and_references_of_a_line_are_all_kept() -> None:
    said = ("NTE*SPH*no forklift~", "N9*L1*Deliver to gate 7~", "REF*ZZ*7*dock~", "N9*L1*NOTE~", "MSG*ring twice~")
    reading = read_x12(x12(order(LINE, *said)))
    assert line(reading)["notes"] == ["no forklift", "ring twice"]
    assert kept(reading) == ["N9*L1*Deliver to gate 7", "dock"]


def test_the_rate_of_a_charge_is_kept() -> None:
    """X12 SAC08-10: rate, unit and quantity."""
    reading = read_x12(x12(order("SAC*A*F340******0.01*PN*63**02***PICKUP~", LINE)))
    assert kept(reading) == ["allowance: SAC*A*F340******0.01*PN*63**02***PICKUP"]


HEAD = ("BGM+220+PO-1+9'", "DTM+137:20261120:102'")
LIN = "LIN+1++4000862141404:SRV'"


def orders(*segments: str, kind: str = "ORDERS:D:96A:UN", head: tuple[str, ...] = HEAD) -> Reading:
    return read_edifact(edifact(message(*head, *segments, "UNS+S'", kind=kind)))


def ordchg(*segments: str) -> Reading:
    return orders(*segments, kind="ORDCHG:D:96A:UN", head=("BGM+230+CHG-9+4'", "RFF+ON:PO-1'"))


@pytest.mark.parametrize(
    ("quantity", "price", "used"),
    [
        ("21:48:PCE", "AAA:14.58:::1:PCE", True),
        ("21:48", "AAA:14.58:::1:C62", True),
        ("21:48:KGM", "AAA:14.58:CT::100:KGM", True),
        ("21:48", "AAA:14.58:CT:AAE:1:KGM", False),
        ("21:48:MTR", "AAA:14.58:::1000:PCE", False),
    ],
)
def test_a_price_is_for_the_unit_that_it_names(quantity: str, price: str, used: bool) -> None:
    """UN/EDIFACT C509: 5284 is the unit price basis, 6411 what it is measured in."""
    for segments in ((f"QTY+{quantity}'", f"PRI+{price}'"), (f"PRI+{price}'", f"QTY+{quantity}'")):
        reading = orders(LIN, *segments)
        assert ("unit_price" in line(reading)) == used
        assert codes(reading) == ([] if used else ["price_unit_differs"])


def test_the_amount_of_an_edifact_line_is_what_quantity_and_price_make() -> None:
    """UN/EDIFACT 5025: 203 is the line item amount; with charges, or a gross price, it is another."""
    said = (LIN, "QTY+21:48'", "MOA+203:699.84'", "PRI+AAA:14.58'")
    assert codes(orders(*said)) == []
    assert codes(orders(*said[:1], "QTY+21:4.8'", *said[2:])) == ["line_amount"]
    assert codes(orders(*said[:1], "QTY+21:4.8'", *said[2:], "ALC+C'", "MOA+8:630'")) == []
    assert codes(orders(*said[:1], "QTY+21:4.8'", "MOA+203:6'", "PRI+AAB:14.58'")) == []


def test_the_amount_of_an_edifact_line_is_looked_at_for_every_quantity() -> None:
    said = (*HEAD, LIN, "QTY+21:{}'", "MOA+203:20'", "PRI+AAA:2'", "UNS+S'", "CNT+2:1'")
    messages = [message(*said, number=str(n)).format(10 if n < 4 else 100) for n in range(1, 5)]
    assert codes(read_edifact(edifact(*messages))) == ["line_amount"]


@pytest.mark.rule("R8")
def test_a_line_of_an_ordchg_has_the_number_that_it_has_in_the_order() -> None:
    """EANCOM ORDCHG: RFF+ON with the line of the order (1156); LIN 1082 only counts within the change."""
    reading = ordchg("LIN+1+2'", "RFF+ON:PO-1:20'", "LIN+2+3'", "RFF+LI:PO-1:40'", "QTY+21:5:PCE'", "LIN+3+11'")
    lines = reading.messages[0].data()["lines"]
    assert [(each["line"], each["action"]) for each in lines] == [("20", "delete"), ("40", "change"), ("3", "none")]


def test_a_line_that_an_orders_takes_away_is_for_a_person() -> None:
    """UN/EDIFACT 1229: 2 deleted, 7 not accepted; an order has lines to be added, or says nothing."""
    for action in ("2", "7"):
        reading = orders(f"LIN+1+{action}+4000862141404:SRV'", "QTY+21:10'")
        assert (reading.disposition, codes(reading)) == ("quarantine", ["purpose_unhandled"])
    assert orders("LIN+1+1+4000862141404:SRV'", "QTY+21:10'").disposition == "accepted"


def test_what_replaces_a_product_is_not_taken_for_it() -> None:
    """UN/EDIFACT 4347: 1 and 5 name the product, 3 and 4 what it is substituted by or for."""
    reading = orders("LIN+1'", "PIA+4+OLD-1:BP'", "PIA+5+NEW-1:BP'", "QTY+21:10'")
    assert line(reading)["product"] == {"buyer_part": "NEW-1"}
    assert kept(reading) == ["another product: PIA+4+OLD-1:BP"]


def test_a_coded_description_is_not_the_name_of_the_product() -> None:
    """UN/EDIFACT 7077: C is a description by code; 7009 of a free one may hold text."""
    reading = orders(LIN, "IMD+C++TU::9'", "IMD+F++Bracket'", "QTY+21:10'")
    assert line(reading)["product"]["description"] == "Bracket"
    assert line(reading)["characteristics"] == [{"name": "description", "value": "TU"}]


def test_dates_and_quantities_of_a_group_stay_with_it() -> None:
    """UN/EDIFACT D.96A ORDERS: a DTM belongs to the RFF, TDT or LOC before it, a QTY to the ALC or LOC."""
    reading = orders(
        LIN,
        "QTY+21:48:PCE'",
        "RFF+CT:7'DTM+171:20260801:102'",
        "LOC+7+A::9'QTY+11:24:PCE'DTM+2:20270115:102'DTM+64:20270101:102'",
        "LOC+7+B::9'QTY+21:24:PCE'DTM+2:20270113:102'",
        "ALC+C'QTY+1:7:KGM'",
        "TDT+20'DTM+133:20270110:102'",
    )
    said = line(reading)
    assert said["schedule"] == [
        {"quantity": "24", "date": "2027-01-15", "location": "A"},
        {"quantity": "24", "date": "2027-01-13", "location": "B"},
    ]
    assert (said["quantity"], said["unit"]) == ("48", "H87")
    assert kept(reading) == [
        "date 171 2026-08-01",
        "date 64 2027-01-01",
        "ALC+C",
        "QTY+1:7:KGM",
        "TDT+20",
        "date 133 2027-01-10",
    ]


def test_the_parts_of_a_line_make_up_its_quantity_where_none_is_stated() -> None:
    parts = "SCC+1'QTY+21:5:KGM'DTM+2:20270115:102'QTY+21:{}'DTM+2:20270122:102'"
    assert line(orders(LIN, parts.format("7:KGM")))["quantity"] == "12"
    assert "segment_missing" in codes(orders(LIN, parts.format("7:PCE")))


def test_the_delivery_party_is_where_goods_go_whatever_consignees_are_named() -> None:
    """UN/EDIFACT 3035: DP delivery party, ST ship to, CN consignee, UC ultimate consignee."""
    reading = orders("NAD+UC+1::9'", "NAD+DP+2::9'", LIN, "QTY+21:10'")
    assert [party["role"] for party in reading.messages[0].data()["parties"]] == ["other", "ship-to"]
    alone = orders("NAD+UC+1::9'", LIN, "QTY+21:10'", "NAD+DP+3::9'")
    assert alone.messages[0].data()["parties"][0]["role"] == "ship-to"
    assert codes(alone) == ["line_delivery"]


@pytest.mark.parametrize(
    ("said", "day", "beside"),
    [
        ("150127:2", "2027-01-15", []),
        ("011527:3", "2027-01-15", []),
        ("202701151430:203", "2027-01-15", ["2 at 14:30"]),
        ("202701150000:203", "2027-01-15", []),
        ("14:804", None, ["DTM+2:14:804"]),
        ("202703:616", None, ["DTM+2:202703:616"]),
    ],
)
def test_dates_in_the_formats_of_edifact(said: str, day: str | None, beside: list[str]) -> None:
    """UN/EDIFACT 2379: 2 is DDMMYY, 3 MMDDYY; 804 a number of days, 616 a week: kept for a person."""
    reading = orders(f"DTM+2:{said}'", LIN, "QTY+21:10'")
    assert (reading.messages[0].data().get("requested_date"), kept(reading)) == (day, beside)
    assert codes(reading) == ([] if day else ["date_not_a_day"])


def test_dates_of_x12_in_a_format_of_their_own_and_times() -> None:
    """X12 DTM05, 06: D8 is CCYYMMDD; DTM03 the time."""
    reading = read_x12(x12(order("DTM*002****D8*20270115~", "DTM*010*20270110*0830~", LINE)))
    assert reading.messages[0].data()["requested_date"] == "2027-01-15"
    assert kept(reading) == ["010 at 0830", "date 010 2027-01-10"]


def test_a_second_currency_is_kept() -> None:
    reading = orders("CUX+2:GBP:9+3:EUR:4+1.67'", LIN, "QTY+21:10'")
    assert (reading.messages[0].data()["currency"], kept(reading)) == ("GBP", ["CUX+2:GBP:9+3:EUR:4+1.67"])


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "fits"),
    [
        ("3000", "24.1:::100", "723.12", True),
        ("3000", "24.1:::100", "724.00", False),
        ("100000", "0.01", "1004", True),
        ("100000", "0.01", "1400", False),
        ("7", "1.005", "7.04", True),
    ],
)
def test_an_amount_may_differ_by_what_the_price_was_rounded(quantity: str, price: str, amount: str, fits: bool) -> None:
    """Prices are rounded to cents, amounts are reckoned before; more than half a percent that is not."""
    reading = orders(LIN, f"QTY+21:{quantity}'", f"MOA+203:{amount}'", f"PRI+AAA:{price}'")
    assert codes(reading) == ([] if fits else ["line_amount"])


def test_text_that_was_divided_in_the_middle_of_a_word_is_one_again() -> None:
    """UN/EDIFACT C273 and C080: 7008 and 3036 have 35 characters each, and come twice, or five times."""
    party = f"NAD+BY+1::9++{'x' * 35}:y z:{'q' * 34}:w'"
    reading = orders(party, LIN, f"IMD+F++:::{'Falthandtuch Katrin Classic M 2 2-l'}:agig'", "QTY+21:1'")
    assert reading.messages[0].data()["parties"][0]["name"] == f"{'x' * 35}y z {'q' * 34} w"
    assert line(reading)["product"]["description"] == "Falthandtuch Katrin Classic M 2 2-lagig"


def test_an_interchange_without_the_version_of_its_syntax_is_read() -> None:
    """ISO 9735 S001: 0002 is left away by some; the component separator is the standard's then."""
    raw = edifact(message(*HEAD, LIN, "QTY+21:1:PCE'", "UNS+S'"), unb="UNB+UNOB+HOLT:14+METALWORKS:14+261120:1105+55'")
    assert (codes(read_edifact(raw)), line(read_edifact(raw))["quantity"]) == ([], "1")


def test_the_number_of_an_order_may_stand_as_a_reference() -> None:
    """UN/EDIFACT BGM: 1004 is conditional; RFF ON is the buyer's order number."""
    reading = orders(LIN, "QTY+21:1'", head=("BGM+220'", "RFF+ON:70678989'"))
    assert (codes(reading), reading.messages[0].data()["po_number"]) == ([], "70678989")
    assert codes(orders(LIN, "QTY+21:1'", head=("BGM+220'",))) == ["element_missing"]
