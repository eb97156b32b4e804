"""Every line keeps four dates apart; a delay is the sales officer's to decide on, and no supplier's (R60)."""

from __future__ import annotations

import pytest

from hub.sagas.model import OrderLine
from tests.unit.sagas.play import Play
from tests.unit.sagas.test_materials import second_order

pytestmark = pytest.mark.rule("R60")

DUE = "2027-01-11"


@pytest.fixture
def play() -> Play:
    """An order due on 2027-01-11, a Monday, whose only line needs 30 kg of steel, ordered from S_ONE."""
    play = Play().ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, S_ONE="30")
    return play


def dates(line: OrderLine) -> tuple[str | None, ...]:
    """The four dates of a line: requested, first confirmed, currently confirmed, projected."""
    return line.requested, line.first_confirmed, line.confirmed, line.projected


def promise(play: Play, day: str) -> None:
    """The supplier accepts, and names a day."""
    play.acknowledge(play.po().material_po_id, promised_date=day)


def decide(play: Play, day: str, **more: str) -> str:
    """The sales officer decides on the delay of line 1."""
    return play.tell("order.review-delay", order_id=play.order_id, line="1", confirmed_date=day, **more)


def test_a_confirmed_order_has_its_four_dates(play: Play) -> None:
    assert dates(play.line("1")) == (DUE, DUE, DUE, DUE)


def test_a_promise_in_time_moves_the_projection_and_asks_nobody(play: Play) -> None:
    promise(play, "2026-12-04")
    assert dates(play.line("1")) == (DUE, DUE, DUE, "2026-12-09")
    assert (play.said, play.asked) == (["material-po.confirmed"], [])


def test_a_late_promise_is_put_to_the_sales_officer_and_changes_no_promise(play: Play) -> None:
    promise(play, "2027-01-15")
    assert play.said == ["material-po.confirmed", "order.delay-projected"]
    assert dates(play.line("1")) == (DUE, DUE, DUE, "2027-01-20")
    event = play.event("order.delay-projected")
    assert (event.line, event.confirmed, event.projected) == ("1", DUE, "2027-01-20")
    assert play.asked == ["order.review-delay"]
    facts = play.event("task.opened").facts
    assert facts["materials"][0]["expected"] == "2027-01-15"


def test_decided_the_customer_is_told_and_the_first_promise_is_kept_in_mind(play: Play) -> None:
    promise(play, "2027-01-15")
    assert decide(play, "2027-01-22", task_id=play.task("order.review-delay").task_id) == ""
    assert play.said == ["order.delay-confirmed"]
    event = play.event("order.delay-confirmed")
    assert (event.confirmed, event.before) == ("2027-01-22", DUE)
    assert dates(play.line("1")) == (DUE, DUE, "2027-01-22", "2027-01-20")
    assert (play.asked, play.work("1").due) == ([], "2027-01-22")


def test_the_officer_may_insist_on_the_date_and_the_customer_hears_nothing(play: Play) -> None:
    promise(play, "2027-01-15")
    assert decide(play, DUE) == ""
    assert (play.said, play.asked) == ([], [])
    play.receive(play.po().material_po_id, "30")
    assert play.asked == ["work-order.schedule"]


def test_only_a_later_projection_is_put_to_the_officer_again(play: Play) -> None:
    promise(play, "2027-01-15")
    decide(play, DUE)
    po = play.po().material_po_id
    sent = {"material_po_id": po, "lines": [{"line": "1", "quantity": "30"}]}
    play.tell("material-po.notify-dispatch", **sent, expected_date="2027-01-14")
    assert play.asked == []
    play.tell("material-po.notify-dispatch", **sent, expected_date="2027-01-18")
    assert (play.asked, play.line("1").projected) == (["order.review-delay"], "2027-01-21")


def test_a_delay_that_grows_is_asked_about_with_its_new_date(play: Play) -> None:
    promise(play, "2027-01-15")
    first = play.task("order.review-delay").task_id
    promise(play, "2027-01-29")
    assert play.event("order.delay-projected").projected == "2027-02-03"
    assert play.task("order.review-delay").task_id != first


def test_a_delay_that_vanishes_takes_its_task_along(play: Play) -> None:
    promise(play, "2027-01-15")
    play.receive(play.po().material_po_id, "30")
    assert "order.delay-averted" in play.said
    assert play.asked == ["work-order.schedule"]
    assert play.line("1").projected == "2026-11-26"


