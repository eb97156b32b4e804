"""Mails go out by a real SMTP server: each until the server has taken it, none that it never will without a person."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from adapters.email.sending.smtp import SmtpServer
from hub.app import Hub, build
from hub.app.adapters import mail_server_of
from hub.audit import audit
from hub.errors import HubError, MailServerUnreachable
from hub.handlers.outgoing.document import outgoing
from hub.handlers.outgoing.postman import Postman
from hub.ports import Handed, MailAccount, MailServer, Parcel
from hub.settings import Settings, load_settings
from hub.store import queries, tables
from hub.store.deliveries import figures, listed
from hub.store.documents import add_documents
from hub.store.journal import add_new
from hub.store.migrate import migrate
from hub.store.undelivered import drop, send_again, send_to
from hub.web.metrics import Meter
from tests.integration.test_conversations import BOUNCE
from tests.support.certificates import make_certificate
from tests.support.post_office import HANGS, HANGS_UP, PostOffice
from tests.support.running import documents, events, eventually, with_partners

BUYER, OTHER = "buying@thornbury.example", "desk@thornbury.example"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, **more: float) -> None:
        self.now += timedelta(**more)


class Carried:
    """A hub at rest and its postman, whom the test sends on each way."""

    def __init__(self, hub: Hub, postman: Postman, office: PostOffice, clock: Clock) -> None:
        self.hub, self.postman, self.office, self.clock = hub, postman, office, clock

    async def put(self, number: int, to: str = BUYER, thread: str = "", size: int = 100, partner: str = "P-1") -> str:
        made = EmailMessage(policy=SMTP)
        made["From"], made["To"], made["Subject"] = "orders@metalworks.example", to, f"Mail {number}"
        made["Message-ID"] = f"<{number}@metalworks.example>"
        if thread:
            made["References"] = f"{thread} <between@thornbury.example>"
        made.set_content(".\n..begins with a point\n" + "x" * size, cte="quoted-printable")
        row = outgoing(
            f"D-{number:012}",
            kind="email",
            extension="eml",
            partner_id=partner,
            content=made.as_bytes(),
            title=f"Mail {number}",
            purpose="order.received.v1",
            cause="a test",
            at=self.clock() + timedelta(microseconds=number),
            message_id=made["Message-ID"],
        )
        async with self.hub.database.write() as connection:
            await add_documents(connection, [row])
        return str(row["document_id"])

    async def carry(self) -> None:
        """All that is due."""
        while await self.postman.carry_one():
            pass

    async def state(self, document_id: str) -> str:
        [row] = await documents(self.hub, document_id=document_id)
        return str(row.state)

    async def delivery(self, document_id: str) -> Any:
        query = select(tables.deliveries).where(tables.deliveries.c.document_id == document_id)
        async with self.hub.database.read() as connection:
            return (await connection.execute(query)).one()

    @property
    def numbers(self) -> list[str]:
        return [each.message_id for each in self.office.taken]


def by(office: PostOffice, settings: Settings, **other: Any) -> Settings:
    given = {"smtp_url": office.url, "smtp_timeout": 0.3, **other}
    return with_partners(settings).model_copy(update=given)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with PostOffice() as opened:
        yield opened


async def _carried(settings: Settings, office: PostOffice) -> AsyncIterator[Carried]:
    clock = Clock()
    hub = build(by(office, settings, mails_to_address=6, mails_in_thread=3), clock)
    await migrate(hub.database)
    assert hub.postman is not None
    yield Carried(hub, hub.postman, office, clock)
    await hub.postman.stop()
    await hub.database.close()


@pytest.fixture
async def carried(tmp_path: Path, office: PostOffice) -> AsyncIterator[Carried]:
    settings = load_settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite", http_port=0)
    async for each in _carried(settings, office):
        yield each


@pytest.fixture
async def either(backing: Settings, office: PostOffice) -> AsyncIterator[Carried]:
    async for each in _carried(backing, office):
        yield each


async def test_mails_are_taken_over_one_connection_each_with_a_sender_of_its_own(either: Carried) -> None:
    for number in range(1, 4):
        await either.put(number)
    await either.carry()

    rows = await documents(either.hub, direction="out")
    assert [each.content for each in either.office.taken] == [bytes(row.raw) for row in rows]
    assert [each.sender for each in either.office.taken] == [f"bounces+{n}@metalworks.example" for n in range(1, 4)]
    assert {each.connection for each in either.office.taken} == {1}
    assert {row.state for row in rows} == {"sent"}
    assert len(await events(either.hub, "document.sent")) == 3
    assert (await audit(either.hub.database, at_rest=False)).clean


async def test_what_the_server_will_not_take_now_is_tried_later_and_later_and_then_a_person_sees_it(
    carried: Carried,
) -> None:
    first, second = await carried.put(1), await carried.put(2, OTHER)
    carried.office.answers = {BUYER: ["451 4.7.1 greylisted"] * 200}
    waited = []
    while await carried.state(first) == "to_send":
        await carried.carry()
        due = datetime.fromisoformat((await carried.delivery(first)).due_at)
        waited.append(int((due - carried.clock.now).total_seconds() / 60))
        carried.clock.now = due

    assert await carried.state(second) == "sent"
    assert waited[:7] == [1, 1, 2, 4, 8, 16, 32]
    assert max(waited) == 60
    assert carried.clock.now - NOON > timedelta(hours=72)
    assert await carried.state(first) == "undeliverable"
    [task] = await queries.tasks(carried.hub.database, kind="document.classify.v1")
    assert "greylisted" in task["facts"]["reasons"][0]["message"]
    assert task["facts"]["reasons"][0]["code"] == "given_up"
    assert (await audit(carried.hub.database, at_rest=False)).clean


async def test_what_was_refused_for_now_and_then_taken_went_out_once(carried: Carried) -> None:
    sent = await carried.put(1)
    carried.office.answers = {"MAIL": ["421 4.3.2 closing"], "DATA": ["", "450 4.2.0 busy"]}
    for _ in range(3):
        await carried.carry()
        carried.clock.on(hours=1)
    assert carried.numbers == ["<1@metalworks.example>"]
    assert await carried.state(sent) == "sent"


@pytest.mark.rule("R42")
@pytest.mark.parametrize("place", [BUYER, "MAIL", "DATA"])
async def test_a_refusal_for_good_is_said_and_seen_by_a_person_and_stops_no_other(carried: Carried, place: str) -> None:
    lost, fine = await carried.put(1), await carried.put(2, OTHER)
    carried.office.answers = {place: ["550 5.1.1 no such user"]}
    await carried.carry()

    assert (await carried.state(lost), await carried.state(fine)) == ("undeliverable", "sent")
    [failed] = await events(carried.hub, "document.delivery-failed")
    assert "550 5.1.1 no such user" in failed.body
    [task] = await queries.tasks(carried.hub.database, kind="document.classify.v1")
    assert task["role"] == "sales-officer"
    assert f"hub email retry {lost}" in task["facts"]["reasons"][0]["message"]
    assert await figures(carried.hub.database) == (0, 1)
    assert (await audit(carried.hub.database, at_rest=False)).clean
    carried.clock.on(days=5)
    await carried.carry()
    assert len(carried.numbers) == 1


async def test_of_several_recipients_each_gets_it_once_whatever_the_server_says_of_the_others(either: Carried) -> None:
    third = "third@thornbury.example"
    mail = await either.put(1, f"{BUYER}, {OTHER}, {third}")
    either.office.answers = {OTHER: ["452 4.2.2 full"], third: ["550 5.1.1 gone"]}
    await either.carry()
    assert await either.state(mail) == "to_send"
    either.clock.on(minutes=2)
    await either.carry()

    assert await either.state(mail) == "sent"
    assert [each.recipients for each in either.office.taken] == [[BUYER], [OTHER]]
    assert either.office.named == [BUYER, OTHER, third, OTHER]
    [failed] = await events(either.hub, "document.delivery-failed")
    assert third in failed.body
    assert BUYER not in failed.body
    [sent] = await events(either.hub, "document.sent")
    assert f"{BUYER}, {OTHER}" in sent.body
    assert len(await queries.tasks(either.hub.database, kind="document.classify.v1")) == 1
    assert (await audit(either.hub.database, at_rest=False)).clean


@pytest.mark.parametrize("fault", [HANGS, HANGS_UP])
@pytest.mark.parametrize("place", [BUYER, "DATA", "after DATA"])
async def test_a_server_that_hangs_or_goes_costs_one_attempt_and_is_sent_it_again(
    carried: Carried, place: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.email.sending.smtp.WHOLE", 1)
    mail, other = await carried.put(1), await carried.put(2, OTHER)
    carried.office.answers = {place: [fault]}
    await carried.carry()
    assert (await carried.state(mail), await carried.state(other)) == ("to_send", "sent")
    assert (await carried.delivery(mail)).doubts == (place != BUYER)
    carried.clock.on(minutes=2)
    await carried.carry()

    assert await carried.state(mail) == "sent"
    ours = [each for each in carried.office.taken if each.message_id == "<1@metalworks.example>"]
    assert len(ours) == (2 if place == "after DATA" else 1)
    assert len({each.content for each in ours}) == 1
    assert len(await events(carried.hub, "document.sent")) == 2


async def test_a_connection_that_the_server_has_given_up_costs_nothing(carried: Carried) -> None:
    await carried.put(1)
    await carried.carry()
    await carried.office.shut()
    await carried.office.open()
    again = await carried.put(2)
    await carried.carry()
    assert await carried.state(again) == "sent"
    assert (await carried.delivery(again)).attempts == 1


async def test_a_mail_larger_than_the_server_takes_is_not_even_offered(carried: Carried) -> None:
    carried.office.size = 2_000
    mail = await carried.put(1, size=3_000)
    await carried.carry()
    assert await carried.state(mail) == "undeliverable"
    assert (await carried.delivery(mail)).code == "too_large"
    assert carried.office.named == []


async def test_a_server_away_costs_no_mail_an_attempt(carried: Carried) -> None:
    await carried.office.shut()
    mail = await carried.put(1)
    for _ in range(3):
        with pytest.raises(MailServerUnreachable, match="cannot be reached"):
            await carried.postman.carry_one()
        carried.clock.on(days=2)
    await carried.office.open()
    await carried.carry()
    assert await carried.state(mail) == "sent"
    assert (await carried.delivery(mail)).attempts == 1


@pytest.mark.rule("R42")
async def test_what_a_hub_was_at_when_it_died_is_sent_again_as_the_same_mail(either: Carried) -> None:
    mail = await either.put(1)
    taken = await either.postman._take()
    assert taken is not None
    _, parcel = taken
    assert parcel is not None
    delivery = (await documents(either.hub, document_id=mail))[0]
    await either.postman._server.hand_over(parcel, parcel.recipients, bytes(delivery.raw))  # and dies here
    await either.carry()
    assert len(either.numbers) == 1
    either.clock.on(hours=1)
    await either.carry()

    assert either.numbers == ["<1@metalworks.example>"] * 2
    assert (await either.delivery(mail)).doubts == 1
    assert len(await events(either.hub, "document.sent")) == 1


@pytest.mark.parametrize(
    "to", ["no-reply@thornbury.example", "MAILER-DAEMON@thornbury.example", "orders@metalworks.example"]
)
async def test_no_machine_and_not_ourselves_are_written_to(carried: Carried, to: str) -> None:
    mail = await carried.put(1, to)
    await carried.carry()
    assert await carried.state(mail) == "undeliverable"
    assert carried.office.connections == 0
    assert (await carried.delivery(mail)).code == "no_recipient"


async def test_more_mails_than_a_day_may_have_are_kept_and_one_question_asked(either: Carried) -> None:
    thread = "<first@thornbury.example>"
    inside = [await either.put(number, thread=thread) for number in range(1, 4)]
    beyond = [await either.put(number, thread=thread) for number in range(4, 6)]
    others = [await either.put(number) for number in range(6, 10)]
    await either.carry()

    assert {await either.state(each) for each in inside} == {"sent"}
    assert {(await either.delivery(each)).code for each in beyond} == {"cap_thread"}
    assert [await either.state(each) for each in others] == ["sent", "sent", "sent", "undeliverable"]
    assert (await either.delivery(others[-1])).code == "cap_address"
    assert len(await events(either.hub, "document.delivery-failed")) == 3
    assert len(await queries.tasks(either.hub.database, kind="document.classify.v1")) == 1
    either.clock.on(days=1, minutes=1)
    tomorrow = await either.put(20, thread=thread)
    await either.carry()
    assert await either.state(tomorrow) == "sent"
    assert (await audit(either.hub.database, at_rest=False)).clean


async def test_the_login_is_asked_for_and_a_wrong_one_named_without_the_password(backing: Settings) -> None:
    async with PostOffice(password="se cret") as office:
        right = mail_server_of(by(office, backing, smtp_url=f"smtp://us:se%20cret@127.0.0.1:{office.port}"))
        assert right is not None
        await right.connect()
        await right.close()
        wrong = mail_server_of(by(office, backing, smtp_url=f"smtp://us:other@127.0.0.1:{office.port}"))
        none = mail_server_of(by(office, backing))
        assert wrong is not None
        assert none is not None
        with pytest.raises(MailServerUnreachable) as caught:
            await wrong.connect()
        assert "other" not in str(caught.value)
        parcel = wrong.parcel(b"To: a@b.example\r\nMessage-ID: <1@x>\r\n\r\n")
        with pytest.raises(MailServerUnreachable, match="530"):
            await none.hand_over(parcel, parcel.recipients, b"x")
        await none.close()


async def test_a_running_hub_sends_says_how_it_does_and_leaves_edi_to_the_folders(
    backing: Settings, office: PostOffice
) -> None:
    async with build(by(office, backing)) as hub:
        assert hub.postman is not None
        clock = Clock()
        carried = Carried(hub, hub.postman, office, clock)
        await carried.put(1)
        hub.postman.wake()
        await eventually(lambda: documents(hub, state="sent", kind="email"), "the mail")
        text = (await Meter().text(hub, started=True)).decode()
        assert f'hub_mails_sent{{server="127.0.0.1:{office.port}"}} 1.0' in text
        assert "hub_mails_unsent 0.0" in text
        assert not list((hub.settings.folder / "outbox").rglob("*.eml"))
        await office.shut()
        await carried.put(2)
        hub.postman.wake()

        async def noticed() -> bool:
            return not hub.postman.condition.reached  # type: ignore[union-attr]

        await eventually(noticed, "the server's absence")
        assert hub.working
        await office.open()
        await eventually(lambda: asyncio.sleep(0, len(office.taken) == 2), "the second mail")


async def test_a_person_sends_what_was_kept_drops_it_or_sends_it_elsewhere(carried: Carried) -> None:
    database, now = carried.hub.database, carried.clock
    kept, dropped, moved = [await carried.put(number) for number in (1, 2, 3)]
    carried.office.answers = {BUYER: ["550 5.1.1 no such user"] * 3}
    await carried.carry()
    assert [row["code"] for row in await listed(database, 10)] == ["mail_refused"] * 3

    await send_again(database, kept, "ada", now())
    await drop(database, dropped, "ada")
    copy = await send_to(database, moved, OTHER, "ada", now())
    await carried.carry()

    assert [each.recipients for each in carried.office.taken] == [[BUYER], [OTHER]]
    assert carried.numbers == ["<1@metalworks.example>", "<3@metalworks.example>"]
    assert f"To: <{OTHER}>\r\n".encode() in carried.office.taken[1].content
    assert BUYER.encode() not in carried.office.taken[1].content
    assert await carried.state(copy) == "sent"
    assert await listed(database, 10) == []
    assert len(await events(carried.hub, "document.sent")) == 2
    for document_id, code in ((kept, "not_stuck"), (dropped, "dropped"), ("D-NONE", "not_found")):
        with pytest.raises(HubError) as caught:
            await send_again(database, document_id, "ada", now())
        assert caught.value.code == code
    assert (await audit(database, at_rest=False)).clean


async def test_a_mail_that_has_come_back_can_be_sent_again_and_come_back_again(carried: Carried) -> None:
    mail = await carried.put(1)
    await carried.carry()
    for number in range(2):
        bounce = BOUNCE.format(
            action="failed", to="orders@metalworks.example", headers="Message-ID: <1@metalworks.example>"
        )
        await asked_for(carried.hub, mail)
        await carried.hub.intake.receive(bounce.replace("See below", f"{number}").encode(), "bounce.eml", str(number))
        assert await carried.state(mail) == "undeliverable"
        await send_again(carried.hub.database, mail, "ada", carried.clock())
        await carried.carry()
        assert await carried.state(mail) == "sent"
    assert carried.numbers == ["<1@metalworks.example>"] * 3
    assert len(await events(carried.hub, "document.delivery-failed")) == 2
    assert len(await events(carried.hub, "document.sent")) == 3


async def asked_for(hub: Hub, document_id: str) -> None:
    """Note the mail as one of ours that may be answered, as the correspondence does."""
    row = {
        "document_id": document_id,
        "kind": "order",
        "at": "2026-11-24T12:00:00Z",
        "partner_id": "P-1",
        "asked": BUYER,
        "message_id": "<1@metalworks.example>",
    }
    async with hub.database.write() as connection:
        await add_new(connection, tables.conversations, [row])


async def test_nothing_goes_to_a_server_whose_certificate_is_not_trusted_or_that_does_not_encrypt(
    tmp_path: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def server(of: PostOffice) -> SmtpServer:
        account = MailAccount("127.0.0.1", of.port, "starttls")
        return SmtpServer(account, our_domain="metalworks.example", timeout=2)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate, key = make_certificate(tmp_path)
    context.load_cert_chain(certificate, key)
    async with PostOffice(tls=context) as encrypting:
        with pytest.raises(MailServerUnreachable, match="CERTIFICATE"):
            await server(encrypting).connect()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusting = server(encrypting)
        parcel = trusting.parcel(b"To: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n")
        handed = await trusting.hand_over(parcel, parcel.recipients, b"Subject: x\r\n\r\nhello\r\n")
        assert handed.accepted == ("a@b.example",)
        await trusting.close()
    with pytest.raises(MailServerUnreachable, match="STARTTLS"):
        await server(office).connect()
    assert office.taken == []


async def test_a_token_stands_in_place_of_the_password_and_is_had_anew_for_each_login(
    backing: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    async with PostOffice(token="ya29.new") as office:
        url = f"smtp://us%40us.example@127.0.0.1:{office.port}?token_file={file}"
        server = mail_server_of(by(office, backing, smtp_url=url))
        assert server is not None
        with pytest.raises(MailServerUnreachable, match="No such file"):
            await server.connect()
        file.write_text("ya29.old")
        with pytest.raises(MailServerUnreachable, match="535") as caught:
            await server.connect()
        assert "ya29" not in str(caught.value)
        file.write_text("ya29.new\n")
        parcel = server.parcel(b"To: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n")
        handed = await server.hand_over(parcel, parcel.recipients, b"Subject: x\r\n\r\nhello\r\n")
        assert handed.accepted == ("a@b.example",)
        await server.close()


@pytest.mark.rule("R42")
async def test_a_bounce_of_one_of_several_recipients_is_of_that_one_alone(carried: Carried) -> None:
    mail = await carried.put(1, f"{BUYER}, {OTHER}")
    await carried.carry()
    await asked_for(carried.hub, mail)
    bounce = BOUNCE.format(
        action="failed", to="orders@metalworks.example", headers="Message-ID: <1@metalworks.example>"
    )
    one = "Final-Recipient: rfc822; {}\nAction: {}\nStatus: 5.1.1\n\n"
    both = one.format(OTHER.upper(), "failed") + one.format(BUYER, "delivered")
    start, end = bounce.index("Final-Recipient"), bounce.index("--b\nContent-Type: text/rfc822")
    part = bounce[:start] + both + bounce[end:]
    for number in range(2):
        await carried.hub.intake.receive(part.replace("See below", f"{number}").encode(), "bounce.eml", str(number))

    assert await carried.state(mail) == "sent"
    delivery = await carried.delivery(mail)
    assert (orjson.loads(delivery.accepted), list(orjson.loads(delivery.refused))) == ([BUYER], [OTHER])
    assert len(await events(carried.hub, "document.delivery-failed")) == 1
    await send_again(carried.hub.database, mail, "ada", carried.clock())
    await carried.carry()
    assert [each.recipients for each in carried.office.taken] == [[BUYER, OTHER], [OTHER]]
    whole = part.replace("delivered", "failed")
    await carried.hub.intake.receive(whole.encode(), "bounce.eml", "3")
    assert await carried.state(mail) == "undeliverable"
    assert (await audit(carried.hub.database, at_rest=False)).clean


@pytest.mark.rule("R42")
async def test_what_comes_back_before_the_servers_answer_is_noted_has_come_back(carried: Carried) -> None:
    """The bounce of one recipient, and then of all, is taken in while the mail is handed over."""
    bounce = BOUNCE.format(
        action="failed", to="orders@metalworks.example", headers="Message-ID: <1@metalworks.example>"
    )
    start, end = bounce.index("Final-Recipient"), bounce.index("--b\nContent-Type: text/rfc822")
    one = f"Final-Recipient: rfc822; {OTHER}\nAction: failed\nStatus: 5.1.1\n\n"
    server = carried.postman._server
    meanwhile = MeanwhileServer(server, lambda text: carried.hub.intake.receive(text.encode(), "bounce.eml", text))
    carried.postman._server = meanwhile

    mail = await carried.put(1, f"{BUYER}, {OTHER}")
    await asked_for(carried.hub, mail)
    meanwhile.comes = bounce[:start] + one + bounce[end:]
    await carried.carry()
    assert await carried.state(mail) == "sent"
    delivery = await carried.delivery(mail)
    assert (orjson.loads(delivery.accepted), list(orjson.loads(delivery.refused))) == ([BUYER], [OTHER])
    assert (delivery.code, delivery.recipients) == ("bounced", "[]")

    meanwhile.comes = bounce[:start] + one + one.replace(OTHER, BUYER) + bounce[end:]
    await send_again(carried.hub.database, mail, "ada", carried.clock())
    await carried.carry()
    delivery = await carried.delivery(mail)
    assert (await carried.state(mail), orjson.loads(delivery.accepted)) == ("undeliverable", [])
    assert sorted(orjson.loads(delivery.refused)) == [BUYER, OTHER]
    assert (await audit(carried.hub.database, at_rest=False)).clean


class MeanwhileServer:
    """A server while whose answer is awaited something comes in."""

    def __init__(self, server: MailServer, come: Callable[[str], Awaitable[Any]]) -> None:
        self._server, self._come = server, come
        self.name, self.comes = server.name, ""

    def parcel(self, raw: bytes) -> Parcel:
        return self._server.parcel(raw)

    async def hand_over(self, parcel: Parcel, recipients: Sequence[str], raw: bytes) -> Handed:
        handed = await self._server.hand_over(parcel, recipients, raw)
        if self.comes:
            await self._come(self.comes)
        return handed

    async def close(self) -> None:
        await self._server.close()


@pytest.mark.rule("R42")
async def test_a_mail_that_fails_again_is_asked_about_again(carried: Carried) -> None:
    mail = await carried.put(1)
    carried.office.answers = {BUYER: ["550 5.1.1 no such user"] * 3}
    for count in range(1, 4):
        await carried.carry()
        tasks = await queries.tasks(carried.hub.database, kind="document.classify.v1")
        assert len(tasks) == count
        await send_again(carried.hub.database, mail, "ada", carried.clock())
    await carried.carry()
    assert await carried.state(mail) == "sent"
    assert len(await events(carried.hub, "document.delivery-failed")) == 3
    assert (await audit(carried.hub.database, at_rest=False)).clean


async def test_two_hubs_at_one_queue_send_each_mail_once(backing: Settings, office: PostOffice) -> None:
    settings, clock = by(office, backing), Clock()
    async with contextlib.AsyncExitStack() as stack:
        hubs = [build(settings, clock) for _ in range(2 if "postgres" in backing.database_url else 1)]
        for hub in hubs:
            stack.push_async_callback(hub.database.close)
        await migrate(hubs[0].database)
        carried = Carried(hubs[0], hubs[0].postman, office, clock)  # type: ignore[arg-type]  # it has one
        for number in range(1, 41):
            await carried.put(number, thread=f"<{number}@thornbury.example>")

        async def carry(hub: Hub) -> int:
            count = 1
            while hub.postman is not None and await hub.postman.carry_one():
                count += 1
            if hub.postman is not None:
                await hub.postman.stop()
            return count

        for hub in hubs:
            assert hub.postman is not None
            assert await hub.postman.carry_one()
        counts = await asyncio.gather(*map(carry, hubs))
        assert sum(counts) == 40
        assert sorted(carried.numbers) == sorted(f"<{number}@metalworks.example>" for number in range(1, 41))
        assert len(await events(hubs[0], "document.sent")) == 40
