"""Looking up what tasks tell costs a handful of statements, however many tasks a batch opens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event

import hub.store.migrate
from hub.messages.envelope import check_data, instant, write_letter
from hub.sagas.case import Rules
from hub.store import queries
from hub.store.batch import Item
from hub.store.database import Database
from hub.store.migrate import migrate
from hub.store.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/hub.sqlite")
    await migrate(opened)
    yield opened
    await opened.close()


def submitted(number: int) -> Item:
    data = {
        "po_number": f"PO-{number}",
        "purpose": "original",
        "customer": {"id": "C-HOLT"},
        "lines": [{"line": "1", "product": {"buyer_part": f"P-{number}"}, "quantity": "1", "unit": "H87"}],
        "source": {"channel": "api"},
    }
    message = check_data("customer-po.submit.v1", data)
    return Item(b"", letter=write_letter(message, message_id=f"m-{number}", source="tests", time=NOW))


@pytest.mark.rule("R2")
async def test_a_batch_of_many_tasks_takes_as_many_statements_as_one_of_few(database: Database) -> None:
    work = UnitOfWork(database, Rules, lambda: NOW, source="tests")
    statements: list[str] = []

    def count(*given: Any) -> None:
        statements.append(given[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    used = []
    for batch in (range(3), range(100, 250)):
        statements.clear()
        fates = await work._transact([submitted(number) for number in batch])
        assert {fate.outcome for fate in fates} == {"done"}
        used.append(len(statements))

    assert len(await queries.tasks(database, limit=1000)) == 153
    assert used[0] == used[1] < 20


async def test_overdue_tasks_are_those_whose_time_has_come(database: Database) -> None:
    work = UnitOfWork(database, Rules, lambda: NOW, source="tests")
    await work._transact([submitted(1)])

    assert await queries.tasks(database, due_by=instant(NOW + timedelta(hours=47))) == []
    assert len(await queries.tasks(database, due_by=instant(NOW + timedelta(hours=48)))) == 1


def test_the_migrations_have_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(hub.store.migrate.__file__).parent / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
