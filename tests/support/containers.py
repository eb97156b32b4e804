"""Servers in containers, where a Docker engine answers and nothing is installed on the machine."""

from __future__ import annotations

from testcontainers.core.container import DockerContainer

from tests.support.databases import answers
from tests.support.given import GivenPostgres, GivenRabbitMQ
from tests.support.handshake import accepts
from tests.support.processes import free_port, wait_until

RABBITMQ = "rabbitmq:4.1-management"
POSTGRES = "postgres:17"
BOOT = 180


class ContainerRabbitMQ(GivenRabbitMQ):
    """A broker in a container, on a port that it keeps over restarts."""

    def __init__(self) -> None:
        port, api_port = free_port(), free_port()
        self._container = DockerContainer(RABBITMQ, hostname="rabbitmq")
        self._container.with_bind_ports(5672, port).with_bind_ports(15672, api_port)
        self._container.start()
        host = self._container.get_container_host_ip()
        super().__init__(f"amqp://guest:guest@{host}:{port}/", f"http://{host}:{api_port}")
        self._wait()

    def start(self) -> None:
        """Start the killed broker on its data."""
        self._container.get_wrapped_container().start()
        self._wait()

    def kill(self) -> None:
        """SIGKILL the broker."""
        self._container.get_wrapped_container().kill()

    def restart(self, *, clean: bool = False) -> None:
        """Kill the broker and start it again; `clean` lets it say goodbye to its clients first."""
        self._container.get_wrapped_container().restart(timeout=60 if clean else 0)
        self._wait()

    def stop(self) -> None:
        """Remove the container."""
        self._container.stop()

    def _wait(self) -> None:
        wait_until(lambda: accepts(self.url), BOOT, "RabbitMQ answers in its container")


class ContainerPostgres(GivenPostgres):
    """A PostgreSQL in a container, on a port that it keeps over restarts."""

    def __init__(self, *, durable: bool = False) -> None:
        port = free_port()
        self._container = DockerContainer(POSTGRES).with_bind_ports(5432, port)
        self._container.with_env("POSTGRES_HOST_AUTH_METHOD", "trust")
        self._container.with_command(f"postgres -c max_connections=200 -c fsync={'on' if durable else 'off'}")
        self._container.start()
        host = self._container.get_container_host_ip()
        super().__init__(f"postgresql+asyncpg://postgres@{host}:{port}/postgres")
        self._wait()

    def start(self) -> None:
        """Start the killed server on its data."""
        self._container.get_wrapped_container().start()
        self._wait()

    def kill(self) -> None:
        """SIGKILL the server."""
        self._container.get_wrapped_container().kill()

    def restart(self, *, clean: bool = False) -> None:
        """Kill the server and start it again; `clean` has it end its clients' sessions first."""
        self._container.get_wrapped_container().restart(timeout=60 if clean else 0)
        self._wait()

    def stop(self) -> None:
        """Remove the container."""
        self._container.stop()

    def _wait(self) -> None:
        wait_until(lambda: answers(self.url), BOOT, "PostgreSQL answers in its container")
