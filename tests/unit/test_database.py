"""The database under a task that is cancelled."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.store.database import Database

ATTEMPTS = 60


@pytest.mark.rule("R42")
async def test_who_is_cancelled_while_it_reads_leaves_no_lock_behind(tmp_path: Path) -> None:
    """Cancelled a little later each time: some of these times the rows are found and not fetched yet."""
    setting_up = Database(f"sqlite:///{tmp_path}/hub.sqlite")
    async with setting_up.write() as connection:
        await connection.execute(text("CREATE TABLE t (a int)"))
    await setting_up.close()
    other = sqlite3.connect(tmp_path / "hub.sqlite", timeout=1, isolation_level=None)
    kept = []
    for attempt in range(ATTEMPTS):
        database = Database(f"sqlite:///{tmp_path}/hub.sqlite")
        begun = asyncio.Event()

        async def work(database: Database = database, begun: asyncio.Event = begun) -> None:
            async with database.write() as connection:
                await connection.execute(text("INSERT INTO t VALUES (1), (2)"))
                begun.set()
                while True:
                    await connection.execute(text("SELECT * FROM t LIMIT 1"))

        task = asyncio.create_task(work())
        await begun.wait()
        await asyncio.sleep(attempt / 20_000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as error:
            await task
        kept.append(error)  # and with it all that it was about
        await database.close()

        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    assert other.execute("SELECT count(*) FROM t").fetchone() == (0,)
    other.close()
    assert len(kept) == ATTEMPTS
