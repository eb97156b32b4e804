"""`hub serve` as a program of its own: its way up, its pages, its way down, and what stands in its way."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from hub.settings import Settings
from tests.support.certificates import make_certificate
from tests.support.cli import hub_beside as cli
from tests.support.cli import set_environment
from tests.support.handing import OURS, SENDER, listening, session
from tests.support.hubs import environment
from tests.support.processes import Process, free_port
from tests.support.proxy import Proxy
from tests.support.running import DATA, with_partners
from tests.support.story import purchase_order

HUB = [sys.executable, "-c", "from hub.cli import main; main()"]
PATIENCE = 30.0
ROOT = Path(__file__).parents[2]


class Served:
    """A `hub serve`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.log = settings.folder / f"serve-{free_port()}.log"
        given = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment(settings)}
        # The program runs in the folder, as a person would run it.
        command = ["/usr/bin/env", "-C", str(settings.folder), *HUB, "serve"]
        self._process = Process(command, self.log, environment=given)

    @property
    def said(self) -> str:
        return self.log.read_text()

    async def until(self, there: Callable[[], Any], what: str) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (found := await asyncio.to_thread(there)):
                assert self._process.running, self.said
                await asyncio.sleep(0.02)
        return found

    async def until_said(self, text: str) -> None:
        await self.until(lambda: text in self.said, text)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        await asyncio.to_thread(self._process.end, how, PATIENCE)

    async def kill(self) -> None:
        await asyncio.to_thread(self._process.kill)

    def get(self, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.settings.http_port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@asynccontextmanager
async def serve(settings: Settings) -> AsyncIterator[Served]:
    served = Served(settings)
    try:
        yield served
    finally:
        await served.kill()


@pytest.fixture
def settings(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = with_partners(backing).model_copy(update={"http_port": free_port()})
    set_environment(monkeypatch, found)
    return found


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = Settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite", http_port=0)
    set_environment(monkeypatch, found)
    return found


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    given = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment(settings)}
    return subprocess.run(
        [*HUB, *arguments], env=given, cwd=settings.folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_told_to_stop(settings: Settings, how: signal.Signals) -> None:
    async with serve(settings) as served:
        await served.until_said("ready:")
        ready = await asyncio.to_thread(served.get, "/health/ready")
        sent = await cli("send", "customer-po.submit", json.dumps(purchase_order("SERVED", ("1", "2"))))
        live = await asyncio.to_thread(served.get, "/health/live")
        status, metrics = await asyncio.to_thread(served.get, "/metrics")
        described = await asyncio.to_thread(served.get, "/asyncapi.json")
        await served.end(how)

    assert json.loads(ready[1]) == {"status": "ok", "database": "ok", "broker": "ok", "relay": "ok"}
    assert ready[0] == live[0] == status == described[0] == 200
    assert sent.code == 0, sent
    assert 'hub_messages_total{outcome="done",type="customer-po.submit.v1"} 1.0' in metrics
    assert 'hub_tasks_open{role="sales-officer"} 1.0' in metrics
    for name in ("hub_outbox_unsent", "hub_messages_failed 0.0", "hub_batch_seconds_bucket", "hub_batch_messages_sum"):
        assert name in metrics
    assert json.loads(described[1])["asyncapi"] == "3.0.0"
    assert served.said.count("ready:") == 1
    assert served.said.rstrip().endswith("stopped")
    assert "Traceback" not in served.said


async def test_a_command_is_seen_within_moments_of_being_sent(embedded: Settings) -> None:
    async with serve(embedded) as served:
        await served.until_said("ready:")
        said = await asyncio.to_thread(
            run, embedded, "send", "stock.adjust", '{"material":"M","count":"5","unit":"KGM"}'
        )
        shown = await asyncio.to_thread(run, embedded, "stock", "--json")

    assert (said.returncode, said.stderr) == (0, ""), said
    assert json.loads(shown.stdout)[0]["on_hand"] == "5"


async def test_a_second_hub_on_the_same_file_is_refused(embedded: Settings) -> None:
    async with serve(embedded) as served:
        await served.until_said("ready:")
        second = await asyncio.to_thread(run, embedded, "serve")
        await served.end()
    third = Served(embedded)
    await third.until_said("ready:")
    await third.end()

    assert second.returncode == 1
    assert second.stderr.splitlines() == [
        f"hub: another hub serves this store already ({embedded.folder}/hub.sqlite.lock) [already_served]"
    ]


async def test_a_port_that_is_taken_is_told_of(embedded: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = await asyncio.to_thread(run, embedded.model_copy(update={"http_port": port}), "serve")

    assert said.returncode == 1
    assert f"127.0.0.1:{port}" in said.stderr
    assert said.stderr.rstrip().endswith("[port_taken]")
    assert "Traceback" not in said.stderr


async def test_without_a_broker_it_keeps_trying_and_can_be_stopped(embedded: Settings) -> None:
    given = {"broker_url": f"amqp://127.0.0.1:{free_port()}/", "http_port": free_port()}
    async with serve(embedded.model_copy(update=given)) as served:
        await served.until_said("trying again")
        live = await asyncio.to_thread(served.get, "/health/live")
        ready = await asyncio.to_thread(served.get, "/health/ready")
        await served.end()

    assert live[0] == 200
    assert ready[0] == 503
    assert json.loads(ready[1])["broker"] == "not reached yet"
    assert json.loads(ready[1])["database"] == "ok"
    assert "RabbitMQ does not answer" in served.said
    assert served.said.rstrip().endswith("stopped")
    assert "Traceback" not in served.said


async def test_without_a_database_it_keeps_trying_and_can_be_stopped(embedded: Settings) -> None:
    url = f"postgresql+asyncpg://127.0.0.1:{free_port()}/hub"
    without = embedded.model_copy(update={"database_url": url, "http_port": free_port()})
    async with serve(without) as served:
        await served.until_said("trying again in 2 s")
        live = await asyncio.to_thread(served.get, "/health/live")
        ready = await asyncio.to_thread(served.get, "/health/ready")
        metrics = await asyncio.to_thread(served.get, "/metrics")
        await served.end()
    asked = await asyncio.to_thread(run, without, "orders")

    assert (live[0], ready[0], metrics[0]) == (200, 503, 200)
    assert "the database does not answer" in json.loads(ready[1])["database"]
    assert "hub_store_up 0.0" in metrics[1]
    assert "trying again in 1 s" in served.said
    assert served.said.rstrip().endswith("stopped")
    assert "Traceback" not in served.said
    assert asked.returncode == 1, "other commands do not wait"
    assert asked.stderr.rstrip().endswith("[store_unavailable]")


@pytest.mark.servers
async def test_it_serves_once_its_database_is_there(embedded: Settings, fresh_postgres_url: str) -> None:
    async with Proxy(fresh_postgres_url) as line:
        await line.refuse()
        async with serve(embedded.model_copy(update={"database_url": line.url})) as served:
            await served.until_said("trying again")
            line.heal()
            await served.until_said("ready:")
            await served.end()

    assert "Traceback" not in served.said


async def test_a_file_that_is_no_database_ends_it_at_once(embedded: Settings) -> None:
    (embedded.folder / "hub.sqlite").write_bytes(b"no database at all" * 100)
    said = await asyncio.to_thread(run, embedded, "serve")

    assert said.returncode == 1
    assert said.stderr.rstrip().endswith("[store_unavailable]")
    assert "Traceback" not in said.stderr


async def test_what_is_sent_while_nobody_serves_is_kept(embedded: Settings) -> None:
    order = json.dumps(purchase_order("KEPT", ("1", "2")))
    said = await cli("send", "customer-po.submit", order, "--timeout", "0.1")
    unwaited = await cli("send", "stock.adjust", '{"material":"M","count":"5","unit":"KGM"}', "--no-wait")
    async with serve(embedded) as served:
        await served.until_said("ready:")
        await served.until(lambda: json.loads(run(embedded, "orders", "--json").stdout), "the order")
        await served.end()

    assert said.code == 1
    assert "no hub serves this store" in said.err
    assert "it is kept, and carried out when `hub serve` runs" in said.err
    assert unwaited.code == 0
    assert (await cli("audit")).code == 0


async def test_a_hub_that_starts_late_still_answers(embedded: Settings) -> None:
    sending = asyncio.create_task(
        cli("send", "stock.adjust", '{"material":"M","count":"5","unit":"KGM"}', "--timeout", "30")
    )
    async with serve(embedded) as served:
        said = await sending
        await served.end()

    assert said.code == 0, said


def test_the_program_is_there_and_knows_its_version() -> None:
    said = subprocess.run([*HUB, "--version"], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)

    assert said.returncode == 0
    assert said.stdout.startswith("hub ")


async def test_following_events_ends_quietly_with_an_interruption(embedded: Settings) -> None:
    given = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment(embedded)}
    async with serve(embedded) as served:
        await served.until_said("ready:")
        following = await asyncio.create_subprocess_exec(
            *HUB, "events", "--follow", "--json", "--type", "stock.*", env=given, cwd=embedded.folder,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert following.stdout
        line = b""
        async with asyncio.timeout(PATIENCE):
            for count in range(1, 50):
                data = f'{{"material": "M", "count": "{count}", "unit": "KGM"}}'
                assert (await cli("send", "stock.adjust", data)).code == 0
                try:
                    line = await asyncio.wait_for(following.stdout.readline(), 0.5)
                except TimeoutError:
                    continue
                break
        following.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(following.communicate(), PATIENCE)

    assert json.loads(line)["type"] == "stock.changed.v1"
    assert (following.returncode, err) == (0, b"")


@pytest.mark.servers
async def test_a_broker_that_no_hub_has_served_is_told_of(
    embedded: Settings, fresh_vhost_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = '{"material": "M", "count": "1", "unit": "KGM"}'
    monkeypatch.setenv("HUB_BROKER_URL", fresh_vhost_url)
    unserved = await cli("send", "stock.adjust", data)
    monkeypatch.setenv("HUB_BROKER_URL", f"amqp://127.0.0.1:{free_port()}/")
    unreachable = await cli("send", "stock.adjust", data)

    assert unserved.code == unreachable.code == 1
    assert "no hub has served this broker yet (HUB_BROKER_URL) [unroutable]" in unserved.err
    assert "[broker_unavailable]" in unreachable.err
    assert len(unreachable.err.splitlines()) == 1


@pytest.mark.rule("R42")
async def test_mails_are_handed_over_to_the_served_hub_and_an_open_connection_does_not_keep_it(
    embedded: Settings, tmp_path: Path
) -> None:
    certificate, key = make_certificate(tmp_path)
    settings = listening(embedded, smtp_certificate=certificate, smtp_key=key)
    mail = (DATA / "mail/larkspur-po.eml").read_bytes()

    def hand_over_encrypted() -> None:
        with session(settings) as handing:
            handing.starttls(context=ssl.create_default_context(cafile=str(certificate)))
            handing.sendmail(SENDER, [OURS], mail)

    async with serve(settings) as served:
        await served.until_said("ready:")
        await asyncio.to_thread(hand_over_encrypted)
        shown = await served.until(lambda: run(embedded, "order", "LC-20871", "--json").stdout, "the order")
        with closing(socket.create_connection(("127.0.0.1", int(settings.smtp_listen.rpartition(":")[2])), 30)) as left:
            assert await asyncio.to_thread(left.recv, 100)
            await served.end(signal.SIGTERM)
    assert json.loads(shown)["customer_id"] == "C-LARKSPUR"
    assert "Traceback" not in served.said
