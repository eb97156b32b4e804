"""Mail server or hub is killed in the middle of mails going out: none is lost, only the unanswered go twice."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.app import build, utc_now
from hub.settings import Settings
from hub.store import tables
from hub.store.migrate import migrate
from tests.integration.test_mails_out import Carried, Clock
from tests.support.hubs import HubProcess
from tests.support.post_office import HANGS, PostOffice
from tests.support.processes import free_port
from tests.support.running import documents, events, eventually, with_partners

MAILS, AFTER, BEFORE = 50, 12, 30


async def start(folder: Path, port: int) -> asyncio.subprocess.Process:
    (folder / "ready").unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.support.post_office", str(folder), str(port), str(AFTER), str(BEFORE)]
    server = await asyncio.create_subprocess_exec(*command)

    async def ready() -> bool:
        return (folder / "ready").exists()

    await eventually(ready, "the mail server")
    return server


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_a_mail_server_killed_in_the_middle_of_50_mails_loses_none_and_doubles_only_what_it_did_not_answer(
    backing: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.handlers.outgoing.postman.AGAIN", timedelta(seconds=0.1))
    folder, port = tmp_path / "mails", free_port()
    folder.mkdir()
    server = await start(folder, port)
    settings = with_partners(backing).model_copy(
        update={"smtp_url": f"smtp://127.0.0.1:{port}", "mails_to_address": 100}
    )
    async with build(settings) as hub:
        assert hub.postman is not None
        carried = Carried(hub, hub.postman, None, Clock())  # type: ignore[arg-type]  # the server is a process
        for number in range(1, MAILS + 1):
            await carried.put(number, thread=f"<{number}@thornbury.example>")
        for fault in ("died-after", "died-before"):
            assert await asyncio.wait_for(server.wait(), 60) == 9
            assert (folder / fault).exists()
            server = await start(folder, port)

        async def all_sent() -> bool:
            return len(await documents(hub, state="sent")) == MAILS

        await eventually(all_sent, "the mails")
        async with hub.database.read() as connection:
            doubts = {row.document_id: row.doubts for row in await connection.execute(select(tables.deliveries))}
        said = await events(hub, "document.sent")
    server.kill()
    await server.wait()

    taken = Counter(
        str(message_from_bytes(path.read_bytes())["Message-ID"]) for path in await asyncio.to_thread(mails, folder)
    )
    assert set(taken) == {f"<{number}@metalworks.example>" for number in range(1, MAILS + 1)}
    twice = {message_id for message_id, count in taken.items() if count > 1}
    assert twice == {(folder / "died-after").read_text()}
    assert max(taken.values()) == 2
    assert sum(doubts.values()) == 2
    assert len(said) == MAILS


def mails(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


@pytest.mark.faults
@pytest.mark.rule("R42")
async def test_a_hub_killed_before_a_mails_answer_sends_that_one_again_and_no_other(
    embedded: Settings,
) -> None:
    number = 5
    async with PostOffice(answers={"after DATA": [*[""] * (number - 1), HANGS]}) as office:
        settings = with_partners(embedded).model_copy(update={"smtp_url": office.url, "mails_to_address": 100})
        resting = build(settings)
        await migrate(resting.database)
        carried = Carried(resting, resting.postman, office, utc_now)  # type: ignore[arg-type]  # of now
        ids = [await carried.put(each, thread=f"<{each}@thornbury.example>") for each in range(1, 21)]

        hub = await HubProcess.start(settings)

        async def so_many() -> bool:
            return len(office.taken) == number

        await eventually(so_many, "the mail that is not answered")
        assert await hub.kill() == -9
        assert [await carried.state(each) for each in ids].count("sent") == number - 1

        hub = await HubProcess.start(settings)

        async def all_sent() -> bool:
            return len(await documents(resting, state="sent")) == len(ids)

        await eventually(all_sent, "the mails")
        assert await hub.stop() == 0
        taken = Counter(carried.numbers)
        doubts = [(await carried.delivery(each)).doubts for each in ids]
        await resting.database.close()

    assert taken == {f"<{each}@metalworks.example>": 2 if each == number else 1 for each in range(1, 21)}
    assert doubts == [int(each == number) for each in range(1, 21)]
