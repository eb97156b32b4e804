"""Mails are read in a process of their own: the hub goes on meanwhile, and takes the process with it when it ends."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from adapters.email import EmailReader
from adapters.email.isolation.reader import IsolatedReader
from hub.app import build, utc_now
from hub.app.parts import context_of
from hub.ports import Context, Reading
from hub.settings import Settings
from tests.support.cli import hub, set_environment
from tests.support.running import DATA, documents, with_partners

MAIL = (DATA / "mail/larkspur-po.eml").read_bytes()
PO = (DATA / "edi/cascade-850-new.edi").read_bytes()


@pytest.mark.rule("R42")
async def test_the_hub_reads_mails_in_a_process_that_ends_with_it(backing: Settings) -> None:
    settings = with_partners(backing)
    async with build(settings, isolated=True) as serving:
        receipt = await serving.intake.receive(MAIL, "order.eml")
        [process] = serving.mail.pids if serving.mail else []
        assert process != os.getpid()
    assert receipt.reading == EmailReader().read(
        MAIL, "order.eml", context_of(settings, serving.profiles.partners(), utc_now().date().isoformat())
    )
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.rule("R42")
def test_a_mail_handed_in_by_command_is_read_in_a_process_that_ends_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(
        monkeypatch, with_partners(Settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/h.sqlite"))
    )
    processes: list[int] = []
    close = IsolatedReader.close

    def noted(reader: IsolatedReader) -> None:
        processes.extend(reader.pids)
        close(reader)

    monkeypatch.setattr(IsolatedReader, "close", noted)
    said = hub("submit", DATA / "mail/larkspur-po.eml", "--no-wait", "--json")

    assert (said.code, said.json[0]["intent"]) == (0, "new_po"), said
    [process] = processes
    assert process != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.rule("R42")
async def test_other_documents_are_taken_in_while_a_mail_is_read(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()
    loop = asyncio.get_running_loop()
    read = IsolatedReader.read

    def slow(reader: IsolatedReader, raw: bytes, name: str, context: Context) -> Reading:
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result(30)
        return read(reader, raw, name, context)

    monkeypatch.setattr(IsolatedReader, "read", slow)
    async with build(with_partners(backing), isolated=True) as serving:
        mail = asyncio.create_task(serving.intake.receive(MAIL, "order.eml"))
        await serving.intake.receive(PO, "order.edi")
        assert not mail.done()
        held.set()
        await mail
        assert {row.kind for row in await documents(serving, direction="in")} == {"x12", "email"}
