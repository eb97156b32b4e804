"""Hubs in processes of their own, which a test starts, kills, stops and asks how they ended.

They are forked from one process that has imported everything, since importing takes longer than all the rest.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
from pathlib import Path
from uuid import uuid4

from hub.settings import Settings
from tests.support import crashing
from tests.support.processes import ServerFailed
from tests.support.waiting import until

START, END = 60.0, 40.0
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pytest", "tests.support.crashing"])


class HubProcess:
    """One hub process, started by `start`; it does not outlive the test run."""

    def __init__(self, folder: Path, settings: Settings, options: tuple[str, ...]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = uuid4().hex[:8]
        self._ready, self._log = folder / f"{name}.ready", folder / f"{name}.log"
        given = ["--ready", str(self._ready), *options]
        self._process = _FORKS.Process(
            target=crashing.forked, args=(given, environment(settings), str(self._log)), daemon=True
        )

    @classmethod
    async def start(cls, settings: Settings, *options: str, wait: bool = True) -> HubProcess:
        """Start a hub with these settings and the options of `tests.support.crashing`.

        Unless told not to `wait`, return when it runs (or has died at a point before that).
        """
        hub = cls(settings.folder / "processes", settings, options)
        await asyncio.to_thread(hub._process.start)
        if wait:
            await until(lambda: hub._ready.exists() or not hub.running, START, "the hub runs")
        return hub

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    async def ended(self, within: float = END) -> int:
        """Wait until it ends; its exit code, or the number of the signal, negative."""
        await asyncio.to_thread(self._process.join, within)
        code = self._process.exitcode
        if code is None:
            raise ServerFailed(f"the hub did not end within {within:g} s\n{self.log[-2000:]}")
        return code

    async def kill(self) -> int:
        """SIGKILL it, if it runs; how it ended."""
        self._process.kill()
        return await self.ended()

    async def stop(self, within: float = END) -> int:
        """SIGTERM; how it ended."""
        self._process.terminate()
        return await self.ended(within)

    def pause(self) -> None:
        """SIGSTOP: it hangs, as on a machine that swaps."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it goes on where it hung."""
        self._signal(signal.SIGCONT)

    def free_the_disk(self) -> None:
        """SIGUSR1: there is room again."""
        self._signal(signal.SIGUSR1)

    def _signal(self, how: signal.Signals) -> None:
        if self._process.pid is not None and self.running:
            os.kill(self._process.pid, how)


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a hub's environment."""
    given = settings.model_dump(mode="json", exclude={"partners"})
    shown = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    return {f"HUB_{name.upper()}": value for name, value in shown.items() if value != "null"}
