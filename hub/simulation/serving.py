"""`hub serve` as a process of its own, which can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.errors import HubError
from hub.settings import Settings


class ServeFailed(HubError):
    """The served hub did not start, or ended by itself."""

    code = "serve_failed"


class Served:
    """`hub serve`, as a process that can be killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it; returns when it says that it is ready. Raises ServeFailed."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "serve", env=self._environment, stderr=asyncio.subprocess.PIPE
        )
        said = []
        assert self._process.stderr is not None  # noqa: S101  # asked for above
        async for line in self._process.stderr:
            said.append(line.decode(errors="replace").strip())
            if b"ready:" in line:
                self._reading = asyncio.create_task(self._read_on(self._process.stderr))
                return
        raise ServeFailed(f"the hub did not start: {said[-1] if said else 'it said nothing'}")

    async def _read_on(self, said: asyncio.StreamReader) -> None:
        async for _ in said:
            pass

    async def kill(self) -> None:
        """SIGKILL it. Raises ServeFailed when it had ended by itself."""
        assert self._process is not None  # noqa: S101  # started before
        if self._process.returncode is not None:
            raise ServeFailed(f"the hub had ended by itself, with {self._process.returncode}")
        self._process.kill()
        if await self._process.wait() != -signal.SIGKILL:
            raise ServeFailed("the hub was not ended by SIGKILL")

    async def stop(self) -> None:
        """Ask it to end, as an operator would."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Served]:
    """A hub with these settings, served by a process of its own."""
    environment = {
        **os.environ,
        "HUB_DATABASE_URL": settings.database_url,
        "HUB_BROKER_URL": settings.broker_url,
        "HUB_FOLDER": str(settings.folder),
        "HUB_HTTP_PORT": "0",
    }
    served = Served(environment)
    await served.start()
    try:
        yield served
    finally:
        await served.stop()
