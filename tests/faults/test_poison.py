"""Fault 9: among good messages come bad ones. Each is set aside once, and stops no other (R42)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import aio_pika
import orjson
import pytest

from hub.messages.envelope import to_bytes
from hub.settings import Settings
from hub.store.aside import envelope_of
from hub.store.batcher import Batcher
from tests.support.floor import SHEET, command
from tests.support.senders import QueueSender
from tests.support.trial import Trial

GOOD = {"material": SHEET, "quantity": "1", "unit": "KGM"}


def envelope(message_id: str, **changes: Any) -> bytes:
    """A correction of stock, changed."""
    return orjson.dumps(orjson.loads(to_bytes(command("stock.adjust", GOOD, message_id).envelope)) | changes)


def data(message_id: str, **changes: Any) -> bytes:
    """A correction of stock, with other data."""
    return envelope(message_id, data=GOOD | changes)


DEEP = b"[" * 400 + b"]" * 400
POISON = {
    "not JSON": b"{broken",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "nothing": b"",
    "a number": b"7",
    "no envelope": b"{}",
    "deeply nested": b"[" * 100_000,
    "an unknown type": envelope("unknown", type="stock.adjust.v9"),
    "an event as a command": envelope("event", type="order.completed.v1"),
    "an unknown field": data("field", colour="red"),
    "a field named with a zero character": data("zero", **{"\x00": 1}),
    "a field with a name too long to be told": data("long", **{"x" * 20_000: 1}),
    "a quantity that is none": data("quantity", quantity="many"),
    "a number for a string": data("number", quantity=7),
    "no data": envelope("no data", data=None),
    "an id that is too long": envelope("x" * 500),
    "an id with a zero character": envelope("a\x00b"),
    "a time that is none": envelope("time", time="yesterday"),
    "a number beyond all bounds": b'{"id": 1e999}',
    "an attribute that is too deep to be written": envelope("deep", extension=1).replace(
        b'"extension":1', b'"extension":' + DEEP
    ),
}


@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_every_kind_of_poison_is_set_aside_once_and_stops_nothing(on_servers: Settings) -> None:
    async with Trial(on_servers, answer=lambda event: []) as trial:
        hub = await trial.start()
        assert isinstance(trial.sender, QueueSender)
        for body in POISON.values():
            await trial.sender.publish(body, "stock.adjust.v1")
        await trial.send([command("stock.adjust", GOOD, "good")])

        await trial.saw_type("stock.changed")
        said = await trial.saw_type("message.set-aside", len(POISON))

        books = (await trial.ledger()).books
        assert hub.running
        kept = {bytes(row["raw"]) for row in books.failures}
        assert [name for name, body in POISON.items() if body not in kept] == []
        assert {row["state"] for row in books.failures} == {"open"}
        assert len(said) == len(books.failures) == len(POISON)
        assert books.outcomes["good"] == "done"


@pytest.mark.faults
@pytest.mark.rule("R42")
async def test_poison_among_a_hundred_under_load_is_set_aside_and_all_orders_end(backing: Settings) -> None:
    """Bad JSON, a bad schema, and a defect of the hub that only some commands meet."""
    async with Trial(backing) as trial:
        hub = await trial.start("--defect")
        poisoned = [command("stock.adjust", GOOD | {"note": "poison"}, f"poison {n}") for n in range(20)]
        for letter in poisoned:
            await trial.order(2)
            await trial.send([letter])
            if isinstance(trial.sender, QueueSender):
                await trial.sender.publish(POISON["not JSON"] + letter.envelope.id.encode(), "order.review.v1")
                trial.sent[f"bad {letter.envelope.id}"] = "stock.adjust.v1"
                await trial.sender.publish(data(f"bad {letter.envelope.id}", unit=7), "stock.adjust.v1")

        assert await trial.settled() == []
        books = (await trial.ledger()).books
        assert hub.running
        assert len(books.failures) == (20 if backing.embedded else 60)
        assert {row["code"] for row in books.failures} >= {"defect"}
        assert {books.outcomes[letter.envelope.id] for letter in poisoned} == {"set_aside"}


@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_poison_in_the_events_stops_no_answer_to_a_partner(on_servers: Settings) -> None:
    async with Trial(on_servers) as trial:
        hub = await trial.start()
        readable = [found for body in POISON.values() if (found := envelope_of(body)) is not None]
        trial.sent |= {each.id: each.type for each in readable}
        async with await aio_pika.connect(on_servers.broker_url) as connection:
            channel = await connection.channel()
            for body in POISON.values():
                await channel.default_exchange.publish(aio_pika.Message(body), routing_key="hub.correspondence.v1")

        await trial.order(1, ["C-CASCADE"])

        assert await trial.settled() == []
        books = (await trial.ledger()).books
        assert hub.running
        assert {row["purpose"] for row in books.documents} >= {"order.confirmed.v1", "shipment.shipped.v1"}
        assert len(books.failures) == len(POISON)


@pytest.mark.servers
@pytest.mark.rule("R42")
async def test_what_the_broker_gives_up_on_is_carried_out_all_the_same(on_servers: Settings) -> None:
    """Every command is dead-lettered, as if its consumers had been lost too often; half of them twice."""
    async with Trial(on_servers) as trial:
        await trial.start()
        letters = [command("stock.adjust", GOOD, f"dead {n}") for n in range(20)]
        trial.sent |= {letter.envelope.id: letter.envelope.type for letter in letters}
        trial.adjusted[SHEET] += len(letters)
        async with await aio_pika.connect(on_servers.broker_url) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange("hub.dead")
            for letter in (*letters, *letters[:10]):
                await exchange.publish(aio_pika.Message(to_bytes(letter.envelope)), routing_key="dead")

        await trial.saw_type("stock.changed", len(letters))

        assert await trial.settled() == []
        books = (await trial.ledger()).books
        assert {row["state"] for row in books.failures} == {"retried"}


async def test_a_thing_that_cannot_even_be_set_aside_stops_no_other() -> None:
    async def together(items: Sequence[str]) -> Sequence[str]:
        if "bad" in items:
            raise ValueError("cannot be carried out")
        return items

    async def failed(item: str, error: Exception) -> str:
        raise KeyError("cannot be set aside") from error

    batcher: Batcher[str, str] = Batcher(together, failed, size=10, name="test")
    await batcher.start()
    results = await asyncio.gather(*map(batcher.carry_out, ("a", "bad", "b")), return_exceptions=True)

    assert results[::2] == ["a", "b"]
    assert isinstance(results[1], KeyError)
    assert batcher.working
    await batcher.stop()
