"""Ending a task that runs until it is told to stop."""

from __future__ import annotations

import asyncio

INSIST = 3.0
"""seconds after which a task that has not ended is cancelled again"""


async def end(task: asyncio.Task[None] | None) -> None:
    """Cancel a task until it has ended.

    Once is not enough: when the cancellation meets a remote call of aiormq at its start, it is swallowed there, and
    the task goes on.
    """
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=INSIST)
    if task is not None:
        await asyncio.gather(task, return_exceptions=True)
