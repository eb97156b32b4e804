"""Servers that somebody else runs, named by `HUB_TEST_BROKER_URL` and `HUB_TEST_DATABASE_URL`."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from urllib.error import URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from tests.support.databases import fresh_database
from tests.support.handshake import accepts
from tests.support.processes import ServerFailed, wait_until

ACCESS = {"configure": ".*", "write": ".*", "read": ".*"}


class Given:
    """A server that is not ours: it is used, never killed."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None:
        """Nothing: it runs."""

    def kill(self) -> None:
        """Refuse: only a server of one's own may be killed."""
        raise ServerFailed("this test kills its server: unset HUB_TEST_BROKER_URL and HUB_TEST_DATABASE_URL")

    def restart(self, *, clean: bool = False) -> None:
        """Refuse, as `kill` does."""
        self.kill()

    def stop(self) -> None:
        """Nothing: it runs on."""


class GivenRabbitMQ(Given):
    """A broker whose virtual hosts are made through its management API.

    The API is `HUB_TEST_BROKER_API`, or else port 15672 of the broker's host.
    """

    def __init__(self, url: str, api: str | None = None) -> None:
        super().__init__(url)
        parts = urlsplit(url)
        self._user, password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        self._api = api or os.environ.get("HUB_TEST_BROKER_API") or f"http://{parts.hostname}:15672"
        self._token = base64.b64encode(f"{self._user}:{password}".encode()).decode()

    @contextmanager
    def fresh_vhost(self) -> Iterator[str]:
        """Yield the URL of an empty virtual host, removed afterwards with all that is in it."""
        name = f"test-{uuid4().hex[:12]}"
        self._ask("PUT", f"/api/vhosts/{name}")
        self._ask("PUT", f"/api/permissions/{name}/{quote(self._user, safe='')}", ACCESS)
        url = urlsplit(self.url)._replace(path=f"/{name}").geturl()
        wait_until(lambda: accepts(url), 30, f"the virtual host {name} opens")
        try:
            yield url
        finally:
            with suppress(ServerFailed):
                self._ask("DELETE", f"/api/vhosts/{name}")

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> None:
        headers = {"Authorization": f"Basic {self._token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        try:
            with urlopen(Request(self._api + path, data, headers, method=method), timeout=30) as answer:
                answer.read()
        except URLError as failure:
            raise ServerFailed(
                f"each test gets a virtual host by RabbitMQ's management API, but {method} {self._api}{path} "
                f"fails ({failure.reason}): enable the plugin or set HUB_TEST_BROKER_API"
            ) from failure


class GivenPostgres(Given):
    """A PostgreSQL on which the tests may create databases."""

    def fresh_database(self, template: str = "template1") -> AbstractContextManager[str]:
        """Yield the URL of a new database, dropped afterwards."""
        return fresh_database(self.url, template)
