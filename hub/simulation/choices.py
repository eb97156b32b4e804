"""Seeded choices: made from the seed and what they are about, never from the order in which things arrive.

So the same seed gives the same story, however the messages interleave, and a robot that is started again
decides as it did before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one seed."""

    seed: int

    def number(self, *about: object) -> float:
        """A number from 0 to 1 (excluded) that belongs to what it is about."""
        text = "\n".join((str(self.seed), *map(str, about)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64

    def happens(self, share: float, *about: object) -> bool:
        """Whether something happens that happens in this share of cases."""
        return self.number(*about) < share

    def one(self, of: Sequence[T], *about: object) -> T:
        """One of several."""
        return of[int(self.number(*about) * len(of))]

    def whole(self, low: int, high: int, *about: object) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.number(*about) * (high - low + 1))
