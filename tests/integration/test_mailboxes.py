"""Mails come in from mailboxes of a real IMAP server; none is lost, none is taken in twice."""

from __future__ import annotations

import asyncio
import imaplib
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from adapters.email.receiving.mailbox import ImapMailbox
from hub.app import Hub, build
from hub.cli.setup import examine
from hub.errors import MailboxUnreachable
from hub.ports import MailAccount
from hub.settings import Settings, load_settings
from tests.support.dovecot import PASSWORD, PrivateDovecot, token
from tests.support.running import documents, eventually, with_partners

pytestmark = pytest.mark.servers
QUICKLY = 20.0
"""seconds: far less than the time after which a mailbox is looked into unasked"""


def mail(number: int, text: str = "Please call us back.") -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "someone@customer.example", "orders@metalworks.example"
    made["Subject"], made["Message-ID"] = f"Question {number}", f"<{number}@customer.example>"
    made.set_content(text)
    return made.as_bytes()


def of_mailboxes(settings: Settings, *urls: str, **other: Any) -> Settings:
    return with_partners(settings).model_copy(update={"mailboxes": list(urls), "mailbox_poll": 600.0, **other})


def subjects(mails: list[bytes]) -> list[str]:
    found = [line for each in mails for line in each.decode().splitlines() if line.startswith("Subject: ")]
    return sorted(line.removeprefix("Subject: ") for line in found)


async def came(hub: Hub, number: int) -> list[Any]:
    async def enough() -> list[Any]:
        found = await documents(hub, direction="in")
        return found if len(found) >= number else []

    return await eventually(enough, f"{number} mails")


async def moved(dovecot: PrivateDovecot, user: str, number: int, folder: str = "Processed") -> list[bytes]:
    async def enough() -> list[bytes]:
        found = await asyncio.to_thread(dovecot.mails, user, folder)
        return found if len(found) >= number else []

    return await eventually(enough, f"{number} mails in {folder}")


@pytest.mark.rule("R42")
async def test_mails_of_two_mailboxes_are_archived_unchanged_and_move(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str
) -> None:
    one, two = fresh_user, f"{fresh_user}-parts"
    dovecot.deliver(one, [mail(1), mail(2)])
    dovecot.deliver(two, [mail(3)])
    stored = [*dovecot.mails(one), *dovecot.mails(two)]
    async with build(of_mailboxes(backing, dovecot.mailbox(one), dovecot.mailbox(two))) as hub:
        rows = await came(hub, 3)
        await moved(dovecot, one, 2)
        await moved(dovecot, two, 1)
    assert sorted(bytes(row.raw) for row in rows) == sorted(stored)
    assert dovecot.mails(one) == dovecot.mails(two) == []


@pytest.mark.rule("R42")
async def test_a_mail_is_taken_in_as_soon_as_the_server_tells_of_it_read_by_someone_or_not(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str
) -> None:
    dovecot.deliver(fresh_user, [mail(1)])
    with imaplib.IMAP4("127.0.0.1", dovecot.port) as session:
        session.login(fresh_user, PASSWORD)
        session.select("INBOX")
        session.store("1", "+FLAGS", r"(\Seen)")
    async with build(of_mailboxes(backing, dovecot.mailbox(fresh_user))) as hub:
        await moved(dovecot, fresh_user, 1)
        for number in range(2, 12):
            begun = time.monotonic()
            dovecot.deliver(fresh_user, [mail(number)])
            await moved(dovecot, fresh_user, number)
            assert time.monotonic() - begun < QUICKLY
        assert len(await documents(hub, direction="in")) == 11


