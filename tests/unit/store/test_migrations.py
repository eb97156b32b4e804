"""The migrations lead to the tables as the code has them, and keep what older stores hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from hub.store import migrate as migrating
from hub.store import tables
from hub.store.database import Database
from hub.store.migrate import migrate


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    found = Database(f"sqlite:///{tmp_path}/hub.sqlite")
    yield found
    await found.close()


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, tables.metadata))


async def test_a_new_store_has_the_tables_of_the_code(database: Database) -> None:
    await migrate(database)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_store_of_the_first_form_keeps_its_failures_and_messages(database: Database) -> None:
    async with database.write() as connection:
        await connection.run_sync(lambda plain: command.upgrade(migrating._config(plain), "0001"))
        await connection.execute(
            text(
                "INSERT INTO failures (failure_id, at, state, code, message, attempts, raw) "
                "VALUES ('F-1', '2026-01-01', 'open', 'unreadable', 'not JSON', 1, 'x')"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO outbox (message_id, kind, type, stream, time, body) "
                "VALUES ('1', 'command', 't', 's', '2026', '{\"source\": \"erp\"}')"
            )
        )

    await migrate(database)

    async with database.read() as connection:
        failure = (await connection.execute(text("SELECT cause, next_at FROM failures"))).one()
        source = (await connection.execute(text("SELECT source FROM outbox"))).scalar()
    assert tuple(failure) == ("unreadable", None)
    assert source == "erp"
