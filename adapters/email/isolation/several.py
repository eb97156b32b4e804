"""Several of a kind, each lent to one at a time: a mail that takes long holds one process, not all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import LifoQueue
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Several(Generic[Thing]):
    """Lends what was given back last, so that one is taken that was not used yet only when all before it are busy.

    Safe to use from several threads; they wait for each other when all are lent.
    """

    def __init__(self, make: Callable[[], Thing], number: int) -> None:
        self.all: Sequence[Thing] = tuple(make() for _ in range(number))
        self._idle = LifoQueue[Thing]()
        for each in reversed(self.all):
            self._idle.put(each)

    @contextmanager
    def one(self) -> Iterator[Thing]:
        """One that nobody else has; blocks until there is one."""
        lent = self._idle.get()
        try:
            yield lent
        finally:
            self._idle.put(lent)
