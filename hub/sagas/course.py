"""The course of one message through the sagas: from the one that decides to the last that hears of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.errors import Undeclared
from hub.messages.base import Command, Event, Message
from hub.sagas.address import Address, get, put
from hub.sagas.case import Case, Rules, Scene
from hub.sagas.model import Order
from hub.sagas.order import ORDER
from hub.sagas.production.projection import project
from hub.sagas.routing import concerned
from hub.sagas.table import After, On, Refusal


@dataclass(slots=True)
class Course:
    """Changes the case given, and keeps what the steps ask for beside the events."""

    before: Case
    case: Case
    rules: Rules
    now: datetime
    timers: list[After] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    _said: list[Event] = field(default_factory=list)
    _parts: deque[tuple[Message, Address]] = field(default_factory=deque)
    """who is still to hear of what"""
    _orders: deque[tuple[Message, Address]] = field(default_factory=deque)
    """the same for orders, which hear after their parts, so that an order ends when they have"""

    def run(self, message: Message, decider: Address | None = None, row: On | None = None) -> list[Event]:
        """Let the decider take its row, then the message and every event reach the sagas that it concerns, to the last.

        At the end it is seen which lines are late by it. Gives the events in the order in which they were said.
        """
        if decider is not None and row is not None:
            self._apply(decider, row, message)
        self._spread(message, decider.order_id if decider else "")
        self._settle()
        while delays := project(self.before, self.case, self.rules, self.now):
            for event in delays:
                self._say(event, event.order_id)
            self._settle()
        return self._said

    def _settle(self) -> None:
        while self._parts or self._orders:
            message, place = (self._parts or self._orders).popleft()
            scene = scene_at(place, self.case, self.rules, self.now)
            found = place.table.find(get(self.case, place), message, scene)
            if isinstance(found, Refusal):
                text = f"{place.table.name} refuses the event {message.TYPE}: {found.code}"
                raise Undeclared(text, where=message.TYPE)
            if isinstance(found, On):
                self._apply(place, found, message)

    def _apply(self, place: Address, row: On, message: Message) -> None:
        """Take a step: the saga as it is then, and what it says."""
        done = row.action(get(self.case, place), message, scene_at(place, self.case, self.rules, self.now))
        after = done.saga
        if row.to is not None:
            after = replace(after, state=row.to, visits=after.visits + 1)
        put(self.case, place, after)
        for said in done.says:
            if isinstance(said, After):
                self.timers.append(said)
            elif isinstance(said, Command):
                self.commands.append(said)
            else:
                self._say(said, place.order_id)

    def _say(self, event: Event, order_id: str) -> None:
        self._said.append(event)
        self._spread(event, order_id)

    def _spread(self, message: Message, order_id: str) -> None:
        for place in concerned(message, self.case, order_id):
            (self._orders if place.table is ORDER else self._parts).append((message, place))


def scene_at(place: Address, case: Case, rules: Rules, now: datetime) -> Scene:
    """What a step at this place may look at."""
    return Scene(case, rules, now, case.orders.get(place.order_id) or Order("", "", ""))
