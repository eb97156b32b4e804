"""Fault 2: the broker is killed under load, and started again on its data."""

from __future__ import annotations

import asyncio

import pytest

from hub.settings import Settings
from tests.support import servers
from tests.support.trial import Trial

pytestmark = [pytest.mark.faults, pytest.mark.servers]


@pytest.mark.rule("R41", "R42")
@pytest.mark.parametrize("clean", [False, True], ids=["killed", "restarted"])
async def test_a_broker_that_dies_under_load_costs_time_only(
    on_servers: Settings, rabbitmq: servers.Broker, clean: bool
) -> None:
    settings = on_servers.model_copy(update={"publish_timeout": 3.0})
    async with Trial(settings) as trial:
        hub = await trial.start()
        await trial.order(30)
        await trial.saw(300)

        await asyncio.to_thread(rabbitmq.restart, clean=clean)
        survived = len(trial.witness.seen)

        assert await trial.settled(within=120) == []
        assert hub.running
        assert "RabbitMQ" in hub.log  # it noticed
    assert len(trial.witness.seen) > survived  # there was work left to do


@pytest.mark.rule("R41", "R42")
async def test_a_hub_and_its_broker_that_die_together_lose_and_double_nothing(
    on_servers: Settings, rabbitmq: servers.Broker
) -> None:
    async with Trial(on_servers) as trial:
        hub = await trial.start()
        await trial.order(20)
        await trial.saw(300)

        code, _ = await asyncio.gather(hub.kill(), asyncio.to_thread(rabbitmq.restart))
        assert code == -9
        await trial.start()

        assert await trial.settled(within=120) == []
