"""The robots decide by seed and subject alone, answer every kind of task, and repeat themselves under the same ids."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.errors import StoreUnavailable, Unroutable
from hub.messages.base import Message
from hub.messages.customer_po import CancelCustomerPo, SubmitCustomerPo
from hub.messages.envelope import Letter, check_data, write_letter
from hub.messages.material_po import AcknowledgeMaterialPo
from hub.messages.task import TaskOpened
from hub.sagas.address import TABLES
from hub.simulation.choices import Choices
from hub.simulation.orders import purchase_order
from hub.simulation.people import People
from hub.simulation.robots import Robots, places
from hub.simulation.script import CALM, Script

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
WAITS = {wait.kind.TYPE: wait.role for table in TABLES for wait in table.waits}
FACTS: dict[str, Any] = {
    "po_number": "PO-1",
    "customer_id": "C-1",
    "cancellation_id": "C-K-1",
    "change_id": "H-K-1",
    "revision": 1,
    "currency": "EUR",
    "line": "1",
    "projected": "2027-01-20",
    "quantity": "10",
    "in_inspection": "10",
    "bad": "1",
    "ready": "10",
    "material": "STEEL",
    "stock": {"free": "4"},
    "suppliers": [{"supplier_id": "S-1", "lead_time_days": 3, "minimum": "0"}],
    "lines": [{"line": "1", "requested_date": "2027-01-11", "answer": {"answer": "changed"}, "can_be_altered": True}],
}


class Wire:
    """A client without a hub: keeps what is sent, fails as often as told, says what it is given."""

    def __init__(self, letters: Sequence[Letter] = (), failures: Sequence[Exception] = ()) -> None:
        self.letters, self.failures = letters, list(failures)
        self.sent: dict[str, Message] = {}

    async def send(self, message: Message, message_id: str = "") -> Letter:
        if self.failures:
            raise self.failures.pop(0)
        self.sent[message_id] = message
        return write_letter(message, message_id=message_id, source="robots", time=NOW)

    async def events(self) -> AsyncIterator[Letter]:
        for letter in self.letters:
            yield letter


def task(kind: str, number: int = 1, **changed: Any) -> TaskOpened:
    return TaskOpened(
        task_id=f"T-K-{number}",
        kind=kind,
        role=WAITS[kind],  # type: ignore[arg-type]
        order_id="O-K",
        work_order_id=f"W-K-{number}",
        requirement_id=f"R-K-{number}",
        material_po_id=f"M-{number}",
        document_id=f"D-{number}",
        opened_at="2026-11-22T08:00:00Z",
        facts={**FACTS, **changed},
    )


def said(message: Message, message_id: str, order_id: str | None = "O-K") -> Letter:
    return write_letter(message, message_id=message_id, source="hub", time=NOW, correlation=order_id)


async def told(letters: Sequence[Letter], seed: int = 1, script: Script | None = None) -> dict[str, Message]:
    """What robots send on hearing these."""
    wire = Wire(letters)
    robots = Robots(wire, seed, script)
    for letter in letters:
        robots.hear(letter)
    await until_sent(robots)
    return wire.sent


async def until_sent(robots: Robots) -> None:
    while robots._sending:
        await asyncio.gather(*robots._sending)


def story() -> list[Letter]:
    """An order received, and every kind of task, several times."""
    po = purchase_order(Choices(1), "run", 1, TODAY)
    names = {"order_id": "O-K", "customer_id": po.customer.id, "po_number": po.po_number}
    received = check_data("order.received.v1", {**names, "revision": 1, "po": po.data(), "channel": "api"})
    letters = [said(received, "received")]
    for place, kind in enumerate(sorted(WAITS) * 3):
        letters.append(said(task(kind, place), f"task {place}"))
    return letters


@pytest.mark.rule("R40")
@pytest.mark.parametrize("kind", sorted(WAITS))
def test_every_kind_of_task_has_an_answer_that_names_task_and_person(kind: str) -> None:
    answer = People(Choices(1), CALM, lambda: TODAY).answer(task(kind))

    assert answer is not None
    data = answer.data()
    assert (answer.TYPE, data["task_id"], data["by"]["role"]) == (kind, "T-K-1", WAITS[kind])
    assert check_data(kind, data) == answer


@pytest.mark.rule("R15")
def test_whoever_a_task_is_assigned_to_answers_it() -> None:
    asked = task("work-order.start-production.v1").model_copy(update={"assignee": "Mia Holm"})
    answer = People(Choices(1), CALM, lambda: TODAY).answer(asked)
    assert answer is not None
    assert answer.data()["by"]["name"] == "Mia Holm"


async def test_the_same_seed_decides_alike_in_whatever_order_things_arrive() -> None:
    first, *rest = story()
    shuffled = rest.copy()
    random.Random(7).shuffle(shuffled)

    assert await told([first, *rest], seed=3) == await told([first, *shuffled], seed=3)


async def test_another_seed_decides_otherwise() -> None:
    decisions = [sorted(str(each.data()) for each in (await told(story(), seed)).values()) for seed in (3, 4)]
    assert decisions[0] != decisions[1]


@pytest.mark.rule("R43")
async def test_what_is_heard_twice_or_by_robots_started_anew_is_answered_under_the_same_ids() -> None:
    once = await told(story())
    twice = await told([letter for letter in story() for _ in range(2)])
    assert once.keys() == twice.keys()
    assert once == await told(story())


def test_who_inspects_finds_the_same_when_asked_again() -> None:
    """Two answers under one id would be two messages, of which the hub sets one aside."""
    people = People(Choices(1), Script(defect=1), lambda: TODAY)
    first, again = (people.answer(task("quality.inspect.v1")) for _ in range(2))
    after_the_fix = people.answer(task("quality.inspect.v1").model_copy(update={"task_id": "T-K-2"}))
    assert first == again
    assert [answer.data()["failed"] for answer in (first, after_the_fix) if answer] == ["1", "0"]


@pytest.mark.rule("R12")
async def test_when_somebody_else_took_the_stock_all_of_it_is_ordered() -> None:
    wire = Wire()
    robots = Robots(wire, 1, Script(from_stock=1.0))
    robots.hear(said(task("material.source.v1"), "asked"))
    await until_sent(robots)
    [(message_id, answer)] = wire.sent.items()
    assert [each["from"] for each in answer.data()["allocations"]] == ["stock", "supplier"]

    refusal = {"command_id": message_id, "type": "material.source.v1", "code": "short_stock", "message": "gone"}
    robots.hear(said(check_data("command.refused.v1", refusal), "refused"))
    await until_sent(robots)
    again = list(wire.sent.values())[-1].data()["allocations"]
    assert [(each["from"], each["quantity"]) for each in again] == [("supplier", "10")]


@pytest.mark.rule("R8")
async def test_when_production_began_meanwhile_the_change_is_refused() -> None:
    wire = Wire()
    robots = Robots(wire, 1, CALM)
    robots.hear(said(task("order.review-change.v1"), "asked"))
    await until_sent(robots)
    [(message_id, answer)] = wire.sent.items()
    assert answer.data()["lines"] == [{"line": "1", "decision": "accept"}]

    refusal = {"command_id": message_id, "type": "order.review-change.v1", "code": "in_production"}
    robots.hear(said(check_data("command.refused.v1", {**refusal, "message": "it runs"}), "refused"))
    await until_sent(robots)
    assert list(wire.sent.values())[-1].data()["lines"] == [{"line": "1", "decision": "refuse"}]


@pytest.mark.rule("R8")
async def test_some_customers_change_what_they_have_ordered_once_and_alike_each_time() -> None:
    po = purchase_order(Choices(1), "run", 1, TODAY)
    names = {"order_id": "O-K", "customer_id": po.customer.id, "po_number": po.po_number}
    received = check_data("order.received.v1", {**names, "revision": 1, "po": po.data(), "channel": "api"})
    listed = {**names, "revision": 1, "lines": po.data()["lines"], "dates": []}
    confirmed = check_data("order.confirmed.v1", listed)
    changes = {po.po_number: ("order.confirmed.v1", ({"line": "1", "quantity": "99"}, {"line": "9", "quantity": "1"}))}
    letters = [said(received, "a"), said(confirmed, "b"), said(confirmed, "c")]

    sent = await told(letters, script=replace(CALM, changes=changes))
    [change] = [each for each in sent.values() if isinstance(each, SubmitCustomerPo)]
    assert (change.purpose, [(line.line, line.quantity) for line in change.lines]) == (
        "change",
        [("1", "99"), ("9", "1")],
    )
    by_chance = [await told(letters, seed, Script(change=1.0)) for seed in range(30)]
    assert any(isinstance(each, SubmitCustomerPo) for sent in by_chance for each in sent.values())


async def test_while_the_store_is_away_a_robot_tries_again() -> None:
    wire = Wire(failures=[StoreUnavailable("away"), StoreUnavailable("away")])
    robots = Robots(wire, 1)
    robots.hear(said(task("order.review.v1"), "asked"))
    await until_sent(robots)
    assert len(wire.sent) == 1


async def test_what_no_hub_takes_is_given_up_at_once() -> None:
    wire = Wire(failures=[Unroutable("no queue")])
    robots = Robots(wire, 1)
    robots.hear(said(task("order.review.v1"), "asked"))
    await until_sent(robots)
    assert not wire.sent


def test_a_reply_keeps_its_id_though_another_is_not_said_again() -> None:
    """A customer changes its mind once; the supplier's answer to the same event stays the same message."""
    kinds = (CancelCustomerPo, AcknowledgeMaterialPo)
    change, answer = (kind.model_validate(kind.EXAMPLE) for kind in kinds)

    first = {reply.TYPE: place for place, reply in places([change, answer, change])}
    again = {reply.TYPE: place for place, reply in places([answer])}

    assert first[answer.TYPE] == again[answer.TYPE]
    assert len({place for place, _ in places([change, answer, change])}) == 3
