"""Mails are read in a process of their own: the hub goes on meanwhile, and takes the process with it when it ends."""

from __future__ import annotations

import asyncio
import os

import pytest

from adapters.email import EmailReader
from adapters.email.isolation import IsolatedReader
from hub.app import build, context_of, utc_now
from hub.ports import Context, Reading
from hub.settings import Settings
from tests.support.running import DATA, documents, with_partners

MAIL = (DATA / "mail/larkspur-po.eml").read_bytes()
PO = (DATA / "edi/cascade-850-new.edi").read_bytes()


@pytest.mark.rule("R42")
async def test_the_hub_reads_mails_in_a_process_that_ends_with_it(backing: Settings) -> None:
    settings = with_partners(backing)
    async with build(settings, isolated=True) as hub:
        receipt = await hub.intake.receive(MAIL, "order.eml")
        process = hub.mail.pid if hub.mail else None
        assert process not in {None, os.getpid()}
    assert receipt.reading == EmailReader().read(
        MAIL, "order.eml", context_of(settings, hub.partners, utc_now().date().isoformat())
    )
    assert process is not None
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
    async with build(with_partners(backing), isolated=True) as hub:
        mail = asyncio.create_task(hub.intake.receive(MAIL, "order.eml"))
        await hub.intake.receive(PO, "order.edi")
        assert not mail.done()
        held.set()
        await mail
        assert {row.kind for row in await documents(hub, direction="in")} == {"x12", "email"}
