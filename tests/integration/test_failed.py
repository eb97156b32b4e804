"""Messages that cannot be processed: tried again, set aside, and what a person then does with them (R42, R43, R44)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aio_pika
import orjson
import pytest
from sqlalchemy import select

from hub.app import Hub, build
from hub.handlers.outgoing.scribe import Scribe
from hub.messages.base import Message
from hub.messages.envelope import Letter, check_data, to_bytes, write_letter
from hub.sagas.timers import RevisionReminderDue
from hub.settings import Settings
from hub.store import batch, tables
from hub.store.post import post, verdict
from tests.support.cli import hub_beside as cli
from tests.support.cli import set_environment
from tests.support.floor import SHEET, command
from tests.support.running import SALES, documents, events, eventually, send, with_partners
from tests.support.story import purchase_order

pytestmark = pytest.mark.rule("R42")
GOOD = {"material": SHEET, "quantity": "1", "unit": "KGM"}


class Defect:
    """A defect of the hub that some messages meet, until it is mended; notes when they were tried."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mended = False
        self.met: list[float] = []
        carry_out = batch.carry_out

        def defective(case: Any, message: Message, *rest: Any) -> Any:
            if getattr(message, "note", None) == "poison" or isinstance(message, RevisionReminderDue):
                self.met.append(asyncio.get_running_loop().time())
                if not self.mended:
                    raise ZeroDivisionError(f"a defect, met for the {len(self.met)}th time")
            return carry_out(case, message, *rest)

        monkeypatch.setattr(batch, "carry_out", defective)


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> Defect:
    return Defect(monkeypatch)


@asynccontextmanager
async def running(backing: Settings, monkeypatch: pytest.MonkeyPatch, **given: Any) -> AsyncIterator[Hub]:
    """Run a hub that the commands find."""
    settings = with_partners(backing.model_copy(update={"retry_delays": [], **given}))
    set_environment(monkeypatch, settings)
    async with build(settings) as hub:
        yield hub


async def deliver(hub: Hub, *letters: Letter) -> None:
    """Hand messages over as the outside does: to the broker, or to the store on the embedded default."""
    if hub.settings.embedded:
        await post(hub.database, letters)
        return
    for letter in letters:
        await publish(hub, letter.envelope.type, to_bytes(letter.envelope))


async def publish(hub: Hub, key: str, body: bytes) -> None:
    """Have the broker bring these bytes, whatever they are."""
    if hub.settings.embedded:
        await hub.bus.deliver("command", key, body)
        return
    async with await aio_pika.connect(hub.settings.broker_url) as connection:
        exchange = await (await connection.channel()).get_exchange("hub.commands")
        await exchange.publish(aio_pika.Message(body), routing_key=key)


def poison(count: int) -> list[Letter]:
    return [command("stock.adjust", {**GOOD, "note": "poison"}, f"poison {n}") for n in range(count)]


async def failures(hub: Hub, state: str, count: int = 1) -> list[Any]:
    """Wait until so many messages are in this state; their rows."""

    async def look() -> list[Any]:
        query = select(tables.failures).where(tables.failures.c.state == state).order_by(tables.failures.c.next_at)
        async with hub.database.read() as connection:
            rows = list((await connection.execute(query)).all())
        return rows if len(rows) == count else []

    return list(await eventually(look, f"{count} messages: {state}"))


def data_of(row: Any) -> dict[str, Any]:
    return dict(orjson.loads(row.body)["data"])


# ---------------------------------------------------------------------------------------------------- tried again


