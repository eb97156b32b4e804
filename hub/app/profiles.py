"""Partner files while the hub runs: taken up when they change; with a mistake in them what was known before holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from hub.background import Background, pause
from hub.configuration import partner_paths, partners_of, policies_of, rules_of
from hub.errors import ConfigurationError, StoreUnavailable
from hub.partners import Partners
from hub.policies import Policies
from hub.sagas.case import Rules
from hub.settings import Settings

log = logging.getLogger("hub.profiles")
Stamps = tuple[tuple[str, int, int, int], ...]
"""Of each file that is there: its path, and what tells it from an earlier one of that path"""


@dataclass(frozen=True, slots=True)
class _Known:
    partners: Partners
    rules: Rules
    policies: Policies


class Profiles(Background):
    """Partners, materials and policies as their files say.

    Raises ConfigurationError when these are wrong at the start.
    """

    def __init__(self, settings: Settings, *, every: float = 1.0) -> None:
        self._settings = settings
        self._every = every
        self._taken = self._last = _stamps(settings)
        """of the files that are known, or were found wanting; and of those that were seen last"""
        self._known = _read(settings)
        self._told: Callable[[Partners], Awaitable[None]] | None = None
        self._over = asyncio.Event()

    def partners(self) -> Partners:
        """The partners and materials as of now."""
        return self._known.partners

    def rules(self) -> Rules:
        """What the process depends on, as of now."""
        return self._known.rules

    def policies(self) -> Policies:
        """The policies as of now."""
        return self._known.policies

    def tell(self, told: Callable[[Partners], Awaitable[None]]) -> None:
        """Have ``told`` called with what is new, before it holds."""
        self._told = told

    async def _work(self) -> None:
        while True:
            await pause(self._every, until=self._over)
            try:
                await self.look()
            except (StoreUnavailable, OSError) as error:
                log.warning("the partner files have changed, and are taken up later: %s", error)

    async def look(self) -> None:
        """Take the files up if they have changed and not since the last look: a file may be half written.

        Raises StoreUnavailable, OSError: they are taken up at another look then.
        """
        seen = await asyncio.to_thread(_stamps, self._settings)
        settled, self._last = seen == self._last, seen
        if seen == self._taken or not settled:
            return
        try:
            known = await asyncio.to_thread(_read_again, self._settings, self._taken, seen)
        except ConfigurationError as error:
            log.warning("the partner files have changed, and what was known before holds: %s", error)
        else:
            if self._told is not None:
                await self._told(known.partners)
            self._known = known
            log.info("partner files taken up: %d partners, %d materials", len(known.partners.all), _materials(known))
        self._taken = seen


def _materials(known: _Known) -> int:
    return len(known.partners.materials)


def _read(settings: Settings) -> _Known:
    partners = partners_of(settings)
    return _Known(partners, rules_of(settings, partners), policies_of(settings, partners))


def _read_again(settings: Settings, before: Stamps, now: Stamps) -> _Known:
    """What the files say now. Raises ConfigurationError, also when one of them is gone."""
    if gone := sorted({path for path, *_ in before} - {path for path, *_ in now}):
        raise ConfigurationError("there is no such file any more", where=gone[0])
    return _read(settings)


def _stamps(settings: Settings) -> Stamps:
    looked = ((str(path), _status(path)) for path in partner_paths(settings))
    return tuple((path, *status) for path, status in looked if status is not None)


def _status(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
