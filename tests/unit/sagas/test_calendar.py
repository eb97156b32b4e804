"""The working calendar, and dates that nobody can plan with any more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.sagas.calendar import Calendar
from hub.sagas.case import Rules, SupplierOffer
from tests.unit.sagas.play import START, Play

CHRISTMAS = Calendar(holidays=frozenset({date(2026, 12, 25)}))
HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
    [
        ("2026-11-24T09:30", 48, "2026-11-26T09:30"),
        ("2026-11-27T12:00", 48, "2026-12-01T12:00"),
        ("2026-11-28T12:00", 8, "2026-11-30T08:00"),
        ("2026-12-24T20:00", 5, "2026-12-28T01:00"),
        ("2026-11-27T00:00", 24, "2026-11-30T00:00"),
        ("2026-11-27T12:00", 0.5, "2026-11-27T12:30"),
    ],
)
def test_only_working_days_count(opened: str, hours: float, due: str) -> None:
    moment = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    assert CHRISTMAS.after(moment, hours * HOURS) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_day_off_gives_way_to_the_next_working_day() -> None:
    assert CHRISTMAS.on_or_after(date(2026, 12, 25)) == date(2026, 12, 28)
    assert CHRISTMAS.on_or_after(date(2026, 12, 24)) == date(2026, 12, 24)
    assert Calendar(frozenset({6})).on_or_after(date(2026, 12, 24)) == date(2026, 12, 27)


@pytest.mark.rule("R40")
def test_a_task_is_due_in_working_time() -> None:
    play = Play(now=datetime(2026, 11, 20, 9, tzinfo=UTC))
    play.submit()
    assert play.task("order.review").due_at == "2026-11-24T09:00:00Z"


YESTERDAY = "2026-11-21"
OFFER = SupplierOffer("S_ONE", "One", 6, "2.00", "EUR", "0")


@pytest.mark.rule("R67")
def test_proposing_a_past_date_is_refused_with_the_earliest_possible() -> None:
    play = Play()
    play.submit()
    assert play.review("revise", proposals=[{"line": "1", "requested_date": YESTERDAY}]) == "date_in_the_past"
    refusal = play.last.refusal
    assert refusal
    assert (refusal.where, "2026-11-22" in refusal.message) == ("proposals.0.requested_date", True)
    assert not play.review("revise", proposals=[{"line": "1", "requested_date": "2026-11-22"}])


@pytest.mark.rule("R67")
def test_scheduling_in_the_past_is_refused_with_the_earliest_possible() -> None:
    play = Play().ordered()
    play.need("1")
    assert play.schedule("1", start=YESTERDAY) == "date_in_the_past"
    assert play.last.refusal
    assert (play.last.refusal.where, "2026-11-22" in play.last.refusal.message) == ("start", True)


@pytest.mark.rule("R67")
@pytest.mark.parametrize(("offers", "earliest"), [({}, "2026-11-22"), ({"STEEL": (OFFER,)}, "2026-11-30")])
def test_ordering_for_a_past_date_is_refused_with_the_earliest_possible(
    offers: dict[str, tuple[SupplierOffer, ...]], earliest: str
) -> None:
    """By the supplier's lead time: six days from the Sunday are a Saturday, so the Monday."""
    assert START.date() == date(2026, 11, 22)
    play = Play(rules=Rules(offers=offers)).ordered()
    play.need("1", ("STEEL", "30"))
    wanted = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "requested_date": YESTERDAY}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[wanted])
    refusal = play.last.refusal
    assert refusal
    assert (refusal.code, refusal.where) == ("date_in_the_past", "allocations.0.requested_date")
    assert earliest in refusal.message


# ------------------------------------------------------------------------------------------------ the plant's day

BERLIN, CHICAGO = (Rules(calendar=Calendar(zone=ZoneInfo(name))) for name in ("Europe/Berlin", "America/Chicago"))


@pytest.mark.rule("R67")
@pytest.mark.parametrize(
    ("rules", "now", "today"),
    [
        (Rules(), "2026-11-22T23:59:59", "2026-11-22"),
        (BERLIN, "2026-11-22T22:59:59", "2026-11-22"),
        (BERLIN, "2026-11-22T23:00:00", "2026-11-23"),
        (CHICAGO, "2026-11-23T05:59:59", "2026-11-22"),
        (CHICAGO, "2026-11-23T06:00:00", "2026-11-23"),
    ],
)
def test_a_date_is_past_when_it_is_past_at_the_plant(rules: Rules, now: str, today: str) -> None:
    play = Play(rules=rules, now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    play.submit()
    assert play.review("revise", proposals=[{"line": "1", "requested_date": yesterday}]) == "date_in_the_past"
    assert play.last.refusal
    assert today in play.last.refusal.message
    assert not play.review("revise", proposals=[{"line": "1", "requested_date": today}])


@pytest.mark.rule("R18")
def test_what_leaves_after_midnight_has_left_on_the_plants_day() -> None:
    play = Play(rules=BERLIN).in_stock().ordered()
    play.supplied("1").produced("1")
    play.inspect("1", "10")
    play.now = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)
    play.ship(("1", "10"))
    assert play.event("shipment.shipped").shipped_on == "2026-12-04"


@pytest.mark.rule("R22")
def test_a_delivery_is_late_when_its_day_is_over_at_the_plant() -> None:
    play = Play(rules=CHICAGO).ordered()
    play.need("1", ("STEEL", "30"))
    play.source(1, S_ONE="30")
    play.acknowledge(play.po().material_po_id, promised_date="2026-11-30")
    assert play.po().due_at == "2026-12-01T06:00:00Z"


@pytest.mark.rule("R40")
@pytest.mark.parametrize(
    ("rules", "opened", "due"),
    [
        (BERLIN, "2026-11-27T12:00", "2026-12-01T12:00"),
        (BERLIN, "2026-11-27T23:30", "2026-12-01T23:00"),
        (CHICAGO, "2026-11-28T05:00", "2026-12-02T05:00"),
        (BERLIN, "2026-10-23T12:00", "2026-10-27T13:00"),
    ],
    ids=["noon", "Saturday at the plant", "still Friday at the plant", "an hour more in the week-end"],
)
def test_working_days_are_the_plants(rules: Rules, opened: str, due: str) -> None:
    moment = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    assert rules.calendar.after(moment, 48 * HOURS) == datetime.fromisoformat(due).replace(tzinfo=UTC)
