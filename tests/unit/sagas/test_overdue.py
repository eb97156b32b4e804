"""Silent and late suppliers: reminded, then raised, and left alone as soon as they answer or deliver (R22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.sagas.case import SupplierOffer, SupplierTimes
from hub.sagas.model import Task
from tests.unit.sagas.play import Play
from tests.unit.sagas.test_materials import second_order

pytestmark = pytest.mark.rule("R22")


@pytest.fixture
def play() -> Play:
    """An order whose only line needs 30 kg of steel, ordered from S_ONE."""
    play = Play().ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, S_ONE="30")
    return play


def heard(play: Play, **time: float) -> list[str]:
    """What the hub says of material POs while time passes."""
    said: list[str] = []

    def give(message: Any) -> str:
        code = play.give(message)
        said.extend(play.said)
        return code

    play.pass_time(give, **time)
    return said


def review(play: Play, decision: str, **more: Any) -> str:
    """The procurement officer decides on the delay."""
    return play.tell("material-po.review-delay", material_po_id=play.po().material_po_id, decision=decision, **more)


def overdue(play: Play) -> Task:
    """Let the supplier be silent until procurement is asked."""
    play.pass_time(days=6)
    return play.task("material-po.review-delay")


def test_a_silent_supplier_is_reminded_and_then_raised(play: Play) -> None:
    assert heard(play, days=1.9) == []
    assert heard(play, days=0.1) == ["material-po.reminded"]
    assert heard(play, days=2) == ["material-po.reminded"]
    assert heard(play, days=2) == ["material-po.overdue"]
    assert play.asked == ["material-po.review-delay"]
    assert heard(play, days=60) == []


def test_times_and_number_are_settings() -> None:
    play = Play().with_rules(
        supplier_answer=timedelta(hours=1), supplier_reminder=timedelta(hours=2), supplier_reminders=0
    )
    play.ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, S_ONE="30")
    assert heard(play, hours=1) == ["material-po.overdue"]


def test_times_and_number_may_be_agreed_with_a_supplier() -> None:
    agreed = SupplierTimes(timedelta(hours=3), timedelta(hours=5), 1)
    play = Play().with_rules(supplier_times={"S_ONE": agreed}).ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, S_ONE="20", S_TWO="10")
    assert heard(play, hours=3) == ["material-po.reminded"]
    assert heard(play, hours=5) == ["material-po.overdue"]
    assert play.po().supplier_id == "S_ONE"
    assert heard(play, hours=39) == []
    assert heard(play, hours=1) == ["material-po.reminded"], "S_TWO has two days, as usual"
    play.tell("material-po.review-delay", material_po_id=play.po().material_po_id, decision="wait")
    assert heard(play, hours=5) == ["material-po.reminded"]


def test_the_reminder_names_its_number_and_the_lines_that_are_late(play: Play) -> None:
    play.acknowledge(play.po().material_po_id, promised_date="2026-12-01")
    play.pass_time(hours=1)
    second_order(play)
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "join": play.po().material_po_id}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    play.pass_time(days=2)
    event = play.event("material-po.reminded")
    assert (event.reminder, [line.line for line in event.lines]) == (1, ["2"])


def test_who_answers_is_not_reminded_until_its_date_is_past(play: Play) -> None:
    play.acknowledge(play.po().material_po_id, promised_date="2026-12-01")
    assert heard(play, days=9.6) == []
    assert play.now.isoformat()[:10] == "2026-12-01"
    assert heard(play, days=0.1) == ["material-po.reminded"]


@pytest.mark.parametrize("state", ["issued", "confirmed"])
def test_without_any_date_the_suppliers_lead_time_counts(state: str) -> None:
    play = Play().with_rules(offers={"STEEL": (SupplierOffer("S_ONE", "One", 5, "1", "EUR", "0"),)}).ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    if state == "confirmed":
        play.acknowledge(po)
        assert heard(play, days=5.6) == []
        assert heard(play, days=0.2) == ["material-po.reminded"]
    else:
        assert heard(play, days=2) == ["material-po.reminded"]


@pytest.mark.parametrize("delivers", ["30", "4"])
def test_who_delivers_without_an_answer_owes_none(play: Play, delivers: str) -> None:
    play.receive(play.po().material_po_id, delivers)
    assert heard(play, days=9) == []


def test_a_dispatch_is_an_answer_and_a_date(play: Play) -> None:
    po = play.po().material_po_id
    play.tell(
        "material-po.notify-dispatch",
        material_po_id=po,
        lines=[{"line": "1", "quantity": "30"}],
        expected_date="2026-12-05",
    )
    assert heard(play, days=12) == []
    assert heard(play, days=2) == ["material-po.reminded"]


@pytest.mark.parametrize("how", ["answers", "delivers", "sends", "is cancelled"])
def test_the_task_is_withdrawn_when_it_comes_after_all(play: Play, how: str) -> None:
    overdue(play)
    po = play.po().material_po_id
    match how:
        case "answers":
            play.acknowledge(po, promised_date="2026-12-20")
        case "delivers":
            play.receive(po, "30")
        case "sends":
            play.tell("material-po.notify-dispatch", material_po_id=po, lines=[{"line": "1", "quantity": "30"}])
        case _:
            play.cancel()
            play.assess("free")
    assert "task.withdrawn.v1" in [event.TYPE for event, _, _ in play.last.events]
    assert "material-po.review-delay" not in play.asked


def test_a_delivery_of_a_part_leaves_the_rest_late(play: Play) -> None:
    po = play.po().material_po_id
    play.acknowledge(po, promised_date="2026-11-23")
    play.pass_time(days=6)
    assert play.asked == ["material-po.review-delay"]
    play.receive(po, "10")
    assert play.asked == ["material-po.review-delay"]
    play.receive(po, "20")
    assert play.asked == ["work-order.schedule"]


def test_the_officer_waits_until_a_date_and_is_asked_again(play: Play) -> None:
    task = overdue(play)
    assert review(play, "wait", expected_date="2026-12-10", task_id=task.task_id) == ""
    assert (play.said, play.asked) == (["material-po.postponed"], [])
    assert play.event("material-po.postponed").expected_date == "2026-12-10"
    assert heard(play, days=12) == []
    assert heard(play, days=1) == ["material-po.reminded"]
    assert heard(play, days=4) == ["material-po.reminded", "material-po.overdue"]


def test_without_a_date_the_officer_waits_for_one_reminders_time(play: Play) -> None:
    overdue(play)
    review(play, "wait")
    assert heard(play, days=2) == ["material-po.reminded"]


@pytest.mark.rule("R67")
def test_nothing_is_awaited_in_the_past(play: Play) -> None:
    overdue(play)
    assert review(play, "wait", expected_date="2026-11-20") == "date_in_the_past"


def test_only_what_is_overdue_is_decided_on(play: Play) -> None:
    assert review(play, "wait") == "nothing_to_decide"
    play.receive(play.po().material_po_id, "30")
    assert review(play, "source-anew") == "nothing_to_decide"


@pytest.mark.rule("R63")
def test_sourced_anew_the_supplier_is_asked_to_cancel(play: Play) -> None:
    overdue(play)
    review(play, "source-anew")
    assert play.said == ["material-po.cancel-requested", "material.required"]
    assert (play.po().state, play.asked) == ("cancel_requested", ["material.source"])
    assert play.line("1").open == 10


@pytest.mark.rule("R63")
def test_only_what_is_late_is_sourced_anew(play: Play) -> None:
    po = play.po().material_po_id
    second_order(play)
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    play.acknowledge(po, promised_date="2026-12-20")
    overdue(play)
    facts = [event for event, _, _ in play.last.events if event.TYPE == "task.opened.v1"][-1].facts  # type: ignore[attr-defined]
    assert [each["order_id"] for each in facts["needed"]] == ["O-BBBBBBBBBBBB"]
    review(play, "source-anew")
    assert play.said == ["material-po.reduced", "material.required"]
    assert [line.awaited for line in play.po().lines.values()] == [30, 0]
    assert play.requirement(1).state == "to_source"
    assert play.another_order("AAAAAAAAAAAA").requirement(1).state == "on_order"


def test_a_cancellation_that_is_not_answered_is_followed_up_too(play: Play) -> None:
    play.acknowledge(play.po().material_po_id, promised_date="2027-01-02")
    play.cancel()
    play.assess("free")
    assert heard(play, days=6) == ["material-po.reminded", "material-po.reminded", "material-po.overdue"]
    assert review(play, "source-anew") == ""
    assert (play.said, play.po().state, play.asked) == (["material-po.cancelled"], "cancelled", [])


def test_what_was_due_while_nobody_looked_comes_once(play: Play) -> None:
    """A timer that fires late starts the time to the next one; nothing is made up for."""
    (_, due), play.timers, play.now = play.timers[0], [], play.now + timedelta(days=30)
    play.give(due)
    assert (play.said, play.po().reminders) == (["material-po.reminded"], 1)
    play.give(due)
    assert (play.said, play.last.ignored) == ([], "the supplier has answered or delivered, or has longer now")
    assert [moment - play.now for moment, _ in play.timers] == [timedelta(days=2)]


def test_a_withheld_po_is_not_awaited() -> None:
    play = Play().ordered()
    play.need("1", ("STEEL", "30"))
    play.cancel()
    play.source(1, S_ONE="30")
    assert play.po().state == "withheld"
    assert heard(play, days=3) == []
    play.assess("refuse")
    assert heard(play, days=2) == ["material-po.reminded"]
