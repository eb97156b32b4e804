"""Faults 7 and 8: the database is locked, restarted, full, or does not answer."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.settings import Settings
from hub.store.database import PATIENCE, Database
from tests.support import servers
from tests.support.hubs import HubProcess
from tests.support.proxy import Proxy
from tests.support.trial import Trial
from tests.support.waiting import until


async def under_load(trial: Trial) -> HubProcess:
    """A hub in the middle of twenty orders."""
    hub = await trial.start()
    await trial.order(20)
    await trial.saw(200)
    return hub


@asynccontextmanager
async def locked(settings: Settings) -> AsyncIterator[None]:
    """Have somebody else hold the SQLite file for himself."""
    connection = sqlite3.connect(
        settings.folder / "hub.sqlite", isolation_level=None, timeout=30, check_same_thread=False
    )
    try:
        await asyncio.to_thread(connection.execute, "BEGIN EXCLUSIVE")
        yield
        connection.execute("COMMIT")
    finally:
        connection.close()


@pytest.mark.faults
@pytest.mark.rule("R42")
async def test_a_database_that_is_locked_for_10_s_costs_time_only(embedded: Settings) -> None:
    async with Trial(embedded) as trial:
        hub = await under_load(trial)

        async with locked(embedded):
            begun, seen = time.monotonic(), len(trial.witness.seen)
            await asyncio.sleep(10)  # the fault itself
            assert len(trial.witness.seen) - seen < 200  # what was committed already, at most
        assert time.monotonic() - begun >= 10

        assert await trial.settled() == []
        assert hub.running


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R42")
@pytest.mark.parametrize("clean", [False, True], ids=["killed", "restarted"])
async def test_a_postgres_that_restarts_under_load_costs_time_only(
    on_servers: Settings, postgres: servers.Database, clean: bool
) -> None:
    async with Trial(on_servers) as trial:
        hubs = [await trial.start(), await trial.start()]
        await trial.order(30)
        for events in (200, 600):
            await trial.saw(events)
            await asyncio.to_thread(postgres.restart, clean=clean)

        assert await trial.settled() == []
        assert all(hub.running for hub in hubs)
        assert "the database does not answer" in hubs[0].log + hubs[1].log


@asynccontextmanager
async def behind_proxy(settings: Settings) -> AsyncIterator[tuple[Trial, Proxy]]:
    """Begin a trial whose hubs reach the database through a proxy."""
    async with Proxy(settings.database_url) as proxy:
        hub_settings = settings.model_copy(update={"database_url": proxy.url})
        async with Trial(settings, hub_settings=hub_settings) as trial:
            yield trial, proxy


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_a_database_that_is_unreachable_costs_time_only(on_servers: Settings) -> None:
    async with behind_proxy(on_servers) as (trial, proxy):
        hub = await under_load(trial)

        await proxy.refuse()
        await until(lambda: proxy.refused > 2, 20, "the hub tries again")
        proxy.heal()

        assert await trial.settled() == []
        assert hub.running


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_a_database_behind_half_open_sockets_costs_time_only(on_servers: Settings) -> None:
    async with behind_proxy(on_servers) as (trial, proxy):
        hub = await under_load(trial)

        proxy.stall()
        await until(lambda: proxy.stalled, 20, "something is held up")
        await asyncio.sleep(5)  # the fault itself
        proxy.heal()

        assert await trial.settled() == []
        assert hub.running


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_connections_to_the_database_that_die_unnoticed_are_given_up_in_time(on_servers: Settings) -> None:
    """They stay open for ever and nothing comes through: the server's keepalive tells, and the hub's patience."""
    async with behind_proxy(on_servers) as (trial, proxy):
        hub = await under_load(trial)
        stood = proxy.taken

        proxy.lose()
        await until(lambda: "does not answer: TimeoutError" in hub.log, 1.5 * PATIENCE, "the hub loses its patience")
        proxy.give_up()

        assert await trial.settled() == []
        assert hub.running
        assert proxy.taken > stood


@pytest.mark.servers
async def test_the_server_is_told_when_to_give_a_session_up(fresh_postgres_url: str) -> None:
    database = Database(fresh_postgres_url)
    async with database.read() as connection:
        query = "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_keepalives%' OR name LIKE 'idle_in_%'"
        found = {name: int(setting) for name, setting in await connection.exec_driver_sql(query)}
    await database.close()

    assert found["idle_in_transaction_session_timeout"] == 20_000  # milliseconds
    noticed = found["tcp_keepalives_idle"] + found["tcp_keepalives_interval"] * found["tcp_keepalives_count"]
    assert 0 < noticed < PATIENCE


@pytest.mark.faults
@pytest.mark.rule("R42")
async def test_a_disk_that_is_full_is_told_and_nothing_is_lost(embedded: Settings) -> None:
    async with Trial(embedded) as trial:
        hub = await trial.start("--pages", "150")
        await trial.order(20)
        await until(lambda: "disk is full" in hub.log, 30, "the log says that the disk is full")
        assert hub.running
        assert len(trial.ended) < 20

        hub.free_the_disk()

        assert await trial.settled() == []


@pytest.mark.faults
@pytest.mark.rule("R42")
async def test_a_hub_that_is_killed_on_a_full_disk_loses_nothing(embedded: Settings) -> None:
    async with Trial(embedded) as trial:
        hub = await trial.start("--pages", "150")
        await trial.order(20)
        await until(lambda: "disk is full" in hub.log, 30, "the log says that the disk is full")
        assert await hub.kill() == -9

        await trial.start()

        assert await trial.settled() == []
