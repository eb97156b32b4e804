"""A task that is told to end, ends; a pause ends with its event, or with its time."""

from __future__ import annotations

import asyncio

import pytest

from hub import background


async def test_a_task_that_swallows_a_cancellation_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "INSIST", 0.01)
    swallowed = []

    async def work() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if len(swallowed) == 2:
                    raise
                swallowed.append(True)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await background.end(task)

    assert task.cancelled()
    assert len(swallowed) == 2


async def test_what_has_ended_by_a_defect_or_was_never_begun_is_no_trouble() -> None:
    async def fail() -> None:
        raise ValueError

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    await background.end(task)
    await background.end(None)


async def test_a_pause_ends_early_when_its_event_comes() -> None:
    woken = asyncio.Event()
    asyncio.get_running_loop().call_soon(woken.set)
    async with asyncio.timeout(10):
        assert await background.pause(60, woken)


async def test_a_pause_whose_event_does_not_come_ends_by_itself() -> None:
    assert not await background.pause(0.001, asyncio.Event())
