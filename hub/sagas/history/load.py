"""The load of a work centre: what is planned on it, by ISO week (R2, R52)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hub.sagas.calendar import Calendar
from hub.sagas.history.experience import Planned

WEEK = timedelta(days=7)
HORIZON = 104
"""weeks ahead for which the load is counted"""


@dataclass(frozen=True, slots=True)
class Load:
    """What is planned in one week."""

    orders: int = 0
    """work orders in production that week"""
    days: int = 0
    """working days that they take together"""


Loads = Mapping[date, Load]
"""by the Monday of the week"""


def monday_of(day: date) -> date:
    """The first day of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> str:
    """The ISO week: ``2026-W49``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


@dataclass(slots=True)
class _Count:
    orders: int = 0
    days: int = 0


@dataclass(slots=True)
class _Counts:
    by_week: dict[date, _Count] = field(default_factory=dict)

    def add(self, first: date, last: date, calendar: Calendar) -> None:
        monday = monday_of(first)
        while monday <= last:
            begin, end = max(monday, first), min(monday + WEEK - timedelta(days=1), last)
            count = self.by_week.setdefault(monday, _Count())
            count.orders += 1
            count.days += sum(calendar.works(begin + timedelta(days=each)) for each in range((end - begin).days + 1))
            monday += WEEK


def loads(plans: Iterable[Planned], today: date, calendar: Calendar) -> dict[str, Loads]:
    """By work centre, the load of this week and those to come. What should have ended is still to be done: today."""
    counts: dict[str, _Counts] = {}
    until = today + HORIZON * WEEK
    for plan in plans:
        first = max(today, date.fromisoformat(plan.start))
        last = min(until, max(first, date.fromisoformat(plan.end)))
        counts.setdefault(plan.work_center, _Counts()).add(first, last, calendar)
    return {
        center: {monday: Load(count.orders, count.days) for monday, count in each.by_week.items()}
        for center, each in counts.items()
    }
