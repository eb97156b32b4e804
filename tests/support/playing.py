"""A story played on a running hub by the robots, and what a passive subscriber saw of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
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

PATIENCE = 40.0
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


def fast_clock(days_a_second: float) -> Callable[[], datetime]:
    """A clock on which so many days pass in a second."""
    began, start = datetime.now(UTC), time.monotonic()
    return lambda: began + timedelta(days=days_a_second * (time.monotonic() - start))


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


async def _quiet(hub: Hub, robots: Robots, client: Noting, heard: Sequence[Letter]) -> None:
    """Wait until all that the robots have said is carried out, and all that was said then is heard and answered."""

    async def nothing_under_way() -> bool:
        said, taken = await _said_and_taken(hub)
        return not robots.busy and client.sent <= taken and said <= {letter.key for letter in heard}

    while True:
        if await nothing_under_way():
            await at_rest(hub)
            if await nothing_under_way():
                return
        await asyncio.sleep(0.02)


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
    clock = fast_clock(days_a_second) if days_a_second else utc_now
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

    async with build(with_partners(settings), clock) as hub, client_of(settings, "tests") as line:
        client = Noting(line)
        robots = Robots(client, seed=7, script=script, heard=hear, today=lambda: clock().date())
        playing = asyncio.create_task(robots.run())
        try:
            for po in pos:
                for _ in range(copies):
                    await client.send(po, message_id=f"tests-{po.po_number}")
            for message in extra:
                await client.send(message)
            async with asyncio.timeout(PATIENCE):
                await done.wait()
                await _quiet(hub, robots, client, letters)
        except TimeoutError:
            raise AssertionError(f"did not end: {wanted - outcomes.keys()}") from None
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        report = await audit(hub.database)
        assert await learnt_anew(hub.database) == await learnt(hub.database), "what was learnt differs from the events"
    return Played(letters, outcomes, report, audit_events(letters))
