"""Fault 3: the broker cannot be reached for a while, or only seems to be there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import aio_pika
import pytest

from hub.bus.publisher import tuned
from hub.settings import Settings
from tests.support.proxy import Proxy
from tests.support.trial import Trial

pytestmark = [pytest.mark.faults, pytest.mark.servers]
ORDERS = 20


@pytest.fixture
async def proxy(on_servers: Settings) -> AsyncIterator[Proxy]:
    async with Proxy(on_servers.broker_url) as line:
        yield line


@pytest.fixture
def behind_proxy(on_servers: Settings, proxy: Proxy) -> Settings:
    return on_servers.model_copy(update={"broker_url": proxy.url, "publish_timeout": 2.0})


@pytest.mark.rule("R41")
@pytest.mark.parametrize("seconds", [5, 60])
async def test_a_broker_that_is_unreachable_for_a_while_costs_time_only(
    on_servers: Settings, behind_proxy: Settings, proxy: Proxy, seconds: float
) -> None:
    async with Trial(on_servers, hub_settings=behind_proxy) as trial:
        hub = await trial.start()
        await trial.order(ORDERS)
        await trial.saw(200)

        await proxy.refuse()
        await asyncio.sleep(seconds)  # the fault itself: so long nobody answers
        proxy.heal()

        assert await trial.settled() == []
        assert hub.running
    assert proxy.refused


@pytest.mark.rule("R41")
async def test_a_socket_that_is_half_open_for_5_s_costs_time_only(
    on_servers: Settings, behind_proxy: Settings, proxy: Proxy
) -> None:
    async with Trial(on_servers, hub_settings=behind_proxy) as trial:
        hub = await trial.start()
        await trial.order(ORDERS)
        await trial.saw(200)

        proxy.stall()
        await asyncio.sleep(5)  # the fault itself
        proxy.heal()

        assert await trial.settled() == []
        assert hub.running
    assert proxy.stalled


@pytest.mark.rule("R41")
async def test_connections_that_die_unnoticed_are_given_up_in_time(
    on_servers: Settings, behind_proxy: Settings, proxy: Proxy
) -> None:
    """They stay open for ever, and nothing comes through: only silence tells."""
    short = behind_proxy.model_copy(update={"broker_url": f"{proxy.url}?heartbeat=2"})
    async with Trial(on_servers, hub_settings=short) as trial:
        hub = await trial.start()
        await trial.order(ORDERS)
        await trial.saw(200)
        stood = proxy.taken

        proxy.lose()

        assert await trial.settled() == []
        assert hub.running
    assert proxy.stalled
    assert proxy.taken > stood


@pytest.mark.rule("R41")
async def test_connections_that_are_cut_again_and_again_cost_time_only(
    on_servers: Settings, behind_proxy: Settings, proxy: Proxy
) -> None:
    chance = random.Random(12)
    async with Trial(on_servers, hub_settings=behind_proxy) as trial:
        hub = await trial.start()
        await trial.order(60)
        for _ in range(8):
            await trial.saw(len(trial.witness.seen) + chance.randrange(20, 400))
            await proxy.cut()

        assert await trial.settled() == []
        assert hub.running
    assert proxy.taken > 8


async def test_a_queue_that_somebody_deletes_is_declared_and_consumed_anew(on_servers: Settings) -> None:
    async with Trial(on_servers) as trial:
        hub = await trial.start()
        await trial.order(2)
        assert await trial.settled() == []
        async with await aio_pika.connect(on_servers.broker_url) as connection:
            channel = await connection.channel()
            await channel.queue_delete("hub.production.v1")

        await trial.order(2)

        assert await trial.settled() == []
        assert hub.running


def test_a_line_is_given_up_after_30_s_of_silence_unless_the_url_says_otherwise() -> None:
    assert tuned("amqp://u:p@host:5672/vhost") == "amqp://u:p@host:5672/vhost?heartbeat=10"
    assert tuned("amqps://host/?cafile=ca.pem") == "amqps://host/?cafile=ca.pem&heartbeat=10"
    assert tuned("amqp://host/?heartbeat=60") == "amqp://host/?heartbeat=60"
