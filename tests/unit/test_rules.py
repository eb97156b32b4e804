"""What the process depends on, as settings and profiles say it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.configuration import rules_of
from hub.partners import Partner, Partners
from hub.sagas.calendar import Calendar
from hub.sagas.case import SupplierTimes
from hub.settings import Settings


@pytest.mark.rule("R66")
def test_a_supplier_that_delivers_in_full_to_the_last_gram_is_believed() -> None:
    suppliers = [
        Partner(id="S-EXACT", name="Exact", role="supplier", tolerance_percent=0),
        Partner(id="S-LOOSE", name="Loose", role="supplier", tolerance_percent=2),
        Partner(id="S-OTHER", name="Other", role="supplier"),
    ]
    assert rules_of(Settings(), Partners(suppliers)).tolerance_percent == {"S-EXACT": 0, "S-LOOSE": 2}


@pytest.mark.rule("R4", "R65")
def test_lapsing_and_the_senior_officer_are_off_until_they_are_set() -> None:
    rules = rules_of(Settings(), Partners())
    assert (rules.revision_lapse, rules.senior_after) == (None, None)
    rules = rules_of(Settings(revision_lapse_hours=720, senior_after=3), Partners())
    assert (rules.revision_lapse, rules.senior_after) == (timedelta(days=30), 3)


def test_the_working_calendar_is_a_setting() -> None:
    settings = Settings(working_days=["sun", "mon"], holidays=[date(2026, 12, 25)])
    assert rules_of(settings, Partners()).calendar == Calendar(frozenset({0, 6}), frozenset({date(2026, 12, 25)}))
    with pytest.raises(ValueError, match="working_days"):
        Settings(working_days=[])


@pytest.mark.rule("R22")
def test_suppliers_times_are_those_of_their_profile_and_else_of_the_settings() -> None:
    suppliers = [
        Partner(id="S-QUICK", name="Quick", role="supplier", answer_hours=4, reminders=0),
        Partner(id="S-OTHER", name="Other", role="supplier"),
    ]
    rules = rules_of(Settings(supplier_answer_hours=24, supplier_reminder_hours=12), Partners(suppliers))
    hours = timedelta(hours=1)
    assert rules.times_of("S-QUICK") == SupplierTimes(4 * hours, 12 * hours, 0)
    assert rules.times_of("S-OTHER") == rules.times_of("S-NOBODY") == SupplierTimes(24 * hours, 12 * hours, 2)


def test_the_plants_time_zone_is_a_setting() -> None:
    calendar = rules_of(Settings(plant_timezone="Asia/Tokyo"), Partners()).calendar
    assert calendar.day(datetime(2026, 11, 22, 15, tzinfo=UTC)) == date(2026, 11, 23)
