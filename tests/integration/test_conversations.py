"""Answers find their question by its token, and the token alone authorises nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from hub.app import Hub, build
from hub.audit import audit
from hub.settings import Settings
from hub.store import queries, tables
from tests.support.mailbox import Mailbox, read, words
from tests.support.running import DATA, SALES, at_rest, documents, events, eventually, with_partners
from tests.support.story import Story, by_number

NUMBER = "LC-20871"
NAMES = {"customer_id": "C-LARKSPUR", "po_number": NUMBER}
START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Moment:
    """A clock that moves on a little with every look, and that a test sets forward."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
async def hub(backing: Settings, clock: Moment) -> AsyncIterator[Hub]:
    async with build(with_partners(backing), clock) as built:
        yield built


@pytest.fixture
def customer() -> Mailbox:
    return Mailbox("mquill@larkspur-conveyors.example")


async def receive(hub: Hub, raw: bytes) -> str:
    return (await hub.intake.receive(raw, "mail.eml")).state


async def told(hub: Hub, event: str, count: int = 1) -> bytes:
    async def look() -> list[Any]:
        rows = await documents(hub, direction="out", purpose=f"{event}.v1")
        return rows if len(rows) >= count else []

    return bytes((await eventually(look, event))[-1].raw)


async def reasons(hub: Hub) -> set[str]:
    """Why a person is asked."""

    async def look() -> list[Any]:
        return await queries.tasks(hub.database, kind="document.classify.v1")

    return {reason["code"] for task in await eventually(look, "a task") for reason in task["facts"]["reasons"]}


async def ordered(hub: Hub) -> Story:
    await receive(hub, (DATA / "mail/larkspur-po.eml").read_bytes())
    await eventually(lambda: by_number(hub, NUMBER), "the order")
    return Story(hub)


async def asked(hub: Hub, amount: str = "282.60", lines: str = "2", count: int = 1) -> bytes:
    """The penalty question, once the order is confirmed and these lines are to be cancelled."""
    story = Story(hub)
    if count == 1:
        await ordered(hub)
        await story.say("order.review", **NAMES, decision="confirm", by=SALES)
    await story.say("customer-po.cancel", **NAMES, lines=[lines], source={"channel": "email"})
    penalty = {"amount": amount, "currency": "USD"}
    await story.say("cancellation.assess", **NAMES, decision="penalty", penalty=penalty, by=SALES)
    return await told(hub, "cancellation.penalty-proposed", count)


@pytest.mark.rule("R33")
async def test_a_token_is_stored_hashed_and_bound_to_its_question(hub: Hub) -> None:
    question = await asked(hub)
    token = str(read(question)["Reply-To"]).partition("+")[2].partition("@")[0]
    async with hub.database.read() as connection:
        rows = (await connection.execute(select(tables.conversations))).all()
    [row] = [row for row in rows if row.token_sha256]
    [proposed] = [orjson.loads(each.body)["data"] for each in await events(hub, "cancellation.penalty-proposed")]

    assert len(token) == 32
    assert f"[#{token}]" in str(read(question)["Subject"])
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert (row.kind, row.question) == ("penalty_question", proposed["question_id"])
    assert (row.asked, row.order_id) == ("mquill@larkspur-conveyors.example", proposed["order_id"])
    assert datetime.fromisoformat(row.expires_at) == datetime.fromisoformat(proposed["expires_at"])
    await eventually(lambda: events(hub, "document.sent"), "the mail")
    for table in tables.metadata.sorted_tables:
        async with hub.database.read() as connection:
            for each in await connection.execute(select(*(c for c in table.c if c.name != "raw"))):
                assert token not in str(each), table.name


@pytest.mark.rule("R38")
async def test_a_changed_question_voids_the_token(hub: Hub, customer: Mailbox) -> None:
    first = await asked(hub)
    second = await asked(hub, "300.00", lines="3", count=2)
    assert await receive(hub, customer.reply(first, "ACCEPT")) == "received"
    assert "came when the offer was no longer open" in " ".join(words(await told(hub, "command.refused")).split())
    assert not await events(hub, "cancellation.granted")

    assert await receive(hub, customer.reply(second, "ACCEPT")) == "received"
    [granted] = await eventually(lambda: events(hub, "cancellation.granted"), "the cancellation")
    assert orjson.loads(granted.body)["data"]["penalty"]["amount"] == "300.00"


@pytest.mark.rule("R33", "R38")
async def test_a_token_expires_with_its_question(hub: Hub, customer: Mailbox, clock: Moment) -> None:
    question = await asked(hub)
    clock.at += timedelta(days=8)
    assert await receive(hub, customer.reply(question, "ACCEPT")) == "quarantined"
    assert await reasons(hub) == {"token_expired"}


