"""While robots play orders, somebody sends what they send again, altered: every message is accounted for."""

from __future__ import annotations

import asyncio
import random
from functools import cache
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from hub.app import Hub, build
from hub.audit import audit
from hub.client import client_of
from hub.configuration import partners_of
from hub.messages.catalogue import COMMANDS
from hub.messages.schemas import files
from hub.settings import Settings
from hub.simulation.load import Stuck, simulate
from hub.simulation.script import Script, materials_known
from hub.store import tables
from hub.store.batch import Item
from tests.contract.near_misses import STRINGS, near_misses
from tests.support.running import at_rest, with_partners

ROUNDS = 60


@cache
def schemas() -> dict[str, Any]:
    """Return the schema of each message, made once a test needs them."""
    return {name.replace("/", ".", 1).removesuffix(".json"): orjson.loads(text) for name, text in files().items()}


def altered(said: dict[str, Any], chance: random.Random, place: int) -> dict[str, Any]:
    """A message near the one that was said: under another id, or under the same and with something else in it."""
    data, ids = said["data"], {"source": "somebody", "id": f"altered-{place}"}
    kind = chance.choice(("near miss", "near miss", "as it was", "odd text", "id reused"))
    if kind == "near miss":
        data = chance.choice([miss for _, miss in near_misses(data, schemas()[said["type"]])])
    elif kind == "odd text":
        data = {**data, chance.choice(list(data)): chance.choice(STRINGS)}
    elif kind == "id reused":
        ids, data = {}, {**data, "note": f"altered {place}"}
    return {**said, **ids, "data": data}


async def attack(hub: Hub, seed: int) -> dict[tuple[str, str], bytes]:
    """Send altered copies of what was carried out last; what was sent, by source and id."""
    chance, sent, inbox = random.Random(seed), dict[tuple[str, str], bytes](), tables.inbox
    recent = select(inbox.c.body).where(inbox.c.consumer == "sagas").order_by(inbox.c.received_at.desc()).limit(50)
    for _ in range(ROUNDS):
        async with hub.database.read() as connection:
            bodies = [orjson.loads(body) for (body,) in await connection.execute(recent)]
        said = [each for each in bodies if each["type"] in COMMANDS]
        batch = []
        for place, each in enumerate(chance.sample(said, min(8, len(said)))):
            message = altered(each, chance, len(sent) + place)
            batch.append(orjson.dumps(message))
            sent[message["source"], message["id"]] = batch[-1]
        await asyncio.gather(*(hub.work.carry_out(Item(raw)) for raw in batch))
        await asyncio.sleep(0.02)
    return sent


async def _kept(hub: Hub) -> set[tuple[str, str]]:
    """Source and id of every message that the store accounts for."""
    inbox, failures, waiting = tables.inbox, tables.failures, tables.waiting
    async with hub.database.read() as connection:
        rows = [*(await connection.execute(select(inbox.c.source, inbox.c.id)))]
        rows += [*(await connection.execute(select(waiting.c.source, waiting.c.id)))]
        rows += [*(await connection.execute(select(failures.c.source, failures.c.message_id)))]
    return {(source, message_id) for source, message_id in rows}


@pytest.mark.faults
@pytest.mark.rule("R40", "R42", "R43")
async def test_altered_messages_upset_no_books_and_meet_no_defect(backing: Settings) -> None:
    settings = with_partners(backing).model_copy(update={"wait_for": 2.0})
    async with build(settings) as hub:
        script = Script(materials=materials_known(partners_of(settings).materials.values()))

        async def play() -> None:
            async with client_of(settings, "robots") as client:
                try:
                    await simulate(client, 40, 1, script=script, concurrency=20, patience=15.0)
                except Stuck:
                    return  # an altered decision that was a valid one may have left an order waiting

        _, sent = await asyncio.gather(play(), attack(hub, 7))
        await at_rest(hub)
        report = await audit(hub.database, at_rest=True)
        kept = await _kept(hub)
        failures = tables.failures
        async with hub.database.read() as connection:
            rows = (await connection.execute(select(failures.c.code, failures.c.raw))).all()

        assert hub.working
        assert report.findings == ()
        unread = {bytes(row.raw) for row in rows}
        assert [key for key, raw in sent.items() if key not in kept and raw not in unread] == []
        assert {row.code for row in rows} >= {"schema_violation", "id_reused"}
        assert {row.code for row in rows} & {"defect", "undeclared"} == set()
        assert len(sent) > 100
