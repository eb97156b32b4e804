"""Fault 1: the hub is killed, at each point at which it could lose or double something, and at random."""

from __future__ import annotations

import random

import pytest

from hub.settings import Settings
from tests.support.crashing import DIED
from tests.support.trial import Trial

ORDERS = 6
POINTS = {
    "received": 20,
    "before commit": 7,
    "after commit": 7,
    "before ack": 30,
    "published": 100,
    "marked": 6,
    "before answers commit": 3,
    "document sent": 3,
}
"""when it dies there: in the midst of the work"""


@pytest.mark.faults
@pytest.mark.rule("R41", "R43")
@pytest.mark.parametrize("point", POINTS)
async def test_a_hub_that_dies_at_this_point_loses_and_doubles_nothing(backing: Settings, point: str) -> None:
    async with Trial(backing) as trial:
        hub = await trial.start("--die", f"{point}:{POINTS[point]}")
        await trial.order(ORDERS)
        assert await hub.ended() == DIED

        await trial.start()

        assert await trial.settled() == []


@pytest.mark.faults
@pytest.mark.rule("R41", "R43")
@pytest.mark.parametrize("seed", range(2))
async def test_a_hub_that_is_killed_again_and_again_under_load_loses_and_doubles_nothing(
    backing: Settings, seed: int
) -> None:
    chance = random.Random(seed)
    async with Trial(backing) as trial:
        hub = await trial.start()
        await trial.order(20)
        for _ in range(4):
            await trial.saw(len(trial.witness.seen) + chance.randrange(1, 300))
            assert await hub.kill() == -9
            hub = await trial.start()

        assert await trial.settled() == []
