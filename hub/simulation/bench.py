"""`hub bench`: throughput and latency on this machine, as a ratio to a floor measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from hub.app.adapters import writers
from hub.client import client_of
from hub.configuration import partners_of
from hub.handlers.outgoing.scribe import told_types
from hub.messages.envelope import instant
from hub.settings import Settings
from hub.simulation.floor import floor
from hub.simulation.load import Figures, simulate
from hub.simulation.script import Script, materials_known
from hub.simulation.serving import serving
from hub.store import tables
from hub.store.database import Database
from hub.store.migrate import migrate
from hub.store.settled import settled


@dataclass(frozen=True, slots=True)
class Bench:
    """What a bench measured."""

    backing: str
    figures: Figures
    commands: int
    events: int
    floor_seconds: float

    @property
    def ratio(self) -> float:
        """How many times the floor the hub, with the robots that play everyone, takes for the same messages."""
        return self.figures.seconds / self.floor_seconds

    def data(self) -> dict[str, Any]:
        """The figures, JSON-ready."""
        carried = self.commands + self.events
        return {
            "backing": self.backing,
            **self.figures.data(),
            "commands": self.commands,
            "events": self.events,
            "carried_per_second": round(carried / self.figures.seconds, 1),
            "floor_seconds": round(self.floor_seconds, 3),
            "floor_per_second": round(carried / self.floor_seconds, 1),
            "times_the_floor": round(self.ratio, 2),
        }


async def bench(settings: Settings, orders: int, seed: int = 1) -> Bench:
    """Serve a hub in a process of its own, play orders on it, then measure the floor with the same messages."""
    database = Database(settings.database_url)
    await migrate(database)
    begin = instant(datetime.now(UTC))
    script = Script(materials=materials_known(partners_of(settings).materials.values()))
    async with serving(settings):
        async with client_of(settings, "hub-bench") as client:
            figures = await simulate(client, orders, seed, script=script)
        await settled(database, 60.0, told_types(writers(settings)))
    inbox, outbox = tables.inbox, tables.outbox
    async with database.read() as connection:
        commands = (
            await connection.scalars(
                select(inbox.c.body).where(inbox.c.consumer == "sagas", inbox.c.received_at >= begin)
            )
        ).all()
        events = (
            await connection.scalars(select(outbox.c.body).where(outbox.c.kind == "event", outbox.c.time >= begin))
        ).all()
    await database.close()
    backing = "embedded broker, SQLite" if settings.embedded else "RabbitMQ, PostgreSQL"
    seconds = await floor(settings, commands, events)
    return Bench(backing, figures, len(commands), len(events), seconds)
