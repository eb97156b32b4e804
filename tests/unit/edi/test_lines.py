"""What lines of orders say beside quantity and number: prices, amounts, places, products."""

from __future__ import annotations

from typing import Any

import pytest

from hub.ports import Reading
from tests.unit.edi.documents import LINE, codes, order, read_x12, x12


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
