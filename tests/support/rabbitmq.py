"""A private RabbitMQ: own node name, ports and folders, loopback only, run by whoever runs the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from tests.support.handshake import accepts
from tests.support.processes import Killable, Process, ServerFailed, free_port, wait_ready, wait_until
from tests.support.provision import rabbitmq_server

NO_BUSY_WAITING = "+sbwt none +sbwtdcpu none +sbwtdio none"
LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"
BOOT = 120
ACCESS = {"user": "guest", "configure": ".*", "write": ".*", "read": ".*"}


class PrivateRabbitMQ(Killable):
    """A broker of one's own, as installed on this machine; its data stays over `kill` and `restart`."""

    def __init__(self) -> None:
        script = rabbitmq_server()
        if script is None:
            raise ServerFailed("no rabbitmq-server is installed")
        self._script = script
        super().__init__("rabbitmq")
        self.port, self._epmd_port, distribution_port = free_port(), free_port(), free_port()
        self.node = f"hub-{uuid4().hex[:8]}@localhost"
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{NO_BUSY_WAITING} {LOOPBACK_ONLY}",
        }
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "disk_free_limit.absolute = 1MB\n"
            "raft.wal_max_size_bytes = 64000000\n"
        )
        (self.folder / "enabled_plugins").write_text("[].\n")
        self._names: Process | None = None
        self.start()

    def start(self) -> None:
        """Start the broker on the data that it has; return when it takes connections."""
        if self._names is None or not self._names.running:
            names = shutil.which("epmd") or "epmd"
            command = [names, "-address", "127.0.0.1", "-port", str(self._epmd_port)]
            self._names = Process(command, self.folder / "epmd.log", environment=self._environment)
        self.server = Process(
            [self._script], self.folder / "server.log", environment=self._environment, remove=self.folder
        )
        wait_ready(self.server, lambda: accepts(self.url), BOOT, "RabbitMQ")

    def kill(self) -> None:
        """SIGKILL the broker; return when it is gone.

        RabbitMQ writes down about a second late that a quorum queue exists; killed before that, it comes back
        with a queue that never finds its leader. As tests kill young queues, it is made to write that first.
        """
        if self.running:
            with suppress(ServerFailed):
                self.evaluate("[dets:sync(Table) || Table <- dets:all()].")
        super().kill()

    def stop(self) -> None:
        """End the broker for good and remove its folder."""
        self.kill()
        if self._names:
            self._names.kill()
            self._names = None
        super().stop()

    @contextmanager
    def fresh_vhost(self) -> Iterator[str]:
        """Yield the URL of an empty virtual host, on a running broker; removed afterwards."""
        if not self.running:
            self.start()
        name = f"test-{uuid4().hex[:12]}"
        definitions = json.dumps({"vhosts": [{"name": name}], "permissions": [{**ACCESS, "vhost": name}]})
        self.evaluate(f"rabbit_definitions:import_raw(<<{json.dumps(definitions)}>>).")
        url = self.url + name
        wait_until(lambda: accepts(url), 30, f"the virtual host {name} opens")
        try:
            yield url
        finally:
            with suppress(ServerFailed):
                self.evaluate(f'rabbit_vhost:delete(<<"{name}">>, <<"tests">>).')

    def evaluate(self, expression: str) -> str:
        """Have the broker evaluate an Erlang expression: in milliseconds, where rabbitmqctl is slow."""
        command = [shutil.which("erl_call") or "", "-n", self.node, "-e"]
        if not command[0]:
            command = [str(self._script.with_name("rabbitmqctl")), "eval", expression]
        try:
            answer = subprocess.run(
                command,
                input=expression + "\n",
                env=self._environment,
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ServerFailed(f"RabbitMQ does not answer `{expression}`") from None
        if answer.returncode or "error" in answer.stdout.partition(",")[0] or "EXIT" in answer.stdout:
            raise ServerFailed(f"RabbitMQ refuses `{expression}`: {answer.stdout}{answer.stderr}")
        return answer.stdout
