"""What a seed decides: how bad the world is, and each thing that happens in it. And what has happened, to compare."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad a world is: shares of what goes wrong. In each world some things do not go wrong at all."""

    orders: int
    deaths: int
    unconfirmed: float
    """publishes whose confirm is lost with the connection, whether the message arrived or not"""
    refused: float
    """publishes that the broker refuses while the connection stands, whether some queue took the message or not"""
    cut: float
    """deliveries at which the consumers' connection breaks, so that all under way come again"""
    late: float
    """messages and deliveries that are held up, for seconds instead of milliseconds"""
    twice: float
    """messages from outside that are sent twice"""
    disk: float
    """commits and transactions that the disk fails"""
    folders: float
    """looks into the folders that fail"""
    silent: float
    """questions that a customer leaves unanswered"""
    meddling: float
    """tasks that somebody answers who must not, or once more when they are closed"""


class Fate:
    """All chance in a run. The same seed asks the same questions in the same order, and gets the same answers."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
        self.weather = self._forecast()

    def _forecast(self) -> Weather:
        def share(most: float) -> float:
            return self._random.choice((0.0, most * self._random.random()))

        return Weather(
            orders=self._random.choice((1, 1, 2, 2, 3)),
            deaths=self._random.choice((0, 1, 2, 3, 4)),
            unconfirmed=share(0.05),
            refused=share(0.05),
            cut=share(0.03),
            late=share(0.2),
            twice=share(0.5),
            disk=share(0.05),
            folders=share(0.1),
            silent=share(0.5),
            meddling=share(0.2),
        )

    def token(self) -> str:
        """A reply token: as long as a real one, and the same each time the run is repeated."""
        return f"{self._random.getrandbits(160):032x}"[:32]

    def happens(self, share: float) -> bool:
        """Whether something happens that happens in this share of cases."""
        return share > 0 and self._random.random() < share

    def one(self, of: Sequence[T]) -> T:
        """One of these."""
        return self._random.choice(of)

    def whole(self, least: int, most: int) -> int:
        """A whole number between these, both included."""
        return self._random.randint(least, most)

    def pause(self) -> float:
        """How long something takes, in seconds: a few milliseconds, or much longer."""
        if self.happens(self.weather.late):
            return self._random.uniform(0.05, 5.0)
        return self._random.uniform(0.0, 0.01)


class Trace:
    """What has happened, line by line."""

    def __init__(self, keep: bool = False) -> None:
        self._digest = hashlib.sha256()
        self._kept: list[str] | None = [] if keep else None
        self.length = 0

    def note(self, moment: float, text: str) -> None:
        """Note what happens at a moment, in seconds since the run began."""
        line = f"{moment:11.4f} {text}"
        self._digest.update(line.encode() + b"\n")
        self.length += 1
        if self._kept is not None:
            self._kept.append(line)

    @property
    def lines(self) -> list[str]:
        """The lines, if they were to be kept."""
        return self._kept or []

    @property
    def digest(self) -> str:
        """The same for the same happenings."""
        return self._digest.hexdigest()
