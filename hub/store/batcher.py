"""Grouping: what arrives while a transaction runs is carried out together in the next one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError

from hub.background import Background
from hub.errors import StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger("hub.store")
RACES = 5


@dataclass(frozen=True, slots=True)
class _Lost:
    """What nothing could be done with."""

    error: Exception


class Batcher(Background, Generic[T, R]):
    """Gathers items and has them carried out together, one transaction after the other.

    ``together`` carries a batch out and gives a result for each item. While the database does not answer the
    batch is kept and tried again; when it fails otherwise its items are carried out one by one, and an item that
    fails alone is given to ``failed``, so that one cannot stop the others. If that fails too, its caller is told.
    """

    def __init__(
        self,
        together: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        failed: Callable[[T, Exception], Awaitable[R]],
        *,
        size: int,
        name: str,
    ) -> None:
        self._together = together
        self._failed = failed
        self._size = size
        self._name = name
        self._pending: list[tuple[T, asyncio.Future[R]]] = []
        self._arrived = asyncio.Event()

    async def stop(self) -> None:
        """Let the transaction under way end; what has not begun is given up by its caller."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for _, result in self._pending:
            result.cancel()
        self._pending.clear()

    async def carry_out(self, item: T) -> R:
        """Have an item carried out; returns after the commit."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._pending.append((item, result))
        self._arrived.set()
        return await asyncio.shield(result)

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            batch, self._pending = self._pending[: self._size], self._pending[self._size :]
            if not self._pending:
                self._arrived.clear()
            running = asyncio.ensure_future(self._persist(batch))
            try:
                await asyncio.shield(running)
            except asyncio.CancelledError:
                if not running.done():
                    await asyncio.wait([running], timeout=10.0)
                    running.cancel()
                raise

    async def _persist(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        delay = 0.1
        while True:
            try:
                results = await self._carry([item for item, _ in batch])
                break
            except StoreUnavailable as error:
                log.warning("%s; trying again in %.1f s", error.message, delay)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, _Lost):
                future.set_exception(result.error)
            else:
                future.set_result(result)

    async def _carry(self, items: Sequence[T]) -> list[R | _Lost]:
        try:
            return list(await self._race(items))
        except StoreUnavailable:
            raise
        except Exception as error:
            if len(items) == 1:
                log.exception("%s: an item failed", self._name)
                return [await self._give_up(items[0], error)]
        return [result for item in items for result in await self._carry([item])]

    async def _give_up(self, item: T, error: Exception) -> R | _Lost:
        try:
            return await self._failed(item, error)
        except StoreUnavailable:
            raise
        except Exception as worse:
            log.exception("%s: an item could not even be set aside", self._name)
            return _Lost(worse)

    async def _race(self, items: Sequence[T]) -> Sequence[R]:
        """Another process may be first with a row; what it wrote is seen the next time."""
        for _ in range(RACES):
            try:
                return await self._together(items)
            except IntegrityError:
                await asyncio.sleep(0)
        return await self._together(items)
