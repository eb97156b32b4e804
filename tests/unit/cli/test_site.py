"""What a hub says of itself over HTTP, also when something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.app import build
from hub.errors import StoreUnavailable
from hub.settings import Settings
from hub.store.batch import Fate, Item
from hub.web.metrics import Meter
from hub.web.site import Served, readiness


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/hub.sqlite", folder=tmp_path, http_port=0)


async def test_a_running_hub_is_ready(settings: Settings) -> None:
    async with build(settings) as hub:
        assert await readiness(Served(hub, started=True)) == {"database": "ok", "broker": "ok", "relay": "ok"}


async def test_what_is_missing_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with build(settings) as hub:
        served = Served(hub, started=True)
        await hub.relay.stop()
        await hub.bus.stop()

        def gone() -> None:
            raise StoreUnavailable("the database does not answer: gone")

        monkeypatch.setattr(hub.database, "read", gone)
        found = await readiness(served)
        text = (await served.meter.text(hub, started=True)).decode()

    assert found["broker"] == "not connected"
    assert "a part of the hub has ended" in found["relay"]
    assert "gone" in found["database"]
    assert "hub_store_up 0.0" in text


async def test_what_is_carried_out_is_counted(settings: Settings) -> None:
    meter = Meter()
    fates = [Fate("done"), Fate("refused", "held"), Fate("done", repeated=True)]
    meter.observe([Item(b"{")] * 3, fates, 0.02)
    async with build(settings) as hub:
        text = (await meter.text(hub, started=True)).decode()

    for outcome in ("done", "refused", "repeated"):
        assert f'hub_messages_total{{outcome="{outcome}",type="unreadable"}} 1.0' in text
    assert "hub_batch_messages_sum 3.0" in text
    assert "hub_store_up 1.0" in text


async def test_a_hub_that_has_not_started_answers_before_there_are_tables(settings: Settings) -> None:
    hub = build(settings)
    try:
        text = (await Meter().text(hub, started=False)).decode()
    finally:
        await hub.database.close()

    assert "hub_store_up 0.0" in text
