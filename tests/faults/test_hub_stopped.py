"""Fault 11: the hub is told to stop (SIGTERM) in the midst of the work."""

from __future__ import annotations

import time

import pytest

from hub.settings import Settings
from tests.support.trial import Trial

BOUND = 10.0
"""seconds; what orchestrators grant before they kill"""


@pytest.mark.faults
@pytest.mark.rule("R41", "R42")
async def test_a_hub_that_is_told_to_stop_under_load_ends_what_is_under_way_and_loses_nothing(
    backing: Settings,
) -> None:
    orders = 30
    async with Trial(backing) as trial:
        hub = await trial.start()
        await trial.order(orders)
        for _ in range(3):
            await trial.saw(len(trial.witness.seen) + 300)
            begun = time.monotonic()
            assert await hub.stop(BOUND) == 0
            assert time.monotonic() - begun < BOUND
            assert "ERROR" not in hub.log
            assert len(trial.ended) < orders  # there was work left to do
            hub = await trial.start()

        assert await trial.settled() == []
    # What was said was noted as said before the end: a stop, unlike a kill, has nothing said twice.
    assert len(trial.witness.seen) == len({event["id"] for event in trial.witness.seen})


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R41", "R42")
async def test_two_hubs_take_turns_being_stopped_as_in_a_rolling_upgrade(on_servers: Settings) -> None:
    orders = 40
    async with Trial(on_servers) as trial:
        hubs = [await trial.start(), await trial.start()]
        await trial.order(orders)
        for turn in range(4):
            await trial.saw(len(trial.witness.seen) + 250)
            assert await hubs[turn % 2].stop(BOUND) == 0
            assert len(trial.ended) < orders
            hubs[turn % 2] = await trial.start()

        assert await trial.settled() == []