def test_another_supplier_averts_the_delay(play: Play) -> None:
    po = play.po().material_po_id
    play.acknowledge(po, "changed", promised_date="2027-01-29")
    assert play.asked == ["material-po.review-change"], "nothing is accepted yet"
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    assert play.asked == ["order.review-delay"]
    play.acknowledge(po, "rejected")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert play.asked == ["material.source", "order.review-delay"], "until another date is known, it is late"
    found = {"from": "supplier", "supplier_id": "S_TWO", "quantity": "30", "requested_date": "2026-12-11"}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[found])
    assert (play.asked, play.line("1").projected) == ([], "2026-12-16")


def test_the_schedule_counts_once_there_is_one(play: Play) -> None:
    play.receive(play.po().material_po_id, "30")
    play.schedule("1", start="2027-01-11", end="2027-01-13")
    assert (play.line("1").projected, play.asked) == (
        "2027-01-13",
        ["order.review-delay", "work-order.start-production"],
    )
    play.schedule("1", start="2027-01-06", end="2027-01-08")
    assert (play.line("1").projected, play.asked) == ("2027-01-08", ["work-order.start-production"])


def test_a_remake_may_be_late(play: Play) -> None:
    play.receive(play.po().material_po_id, "30")
    play.schedule("1", start="2027-01-06", end="2027-01-08")
    play.pass_time(days=47)
    play.start("1")
    play.complete("1")
    play.inspect("1", "0", "10")
    play.decide("1", "remake")
    found = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "requested_date": "2027-01-29"}
    play.tell("material.source", requirement_id=play.need_id(2), allocations=[found])
    assert (play.line("1").projected, play.asked) == ("2027-02-03", ["order.review-delay"])


@pytest.mark.rule("R22")
def test_what_procurement_expects_of_a_late_supplier_counts(play: Play) -> None:
    play.pass_time(days=6)
    po = play.po().material_po_id
    play.tell("material-po.review-delay", material_po_id=po, decision="wait", expected_date="2027-01-20")
    assert (play.line("1").projected, play.asked) == ("2027-01-25", ["order.review-delay"])


@pytest.mark.rule("R22")
def test_every_day_that_a_supplier_is_late_is_a_day(play: Play) -> None:
    promise(play, "2027-01-05")
    assert play.asked == []
    play.pass_time(days=45)
    assert play.asked == []
    play.pass_time(days=6)
    assert play.asked == ["material-po.review-delay", "order.review-delay"]


@pytest.mark.rule("R63")
def test_one_late_po_is_asked_about_for_each_order_that_it_makes_late(play: Play) -> None:
    po = play.po().material_po_id
    second_order(play)
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    answers = [{"line": line, "answer": "accepted", "promised_date": "2027-01-15"} for line in ("1", "2")]
    play.tell("material-po.acknowledge", material_po_id=po, lines=answers)
    late = [event.order_id for event, _, _ in play.last.events if event.TYPE == "order.delay-projected.v1"]  # type: ignore[attr-defined]
    assert late == ["O-AAAAAAAAAAAA", "O-BBBBBBBBBBBB"]


@pytest.mark.parametrize("how", ["cancelled", "shipped"])
def test_nobody_is_asked_about_a_line_that_has_ended(play: Play, how: str) -> None:
    play.receive(play.po().material_po_id, "30")
    play.schedule("1", start="2027-01-11", end="2027-01-13")
    if how == "cancelled":
        play.cancel()
        play.assess("free")
    else:
        play.pass_time(days=55)
        play.start("1")
        play.complete("1")
        play.inspect("1", "10")
        assert play.asked == ["order.review-delay", "shipment.dispatch"]
        play.ship(("1", "10"))
    assert play.order.state == ("cancelled" if how == "cancelled" else "completed")
    assert play.asked == []


def test_what_is_not_late_or_in_the_past_is_not_decided_on(play: Play) -> None:
    assert decide(play, "2027-02-01") == "no_delay"
    promise(play, "2027-01-15")
    assert decide(play, "2026-11-01") == "date_in_the_past"
    assert play.tell("order.review-delay", order_id=play.order_id, line="9", confirmed_date=DUE) == "unknown_line"
    task = play.task("order.review-delay").task_id
    assert decide(play, "2027-02-01", task_id=task) == ""
    assert decide(play, "2027-02-01", task_id=task) == "task_closed"
