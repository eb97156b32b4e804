"""The command line as a test uses it: in the test's own process, in a thread, so that hubs can run beside it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def hub(*arguments: object, given: str | None = None) -> Said:
    """Run a command to its end."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], input=given, prog_name="hub")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"a traceback reached the user: {result.exception!r}") from result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


async def hub_beside(*arguments: object, given: str | None = None) -> Said:
    """Run a command while the test's event loop goes on."""
    return await asyncio.to_thread(hub, *arguments, given=given)


def set_environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Have commands use these settings."""
    monkeypatch.chdir(settings.folder)
    for name in ("database_url", "broker_url", "folder", "http_port", "wait_for"):
        monkeypatch.setenv(f"HUB_{name.upper()}", str(getattr(settings, name)))
