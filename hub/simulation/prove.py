"""A sceptic's minute: a hub is killed twice in the middle of its work, and nothing is lost or done twice.

`python -m hub.simulation.prove` starts `hub serve` as a process of its own, sends it orders, plays everyone over
the broker alone, kills it with SIGKILL while orders are under way, and starts it again. At the end two sets of
books are read: the hub's store, and the events that a passive subscriber saw. On the embedded default, or on
RabbitMQ and PostgreSQL when HUB_BROKER_URL and HUB_DATABASE_URL are set.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hub.app.adapters import writers
from hub.audit import Report, audit, audit_events
from hub.client import client_of
from hub.errors import HubError
from hub.handlers.outgoing.scribe import told_types
from hub.messages.envelope import Letter
from hub.settings import Settings, load_settings
from hub.simulation.load import ENDS, Figures, simulate
from hub.simulation.serving import Served, serving
from hub.store.database import Database
from hub.store.migrate import migrate
from hub.store.settled import settled

KILLS = (0.25, 0.6)
"""shares of the orders that have ended when the hub is killed"""


class Unproved(HubError):
    """What was to be shown could not be shown."""

    code = "unproved"


@dataclass(slots=True)
class Watcher:
    """A passive subscriber: every event it saw, and how many orders have begun and ended."""

    letters: list[Letter] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, letter: Letter) -> None:
        """Note an event."""
        self.letters.append(letter)
        envelope = letter.envelope
        if envelope.type == "order.received.v1":
            self.begun.add(envelope.correlationid or "")
        if envelope.type in ENDS:
            self.ended.add(envelope.correlationid or "")
        self.news.set()

    async def until_ended(self, number: int) -> None:
        """Wait until so many orders have ended while others are under way."""
        while len(self.ended) < number or len(self.begun) == len(self.ended):
            self.news.clear()
            await self.news.wait()


async def _kill_twice(served: Served, watcher: Watcher, orders: int) -> None:
    for number, share in enumerate(KILLS, start=1):
        await watcher.until_ended(int(orders * share))
        await served.kill()
        under_way = len(watcher.begun) - len(watcher.ended)
        _say(f"kill {number}: SIGKILL after {len(watcher.ended)} orders, with {under_way} under way; started again")
        await served.start()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a program of its own


async def prove(settings: Settings, orders: int, seed: int) -> bool:
    """Play, kill, and read the books; whether all is as it should be. Raises HubError when it cannot be shown."""
    database = Database(settings.database_url)
    await migrate(database)
    watcher = Watcher()
    where = "the embedded default" if settings.embedded else "RabbitMQ and PostgreSQL"
    _say(f"{orders} orders on {where}; the hub is killed twice on the way")
    async with serving(settings) as served, client_of(settings, "hub-prove") as client:
        killing = asyncio.create_task(_kill_twice(served, watcher, orders))
        try:
            figures = await simulate(client, orders, seed, concurrency=orders, heard=watcher.hear)
            if not killing.done():
                raise Unproved("the orders ended before the hub was killed twice")
            await killing
        finally:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
        await settled(database, 30.0, told_types(writers(settings)))
    store, seen = await audit(database), audit_events(watcher.letters)
    await database.close()
    return _verdict(figures, store, seen, watcher)


def _verdict(figures: Figures, store: Report, seen: Report, watcher: Watcher) -> bool:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(figures.outcomes.items()))
    _say(f"{figures.orders} orders ended in {figures.seconds:.1f} s: {outcomes}")
    _say(f"a subscriber saw {len(watcher.letters)} events, {seen.figures.get('repeated', 0)} of them twice")
    for name, report in (("the store", store), ("what the subscriber saw", seen)):
        _say(f"audit of {name}: {'clean' if report.clean else f'{len(report.findings)} findings'}")
        for finding in report.findings[:20]:
            _say(f"  {finding.code} {finding.subject}: {finding.text}")
    clean = store.clean and seen.clean and len(watcher.ended) >= figures.orders
    _say("PROVED: nothing lost, nothing done twice" if clean else "NOT PROVED")
    return clean


def main() -> None:
    """Run the proof; exit 0 when it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-prove-") as folder:
        given: dict[str, object] = {"folder": Path(folder)}
        if "HUB_DATABASE_URL" not in os.environ:
            given["database_url"] = f"sqlite:///{folder}/hub.sqlite"
        try:
            proved = asyncio.run(prove(load_settings(**given), options.orders, options.seed))
        except HubError as error:
            _say(f"NOT PROVED: {error}")
            proved = False
    raise SystemExit(0 if proved else 1)


if __name__ == "__main__":
    main()
