"""Servers for the tests: started once, on first use; each test that asks gets an empty namespace."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from hub.settings import Settings, load_settings
from hub.store.database import Database
from hub.store.migrate import migrate
from tests.support import servers
from tests.support.dovecot import PrivateDovecot
from tests.support.provision import dovecot_server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[servers.Broker]:
    """Return the running RabbitMQ, which a test may kill and restart."""
    with servers.broker() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Database]:
    """Return the running PostgreSQL, which a test may kill and restart."""
    with servers.database() as server:
        yield server


@pytest.fixture(scope="session")
def dovecot() -> Iterator[PrivateDovecot]:
    """Return the running mail server, which a test may kill and start again."""
    if dovecot_server() is None:
        pytest.skip("no Dovecot (Debian: dovecot-imapd, dovecot-lmtpd)")
    with servers.mail_server() as server:
        yield server


@pytest.fixture
def fresh_user() -> str:
    """Return the name of a mailbox that no other test knows."""
    return f"u{uuid4().hex[:10]}"


@pytest.fixture
def fresh_vhost_url(rabbitmq: servers.Broker) -> Iterator[str]:
    """Return the `amqp://` URL of an empty virtual host of the test's own."""
    with rabbitmq.fresh_vhost() as url:
        yield url


@pytest.fixture
def fresh_postgres_url(postgres: servers.Database) -> Iterator[str]:
    """Return the `postgresql+asyncpg://` URL of an empty database of the test's own."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that is as a hub's first start leaves it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "hub.sqlite"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres: servers.Database) -> Iterator[str]:
    """Return the name of a PostgreSQL database that is as a hub's first start leaves it, to be copied."""
    with postgres.fresh_database() as url:
        asyncio.run(_migrated(url))
        yield str(make_url(url).database)


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


@pytest.fixture
def fresh_store_url(postgres: servers.Database, migrated_database: str) -> Iterator[str]:
    """Return the `postgresql+asyncpg://` URL of a store of the test's own, with nothing in it."""
    with postgres.fresh_database(migrated_database) as url:
        yield url


@pytest.fixture(params=["embedded", pytest.param("servers", marks=pytest.mark.servers)])
def backing(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Return the settings of a hub with nothing in it: on the embedded default, and on RabbitMQ and PostgreSQL."""
    given: dict[str, Any] = {"folder": tmp_path, "http_port": 0, "retry_delays": [0.1, 0.5], "settle_seconds": 0}
    if request.param == "embedded":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "hub.sqlite")
        return load_settings(database_url=f"sqlite:///{tmp_path}/hub.sqlite", **given)
    urls = {
        "database_url": request.getfixturevalue("fresh_store_url"),
        "broker_url": request.getfixturevalue("fresh_vhost_url"),
    }
    return load_settings(**urls, **given)
