"""The robots of `hub simulate` catch up on what was said while they were cut off (fault 2, seen from outside)."""

from __future__ import annotations

import asyncio

import aio_pika
import pytest

from hub.audit import audit
from hub.client import RabbitClient, client_of
from hub.configuration import partners_of
from hub.messages.envelope import check_data
from hub.settings import Settings
from hub.simulation.load import simulate
from hub.simulation.script import Script, materials_known
from hub.store.database import Database
from hub.store.settled import settled
from tests.support import servers
from tests.support.floor import SHEET
from tests.support.hubs import HubProcess
from tests.support.proxy import Proxy
from tests.support.running import with_partners

pytestmark = pytest.mark.servers
ORDERS = 40
GOOD = {"material": SHEET, "quantity": "1", "unit": "KGM"}


@pytest.mark.faults
@pytest.mark.rule("R41", "R42")
async def test_a_simulation_survives_a_broker_that_restarts(on_servers: Settings, rabbitmq: servers.Broker) -> None:
    settings = with_partners(on_servers).model_copy(update={"publish_timeout": 3.0})
    script = Script(materials=materials_known(partners_of(settings).materials.values()))
    hub, ended = await HubProcess.start(settings), []
    restarts: list[asyncio.Task[None]] = []

    def progress(count: int, of: int) -> None:
        ended.append(count)
        if count == 3:
            restarts.append(asyncio.create_task(asyncio.to_thread(rabbitmq.restart)))

    try:
        async with client_of(settings, "robots") as client:
            figures = await simulate(client, ORDERS, 1, script=script, concurrency=20, progress=progress)
        assert sum(figures.outcomes.values()) == ORDERS
        assert restarts[0].done()
        assert hub.running
        database = Database(settings.database_url)
        await settled(database, 60.0)
        assert (await audit(database, at_rest=True)).findings == ()
        await database.close()
    finally:
        await hub.kill()


@pytest.mark.rule("R41")
async def test_a_client_that_was_cut_off_hears_what_was_said_meanwhile(on_servers: Settings) -> None:
    settings = with_partners(on_servers)
    message = check_data("stock.adjust.v1", GOOD)
    hub = await HubProcess.start(settings)
    try:
        async with Proxy(settings.broker_url) as proxy, client_of(settings, "other") as other:
            client = RabbitClient(proxy.url, "cut off")
            await client.connect()
            await proxy.refuse()
            for n in range(3):
                await other.send(message, f"adjusted {n}")
            heard = other.events()
            while (await anext(heard)).envelope.causationid != "adjusted 2":
                continue
            proxy.heal()
            async with asyncio.timeout(30):
                found = [(await anext(client.events())).envelope.causationid for _ in range(3)]
            assert found == ["adjusted 0", "adjusted 1", "adjusted 2"]
            assert proxy.refused
            await client.close()
            async with await aio_pika.connect(settings.broker_url) as connection:
                channel = await connection.channel()
                with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
                    await channel.declare_queue(client._queue, passive=True)
    finally:
        await hub.kill()