@pytest.mark.rule("R7")
async def test_a_mail_that_was_taken_in_and_not_moved_is_the_same_arrival(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ConnectionError("the hub dies here")

    dovecot.deliver(fresh_user, [mail(1), mail(2)])
    settings = of_mailboxes(backing, dovecot.mailbox(fresh_user))
    with monkeypatch.context() as patched:
        patched.setattr(ImapMailbox, "put_away", fails)
        async with build(settings) as hub:
            await came(hub, 2)
    assert len(dovecot.mails(fresh_user)) == 2
    async with build(settings) as hub:
        await moved(dovecot, fresh_user, 2)
        rows = await documents(hub, direction="in")
    assert len(rows) == 2
    assert not any(row.duplicate_of for row in rows)


@pytest.mark.rule("R7")
async def test_a_mail_delivered_twice_is_a_duplicate(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str
) -> None:
    dovecot.deliver(fresh_user, [mail(1), mail(1)])
    async with build(of_mailboxes(backing, dovecot.mailbox(fresh_user))) as hub:
        await moved(dovecot, fresh_user, 2)
        rows = await documents(hub, direction="in")
    assert [row.state for row in rows].count("duplicate") == 1


@pytest.mark.rule("R42")
async def test_a_mail_too_large_moves_to_failed_and_stops_no_other(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str
) -> None:
    dovecot.deliver(fresh_user, [mail(1, "x " * 2_000_000), mail(2)])
    settings = of_mailboxes(backing, dovecot.mailbox(fresh_user), max_document_bytes=1_000_000)
    async with build(settings) as hub:
        await moved(dovecot, fresh_user, 1)
        failed = await moved(dovecot, fresh_user, 1, "Failed")
        rows = await documents(hub, direction="in", state="rejected")
    assert subjects(failed) == ["Question 1"]
    assert [row.size for row in rows] == [len(failed[0])]


@pytest.mark.rule("R42")
async def test_a_mailbox_that_cannot_be_reached_shows_and_stops_no_other(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = dovecot.mailbox("nobody").replace("pass%2C", "wrong%2C")
    dovecot.deliver(fresh_user, [mail(1)])
    settings = of_mailboxes(backing, wrong, dovecot.mailbox(fresh_user))
    async with build(settings) as hub:
        await moved(dovecot, fresh_user, 1)

        async def refused() -> bool:
            return "uthentication" in hub.mail_room.conditions["nobody@127.0.0.1"].trouble

        await eventually(refused, "the refused login")
        assert hub.working
        assert hub.mail_room.conditions[f"{fresh_user}@127.0.0.1"].reached
    monkeypatch.setenv("HUB_MAILBOXES", f"{wrong},{dovecot.mailbox(fresh_user)}")
    monkeypatch.setenv("HUB_FOLDER", str(settings.folder))
    lines = [line for line in await examine() if line.what == "mailbox"]
    assert [line.ok for line in lines] == [False, True]
    assert "pass" not in str(lines)


@pytest.mark.rule("R42")
async def test_a_server_that_says_goodbye_is_connected_again_and_nothing_waits(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str
) -> None:
    dovecot.deliver(fresh_user, [mail(1)])
    async with build(of_mailboxes(backing, dovecot.mailbox(fresh_user))):
        await moved(dovecot, fresh_user, 1)
        await asyncio.to_thread(dovecot.restart, clean=True)
        await asyncio.to_thread(dovecot.deliver, fresh_user, [mail(2)])
        assert subjects(await moved(dovecot, fresh_user, 2)) == ["Question 1", "Question 2"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mailbox_is_reached_encrypted_and_only_with_a_certificate_that_holds(
    dovecot: PrivateDovecot, fresh_user: str, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(fresh_user, [mail(1)])
    port = dovecot.tls_port if security == "tls" else dovecot.port
    box = ImapMailbox("x", MailAccount("127.0.0.1", port, security, fresh_user, PASSWORD))
    with pytest.raises(MailboxUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
        await asyncio.to_thread(box.connect)
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    await asyncio.to_thread(box.connect)
    assert len(await asyncio.to_thread(box.arrivals)) == 1
    box.close()


@pytest.mark.rule("R42")
async def test_a_mailbox_opens_with_a_token_and_again_with_the_next_one(
    dovecot: PrivateDovecot, fresh_user: str, tmp_path: Path
) -> None:
    settings = load_settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite", http_port=0)
    dovecot.deliver(fresh_user, [mail(1)])
    file = tmp_path / "token"
    file.write_text(token(fresh_user, lasts=-100))
    url = f"imap://{fresh_user}@127.0.0.1:{dovecot.port}/?token_command=cat%20{file}"
    async with build(of_mailboxes(settings, url)) as hub:

        async def refused() -> bool:
            return "uthentication" in hub.mail_room.conditions[f"{fresh_user}@127.0.0.1"].trouble

        await eventually(refused, "the refused login")
        file.write_text(token(fresh_user) + "\n")
        await moved(dovecot, fresh_user, 1)
    assert len(await asyncio.to_thread(dovecot.mails, fresh_user)) == 0