@pytest.mark.rule("R33")
async def test_an_answer_without_its_token_or_with_those_of_two_orders_is_for_a_person(
    hub: Hub, customer: Mailbox
) -> None:
    question = await asked(hub)
    ours = str(read(question)["Message-ID"])
    plain = customer.write(f"Re: {NUMBER}", "ACCEPT", In_Reply_To=ours)
    assert await receive(hub, plain) == "quarantined"
    assert await reasons(hub) == {"token_missing"}

    other = (DATA / "mail/larkspur-po.eml").read_bytes().replace(b"LC-20871", b"LC-20999").replace(b"po20871", b"po999")
    await receive(hub, other)
    await eventually(lambda: by_number(hub, "LC-20999"), "the other order")
    names = {**NAMES, "po_number": "LC-20999"}
    await Story(hub).say("order.review", **names, decision="confirm", by=SALES)
    confirmed = read(await told(hub, "order.confirmed", 2))["Message-ID"]
    mixed = customer.write("Re: cancellation", "ACCEPT", str(read(question)["Reply-To"]), In_Reply_To=str(confirmed))
    assert await receive(hub, mixed) == "quarantined"
    assert "conversation_conflict" in await reasons(hub)
    assert not await events(hub, "cancellation.granted")


@pytest.mark.rule("R4", "R7")
async def test_a_known_number_is_a_revision_where_one_was_asked_for_and_else_for_a_person(
    hub: Hub, customer: Mailbox
) -> None:
    story = await ordered(hub)
    same = (DATA / "mail/larkspur-po.eml").read_bytes().replace(b"po20871.1", b"po20871.6")
    assert await receive(hub, same) == "duplicate"
    again = (
        (DATA / "mail/larkspur-po.eml").read_bytes().replace(b" 36  EA", b" 35  EA").replace(b"3,568.20", b"3,515.80")
    )
    assert await receive(hub, again.replace(b"po20871.1", b"po20871.5")) == "quarantined"
    assert "po_number_in_use" in await reasons(hub)

    await story.say("order.review", **NAMES, decision="revise", reason="plate", by=SALES)
    request = await told(hub, "order.revision-requested")
    lines = words(again).replace("LC-20871", NUMBER)
    assert await receive(hub, customer.reply(request, lines)) == "received"
    await eventually(lambda: events(hub, "order.revised"), "the revision")
    late = lines.replace(" 35  EA", " 34  EA").replace("3,515.80", "3,463.40")
    assert await receive(hub, customer.reply(request, late)) == "quarantined"


BOUNCE = """\
Return-Path: <>
Authentication-Results: mx.metalworks.example; dmarc=none
From: MAILER-DAEMON@mail.larkspur-conveyors.example
To: {to}
Subject: Delivery report
Message-ID: <{action}@mail.larkspur-conveyors.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

See below.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.larkspur-conveyors.example

Final-Recipient: rfc822; mquill@larkspur-conveyors.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user here

--b
Content-Type: text/rfc822-headers

{headers}
--b--
"""


@pytest.mark.parametrize("verp", [False, True], ids=["by what is returned", "by envelope sender"])
async def test_a_bounce_is_tied_to_what_was_sent_and_a_person_sees_it(hub: Hub, verp: bool) -> None:
    question = read(await asked(hub))
    await eventually(lambda: documents(hub, direction="out", state="sent", kind="email"), "the mail")
    ours = str(question["Message-ID"])
    given = {"to": "orders@metalworks.example", "headers": f"Message-ID: {ours}\nSubject: x"}
    if verp:
        given = {"to": f"bounces+{ours.strip('<>')}", "headers": "Subject: x"}
    delayed = BOUNCE.format(action="delayed", **given)
    assert await receive(hub, delayed.encode()) == "received"
    assert not await events(hub, "document.delivery-failed")

    assert await receive(hub, BOUNCE.format(action="failed", **given).encode()) == "quarantined"
    [failed] = [orjson.loads(row.body)["data"] for row in await events(hub, "document.delivery-failed")]
    [row] = [row for row in await documents(hub, direction="out") if row.message_id == ours]
    assert (failed["document_id"], failed["code"], failed["order_id"]) == (row.document_id, "bounced", row.order_id)
    assert "550 5.1.1 no such user here" in failed["reason"]
    assert row.state == "undeliverable"
    assert await reasons(hub) == {"delivery_failed"}
    [task] = await queries.tasks(hub.database, kind="document.classify.v1")
    assert task["facts"]["order_ids"] == [row.order_id]
    again = BOUNCE.format(action="failed", **given).replace("See below", "Once more")
    assert await receive(hub, again.encode()) == "quarantined"
    assert len(await events(hub, "document.delivery-failed")) == 1
    await at_rest(hub)
    report = await audit(hub.database)
    assert report.clean, list(report)
