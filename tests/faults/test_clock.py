"""Fault 12: the clock jumps, and timers fall due while no hub runs. Each fires once, and only once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hub.messages.envelope import Letter
from hub.settings import Settings
from tests.support.floor import SALES, answers, command
from tests.support.hubs import HubProcess
from tests.support.trial import Trial

ORDERS = 5
CUSTOMER = "C-API"
REMINDED, EXPIRED = 3600, 3 * 3600
"""seconds until the customer is reminded of the penalty question, and until it is answered for him"""


class Floor:
    """Everybody works; the sales officer asks for penalties, which no customer answers; the clerk ships when told."""

    def __init__(self) -> None:
        self.shipping = False

    def answer(self, event: dict[str, Any]) -> list[Letter]:
        """Answer an event."""
        kind, data = event["type"], event["data"]
        if kind == "task.opened.v1" and data["kind"] == "cancellation.assess.v1":
            asked = {"task_id": data["task_id"], "order_id": data["order_id"], "by": SALES}
            penalty = {"amount": "10.00", "currency": "USD"}
            return [
                command("cancellation.assess", {**asked, "decision": "penalty", "penalty": penalty}, f"{event['id']}/0")
            ]
        given = answers(event)
        return given if self.shipping else [each for each in given if each.envelope.type != "shipment.dispatch.v1"]


def settings_of(backing: Settings) -> Settings:
    """Give the times of the questions."""
    times = {"penalty_reminder_hours": REMINDED / 3600, "penalty_answer_hours": EXPIRED / 3600}
    return backing.model_copy(update=times)


async def start(trial: Trial) -> list[HubProcess]:
    """Start hubs whose clock the trial turns; on servers two, which look for what is due both."""
    count = 1 if trial.settings.embedded else 2
    return [await trial.start("--clock", str(clock_of(trial))) for _ in range(count)]


def clock_of(trial: Trial) -> Path:
    """Return the file that says how many seconds the clock is ahead."""
    return trial.settings.folder / "clock"


def turn_clock(trial: Trial, ahead: float) -> None:
    """Have the clock be so many seconds ahead from now on."""
    new = clock_of(trial).with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(clock_of(trial))


async def ask(trial: Trial) -> None:
    """Bring orders to the penalty question."""
    await trial.order(ORDERS, [CUSTOMER], lines=1)
    await trial.saw_type("task.opened", ORDERS, lambda task: bool(task["kind"] == "shipment.dispatch.v1"))
    cancel = {"customer_id": CUSTOMER, "source": {"channel": "api"}}
    numbers = [f"PO-{n:04}" for n in range(1, ORDERS + 1)]
    await trial.send([command("customer-po.cancel", {**cancel, "po_number": n}, f"cancel {n}") for n in numbers])
    await trial.saw_type("cancellation.penalty-proposed", ORDERS)


def fired(trial: Trial) -> dict[str, int]:
    """How often reminder and expiry were said, of different ids."""
    found = {event["id"]: event["type"] for event in trial.witness.seen}
    counts = Counter(found.values())
    return {kind: counts[f"cancellation.{kind}.v1"] for kind in ("reminded", "penalty-expired")}


@pytest.mark.faults
@pytest.mark.rule("R38", "R43")
async def test_what_fell_due_while_no_hub_ran_is_done_once_when_one_runs(backing: Settings) -> None:
    floor = Floor()
    async with Trial(settings_of(backing), answer=floor.answer) as trial:
        turn_clock(trial, 0)
        hubs = await start(trial)
        await ask(trial)
        assert fired(trial) == {"reminded": 0, "penalty-expired": 0}
        for hub in hubs:
            assert await hub.kill() == -9

        floor.shipping = True
        turn_clock(trial, 2 * EXPIRED)
        hubs = await start(trial)
        await trial.saw_type("cancellation.penalty-expired", ORDERS)
        assert await trial.settled() == []
        for hub in hubs:
            assert await hub.stop() == 0
        await start(trial)
        await trial.order(ORDERS, [CUSTOMER], lines=1)
        assert await trial.settled() == []

        books = (await trial.ledger()).books
    assert fired(trial) == {"reminded": ORDERS, "penalty-expired": ORDERS}
    assert {row["state"] for row in books.orders} == {"completed"}
    assert list(books.timers) == []


@pytest.mark.faults
@pytest.mark.rule("R38", "R43")
async def test_a_clock_that_jumps_under_way_fires_what_is_due_then_and_nothing_twice(backing: Settings) -> None:
    """It jumps ahead twice, and then back to where it was."""
    floor = Floor()
    async with Trial(settings_of(backing), answer=floor.answer) as trial:
        turn_clock(trial, 0)
        hubs = await start(trial)
        await ask(trial)

        turn_clock(trial, 1.5 * REMINDED)
        await trial.saw_type("cancellation.reminded", ORDERS)
        assert fired(trial) == {"reminded": ORDERS, "penalty-expired": 0}
        floor.shipping = True
        turn_clock(trial, 2 * EXPIRED)
        await trial.saw_type("cancellation.penalty-expired", ORDERS)
        turn_clock(trial, 0)
        await trial.order(ORDERS, [CUSTOMER], lines=1)

        assert await trial.settled() == []
        assert all(hub.running for hub in hubs)
        books = (await trial.ledger()).books
    assert fired(trial) == {"reminded": ORDERS, "penalty-expired": ORDERS}
    assert list(books.timers) == []
