"""A pause ends with its event, or with its time."""

from __future__ import annotations

import asyncio

from hub.pausing import pause


async def test_a_pause_ends_early_when_its_event_comes() -> None:
    woken = asyncio.Event()
    asyncio.get_running_loop().call_soon(woken.set)
    async with asyncio.timeout(10):
        assert await pause(60, woken)


async def test_a_pause_whose_event_does_not_come_ends_by_itself() -> None:
    assert not await pause(0.001, asyncio.Event())
