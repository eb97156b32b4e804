"""Faults 13 and 4: two hub processes share one broker and one database; one dies; everything comes three times."""

from __future__ import annotations

import pytest

from hub.settings import Settings
from tests.support.trial import Trial

pytestmark = pytest.mark.faults


@pytest.mark.servers
@pytest.mark.rule("R41", "R43")
@pytest.mark.parametrize("victim", [0, 1], ids=["the one that relays", "the other"])
async def test_when_one_of_two_hubs_is_killed_the_other_goes_on(on_servers: Settings, victim: int) -> None:
    async with Trial(on_servers) as trial:
        hubs = [await trial.start(), await trial.start()]
        await trial.order(30)
        await trial.saw(500)

        assert await hubs[victim].kill() == -9

        assert await trial.settled() == []
        assert hubs[1 - victim].running


@pytest.mark.servers
@pytest.mark.rule("R41", "R43")
async def test_two_hubs_that_are_killed_in_turns_lose_and_double_nothing(on_servers: Settings) -> None:
    async with Trial(on_servers) as trial:
        hubs = [await trial.start(), await trial.start()]
        await trial.order(40)
        for turn in range(4):
            await trial.saw(len(trial.witness.seen) + 250)
            assert await hubs[turn % 2].kill() == -9
            hubs[turn % 2] = await trial.start()

        assert await trial.settled() == []


@pytest.mark.servers
@pytest.mark.rule("R41", "R43")
async def test_a_hub_that_hangs_and_comes_back_does_no_harm(on_servers: Settings) -> None:
    """It still believes that it relays; meanwhile the other does."""
    async with Trial(on_servers) as trial:
        hubs = [await trial.start(), await trial.start()]
        await trial.order(20)
        await trial.saw(200)
        hubs[0].pause()
        await end_the_lease(trial)
        await trial.order(10)
        await trial.saw(len(trial.witness.seen) + 100)
        hubs[0].resume()

        assert await trial.settled() == []
        assert all(hub.running for hub in hubs)


async def end_the_lease(trial: Trial) -> None:
    """End the hanging hub's session that holds the relay's lock, as PostgreSQL does when a machine is gone."""
    async with trial.database.write() as connection:
        ended = await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert ended.rowcount == 1


@pytest.mark.rule("R43")
async def test_when_everything_comes_three_times_each_effect_comes_once(backing: Settings) -> None:
    """Commands of outsiders and all that the hub sends itself; on servers to two processes at once."""
    async with Trial(backing, copies=3) as trial:
        await trial.start("--thrice")
        if not backing.embedded:
            await trial.start("--thrice")
        await trial.order(20)

        assert await trial.settled() == []
        assert len(trial.witness.seen) > 2.5 * len({event["id"] for event in trial.witness.seen})
