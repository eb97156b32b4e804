"""The relay, on a store of its own and a bus that refuses what it is told to refuse."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from hub.app import utc_now
from hub.bus.relay import Relay
from hub.errors import BrokerUnavailable
from hub.store import tables
from hub.store.database import Database
from hub.store.lease import FileLease
from tests.support.running import eventually
from tests.support.waiting import until


class Whimsical:
    """A bus that takes its time, and refuses some messages the first times, while the connection stands."""

    window = 1

    def __init__(self, refusals: dict[str, int]) -> None:
        self.refusals = refusals
        self.took: list[str] = []
        self.tried: dict[str, int] = defaultdict(int)
        self.most = 0
        self._under_way = 0

    async def connect(self) -> None:
        """Stand ready."""

    async def deliver(self, kind: str, message_type: str, body: bytes) -> None:
        """Take a message, or refuse it."""
        name = body.decode()
        self.tried[name] += 1
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        await asyncio.sleep(0.001)
        self._under_way -= 1
        if self.tried[name] <= self.refusals.get(name, 0):
            raise BrokerUnavailable("RabbitMQ did not confirm: nack")
        self.took.append(name)


def streams(names: Iterable[str]) -> dict[str, list[str]]:
    """The messages of each stream as they came, each the first time."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        found[name[0]].append(name)
    return dict(found)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it try again at once."""
    monkeypatch.setattr("hub.bus.lanes.FIRST_DELAY", 0.01)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path}/hub.sqlite")
    async with made.write() as connection:
        await connection.run_sync(tables.metadata.create_all)
    yield made
    await made.close()


async def fill(database: Database, names: Iterable[str], first: int | None = None) -> None:
    """Put messages on the outbox, from the first position on; the stream is the name's first letter."""
    said = {"kind": "event", "type": "order.held.v1", "time": ""}
    rows: list[dict[str, Any]] = [
        {"message_id": name, "stream": name[0], "body": name, **said, **({"position": first + place} if first else {})}
        for place, name in enumerate(names)
    ]
    async with database.write() as connection:
        await connection.execute(insert(tables.outbox), rows)


@asynccontextmanager
async def relaying(database: Database, bus: Whimsical) -> AsyncIterator[Relay]:
    """Run a relay between the two; at its end the outbox is empty."""
    lease = FileLease(database)
    lease.take()
    relay = Relay(database, bus, lease, utc_now, poll=0.001)  # type: ignore[arg-type]

    async def empty() -> bool:
        query = select(tables.outbox.c.position).where(tables.outbox.c.sent_at.is_(None))
        async with database.read() as connection:
            return not (await connection.execute(query)).first()

    await relay.start()
    try:
        yield relay
        await eventually(empty, "the outbox is empty")
    finally:
        await relay.stop()
        await lease.release()
    assert relay._lanes.idle


async def relayed(database: Database, bus: Whimsical) -> list[str]:
    """Relay until the outbox is empty; what the bus took."""
    async with relaying(database, bus):
        pass
    return bus.took


@pytest.mark.rule("R41")
async def test_nothing_overtakes_a_refused_message_of_its_order(database: Database) -> None:
    names = [f"{stream}{number}" for number in range(20) for stream in "ABC"]
    await fill(database, names)
    bus = Whimsical({"A0": 1, "A7": 3, "B3": 2, "B4": 1})

    took = await relayed(database, bus)

    assert streams(took) == streams(names)
    assert bus.tried["A7"] == 4
    assert bus.most == 3


@pytest.mark.rule("R41")
async def test_what_was_committed_late_is_not_overtaken_by_what_follows_it(database: Database) -> None:
    """Of two transactions side by side the one with the later positions may commit first."""
    bus = Whimsical({})
    async with relaying(database, bus):
        for place in range(1, 10):
            await fill(database, [f"A{place}"], first=1000 * place)
            await until(lambda sent=f"A{place}": sent in bus.took, 10, "it is sent")
            await fill(database, [f"B{2 * place}"], first=1000 * place - 300)
            await fill(database, [f"B{2 * place + 1}"], first=1000 * place + 300)
            await until(lambda sent=f"B{2 * place + 1}": sent in bus.took, 10, "it is sent")

    assert streams(bus.took)["B"] == [f"B{number}" for number in range(2, 20)]


@pytest.mark.rule("R41")
async def test_what_is_refused_holds_up_its_own_order_alone(database: Database) -> None:
    await fill(database, [f"{stream}{number}" for number in range(5) for stream in "AB"])
    bus = Whimsical({"A1": 4})

    took = await relayed(database, bus)

    assert took.index("B4") < took.index("A1")
    assert bus.tried["B4"] == bus.tried["A2"] == 1


@pytest.mark.rule("R41")
async def test_many_refused_orders_hold_up_no_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """More streams are blocked than are read at once or named in a query; what comes behind them leaves."""
    monkeypatch.setattr("hub.bus.relay.PORTION", 10)
    monkeypatch.setattr("hub.bus.relay.NAMED", 3)
    blocked = [chr(0x4E00 + number) for number in range(50)]
    names = [f"{stream}{number}" for number in range(3) for stream in blocked] + ["Z0", "Z1"]
    await fill(database, names)
    bus = Whimsical({f"{stream}0": 2 for stream in blocked})

    took = await relayed(database, bus)

    assert streams(took) == streams(names)
    assert took.index("Z1") < 2 + 3 * len(blocked)
    assert [name for name in took if name[0] == "Z"] == took[:2]


async def test_what_is_refused_is_told_in_one_line_at_a_time(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(database, [f"{stream}0" for stream in "ABCDE"])
    caplog.set_level(logging.WARNING, "hub.relay")

    await relayed(database, Whimsical({f"{stream}0": 1 for stream in "ABCDE"}))

    told = [record.getMessage() for record in caplog.records]
    assert told == ["order.held.v1 stays in the outbox, and 4 more: RabbitMQ did not confirm: nack"]


@pytest.mark.rule("R41")
async def test_what_was_under_way_when_it_stops_goes_out_again_in_its_order(database: Database) -> None:
    names = [f"A{number}" for number in range(200)]
    await fill(database, names)
    bus = Whimsical({})
    lease = FileLease(database)
    lease.take()
    relay = Relay(database, bus, lease, utc_now, poll=0.01)  # type: ignore[arg-type]
    await relay.start()
    await until(lambda: len(bus.took) > 10, 10.0, "some have left")
    await relay.stop()
    await lease.release()
    left = len(bus.took)
    assert left < len(names)

    await relayed(database, bus)

    assert list(dict.fromkeys(bus.took)) == names
    assert len(bus.took) == len(names), "what arrived before the stop was marked"
