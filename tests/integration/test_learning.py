"""Replicas that learn about the same product and supplier at once forget nothing of it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from hub.sagas.case import Case
from hub.sagas.history.experience import Delivery, Finished
from hub.settings import Settings
from hub.store.database import Database
from hub.store.experience import Lessons, keep, load_products, load_suppliers
from hub.store.migrate import migrate

KEY = ("part MW-1", "", "C-HOLT")
TIMES = 12


@pytest.mark.rule("R2", "R13")
async def test_what_two_learn_at_once_is_learnt_twice(backing: Settings) -> None:
    replicas = [Database(backing.database_url) for _ in range(2)]
    try:
        await migrate(replicas[0])

        async def learn(number: int) -> None:
            lessons = Lessons(
                made=[(KEY, Finished("2026-12-01T08:00:00Z", f"W-{number}", 1.0))],
                deliveries=[("S-ONE", Delivery("2026-12-01T08:00:00Z", f"M-{number}", "1", number % 2))],
            )
            for _ in range(5):  # as the batcher does when another process is first with a new row
                try:
                    async with replicas[number % 2].write() as connection:
                        await keep(connection, Case(), Case(), lessons)
                except IntegrityError:
                    continue
                return

        await asyncio.gather(*(learn(number) for number in range(TIMES)))

        async with replicas[0].read() as connection:
            [product] = await load_products(connection, {KEY[0]})
            supplier = (await load_suppliers(connection, {"S-ONE"}))["S-ONE"]
        assert (product.times, len(product.latest)) == (TIMES, TIMES)
        assert (supplier.deliveries, supplier.on_time) == (TIMES, TIMES // 2)
    finally:
        for replica in replicas:
            await replica.close()
