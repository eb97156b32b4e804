"""Fault 5: the commands of an order's whole story come in any order, all at once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from hub.messages.envelope import Letter
from hub.sagas.numbers import short
from hub.settings import Settings
from tests.support.floor import BAR, END, SHEET, START, command
from tests.support.running import ENGINEER, INSPECTOR, PROCUREMENT, SALES, SHIPPING
from tests.support.trial import Trial

CUSTOMER = "C-API"
WORK = {"start": START, "end": END, "work_center": "LASER-1", "by": ENGINEER}


def story(number: str) -> Iterator[Letter]:
    """All that is decided on one order after its submission, by ids that nobody has been told yet; suppliers aside."""
    key = short(CUSTOMER, number)
    yield command("order.review", {"order_id": f"O-{key}", "decision": "confirm", "by": SALES}, f"{number} review")
    materials = {"1": (SHEET, "2", "KGM"), "2": (BAR, "1", "MTR")}
    for line, (material, quantity, unit) in materials.items():
        work = {"work_order_id": f"W-{key}-{line}"}
        listed = [{"material": material, "quantity": quantity, "unit": unit}]
        source = {"from": "stock", "quantity": quantity}
        if line == "2":
            source = {"from": "supplier", "quantity": quantity, "supplier_id": "S-NORDSTAHL"}
        needed = {"requirement_id": f"R-{key}-{line}", "allocations": [source], "by": PROCUREMENT}
        dispatch = {"items": [{**work, "quantity": "2"}], "by": SHIPPING}
        for kind, data in (
            ("work-order.specify-materials", {**work, "materials": listed, "by": ENGINEER}),
            ("material.source", needed),
            ("work-order.schedule", {**work, **WORK}),
            ("work-order.start-production", {**work, "by": ENGINEER}),
            ("work-order.complete-production", {**work, "by": ENGINEER}),
            ("quality.inspect", {**work, "passed": "2", "by": INSPECTOR}),
            ("shipment.dispatch", dispatch),
        ):
            yield command(kind, data, f"{number} {line} {kind}")


@pytest.mark.faults
@pytest.mark.rule("R43")
@pytest.mark.parametrize("seed", range(2))
async def test_a_story_that_comes_in_any_order_loses_nothing_and_does_nothing_twice(
    backing: Settings, seed: int
) -> None:
    """What comes too early waits, what comes too late is refused, and in the end every order is shipped."""
    orders, chance = 12, random.Random(seed)
    async with Trial(backing.model_copy(update={"wait_for": 3.0})) as trial:
        await trial.start()
        if not backing.embedded:
            await trial.start()
        letters = [letter for n in range(1, orders + 1) for letter in story(f"PO-{n:04}")]
        chance.shuffle(letters)
        early, late = letters[: len(letters) // 2], letters[len(letters) // 2 :]

        await trial.send(early)
        await trial.order(orders, [CUSTOMER])
        await trial.send(late)

        assert await trial.settled() == []
        books = (await trial.ledger()).books
        outcomes = Counter(books.outcomes.values())
        assert outcomes["refused"], outcomes
        assert outcomes["waiting"] == 0
        assert {row["code"] for row in books.failures} <= {"unknown_reference"}


@pytest.mark.rule("R43")
async def test_what_waits_for_what_never_comes_is_set_aside_in_time(embedded: Settings) -> None:
    """However many wait: they stand in nobody's way, and none of them waits for ever."""
    async with Trial(embedded.model_copy(update={"wait_for": 2.0})) as trial:
        await trial.start()
        await trial.send([letter for n in range(40) for letter in story(f"NO-{n:04}")])
        await trial.order(2, [CUSTOMER])

        await trial.saw_type("order.completed", 2, within=10)
        await trial.saw_type("message.set-aside", 40 * 15, within=10)

        assert await trial.settled() == []
        books = (await trial.ledger()).books
        assert {row["code"] for row in books.failures} == {"unknown_reference"}


@pytest.mark.rule("R43")
async def test_what_waits_behind_many_others_is_carried_out_as_soon_as_it_can_be(embedded: Settings) -> None:
    async with Trial(embedded, answer=lambda event: []) as trial:
        await trial.start()
        await trial.send([letter for n in range(40) for letter in story(f"NO-{n:04}")])
        await trial.send(list(story("PO-0001"))[:1])
        await trial.until_waiting(40 * 15 + 1)

        await trial.order(1, [CUSTOMER])

        await trial.saw_type("order.confirmed", within=10)
