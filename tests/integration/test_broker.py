"""What the outside sees on RabbitMQ: topology, properties, and what becomes of faulty messages."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import orjson
import pytest
from sqlalchemy import select

from hub.app import Hub, build, utc_now
from hub.audit import audit
from hub.bus.rabbit import RabbitBus
from hub.errors import Unroutable
from hub.messages.envelope import CONTENT_TYPE, check_data, open_letter, to_bytes, write_letter
from hub.settings import Settings, load_settings
from hub.store import tables
from tests.support.running import DATA, SALES, events, eventually, send, with_partners

pytestmark = pytest.mark.servers


@pytest.fixture
def settings(fresh_postgres_url: str, fresh_vhost_url: str, tmp_path: Any) -> Settings:
    return with_partners(
        load_settings(database_url=fresh_postgres_url, broker_url=fresh_vhost_url, folder=tmp_path, http_port=0)
    )


@asynccontextmanager
async def subscriber(url: str, exchange: str, key: str) -> AsyncIterator[asyncio.Queue[Any]]:
    """A passive subscriber: its own queue, bound to what it wants to see."""
    seen: asyncio.Queue[Any] = asyncio.Queue()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        topic = await channel.declare_exchange(exchange, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(topic, routing_key=key)
        await queue.consume(seen.put, no_ack=True)
        yield seen


@asynccontextmanager
async def publisher(url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel()


async def publish(url: str, body: bytes, key: str) -> None:
    async with publisher(url) as channel:
        exchange = await channel.get_exchange("hub.commands")
        await exchange.publish(aio_pika.Message(body, content_type=CONTENT_TYPE), routing_key=key)


async def failures(hub: Hub) -> list[Any]:
    async with hub.database.read() as connection:
        return list((await connection.execute(select(tables.failures))).all())


def a_po(number: str = "4711") -> dict[str, Any]:
    line = {"line": "1", "product": {"buyer_part": "HM-1"}, "quantity": "2", "unit": "H87"}
    return {
        "po_number": number,
        "purpose": "original",
        "customer": {"id": "C-API"},
        "lines": [line],
        "source": {"channel": "api"},
    }


def letter(message_type: str, data: dict[str, Any], message_id: str = "") -> bytes:
    message = check_data(f"{message_type}.v1", data)
    made = write_letter(message, message_id=message_id or str(uuid.uuid4()), source="erp", time=utc_now())
    return to_bytes(made.envelope)


@pytest.mark.rule("R2")
async def test_a_document_becomes_a_command_on_the_broker_and_only_then_an_order(settings: Settings) -> None:
    async with (
        subscriber(settings.broker_url, "hub.commands", "customer-po.submit.v1") as commands,
        subscriber(settings.broker_url, "hub.events", "order.#") as said,
        build(settings) as hub,
    ):
        await hub.intake.receive((DATA / "edi/cascade-850-new.edi").read_bytes(), "po.edi")

        command = await asyncio.wait_for(commands.get(), 20)
        event = await asyncio.wait_for(said.get(), 20)

        submitted = open_letter(command.body).envelope
        assert submitted.data["po_number"] == "CC-70418"
        received = open_letter(event.body).envelope
        assert received.type == "order.received.v1"
        assert received.causationid == submitted.id
        assert received.ordersequence == 1


@pytest.mark.rule("R41")
async def test_an_event_carries_what_the_contract_says(settings: Settings) -> None:
    async with subscriber(settings.broker_url, "hub.events", "order.received.v1") as said, build(settings):
        await publish(settings.broker_url, letter("customer-po.submit", a_po()), "customer-po.submit.v1")
        message = await asyncio.wait_for(said.get(), 20)

    envelope = orjson.loads(message.body)
    assert message.content_type == CONTENT_TYPE
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.message_id == envelope["id"]
    assert message.type == message.routing_key == envelope["type"] == "order.received.v1"
    assert message.correlation_id == envelope["correlationid"] == envelope["subject"]
    assert message.timestamp is not None
    assert envelope["specversion"] == "1.0"
    assert envelope["dataschema"].endswith("/order/received.v1.json")


ARGUMENTS = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 50,
    "x-dead-letter-exchange": "hub.dead",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


async def test_queues_are_quorum_queues_with_limit_and_dead_letters(settings: Settings) -> None:
    async with build(settings), publisher(settings.broker_url) as channel:
        for queue in ("hub.orders.v1", "hub.production.v1", "hub.materials.v1"):
            declared = await channel.declare_queue(queue, durable=True, arguments=ARGUMENTS)
            assert declared.declaration_result.consumer_count == 1
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed, match="x-delivery-limit"):
            await channel.declare_queue("hub.orders.v1", durable=True, arguments={**ARGUMENTS, "x-delivery-limit": 3})


@pytest.mark.rule("R41")
async def test_an_event_that_nobody_subscribes_to_is_no_fault_and_is_sent(settings: Settings) -> None:
    async with build(settings) as hub:
        assert all("stock.changed.v1" not in each.types for each in hub.consumers)
        await send(hub, "stock.adjust", material="BAR-40MM", quantity="1", unit="MTR")

        async def sent() -> bool:
            return bool((await events(hub, "stock.changed"))[0].sent_at)

        await eventually(sent, "the event leaves the outbox")
        assert hub.bus.healthy
        assert not await failures(hub)


@pytest.mark.rule("R41")
async def test_a_full_queue_of_a_subscriber_holds_back_an_order_and_never_turns_its_events_round(
    settings: Settings,
) -> None:
    """RabbitMQ refuses what finds a queue full, and takes what comes a moment later, when there is room again."""
    url, limited = settings.broker_url, {"x-max-length": 1, "x-overflow": "reject-publish"}
    async with build(settings) as hub, publisher(url) as channel, subscriber(url, "hub.events", "#") as all_events:
        queue = await channel.declare_queue("narrow", exclusive=True, arguments=limited)
        for key in ("order.confirmed.v1", "work-order.#", "task.#"):
            await queue.bind("hub.events", routing_key=key)
        lines = [{**a_po()["lines"][0], "line": f"{n}", "product": {"buyer_part": f"HM-{n}"}} for n in range(1, 5)]
        confirmed = (await send(hub, "customer-po.submit", **{**a_po("narrow"), "lines": lines})).order_id
        await send(hub, "order.review", order_id=confirmed, decision="confirm", by=SALES)
        other = (await send(hub, "stock.adjust", material="BAR-40MM", quantity="1", unit="MTR")).outcome

        async def stock_told() -> bool:
            return bool((await events(hub, "stock.changed"))[0].sent_at)

        await eventually(stock_told, "an event that the full queue is not about")
        assert other == "done"
        assert not (await events(hub, "order.confirmed"))[0].sent_at, "the queue was never full"

        narrow: list[tuple[int, str]] = []

        async def took_all() -> bool:
            message = await queue.get(no_ack=True, fail=False)
            if message is not None:
                envelope = orjson.loads(message.body)
                narrow.append((envelope["ordersequence"], envelope["id"]))
            said = await events(hub)
            return message is None and all(row.sent_at for row in said if row.kind == "event")

        await eventually(took_all, "everything is sent")
        said = [(row.sequence, row.message_id) for row in await events(hub) if row.order_id == confirmed]
        wide = [orjson.loads(all_events.get_nowait().body) for _ in range(all_events.qsize())]

    of_order = [(each["ordersequence"], each["id"]) for each in wide if each.get("correlationid") == confirmed]
    assert list(dict.fromkeys(of_order)) == said
    assert list(dict.fromkeys(narrow)) == [each for each in said if each in narrow]
    assert len(dict.fromkeys(narrow)) == 1 + 1 + 1 + 4 + 4


async def test_a_command_that_no_queue_takes_is_an_error_to_its_publisher(settings: Settings) -> None:
    async with build(settings) as hub:
        assert isinstance(hub.bus, RabbitBus)
        with pytest.raises(Unroutable):
            await hub.bus.deliver("command", "order.reveiw.v1", letter("customer-po.submit", a_po()))
        await hub.bus.deliver("event", "nobody.listens.v1", letter("customer-po.submit", a_po()))


@pytest.mark.rule("R42")
@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        (b"{broken", "unreadable", ""),
        (
            letter("customer-po.submit", a_po()).replace(b'"quantity":"2"', b'"quantity":"2","quantity":"20"'),
            "repeated_field",
            "quantity",
        ),
        (b'{"specversion":"1.0"}', "unreadable", "id"),
        (letter("customer-po.submit", a_po()).replace(b'"2"', b'"two"'), "schema_violation", "lines.0.quantity"),
        (
            letter("customer-po.submit", a_po()).replace(b"customer-po.submit.v1", b"customer-po.submit.v9"),
            "unknown_type",
            "type",
        ),
    ],
    ids=["broken JSON", "a field twice", "no envelope", "against its schema", "unknown type"],
)
async def test_what_cannot_be_processed_is_set_aside_and_stops_nothing(
    settings: Settings, body: bytes, code: str, where: str
) -> None:
    async with build(settings) as hub:
        await publish(settings.broker_url, body, "customer-po.submit.v1")
        verdict = await send(hub, "customer-po.submit", **a_po("good"))
        kept = await eventually(lambda: failures(hub), "the message set aside")
        said = await eventually(lambda: events(hub, "message.set-aside"), "message.set-aside")

    assert verdict.outcome == "done"
    assert (kept[0].code, kept[0].place or "", bytes(kept[0].raw)) == (code, where, body)
    assert code in said[0].body


@pytest.mark.rule("R43")
async def test_a_repeated_message_changes_nothing(settings: Settings) -> None:
    body = letter("customer-po.submit", a_po(), message_id="one")
    async with build(settings) as hub:
        for _ in range(3):
            await publish(settings.broker_url, body, "customer-po.submit.v1")
        await send(hub, "customer-po.submit", **a_po("other"))
        received = await events(hub, "order.received")

    assert len(received) == 2


@pytest.mark.rule("R42", "R43")
async def test_an_id_used_for_two_messages_is_noticed_and_the_second_set_aside(settings: Settings) -> None:
    async with build(settings) as hub:
        bodies = [letter("customer-po.submit", a_po(number), message_id="one") for number in ("first", "second")]
        for body in bodies * 2:
            await publish(settings.broker_url, body, "customer-po.submit.v1")
        kept = await eventually(lambda: failures(hub), "the second set aside")
        await send(hub, "customer-po.submit", **a_po("other"))
        received = await events(hub, "order.received")
        said = await events(hub, "message.set-aside")
        report = await audit(hub.database, at_rest=False)

    assert report.findings == ()
    assert [(row.code, row.message_id) for row in kept] == [("id_reused", "one")]
    assert b'"second"' in bytes(kept[0].raw)
    assert len(said) == 1
    assert len(received) == 2


@pytest.mark.rule("R43")
async def test_what_comes_before_its_order_waits_for_it(settings: Settings) -> None:
    review = letter("order.review", {"customer_id": "C-API", "po_number": "late", "decision": "confirm", "by": SALES})
    async with build(settings) as hub:
        await publish(settings.broker_url, review, "order.review.v1")

        async def waiting() -> list[Any]:
            async with hub.database.read() as connection:
                return list((await connection.execute(select(tables.waiting))).all())

        await eventually(waiting, "the review waits")
        await send(hub, "customer-po.submit", **a_po("late"))
        await eventually(lambda: events(hub, "order.confirmed"), "the order is confirmed")
        assert not await waiting()


@pytest.mark.rule("R43")
async def test_what_waits_too_long_is_set_aside(settings: Settings) -> None:
    async with build(settings.model_copy(update={"wait_for": 0.2})) as hub:
        review = {"order_id": "O-NOBODY", "decision": "confirm", "by": SALES}
        verdict = await send(hub, "order.review", **review)
        kept = await eventually(lambda: failures(hub), "the review set aside")

    assert verdict.outcome == "set_aside"
    assert kept[0].code == "unknown_reference"
    assert "O-NOBODY" in kept[0].message


@pytest.mark.rule("R40")
async def test_an_answer_to_a_closed_task_is_refused_and_the_sender_told(settings: Settings) -> None:
    async with build(settings) as hub:
        order = (await send(hub, "customer-po.submit", **a_po())).order_id
        await send(hub, "order.review", order_id=order, decision="confirm", by=SALES)
        verdict = await send(
            hub,
            "order.review",
            message_id="again",
            order_id=order,
            decision="reject",
            by=SALES,
            task_id=f"T-{order[2:]}-1",
        )
        refused = await events(hub, "command.refused")

    assert (verdict.outcome, verdict.code) == ("refused", "task_closed")
    data = orjson.loads(refused[0].body)["data"]
    assert data["command_id"] == "again"
    assert data["where"] == "task_id"


class HalfDead:
    """A connection that broke while it was made: it does not know that it is closed, and nothing goes over it."""

    is_closed = False

    async def channel(self, *_: object, **__: object) -> None:
        raise RuntimeError("closed")

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.rule("R41")
async def test_a_connection_that_does_not_know_that_it_is_closed_is_made_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.bus.rabbit.SUPERVISION", 0.05)
    async with build(settings) as hub:
        bus = hub.bus
        assert isinstance(bus, RabbitBus)
        bus._control = HalfDead()  # type: ignore[assignment]

        async def looked_again() -> bool:
            return bus._control is not None and not isinstance(bus._control, HalfDead) and bus.healthy

        await eventually(looked_again, "it looks over another connection")
        broken = bus._publisher._channel
        assert broken is not None
        monkeypatch.setattr(bus._publisher, "_exchanges", {"command": Mute(), "event": Mute()})
        await send(hub, "customer-po.submit", **a_po("4712"))

        assert bus._publisher._channel is not broken


class Mute:
    """An exchange over such a connection."""

    async def publish(self, *_: object, **__: object) -> None:
        raise RuntimeError("closed")
