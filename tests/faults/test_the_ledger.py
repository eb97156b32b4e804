"""The check of the checks: a hub that lacks one of its safeguards is found out by the ledger."""

from __future__ import annotations

import re

import pytest

from hub.settings import Settings
from tests.support.crashing import DIED
from tests.support.proxy import Proxy
from tests.support.trial import Trial
from tests.support.waiting import until

SPOILED = {
    "no inbox": ("before ack:30", "sequence of|events, .* were seen|on hand, it should be"),
    "ack before commit": ("before commit:7", "command lost"),
    "mark before publish": ("published:60", "command lost|event lost"),
}
"""what was taken out, where the hub dies so that it matters, and what is wrong then"""


@pytest.mark.faults
@pytest.mark.parametrize("way", SPOILED)
async def test_the_ledger_complains_of_a_spoiled_hub(backing: Settings, way: str) -> None:
    point, expected = SPOILED[way]
    async with Trial(backing) as trial:
        hub = await trial.start("--spoil", way, "--die", point)
        await trial.order(6)
        assert await hub.ended() == DIED

        await trial.start("--spoil", way)
        complaints = await trial.settled(within=4)

    assert [each for each in complaints if re.search(expected, each)], complaints


@pytest.mark.faults
@pytest.mark.servers
async def test_the_ledger_complains_of_a_hub_that_does_not_wait_for_confirms(on_servers: Settings) -> None:
    """What it sends is swallowed on the way, and the connection breaks: it takes for sent what never arrived."""
    async with Proxy(on_servers.broker_url) as proxy:
        behind_proxy = on_servers.model_copy(update={"broker_url": proxy.url, "publish_timeout": 2.0})
        async with Trial(on_servers, hub_settings=behind_proxy) as trial:
            hub = await trial.start("--spoil", "no confirms")
            await trial.order(6)
            await trial.saw(100)
            proxy.swallow()
            await until(lambda: proxy.swallowed > 10_000, 20, "something is swallowed")
            await proxy.cut()
            proxy.heal()
            complaints = await trial.settled(within=8)
            assert hub.running

    assert [each for each in complaints if re.search("event lost", each)], complaints
