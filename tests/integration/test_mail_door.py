"""Mail servers hand mails over by SMTP: what is answered with 250 is in the store, and nothing else is."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from adapters.email.receiving import listener
from hub.app import Hub, build
from hub.audit import audit
from hub.cli.setup import examine
from hub.errors import ConfigurationError, PortTaken
from hub.settings import Settings, load_settings
from hub.store import queries
from hub.web.site import Served, mail_state
from tests.support.certificates import make_certificate
from tests.support.handing import OURS, SENDER, hand_over, listening, session
from tests.support.mailbox import Mailbox, read
from tests.support.names import name_server
from tests.support.running import DATA, at_rest, documents, eventually
from tests.support.story import by_number

ORDER = (DATA / "mail/larkspur-po.eml").read_bytes()
NUMBER = "LC-20871"


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    return load_settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite", http_port=0)


async def codes(hub: Hub) -> set[str]:
    async def look() -> list[Any]:
        return await queries.tasks(hub.database, kind="document.classify.v1")

    return {reason["code"] for task in await eventually(look, "a task") for reason in task["facts"]["reasons"]}


@pytest.mark.rule("R42")
async def test_a_mail_is_archived_as_it_was_sent_behind_our_trace_before_its_server_is_told(backing: Settings) -> None:
    settings = listening(backing)
    async with build(settings) as hub:
        answer = await hand_over(settings, ORDER, to=(OURS, "bounces@metalworks.example"))
        (row,) = await documents(hub, direction="in")
        assert answer == (250, f"2.0.0 taken in as {row.document_id}")
        await eventually(lambda: by_number(hub, NUMBER), "the order")
    trace, _, sent = bytes(row.raw).partition(ORDER.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")[:40])
    assert sent
    assert trace.startswith(
        f"Return-Path: <{SENDER}>\r\nDelivered-To: {OURS}\r\nDelivered-To: bounces@metalworks.example\r\n"
        "Received: from mail.sender.example ([127.0.0.1]) by mx.metalworks.example with ESMTP; ".encode()
    )
    assert bytes(row.raw).endswith(sent)


@pytest.mark.rule("R7")
async def test_a_mail_whose_answer_was_lost_and_that_is_sent_again_is_one_document(backing: Settings) -> None:
    settings = listening(backing)
    async with build(settings) as hub:
        first = await hand_over(settings, ORDER)
        again = await asyncio.gather(hand_over(settings, ORDER), hand_over(settings, ORDER))
        assert [first, first] == again
        assert len(await documents(hub, direction="in")) == 1
        assert (await hand_over(settings, ORDER, to=("orders+x@metalworks.example",)))[0] == 250
        assert [row.state for row in await documents(hub, direction="in")] == ["received", "duplicate"]


@pytest.mark.rule("R42")
async def test_while_the_store_cannot_take_it_the_other_server_keeps_the_mail(embedded: Settings) -> None:
    settings = listening(embedded)
    async with build(settings) as hub:
        assert hub.mail_door is not None
        async with hub.database.write() as connection:
            await connection.execute(text("SELECT 1"))
        room = {"pages": 1}
        event.listen(
            hub.database.engine.sync_engine,
            "begin",
            lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {room['pages']}"),
            insert=True,
        )
        large = ORDER + b" \r\n" * 200_000
        assert (await hand_over(settings, large))[0] == 451
        assert "full" in hub.mail_door.doing.trouble
        assert await documents(hub, direction="in") == []
        room["pages"] = 1_000_000
        assert (await hand_over(settings, large))[0] == 250
        assert hub.mail_door.doing.trouble == ""
        assert (hub.mail_door.doing.taken, hub.mail_door.doing.put_off) == (1, 1)
        assert len(await documents(hub, direction="in")) == 1


@pytest.mark.rule("R42")
async def test_a_defect_in_taking_in_leaves_the_mail_with_its_server(
    embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = listening(embedded)
    async with build(settings) as hub:
        with monkeypatch.context() as patched:
            patched.setattr(hub.intake, "receive", None)
            assert (await hand_over(settings, ORDER))[0] == 451
        assert (await hand_over(settings, ORDER))[0] == 250
        assert hub.working


async def test_mail_for_others_is_not_taken(embedded: Settings) -> None:
    settings = listening(embedded)
    async with build(settings) as hub:
        for address in (SENDER, "sales@metalworks.example", "orders@metalworks.example.net"):
            assert (await hand_over(settings, ORDER, to=(address,)))[0] == 550
        assert (await hand_over(settings, ORDER, to=("Orders+abc@MetalWorks.example",)))[0] == 250
        assert len(await documents(hub, direction="in")) == 1


async def test_the_size_that_is_announced_is_kept(embedded: Settings) -> None:
    settings = listening(embedded, max_document_bytes=20_000)

    def talk() -> list[int]:
        with session(settings) as open_session:
            open_session.ehlo()
            assert open_session.esmtp_features["size"] == "20000"
            assert "auth" not in open_session.esmtp_features
            said = [open_session.docmd("MAIL", f"FROM:<{SENDER}> SIZE=20001")[0]]
            open_session.mail(SENDER)
            open_session.rcpt(OURS)
            said.append(open_session.data(b"Subject: large\r\n\r\n" + b"x" * 60 + b"\r\n" + b"y\r\n" * 20_000)[0])
            said.append(open_session.noop()[0])
            return said

    async with build(settings) as hub:
        assert await asyncio.to_thread(talk) == [552, 552, 250]
        assert await documents(hub, direction="in") == []
        assert (await hand_over(settings, ORDER))[0] == 250


@pytest.mark.rule("R42")
async def test_the_hub_finds_out_itself_who_sent_a_mail_that_comes_to_it(embedded: Settings) -> None:
    zone = {
        ("_dmarc.larkspur-conveyors.example", "TXT"): ["v=DMARC1; p=reject"],
        ("larkspur-conveyors.example", "TXT"): ["v=spf1 ip4:127.0.0.1 -all"],
        ("pacific-alloys.example", "TXT"): ["v=spf1 ip4:127.0.0.1 -all"],
    }
    other = ORDER.replace(b"LC-20871", b"LC-20872").replace(b"Message-ID: <", b"Message-ID: <x")
    found = (
        "mx.metalworks.example; dmarc={} (p=reject) header.from=larkspur-conveyors.example; spf=pass smtp.mailfrom={}"
    )
    async with name_server(zone) as server:
        settings = listening(embedded, smtp_gateways=[], name_servers=[server])
        async with build(settings) as hub:
            assert "dmarc=pass" in read(ORDER)["Authentication-Results"]
            assert (await hand_over(settings, ORDER))[0] == 250
            await eventually(lambda: by_number(hub, NUMBER), "the order")
            assert (await hand_over(settings, other, "orders@pacific-alloys.example"))[0] == 250
            assert "dmarc_not_passed" in await codes(hub)
            rows = await documents(hub, direction="in")
    said = [read(bytes(row.raw)).get_all("Authentication-Results") for row in rows]
    assert said == [
        [found.format("pass", "larkspur-conveyors.example")],
        [found.format("fail", "pacific-alloys.example")],
    ]


async def test_a_bounce_comes_with_no_sender_and_is_never_answered(embedded: Settings) -> None:
    settings = listening(embedded)
    bounce = Mailbox("mailer-daemon@larkspur-conveyors.example").write("Undelivered Mail", "It is lost.")
    bounce = re.sub(rb"Return-Path: .*\r\n", b"", bounce)
    async with build(settings) as hub:
        assert (await hand_over(settings, bounce, "", ("bounces+abc@metalworks.example",)))[0] == 250
        (row,) = await documents(hub, direction="in")
    assert bytes(row.raw).startswith(b"Return-Path: <>\r\nDelivered-To: bounces+abc@metalworks.example\r\n")
    assert row.intent == "bounce"


async def test_too_many_connections_are_sent_away_and_the_others_go_on(
    embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = listening(embedded, smtp_gateways=[])
    monkeypatch.setattr(listener, "OF_ONE", 2)
    host, _, port = settings.smtp_listen.rpartition(":")

    def talk() -> list[bytes]:
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.create_connection((host, int(port)), 30)) for _ in range(3)]
            said = [each.recv(100)[:3] for each in sockets]
            assert sockets[2].recv(100) == b""
        return said

    async with build(settings) as hub:
        assert await asyncio.to_thread(talk) == [b"220", b"220", b"421"]

        async def answered() -> bool:
            return (await hand_over(settings, ORDER, to=("nobody@metalworks.example",)))[0] == 550

        await eventually(answered, "room again")
        assert hub.working


async def test_a_connection_that_says_nothing_ends(embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "COMMAND", 0.2)
    settings = listening(embedded)
    host, _, port = settings.smtp_listen.rpartition(":")

    def talk() -> bytes:
        with socket.create_connection((host, int(port)), 30) as stream:
            assert stream.recv(100).startswith(b"220 ")
            return stream.recv(100)

    async with build(settings):
        assert await asyncio.to_thread(talk) == b""


async def test_a_connection_lasts_a_limited_time_whatever_it_says(
    embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "WHOLE", 0.3)
    settings = listening(embedded)

    def talk() -> None:
        with session(settings) as open_session:
            while True:
                open_session.noop()

    async with build(settings):
        with pytest.raises((ConnectionError, OSError)):
            await asyncio.to_thread(talk)


async def test_mails_are_handed_over_encrypted_where_there_is_a_certificate(embedded: Settings, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    settings = listening(embedded, smtp_certificate=certificate, smtp_key=key)

    def talk() -> int:
        with session(settings) as open_session:
            open_session.starttls(context=ssl.create_default_context(cafile=str(certificate)))
            open_session.ehlo()
            assert "auth" not in open_session.esmtp_features
            open_session.sendmail(SENDER, [OURS], ORDER)
            return open_session.quit()[0]

    async with build(settings) as hub:
        assert await asyncio.to_thread(talk) == 221
        (row,) = await documents(hub, direction="in")
    assert b"with ESMTPS; " in bytes(row.raw)


async def test_a_wrong_certificate_and_a_taken_port_are_said_at_the_start(embedded: Settings, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    with pytest.raises(ConfigurationError, match="HUB_SMTP_CERTIFICATE"):
        async with build(listening(embedded, smtp_certificate=Path("no.pem"))):
            pass
    settings = listening(embedded)
    async with build(settings):
        other = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/other.sqlite"})
        with pytest.raises(PortTaken, match="HUB_SMTP_LISTEN"):
            async with build(other):
                pass


async def test_health_metrics_and_doctor_show_the_door(embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = listening(embedded)
    monkeypatch.setenv("HUB_SMTP_LISTEN", settings.smtp_listen)
    monkeypatch.setenv("HUB_FOLDER", str(settings.folder))

    async def looked(what: str) -> list[tuple[bool, str]]:
        return [(line.ok, line.found) for line in await examine() if line.what == what]

    async with name_server({}) as server:
        monkeypatch.setenv("HUB_NAME_SERVERS", server)
        [(fine, found)] = await looked("smtp")
        assert fine
        assert "free" in found
        assert await looked("name servers") == [(True, f"{server}: answer")]
        async with build(settings) as hub:
            await hand_over(settings, ORDER)
            [(fine, found)] = await looked("smtp")
            assert fine
            assert "answers" in found
            metrics = (await Served(hub, started=True).meter.text(hub, started=True)).decode()
            assert 'hub_smtp_mails{outcome="taken"} 1.0' in metrics
            assert mail_state(hub) == {f"smtp {settings.smtp_listen}": "ok"}
            await at_rest(hub)
            assert list(await audit(hub.database)) == []
    monkeypatch.setattr("adapters.email.sender.names.ANSWER", 0.1)
    assert [fine for fine, _ in await looked("name servers")] == [False]
