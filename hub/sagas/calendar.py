"""The working calendar: on which days people work, and goods come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days are those of the plant: each begins at its midnight."""

    weekdays: frozenset[int] = frozenset(range(5))
    """0 is Monday; at least one"""
    holidays: frozenset[date] = frozenset()
    zone: tzinfo = UTC

    def day(self, moment: datetime) -> date:
        """The day that it is at the plant at a moment."""
        return moment.astimezone(self.zone).date()

    def begin(self, day: date) -> datetime:
        """The moment at which a day begins at the plant."""
        return datetime.combine(day, time(tzinfo=self.zone)).astimezone(UTC)

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself, or else the next working day."""
        while not self.works(day):
            day += _DAY
        return day

    def days_after(self, day: date, count: int) -> date:
        """The working day that comes so many working days after a day; for none, the day itself if it is one."""
        day = self.on_or_after(day)
        for _ in range(count):
            day = self.on_or_after(day + _DAY)
        return day

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The moment that lies so much later when only working days count: 48 hours are two of them."""
        while True:
            day = self.day(moment)
            if not self.works(day):
                day = self.on_or_after(day)
                moment = self.begin(day)
            midnight = self.begin(day + _DAY)
            if span < midnight - moment:
                return moment + span
            span, moment = span - (midnight - moment), midnight
