"""Lanes: of one stream a message leaves only when the one before it has arrived; streams do not wait for each other.

A broker judges each message by itself: it may refuse one and take the next, as a full queue does that has room again
a moment later. So nothing of a stream (an order, or what a shared event is about) is handed over before all that
precedes it is confirmed (R41). A bus that takes all or nothing is given several at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
"""seconds until a row that has failed is tried again: the first time, and at most"""


class Row(Protocol):
    """A row of the outbox."""

    position: int
    kind: Any
    type: str
    stream: str
    body: str


@dataclass(frozen=True, slots=True)
class Block:
    """A row that failed."""

    position: int
    delay: float
    until: float
    """the loop's time before which it is not tried again"""


class Lanes:
    """Rows on their way, a lane for each stream.

    ``send`` returns when a row is safe with the bus. When it raises, the row's stream is blocked for a while, longer
    each time, and the rows behind it are given back: they are to be read again, in their order, after `unblock`.
    So many rows of a stream as the ``window`` says leave together. ``progress`` is called when some have arrived or
    a lane has ended.
    """

    def __init__(
        self, send: Callable[[Row], Awaitable[None]], progress: Callable[[], None], *, window: int = 1
    ) -> None:
        self._send = send
        self._progress = progress
        self._window = window
        self._lanes: dict[str, deque[Row]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: set[int] = set()
        self.arrived: list[int] = []
        """positions of what has arrived and is not noted yet"""
        self.blocked: dict[str, Block] = {}
        """streams of which a row has failed"""
        self._failures: dict[str, Block] = {}
        """the same, until that row has arrived"""
        self.failed: list[tuple[Row, BaseException]] = []
        """what has failed and is not told of yet"""

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._lanes

    def __len__(self) -> int:
        """How many rows are on their way, or have arrived and are not noted yet."""
        return len(self._known)

    def lacks(self, row: Row) -> bool:
        """Whether the row has yet to be added."""
        return row.position not in self._known and row.stream not in self.blocked

    def add(self, row: Row) -> None:
        """Let a row leave behind those of its stream."""
        self._known.add(row.position)
        lane = self._lanes.get(row.stream)
        if lane is not None:
            lane.append(row)
            return
        self._lanes[row.stream] = lane = deque((row,))
        task = asyncio.create_task(self._run(row.stream, lane), name=f"lane {row.stream}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, stream: str, lane: deque[Row]) -> None:
        try:
            while lane and stream not in self.blocked:
                together = [self._send(row) for row in islice(lane, self._window)]
                for error in await asyncio.gather(*together, return_exceptions=True):
                    if error is not None:
                        self._block(lane[0], error)
                        break
                    self.arrived.append(lane.popleft().position)
                    self._failures.pop(stream, None)
                if lane:
                    self._progress()
        finally:
            self._give_back(lane)
            del self._lanes[stream]
            self._progress()

    def _block(self, row: Row, error: BaseException) -> None:
        last = self._failures.get(row.stream)
        again = last is not None and last.position == row.position
        delay = min(last.delay * 2, LONGEST_DELAY) if last and again else FIRST_DELAY
        block = Block(row.position, delay, asyncio.get_running_loop().time() + delay)
        self.blocked[row.stream] = self._failures[row.stream] = block
        self.failed.append((row, error))

    def _give_back(self, rows: Iterable[Row]) -> None:
        self._known.difference_update(row.position for row in rows)

    def noted(self, positions: Sequence[int]) -> None:
        """These first rows that arrived are noted as sent."""
        self._known.difference_update(positions)
        del self.arrived[: len(positions)]

    def unblock(self) -> None:
        """Let the streams be tried again whose time has come."""
        now = asyncio.get_running_loop().time()
        self.blocked = {stream: block for stream, block in self.blocked.items() if block.until > now}

    def hold_back(self) -> None:
        """Give back what has not left."""
        for lane in self._lanes.values():
            behind = list(islice(lane, self._window, None))
            self._give_back(behind)
            for _ in behind:
                lane.pop()

    async def finish(self) -> None:
        """Give back what has not left, and wait for what has."""
        self.hold_back()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def drop(self) -> None:
        """End everything; nobody knows what becomes of what has left."""
        for task in self._tasks:
            task.cancel()
