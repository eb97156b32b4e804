"""A pause that ends early when something happens."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def pause(seconds: float, until: asyncio.Event) -> bool:
    """Wait so long, or until the event; whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until.wait()
    return until.is_set()
