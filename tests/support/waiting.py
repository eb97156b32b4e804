"""Waiting for what another process or task does: a short look, again and again, never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
POLL = 0.005


async def until(look: Callable[[], T], within: float, what: str) -> T:
    """What a look finds, once it finds something; after so many seconds fail with what was looked for."""
    try:
        async with asyncio.timeout(within):
            while True:
                found = look()
                if found:
                    return found
                await asyncio.sleep(POLL)
    except TimeoutError:
        raise AssertionError(f"waited {within:g} s in vain: {what}") from None
