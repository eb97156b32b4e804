"""A count below what is set aside: noticed at once, and taken from those who need it last (R12, R14)."""

from __future__ import annotations

import pytest

from tests.unit.sagas.play import Play

pytestmark = pytest.mark.rule("R12", "R14")


def due(day: str) -> dict[str, object]:
    """A purchase order whose only line is due on that day."""
    product = {"line": "1", "product": {"buyer_part": "P"}, "quantity": "10", "unit": "H87"}
    return {"lines": [{**product, "requested_date": day}]}


@pytest.fixture
def play() -> Play:
    """Of 50 kg, 20 are set aside for an order due in January, and 20 for one due in March; both are ready."""
    play = Play().in_stock("STEEL", "50")
    for key, day in (("AAAAAAAAAAAA", "2027-03-01"), ("BBBBBBBBBBBB", "2027-01-11")):
        play.another_order(key).submit(po_number=f"47{key[0]}", **due(day))
        play.review("confirm")
        play.supplied("1", "20")
    return play


def count(play: Play, number: str) -> str:
    """So much is found in the warehouse."""
    return play.tell("stock.adjust", material="STEEL", count=number, unit="KGM", reason="yearly count")


def states(play: Play) -> list[str]:
    """The states of the one requirement of each order: of March, of January."""
    return [next(iter(order.requirements.values())).state for order in play.case.orders.values()]


def test_enough_for_all_is_no_shortage(play: Play) -> None:
    count(play, "40")
    assert (play.said, states(play)) == ([], ["reserved", "reserved"])


def test_who_needs_it_last_does_without_first(play: Play) -> None:
    count(play, "35")
    assert play.said == ["material.short", "material.required"]
    event = play.event("material.short")
    assert (event.order_id, event.short) == ("O-AAAAAAAAAAAA", "5")
    assert play.event("material.required").quantity == "5"
    assert states(play) == ["to_source", "reserved"]
    assert play.another_order("AAAAAAAAAAAA").work("1").state == "awaiting_materials"
    assert play.asked == ["material.source"]


def test_what_is_said_of_the_stock_is_true_at_once(play: Play) -> None:
    count(play, "35")
    said = [event for event, _, _ in play.last.events if event.TYPE == "stock.changed.v1"]
    assert [(event.on_hand, event.reserved, event.change) for event in said] == [("35", "35", "-15")]  # type: ignore[attr-defined]
    assert said[0].order_ids == ["O-AAAAAAAAAAAA"]  # type: ignore[attr-defined]


def test_a_great_loss_reaches_everybody(play: Play) -> None:
    count(play, "7")
    assert [event.short for event, _, _ in play.last.events if event.TYPE == "material.short.v1"] == ["20", "13"]  # type: ignore[attr-defined]
    assert states(play) == ["to_source", "to_source"]
    assert (play.stock().on_hand, play.stock().reserved) == (7, 7)


def test_a_schedule_says_better_than_a_date_who_needs_it_last(play: Play) -> None:
    play.another_order("AAAAAAAAAAAA").schedule("1", start="2026-12-01", end="2026-12-03")
    play.another_order("BBBBBBBBBBBB").schedule("1", start="2026-12-07", end="2026-12-08")
    count(play, "35")
    assert states(play) == ["reserved", "to_source"]
    assert play.work("1").start is None, "its production is to be planned anew"


def test_sourced_anew_it_goes_on(play: Play) -> None:
    count(play, "35")
    play.another_order("AAAAAAAAAAAA").source(1, stock="1", S_ONE="4")
    assert play.code == "short_stock"
    play.source(1, S_ONE="5")
    play.receive(play.po().material_po_id, "5")
    assert (play.requirement(1).state, play.work("1").state) == ("available", "ready")
    play.schedule("1")
    play.start("1")
    assert (play.stock().on_hand, play.stock().reserved) == (20, 20)


def test_who_waits_for_the_rest_is_short_too() -> None:
    play = Play().in_stock("STEEL", "20").ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, stock="20", S_ONE="10")
    count(play, "12")
    assert (play.requirement(1).state, play.requirement(1).unsourced, play.requirement(1).awaited) == (
        "to_source",
        8,
        10,
    )
    play.receive(play.po().material_po_id, "10")
    play.source(1, S_TWO="8")
    play.receive(play.po(2).material_po_id, "8")
    assert (play.requirement(1).state, play.stock().reserved) == ("available", 30)


def test_two_needs_of_one_line_are_not_served_from_the_same_steel() -> None:
    play = Play().in_stock("STEEL", "20").ordered()
    play.need("1", ("STEEL", "12"), ("STEEL", "8"))
    play.source(1, stock="12")
    play.source(2, stock="8")
    count(play, "15")
    assert [play.requirement(number).lost for number in (1, 2)] == [0, 5]


def test_what_production_has_taken_is_not_missed(play: Play) -> None:
    play.schedule("1")
    play.start("1")
    count(play, "20")
    assert (play.said, play.stock().reserved) == ([], 20)
