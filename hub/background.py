"""What works in the background: begun with the hub, ended with it, and pausing until there is something to do."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

INSIST = 3.0
"""seconds after which a task that has not ended is cancelled again"""


class Background(ABC):
    """A part of the hub that works by itself, from its start until it is stopped."""

    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._work(), name=type(self).__name__)

    async def stop(self) -> None:
        """End; what is half done is not committed, and is done again."""
        await end(self._task)

    @property
    def working(self) -> bool:
        """Whether it runs; when it does not, a defect has ended it."""
        return self._task is not None and not self._task.done()

    @abstractmethod
    async def _work(self) -> None:
        """Work until cancelled."""


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


async def pause(seconds: float, until: asyncio.Event) -> bool:
    """Wait so long, or until the event; whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()
    return until.is_set()
