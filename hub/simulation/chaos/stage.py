"""What everything in a played world shares: its clock, its chance, its trace, and when the hub has to die."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from hub.simulation.chaos.fate import Fate, Trace
from hub.simulation.chaos.loop import Life, die

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
POINTS = {
    "received": 60,
    "statement": 1500,
    "before commit": 120,
    "after commit": 120,
    "before ack": 60,
    "published": 250,
    "document taken": 2,
    "document sent": 6,
    "starting": 1,
    "stopping": 10,
}
"""where the hub may die, each with about how often a run comes there.

received: a message has come, nothing is done yet · statement: in the midst of a transaction · before and after
commit · before ack: carried out, and the broker does not know · published: with the broker, and the outbox does not
know · document taken: taken in, and still in the inbox · document sent: in the partner's folder, and the store does
not know · starting: before it serves · stopping: told to stop, as by SIGTERM, after so many tenths of a second
"""


class Stage:
    """The world's clock, chance and trace; and the life of the hub that runs in it."""

    def __init__(self, fate: Fate, trace: Trace, first: str = "") -> None:
        self.fate = fate
        self.trace = trace
        self.calm = False
        """whether the storm is over, so that nothing goes wrong any more"""
        self.ahead = timedelta()
        self.life = Life("nobody")
        self.died = asyncio.Event()
        self.defects: list[str] = []
        """what must never be seen"""
        self.deaths: Counter[str] = Counter()
        """by point"""
        self._left = fate.weather.deaths
        self._first = first
        """where the first hub dies in any case"""
        self._point, self._times = "", 0

    def now(self) -> datetime:
        """The time by the calendar."""
        return START + self.ahead + timedelta(seconds=round(asyncio.get_running_loop().time(), 6))

    def note(self, text: str) -> None:
        """Note what happens."""
        self.trace.note(asyncio.get_running_loop().time(), text)

    def happens(self, share: float) -> bool:
        """Whether something goes wrong that goes wrong in this share of cases."""
        return not self.calm and self.fate.happens(share)

    # ----------------------------------------------------------------------------------------------- deaths

    def begin(self, life: Life) -> None:
        """A hub begins to live; if it is to die, its point is chosen."""
        self.life, self._point = life, ""
        self.died.clear()
        if (self._left or self._first) and not self.calm:
            self._left = max(self._left - 1, 0)
            self._point, self._first = self._first or self.fate.one(sorted(POINTS)), ""
            self._times = self.fate.whole(1, POINTS[self._point])

    def _due(self, point: str) -> bool:
        if point != self._point or self.calm or not self.life.alive:
            return False
        self._times -= 1
        if self._times:
            return False
        self.note(f"DIES {point}")
        self.deaths[point] += 1
        self.died.set()
        return True

    def stops(self) -> bool:
        """Whether it is time for the hub to be stopped in good order; asked every tenth of a second."""
        if self._point != "stopping" or self.calm:
            return False
        self._times -= 1
        if not self._times:
            self.note("stops")
            self.deaths["stopping"] += 1
        return not self._times

    async def point(self, name: str) -> None:
        """The hub comes to a point; where it dies there, this never returns."""
        if self._due(name):
            await die(self.life)

    def dies_at(self, name: str) -> bool:
        """The same for what runs in a thread of its own, and has to do nothing more where the hub dies."""
        if self._due(name):
            self.life.end()
            return True
        return False
