"""A story played on a running hub by the robots, and what a passive subscriber saw of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, union

from hub.app import Hub, build, utc_now
from hub.audit import Report, audit, audit_events
from hub.client import Client, client_of
from hub.messages.base import Message
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.envelope import Letter, check_data
from hub.settings import Settings
from hub.simulation.load import ENDS
from hub.simulation.robots import Robots
from hub.simulation.script import Script
from hub.store import tables
from tests.support.learning import learnt, learnt_anew
from tests.support.running import at_rest, with_partners

PATIENCE, AT_MOST = 40.0, 10
"""seconds in which something has to happen, and how often"""
MATERIALS = (("STEEL-S355-6MM", "KGM"), ("BAR-40MM", "MTR"))


def purchase_order(number: str, lines: int = 2) -> SubmitCustomerPo:
    """Make a small purchase order, due far enough away."""
    data = {
        "po_number": number,
        "purpose": "original",
        "currency": "EUR",
        "customer": {"id": "C-API"},
        "lines": [
            {
                "line": str(place),
                "product": {"buyer_part": f"P-{place}"},
                "quantity": "4",
                "unit": "H87",
                "requested_date": "2099-01-11",
            }
            for place in range(1, lines + 1)
        ],
        "source": {"channel": "api"},
    }
    message = check_data("customer-po.submit.v1", data)
    assert isinstance(message, SubmitCustomerPo)
    return message


@dataclass
class Played:
    """What came of it: the events in the order seen, the outcome of each PO, and both audits."""

    letters: list[Letter]
    outcomes: dict[str, str]
    store: Report
    seen: Report
    by_type: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.by_type = Counter(letter.envelope.type.removesuffix(".v1") for letter in self.unique)

    @property
    def unique(self) -> list[Letter]:
        """Each event once, as a subscriber that drops repeats sees them."""
        return list({letter.key: letter for letter in reversed(self.letters)}.values())[::-1]

    def of(self, message_type: str) -> list[dict[str, Any]]:
        """The data of all events of a type."""
        return [each.envelope.data for each in self.unique if each.envelope.type == f"{message_type}.v1"]


class Calendar:
    """A clock on which so many days pass in a second while nobody has anything to do: however slow, none is late."""

    TICK = 0.1

    def __init__(self, days_a_second: float) -> None:
        self.now = datetime.now(UTC)
        self._a_tick = timedelta(days=days_a_second * self.TICK)

    async def go_on(self, nothing_under_way: Callable[[], Awaitable[bool]]) -> None:
        """Let time pass until cancelled."""
        while True:
            await asyncio.sleep(self.TICK)
            if await nothing_under_way():
                self.now += self._a_tick


class Noting:
    """A client that keeps which commands it has sent."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.sent: set[tuple[str, str]] = set()

    async def send(self, message: Message, message_id: str = "") -> Letter:
        letter = await self._client.send(message, message_id)
        self.sent.add(letter.key)
        return letter

    def events(self) -> AsyncIterator[Letter]:
        return self._client.events()


def _under_way(hub: Hub, robots: Robots, client: Noting, heard: Sequence[Letter]) -> Callable[[], Awaitable[bool]]:
    """Whether all that the robots have said is carried out, and all that was said then is heard and answered."""

    async def nothing_under_way() -> bool:
        if robots.busy:
            return False
        said, taken = await _said_and_taken(hub)
        return not robots.busy and client.sent <= taken and said <= {letter.key for letter in heard}

    return nothing_under_way


async def _quiet(hub: Hub, nothing_under_way: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await nothing_under_way():
            await at_rest(hub)
            if await nothing_under_way():
                return
        await asyncio.sleep(0.02)


async def _as_long_as_something_happens(ending: asyncio.Task[None], heard: Sequence[Letter]) -> None:
    """Wait for the end; however slow the machine is, something is heard now and then. Raises TimeoutError."""
    for _ in range(AT_MOST):
        before = len(heard)
        await asyncio.wait({ending}, timeout=PATIENCE)
        if ending.done():
            return await ending
        if len(heard) == before:
            break
    ending.cancel()
    raise TimeoutError


async def _said_and_taken(hub: Hub) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The events in the outbox, and the messages that were carried out, wait or were set aside."""
    outbox, inbox, waiting, failures = tables.outbox, tables.inbox, tables.waiting, tables.failures
    async with hub.database.read() as connection:
        said = await connection.execute(select(outbox.c.source, outbox.c.message_id).where(outbox.c.kind == "event"))
        taken = await connection.execute(
            union(
                select(inbox.c.source, inbox.c.id),
                select(waiting.c.source, waiting.c.id),
                select(failures.c.source, failures.c.message_id),
            )
        )
        return {(row[0], row[1]) for row in said}, {(row[0], row[1]) for row in taken}


async def play(
    settings: Settings,
    script: Script,
    pos: Sequence[SubmitCustomerPo],
    *,
    extra: Sequence[Message] = (),
    copies: int = 1,
    days_a_second: float = 0,
) -> Played:
    """Run a hub, send the POs (each so often), let the robots do the rest, and read the books at the end.

    With ``days_a_second`` time passes for the hub and the robots as fast as that.
    """
    calendar = Calendar(days_a_second)
    clock = (lambda: calendar.now) if days_a_second else utc_now
    wanted = {po.po_number for po in pos}
    letters: list[Letter] = []
    outcomes: dict[str, str] = {}
    done = asyncio.Event()

    def hear(letter: Letter) -> None:
        letters.append(letter)
        if letter.envelope.type in ENDS:
            outcomes[letter.envelope.data["po_number"]] = ENDS[letter.envelope.type]
            if wanted <= outcomes.keys():
                done.set()

    async def ended() -> None:
        await done.wait()
        await _quiet(hub, nothing_under_way)

    async with build(with_partners(settings), clock) as hub, client_of(settings, "tests") as line:
        client = Noting(line)
        robots = Robots(client, seed=7, script=script, heard=hear, today=lambda: clock().date())
        nothing_under_way = _under_way(hub, robots, client, letters)
        playing = asyncio.gather(robots.run(), *([calendar.go_on(nothing_under_way)] if days_a_second else []))
        try:
            for po in pos:
                for _ in range(copies):
                    await client.send(po, message_id=f"tests-{po.po_number}")
            for message in extra:
                await client.send(message)
            await _as_long_as_something_happens(asyncio.create_task(ended()), letters)
        except TimeoutError:
            raise AssertionError(f"nothing more happens, and these did not end: {wanted - outcomes.keys()}") from None
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        report = await audit(hub.database)
        assert await learnt_anew(hub.database) == await learnt(hub.database), "what was learnt differs from the events"
    return Played(letters, outcomes, report, audit_events(letters))
