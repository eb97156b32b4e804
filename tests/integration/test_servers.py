"""The servers that the other tests stand on: they answer, keep tests apart, and survive being killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractRobustConnection
from pamqp.common import FieldTable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support import guard, servers
from tests.support.handshake import accepts
from tests.support.processes import Process, ServerFailed, wait_until

pytestmark = pytest.mark.servers
QUORUM: FieldTable = {"x-queue-type": "quorum"}
OWN_SERVERS = not (os.environ.get("HUB_TEST_BROKER_URL") or os.environ.get("HUB_TEST_DATABASE_URL"))
kills = pytest.mark.skipif(not OWN_SERVERS, reason="servers given by HUB_TEST_* are not ours to kill")


async def put(connection: AbstractRobustConnection, queue: str, body: bytes) -> None:
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    await channel.declare_queue(queue, durable=True, arguments=QUORUM)
    message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await channel.default_exchange.publish(message, queue, timeout=10)


async def take(url: str, queue: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, durable=True, arguments=QUORUM)
        message = await declared.get(timeout=30, no_ack=True)
        return message.body


async def query(url: str, *statements: str) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


async def test_a_message_goes_through_rabbitmq(fresh_vhost_url: str) -> None:
    async with await aio_pika.connect_robust(fresh_vhost_url) as connection:
        await put(connection, "letters", b"hello")
    assert await take(fresh_vhost_url, "letters") == b"hello"


async def test_virtual_hosts_do_not_see_each_other(rabbitmq: servers.Broker, fresh_vhost_url: str) -> None:
    with rabbitmq.fresh_vhost() as other:
        async with await aio_pika.connect_robust(fresh_vhost_url) as connection:
            await put(connection, "letters", b"mine")
        async with await aio_pika.connect(other) as connection:
            channel = await connection.channel()
            with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
                await channel.declare_queue("letters", passive=True)


def test_a_virtual_host_is_gone_after_its_test(rabbitmq: servers.Broker) -> None:
    with rabbitmq.fresh_vhost() as url:
        assert accepts(url)
    assert not accepts(url)


async def test_a_row_goes_through_postgres(fresh_postgres_url: str) -> None:
    await query(fresh_postgres_url, "create table parts (id int)", "insert into parts values (7)")
    assert await query(fresh_postgres_url, "select id from parts") == 7


async def test_databases_do_not_see_each_other_and_go_with_their_test(
    postgres: servers.Database, fresh_postgres_url: str
) -> None:
    await query(fresh_postgres_url, "create table parts (id int)")
    with postgres.fresh_database() as other:
        assert await query(other, "select to_regclass('parts')") is None
    with pytest.raises(DBAPIError, match="does not exist"):
        await query(other, "select 1")


@kills
@pytest.mark.parametrize("clean", [False, True])
async def test_rabbitmq_keeps_a_durable_message_over_a_restart(
    rabbitmq: servers.Broker, fresh_vhost_url: str, clean: bool
) -> None:
    async with await aio_pika.connect_robust(fresh_vhost_url) as connection:
        await put(connection, "letters", b"kept")
    await asyncio.to_thread(rabbitmq.restart, clean=clean)
    assert await take(fresh_vhost_url, "letters") == b"kept"


@kills
@pytest.mark.parametrize("clean", [False, True])
async def test_postgres_keeps_a_committed_row_over_a_restart(
    postgres: servers.Database, fresh_postgres_url: str, clean: bool
) -> None:
    await query(fresh_postgres_url, "create table parts (id int)", "insert into parts values (7)")
    await asyncio.to_thread(postgres.restart, clean=clean)
    assert await query(fresh_postgres_url, "select id from parts") == 7


@kills
async def test_a_killed_server_answers_nobody_until_it_is_started(
    rabbitmq: servers.Broker, postgres: servers.Database
) -> None:
    await asyncio.to_thread(rabbitmq.kill)
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await aio_pika.connect(rabbitmq.url)
    await asyncio.to_thread(rabbitmq.start)
    await asyncio.to_thread(postgres.kill)
    with pytest.raises(OSError, match="onnect"):
        await query(postgres.url, "select 1")
    await asyncio.to_thread(postgres.start)
    assert await query(postgres.url, "select 1") == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_server_outlives_the_process_that_started_it(tmp_path: Path, how: signal.Signals) -> None:
    folder, log = tmp_path / "data", tmp_path / "log"
    folder.mkdir()
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.support.processes import Process\n"
        "log, folder = map(Path, sys.argv[1:])\n"
        "print(Process(['sh', '-c', 'setsid sleep 600 & wait'], log, remove=folder).pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, str(log), str(folder)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as owner:
        try:
            assert owner.stdout is not None
            server = int(owner.stdout.readline())
            wait_until(lambda: sleeps_aside(server), 20, "a process in a session of its own")
            members = guard.family(server)
        finally:
            owner.send_signal(how)
    wait_until(lambda: not any(map(guard.alive, members)), 20, "both have gone")
    wait_until(lambda: not folder.exists(), 20, "the folder has gone")


def sleeps_aside(server: int) -> bool:
    return any(os.getsid(member) != os.getsid(server) for member in guard.family(server))


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="no-such-server can't be run"):
        Process(["no-such-server"], tmp_path / "log")