async def test_what_meets_a_defect_is_tried_again_later_and_later_then_set_aside(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    async with running(backing, monkeypatch, retry_delays=[0.1, 1.5]) as hub:
        await deliver(hub, *poison(1))
        retrying = (await failures(hub, "retry"))[0]
        assert (await verdict(hub.database, "tests", "poison 0")).outcome == "retrying"
        assert not await events(hub, "message.set-aside")
        assert (await send(hub, "stock.adjust", **GOOD)).outcome == "done"  # it stops no other

        kept = (await failures(hub, "open"))[0]
        said = await events(hub, "message.set-aside")

    first, second, third = defect.met
    assert second - first >= 0.1
    assert third - second >= 1.5
    assert (retrying.attempts, kept.attempts, kept.code) == (1, 3, "defect")
    assert "met for the 3th time" in kept.message
    assert [data_of(row)["failure_id"] for row in said] == [kept.failure_id]


async def test_a_defect_that_passes_costs_time_only(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    async with running(backing, monkeypatch, retry_delays=[0.1, 0.1, 60]) as hub:
        await deliver(hub, *poison(3))
        await failures(hub, "retry", 3)
        defect.mended = True

        await failures(hub, "retried", 3)
        assert len(await events(hub, "stock.changed")) == 3
        assert not await events(hub, "message.set-aside")


async def test_a_timer_that_meets_a_defect_is_tried_again(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    soon = {"revision_reminder_hours": 0.2 / 3600, "retry_delays": [0.1, 60]}
    async with running(backing, monkeypatch, **soon) as hub:
        await send(hub, "customer-po.submit", **purchase_order("T-1", ("1", "1")))
        review = {"customer_id": "C-API", "po_number": "T-1", "decision": "revise", "reason": "later", "by": SALES}
        assert (await send(hub, "order.review", **review)).outcome == "done"
        await failures(hub, "retry")
        defect.mended = True

        await eventually(lambda: events(hub, "order.reminded"), "the reminder")


async def test_an_event_that_cannot_be_told_is_tried_again(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(backing, monkeypatch, retry_delays=[0.1, 0.1, 60]) as hub:
        write, times = Scribe.write, []

        def fail_at_first(scribe: Any, told: Any, *rest: Any) -> Any:
            times.append(told)
            if len(times) <= 2:
                raise ZeroDivisionError("a defect, made for this test")
            return write(scribe, told, *rest)

        monkeypatch.setattr(Scribe, "write", fail_at_first)
        await send(hub, "customer-po.submit", **purchase_order("T-1", ("1", "1"), customer="C-CASCADE"))
        review = {"customer_id": "C-CASCADE", "po_number": "T-1", "decision": "confirm", "by": SALES}
        await send(hub, "order.review", **review)

        await eventually(lambda: documents(hub, purpose="order.confirmed.v1"), "the confirmation")
        await failures(hub, "retried")
        assert not await events(hub, "message.set-aside")


async def test_what_is_wrong_with_the_message_itself_is_set_aside_at_once(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = orjson.loads(to_bytes(command("stock.adjust", GOOD, "bad").envelope))
    bad["data"]["colour"] = "red"
    async with running(backing, monkeypatch, retry_delays=[60]) as hub:
        await publish(hub, "stock.adjust.v1", orjson.dumps(bad))
        kept = (await failures(hub, "open"))[0]

    assert (kept.code, kept.type, kept.message_id) == ("schema_violation", "stock.adjust.v1", "bad")


# -------------------------------------------------------------------------------------------------- by a person


async def test_failures_of_one_cause_are_one_group_which_is_retried_at_a_chosen_rate(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    async with running(backing, monkeypatch) as hub:
        await deliver(hub, *poison(6))
        await publish(hub, "stock.adjust.v1", b"{ broken")
        await failures(hub, "open", 7)

        groups = (await cli("failed", "list", "--json")).json
        assert [(each["code"], each["count"], each["type"]) for each in groups] == [
            ("defect", 6, "stock.adjust.v1"),
            ("unreadable", 1, None),
        ]
        group = groups[0]["group"]
        each = (await cli("failed", "list", group, "--json")).json
        assert len(each) == 6
        assert (groups[0]["first"], groups[0]["last"]) == (each[-1]["at"], each[0]["at"])
        assert groups[0]["failure_id"] in {one["failure_id"] for one in each}
        assert len((await cli("failed", "list", "--each", "--json")).json) == 7
        assert groups[0]["failure_id"] in (await cli("failed", "list")).out

        defect.mended, before = True, len(defect.met)
        retried = await cli("failed", "retry", group, "--rate", "5/s", "--by", "Op")
        assert retried.code == 0, retried
        assert "6 messages are tried again" in retried.out
        rows = await failures(hub, "retried", 6)
        assert len(defect.met) - before == 6
        assert defect.met[-1] - defect.met[before] > 0.4  # five fifths of a second, looked at twice a second
        assert {row.by for row in rows} == {"Op"}
        assert len(await events(hub, "stock.changed")) == 6
        said = await events(hub, "message.retried")
        assert [data_of(row)["by"] for row in said] == [{"role": "operator", "name": "Op"}] * 6
        assert (await cli("failed", "retry", group)).code == 1
        assert (await cli("failed", "retry", group, "--rate", "fast")).code == 2


async def test_a_retry_that_fails_again_is_set_aside_again_and_said_again(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    async with running(backing, monkeypatch) as hub:
        await deliver(hub, *poison(1))
        failure_id = (await failures(hub, "open"))[0].failure_id
        assert (await cli("failed", "retry", failure_id)).code == 0

        async def said_twice() -> bool:
            return len(await events(hub, "message.set-aside")) == 2

        await eventually(said_twice, "it is set aside again")
        assert (await failures(hub, "open"))[0].attempts == 2


async def test_what_was_discarded_stays_so_even_if_it_comes_again(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    letters = poison(2)
    async with running(backing, monkeypatch) as hub:
        for letter in letters:
            await publish(hub, letter.envelope.type, to_bytes(letter.envelope))
        group = (await failures(hub, "open", 2))[0].cause
        assert (await cli("failed", "discard", group, "--reason", " ")).code == 2
        discarded = await cli("failed", "discard", group, "--reason", "a test", "--by", "Op")
        assert discarded.code == 0, discarded
        defect.mended = True

        for letter in letters:
            await publish(hub, letter.envelope.type, to_bytes(letter.envelope))
        assert (await send(hub, "stock.adjust", **GOOD)).outcome == "done"

        rows = await failures(hub, "discarded", 2)
        assert {(row.by, row.note) for row in rows} == {("Op", "a test")}
        assert len(await events(hub, "stock.changed")) == 1
        gone = [data_of(row) for row in await events(hub, "message.discarded")]
        assert [(each["by"]["name"], each["reason"]) for each in gone] == [("Op", "a test")] * 2


async def test_a_message_set_aside_can_be_mended_retried_and_discarded(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(backing, monkeypatch) as hub:
        for raw in (b"{ broken", b'{"type": "customer-po.submit.v1", "no": "envelope"}', b"x"):
            await publish(hub, "customer-po.submit.v1", raw)
        await failures(hub, "open", 3)
        ids = {}
        for each in (await cli("failed", "list", "--each", "--json")).json:
            shown = (await cli("failed", "show", each["failure_id"], "--json")).json
            ids[shown["raw"][:3]] = each["failure_id"]

        mended = await cli(
            "failed", "edit", ids['{"t'], orjson.dumps(purchase_order("MENDED", ("1", "1"))).decode(), "--json"
        )
        assert mended.code == 0, mended
        assert mended.json["outcome"] == "done"
        assert (await cli("failed", "discard", ids["x"], "--reason", "a test", "--by", "Op")).code == 0
        assert (await cli("failed", "discard", ids["x"], "--reason", "again")).code == 1
        assert (await cli("failed", "retry", ids["{ b"])).code == 0

        async def tried_again() -> bool:
            return bool((await cli("failed", "show", ids["{ b"], "--json")).json["attempts"] == 2)

        await eventually(tried_again, "the second attempt")
        assert [each["failure_id"] for each in (await cli("failed", "list", "--json")).json] == [ids["{ b"]]
        assert len(await events(hub, "message.retried")) == 2
        assert (await cli("failed", "show", "F-NONE")).code == 1
        assert (await cli("failed", "retry", "G-NONE")).code == 1


@pytest.mark.rule("R44")
async def test_who_retried_or_mended_a_message_stands_in_the_orders_history(
    backing: Settings, monkeypatch: pytest.MonkeyPatch, defect: Defect
) -> None:
    async with running(backing, monkeypatch) as hub:
        await send(hub, "customer-po.submit", **purchase_order("H-1", ("1", "1")))
        order_id = (await cli("orders", "--json")).json[0]["order_id"]
        review = {"order_id": order_id, "decision": "confirm", "by": SALES, "note": "poison"}
        await deliver(hub, command("order.review", review, "the review"))
        failure_id = (await failures(hub, "open"))[0].failure_id
        assert (await cli("failed", "retry", failure_id, "--by", "Op")).code == 0

        async def said_twice() -> bool:
            return len(await events(hub, "message.set-aside")) == 2

        await eventually(said_twice, "it is set aside again")
        mended = orjson.dumps({**review, "note": "as agreed"}).decode()
        assert (await cli("failed", "edit", failure_id, mended, "--by", "Ed")).code == 0
        history = (await cli("order", order_id, "--json")).json["history"]
        shown = [line.split() for line in (await cli("order", order_id)).out.splitlines()]

    assert [line[2] for line in shown if "message.retried" in line] == ["Op", "Ed"]
    assert any(line[-3:] == ["note:", "as", "agreed"] and "order.review" in line for line in shown)
    told = [each for each in history if each["type"].startswith("message.") or each["type"].startswith("order.")]
    kinds = [(each["entry"], each["type"].removesuffix(".v1"), (each["by"] or {}).get("name")) for each in told]
    assert kinds == [
        ("event", "order.received", None),
        ("event", "message.set-aside", None),
        ("event", "message.retried", "Op"),
        ("event", "message.set-aside", None),
        ("event", "message.retried", "Ed"),
        ("command", "order.review", SALES["name"]),
        ("event", "order.confirmed", SALES["name"]),
    ]
    copy = told[4]["data"]["copy_id"]
    assert (told[5]["id"], told[5]["cause"], told[5]["note"]) == (copy, "the review", "as agreed")
    assert {each["cause"] for each in told[1:5]} == {"the review"}


# -------------------------------------------------------------------------------------------------- what comes early


@pytest.mark.rule("R43")
async def test_what_comes_before_its_order_waits_and_what_waits_too_long_can_be_retried(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = {"customer_id": "C-API", "decision": "confirm", "by": SALES}
    async with running(backing, monkeypatch) as hub:
        await deliver(hub, command("order.review", {**early, "po_number": "SOON"}, "soon"))

        async def waits() -> bool:
            return (await verdict(hub.database, "tests", "soon")).outcome == "waiting"

        await eventually(waits, "the review waits")
        await send(hub, "customer-po.submit", **purchase_order("SOON", ("1", "1")))
        await eventually(lambda: events(hub, "order.confirmed"), "the review that waited")

    async with running(backing, monkeypatch, wait_for=0.1) as hub:
        await deliver(hub, command("order.review", {**early, "po_number": "LATE"}, "late"))
        kept = (await failures(hub, "open"))[0]
        assert (kept.code, kept.message_id) == ("unknown_reference", "late")

        await cli("failed", "retry", kept.failure_id)  # too early still: no second wait
        await failures(hub, "open")
        await send(hub, "customer-po.submit", **purchase_order("LATE", ("1", "1")))

        async def tried_again() -> bool:
            rows = await failures(hub, "open")
            return bool(rows[0].attempts == 2)

        await eventually(tried_again, "the retry that came too early")
        assert (await cli("failed", "retry", kept.failure_id)).code == 0
        await failures(hub, "retried")
        assert len(await events(hub, "order.confirmed")) == 2


@pytest.mark.rule("R43")
async def test_two_senders_may_use_the_same_id(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is known by its source and its id together; an event's id is nobody's privilege either."""
    async with running(backing, monkeypatch) as hub:
        message = check_data("stock.adjust.v1", GOOD)
        now = datetime.fromisoformat("2026-11-22T08:00:00Z")
        letters = [write_letter(message, message_id="1", source=source, time=now) for source in ("erp", "mes", "erp")]
        await deliver(hub, *letters)

        async def both() -> bool:
            return len(await events(hub, "stock.changed")) == 2

        await eventually(both, "both corrections")
        said = orjson.loads((await events(hub, "stock.changed"))[0].body)["id"]
        await deliver(hub, write_letter(message, message_id=said, source="erp", time=now))
        await eventually(lambda: _done(hub, "erp", said), "the command with an event's id")


async def _done(hub: Hub, source: str, message_id: str) -> bool:
    return (await verdict(hub.database, source, message_id)).outcome == "done"
