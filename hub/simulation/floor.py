"""The floor: what any program must do that takes the same messages, keeps them and sends on the same events.

No rules, no state, no checks: consume, insert in groups, publish with confirm. What a hub adds is its ratio to this.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any

import aio_pika
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, insert, select

from hub.settings import Settings
from hub.store.database import Database

GROUP = 100
PREFETCH = 400
QUEUE = "bench.floor"
metadata = MetaData()
rows = Table("bench_floor", metadata, Column("id", Integer, primary_key=True, autoincrement=True), Column("body", Text))


async def floor(settings: Settings, commands: Sequence[str], events: Sequence[str]) -> float:
    """Seconds for taking these commands, keeping commands and events, and handing the events on."""
    database = Database(settings.database_url)
    async with database.write() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    try:
        if settings.embedded:
            return await _embedded(database, commands, events)
        return await _rabbit(settings.broker_url, database, commands, events)
    finally:
        async with database.write() as connection:
            await connection.run_sync(metadata.drop_all)
        await database.close()


def batched(bodies: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The bodies in groups."""
    for start in range(0, len(bodies), size):
        yield bodies[start : start + size]


async def _keep(database: Database, bodies: Sequence[str]) -> None:
    async with database.write() as connection:
        await connection.execute(insert(rows), [{"body": body} for body in bodies])


async def _embedded(database: Database, commands: Sequence[str], events: Sequence[str]) -> float:
    """Rows in, in groups; read; events in, in groups; read; marked by deleting."""
    begin = time.perf_counter()
    for bodies in (commands, events):
        for group in batched(bodies, GROUP):
            await _keep(database, group)
            async with database.read() as connection:
                taken = [row.id for row in await connection.execute(select(rows).limit(GROUP))]
            async with database.write() as connection:
                await connection.execute(delete(rows).where(rows.c.id.in_(taken)))
    return time.perf_counter() - begin


async def _rabbit(url: str, database: Database, commands: Sequence[str], events: Sequence[str]) -> float:
    """Consume a full quorum queue; for each group: insert it with its share of events, commit, publish, ack."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        out = await channel.declare_exchange("bench.floor", aio_pika.ExchangeType.TOPIC, durable=True)
        try:
            begin = time.perf_counter()
            for group in batched(commands, GROUP):
                await asyncio.gather(
                    *(channel.default_exchange.publish(_message(body), routing_key=QUEUE) for body in group)
                )
            await _consume(queue, out, database, len(commands), list(events))
            return time.perf_counter() - begin
        finally:
            await queue.delete(if_unused=False, if_empty=False)
            await out.delete()


async def _consume(queue: Any, out: Any, database: Database, count: int, events: list[str]) -> None:
    arrived: asyncio.Queue[Any] = asyncio.Queue()
    tag = await queue.consume(arrived.put)
    share = len(events) / count if count else 0
    taken = 0
    while taken < count:
        group = [await arrived.get()]
        while len(group) < GROUP and not arrived.empty():
            group.append(arrived.get_nowait())
        said = events[int(taken * share) : int((taken + len(group)) * share)]
        taken += len(group)
        await _keep(database, [*(message.body.decode() for message in group), *said])
        await asyncio.gather(*(out.publish(_message(body), routing_key="floor") for body in said))
        await asyncio.gather(*(message.ack() for message in group))
    await queue.cancel(tag)


def _message(body: str) -> aio_pika.Message:
    return aio_pika.Message(body.encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
