"""The servers of the tests, whatever provides them: a given URL, programs of this machine, or containers.

    with broker() as rabbitmq, database() as postgres:
        ... rabbitmq.url, postgres.url ...

`python -m tests.support.servers` runs a pair by hand until interrupted (`make servers`).
"""

from __future__ import annotations

import argparse
import atexit
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

from tests.support.dovecot import PrivateDovecot
from tests.support.given import GivenPostgres, GivenRabbitMQ
from tests.support.postgres import PrivatePostgres
from tests.support.processes import ServerFailed
from tests.support.provision import docker_answers, postgres_programs, rabbitmq_server
from tests.support.rabbitmq import PrivateRabbitMQ


class Server(Protocol):
    """A running server. The calls wait, so an event loop makes them by `asyncio.to_thread`."""

    url: str

    def start(self) -> None:
        """Start it again after `kill`, on its data; return when it answers."""

    def kill(self) -> None:
        """SIGKILL it; return when it is gone."""

    def restart(self, *, clean: bool = False) -> None:
        """Kill it and start it again on its data; `clean` has it say goodbye to its clients first."""

    def stop(self) -> None:
        """End it for good and remove its data."""


class Broker(Server, Protocol):
    """A RabbitMQ; `url` is its default virtual host."""

    def fresh_vhost(self) -> AbstractContextManager[str]:
        """Yield the URL of an empty virtual host, removed afterwards with all that is in it."""


class Database(Server, Protocol):
    """A PostgreSQL; `url` is its maintenance database."""

    def fresh_database(self, template: str = "template1") -> AbstractContextManager[str]:
        """Yield the URL of a new database, dropped afterwards."""


Kind = TypeVar("Kind", bound=Server)


@contextmanager
def broker() -> Iterator[Broker]:
    """Yield a RabbitMQ, stopped afterwards."""

    def start() -> Broker:
        if given := os.environ.get("HUB_TEST_BROKER_URL"):
            return GivenRabbitMQ(given)
        if rabbitmq_server():
            return PrivateRabbitMQ()
        _need_docker("RabbitMQ", "HUB_TEST_BROKER_URL")
        from tests.support.containers import ContainerRabbitMQ

        return ContainerRabbitMQ()

    with _stopped_afterwards(start) as server:
        yield server


@contextmanager
def database(*, durable: bool = False) -> Iterator[Database]:
    """Yield a PostgreSQL, stopped afterwards; `durable` for measurements: it then waits for the disk."""

    def start() -> Database:
        if given := os.environ.get("HUB_TEST_DATABASE_URL"):
            return GivenPostgres(given)
        if postgres_programs():
            return PrivatePostgres(durable=durable)
        _need_docker("PostgreSQL", "HUB_TEST_DATABASE_URL")
        from tests.support.containers import ContainerPostgres

        return ContainerPostgres(durable=durable)

    with _stopped_afterwards(start) as server:
        yield server


@contextmanager
def mail_server() -> Iterator[PrivateDovecot]:
    """Yield a mail server, stopped afterwards."""
    with _stopped_afterwards(PrivateDovecot) as server:
        yield server


@contextmanager
def _stopped_afterwards(start: Callable[[], Kind]) -> Iterator[Kind]:
    server = start()
    atexit.register(server.stop)
    try:
        yield server
    finally:
        server.stop()
        atexit.unregister(server.stop)


def _need_docker(name: str, variable: str) -> None:
    if not docker_answers():
        raise ServerFailed(f"no {name} for the tests: run `make servers` or set {variable}")


def main() -> None:
    """Run both servers until interrupted; say how a hub finds them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--durable", action="store_true", help="PostgreSQL waits for the disk")
    options = parser.parse_args()
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, signal.default_int_handler)
    try:
        with broker() as rabbitmq, database(durable=options.durable) as postgres:
            print(f"export HUB_BROKER_URL={rabbitmq.url}\nexport HUB_DATABASE_URL={postgres.url}")
            print("# both run until ^C; their data goes with them", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("stopped", flush=True)


if __name__ == "__main__":
    main()
