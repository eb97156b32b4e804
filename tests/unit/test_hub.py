"""A hub starts and stops as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.app import build
from hub.settings import load_settings
from hub.store.lease import FileLease


async def test_a_part_that_fails_to_stop_keeps_no_other_from_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = build(load_settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite", partners=[]))
    stop = hub.post_room.stop

    async def stop_badly() -> None:
        await stop()
        raise ZeroDivisionError

    await hub.__aenter__()
    assert hub.working
    monkeypatch.setattr(hub.post_room, "stop", stop_badly)
    with pytest.raises(ZeroDivisionError):
        await hub.__aexit__(None, None, None)

    assert not any(part.working for part in (hub.sweeper, hub.relay, hub.work, hub.correspondence.batcher))
    free = FileLease(hub.database)
    free.take()
    free.drop()
