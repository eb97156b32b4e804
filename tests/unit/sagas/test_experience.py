"""What the hub learns, whatever the order in which it hears of it, and the figures that people read (R2, R13)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from hub.messages.customer_po import Line
from hub.messages.envelope import check_data
from hub.sagas.calendar import Calendar
from hub.sagas.case import Agreed, CustomerTerms
from hub.sagas.history.experience import (
    REMEMBERED,
    Delivery,
    Finished,
    Listed,
    Making,
    Planned,
    ProductRecord,
    SupplierRecord,
    delivered,
    finished,
)
from hub.sagas.history.figures import load_figures, made_before, needed, punctuality, scaled
from hub.sagas.history.knowledge import History, Knowledge
from hub.sagas.history.load import Load, loads
from hub.sagas.model import OrderLine
from hub.sagas.products import product_of, specification_of
from hub.sagas.sales.prices import price_facts
from hub.sagas.supply import Stock

EMPTY = ProductRecord("part MW-1", "", "C-HOLT")


def line(**given: Any) -> Line:
    return Line.model_validate({"line": "1", "product": {}, "quantity": "4", "unit": "H87", **given})


def listing(at: str, quantity: str = "30", pieces: str = "10") -> Listed:
    return Listed(at, f"W-{at}", "Jo", Decimal(pieces), (("STEEL", Decimal(quantity), "KGM"),))


@pytest.mark.rule("R1a")
def test_a_product_is_known_by_our_number_and_by_the_customers_only_with_the_customer() -> None:
    assert product_of("C-A", line(product={"seller_part": "MW-1", "buyer_part": "X"})) == "part MW-1"
    assert product_of("C-A", line(product={"gtin": "401"})) == product_of("C-B", line(product={"gtin": "401"}))
    theirs = line(product={"buyer_part": "X"})
    assert product_of("C-A", theirs) != product_of("C-B", theirs)
    assert product_of("C-A", line(product={"description": "Plate " * 500})).startswith("C-A's ")
    assert len(product_of("C-A", line(product={"description": "Plate " * 500}))) < 300
    grade = {"name": "grade", "value": "S355"}
    bore = {"name": "bore", "value": "40", "unit": "MMT"}
    assert specification_of(line(characteristics=[grade, bore])) == specification_of(
        line(characteristics=[bore, grade])
    )
    assert len({specification_of(line(characteristics=each)) for each in ([], [grade], [bore])}) == 3
    assert specification_of(line(unit="C62")) == specification_of(line()) != specification_of(line(unit="KGM"))


@pytest.mark.rule("R2")
def test_what_is_learnt_does_not_depend_on_the_order_of_learning() -> None:
    lists = [listing(f"2026-11-2{day}T08:00:00Z") for day in (3, 1, 2)]
    ends = [Finished(f"2026-12-0{day}T08:00:00Z", f"W-{day}", day, "LASER-1") for day in (2, 3, 1)]

    def learnt(order: tuple[int, ...]) -> ProductRecord:
        record = EMPTY
        for place in order:
            record = record.with_list(lists[place]).with_finished(ends[place])
        return record

    assert len({learnt(order) for order in permutations(range(3))}) == 1
    assert learnt((0, 1, 2)).listed == lists[0]
    assert [each.days for each in learnt((0, 1, 2)).latest] == [3, 2, 1]


def test_single_figures_are_kept_of_the_latest_only_and_all_are_counted() -> None:
    product, supplier = EMPTY, SupplierRecord("S-ONE")
    for day in range(REMEMBERED + 5):
        at = (date(2026, 1, 1) + timedelta(days=day)).isoformat()
        product = product.with_finished(Finished(at, f"W-{day}", float(day)))
        supplier = supplier.with_delivery(Delivery(at, f"M-{day}", "1", day))
    assert (product.times, len(product.latest), product.latest[-1].days) == (30, 25, 5.0)
    assert (supplier.deliveries, supplier.on_time, supplier.median_days_late) == (30, 1, 17.0)
    assert punctuality(supplier) == {"deliveries": 30, "on_time_share": 0.03, "median_days_late": 17.0}
    assert punctuality(SupplierRecord("S-TWO")) is None


def test_the_days_of_making_are_to_a_tenth() -> None:
    making = Making("W-1", "C-HOLT", line(), Decimal(4), "2026-11-23T08:00:00Z", "LASER-1")
    assert finished(making, "2026-11-30T20:00:00Z") == Finished("2026-11-30T20:00:00Z", "W-1", 7.5, "LASER-1")


@pytest.mark.rule("R13")
def test_a_delivery_is_late_by_its_promise_and_counts_only_where_it_was_awaited() -> None:
    def come(received: str, brought: str, **dates: str) -> list[int]:
        stated = {"line": "1", "material": "STEEL", "unit": "KGM"}
        data = {
            "material_po_id": "M-1",
            "supplier_id": "S-ONE",
            "order_ids": [],
            "lines": [{**stated, "quantity": "100", "received": received, **dates}],
            "receipt": [{**stated, "quantity": brought}],
        }
        event: Any = check_data("material-po.received.v1", data)
        return [each.days_late for each in delivered(event, "2026-12-03T23:59:00Z", Calendar())]

    both = {"requested_date": "2026-12-01", "promised_date": "2026-12-05"}
    assert come("100", "100", **both) == [-2]
    assert come("100", "40", requested_date="2026-12-01") == [2]
    assert come("140", "40", **both) == [], "all had come before"
    assert come("100", "100") == [], "no day was named"


@pytest.mark.rule("R2")
def test_history_is_of_the_specification_asked_for_and_lists_of_the_customers_own_come_first() -> None:
    mine = EMPTY.with_list(listing("2026-11-01T08:00:00Z")).with_finished(Finished("2026-11-09", "W-1", 8.0, "LASER-1"))
    theirs = ProductRecord("part MW-1", "", "C-OTHER").with_list(listing("2026-11-20T08:00:00Z", "44"))
    theirs = theirs.with_finished(Finished("2026-11-22", "W-2", 2.0, "PRESS-1"))
    other = ProductRecord("part MW-1", "S235", "C-HOLT").with_finished(Finished("2026-11-21", "W-3", 1.0))
    history = History((mine, theirs, other), "", "C-HOLT")
    assert made_before(history, Calendar()) == {
        "times": 2,
        "for_this_customer": 1,
        "to_other_specifications": 1,
        "last": "2026-11-22",
        "days": {"median": 5.0, "last": 2.0, "count": 2},
    }
    assert (history.listed, history.work_center) == (mine.listed, "PRESS-1")
    assert History((theirs,), "", "C-HOLT").listed == theirs.listed
    assert History((), "", "C-HOLT").median_days is None


def test_a_list_is_scaled_to_the_pieces_and_rounded_up() -> None:
    assert scaled(listing("2026", "10", "3"), Decimal(1)) == [("STEEL", Decimal("3.333333334"), "KGM")]
    assert scaled(listing("2026", "30", "10"), Decimal(7)) == [("STEEL", Decimal(21), "KGM")]
    assert scaled(listing("2026", "30", "0"), Decimal(7)) == []


@pytest.mark.rule("R2")
def test_two_lines_do_not_count_on_the_same_steel() -> None:
    history = History((EMPTY.with_list(listing("2026-11-01T08:00:00Z")),), "", "C-HOLT")
    known = Knowledge(stock={"STEEL": Stock("STEEL", "KGM", on_hand=Decimal(50), reserved=Decimal(5))})
    taken: dict[str, Decimal] = {}
    assert [needed(history, Decimal(10), known, taken)[0]["enough"] for _ in range(2)] == [True, False]


@pytest.mark.rule("R2")
def test_the_load_counts_work_orders_and_working_days_by_week() -> None:
    """Tuesday, 24 November 2026 is in week 48; the Thursday of that week is a holiday here."""
    today = date(2026, 11, 24)
    plans = [
        Planned("W-1", "LASER-1", "2026-11-20", "2026-11-23"),
        Planned("W-2", "LASER-1", "2026-11-25", "2026-12-01"),
        Planned("W-3", "LASER-1", "2026-12-05", "2026-12-06"),
        Planned("W-4", "PRESS-1", "2026-11-25", "9999-12-31"),
    ]
    found = loads(plans, today, Calendar(holidays=frozenset({date(2026, 11, 26)})))
    first, second = date(2026, 11, 23), date(2026, 11, 30)
    assert found["LASER-1"] == {first: Load(2, 3), second: Load(2, 2)}, "what is overdue is still to be done, today"
    assert len(found["PRESS-1"]) < 110

    history = History((EMPTY.with_finished(Finished("2026-11-01", "W-0", 3.0, "LASER-1")),), "", "C-HOLT")
    figures = load_figures(history, "2026-12-10", Knowledge(loads=found), today)
    assert figures == {
        "work_center": "LASER-1",
        "weeks": [
            {"week": "2026-W48", "orders": 2, "days": 3},
            {"week": "2026-W49", "orders": 2, "days": 2},
            {"week": "2026-W50", "orders": 0, "days": 0},
        ],
    }
    assert load_figures(History((), "", "C-HOLT"), "2026-12-10", Knowledge(loads=found), today) is None


TERMS = CustomerTerms("EUR", {"HM-1": Agreed("38.75"), "MW-2": Agreed("112.50", "100")}, {"HM-2": "MW-2"})


@pytest.mark.rule("R67")
@pytest.mark.parametrize(
    ("part", "price", "basis", "currency", "differs", "value"),
    [
        ("HM-1", "38.75", "1", "EUR", False, "155"),
        ("HM-1", "3875.00", "100", "EUR", False, "155"),
        ("HM-1", "38.74", "1", "EUR", True, "154.96"),
        ("HM-1", "38.75", "1", "USD", True, "155"),
        ("HM-1", None, "1", "EUR", False, "155"),
        ("HM-1", None, "1", "USD", True, "155"),
        ("HM-2", "1.125", "1", "EUR", False, "4.5"),
        ("HM-2", "1.13", "1", None, True, "4.52"),
        ("HM-3", "7.00", "1", "EUR", False, "28"),
        ("HM-3", None, "1", "EUR", False, None),
        ("HM-3", "7.00", "0", "EUR", False, None),
    ],
)
def test_a_price_is_held_against_the_one_agreed(
    part: str, price: str | None, basis: str, currency: str | None, differs: bool, value: str | None
) -> None:
    item = line(product={"buyer_part": part}, unit_price=price, price_basis=basis)
    facts = price_facts(OrderLine(item, Decimal(4)), currency, TERMS)
    assert (facts["price_differs"], facts["value"]) == (differs, value)
