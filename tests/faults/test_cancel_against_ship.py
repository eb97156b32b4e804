"""Fault 6: the customer cancels while the clerk ships. One of them is first, and only that one counts."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from hub.messages.envelope import Letter
from hub.settings import Settings
from tests.support.floor import answers, command
from tests.support.trial import Trial

SEEDS = int(os.environ.get("HUB_TEST_SEEDS", "100"))
CUSTOMER = "C-API"


def but_for_dispatch(event: dict[str, Any]) -> list[Letter]:
    """Everybody does their work; the shipping clerk waits for the test."""
    return [letter for letter in answers(event) if letter.envelope.type != "shipment.dispatch.v1"]


def to_be_shipped(task: dict[str, Any]) -> bool:
    return bool(task["kind"] == "shipment.dispatch.v1")


@pytest.mark.faults
@pytest.mark.rule("R18", "R30", "R36", "R37", "R43")
async def test_of_a_cancellation_and_a_shipment_the_first_counts_and_the_other_is_refused(backing: Settings) -> None:
    chance = random.Random(SEEDS)
    async with Trial(backing, answer=but_for_dispatch) as trial:
        await trial.start()
        if not backing.embedded:
            await trial.start()
        await trial.order(SEEDS, [CUSTOMER], lines=1)
        ready = await trial.saw_type("task.opened", SEEDS, to_be_shipped, within=60 + SEEDS / 2)

        rivals = []
        for event in ready:
            number = event["data"]["facts"]["po_number"]
            cancel = {"po_number": number, "customer_id": CUSTOMER, "source": {"channel": "api"}}
            both = [command("customer-po.cancel", cancel, f"cancel {number}"), *answers(event)]
            chance.shuffle(both)
            rivals += both
        await trial.send(rivals)

        assert await trial.settled(within=60 + SEEDS / 2) == []
        books = (await trial.ledger()).books

    states = {row["po_number"]: row["state"] for row in books.orders}
    assert set(states.values()) == {"completed", "cancelled"}
    refused = {row["id"]: row["code"] for row in books.inbox if row["outcome"] == "refused"}
    too_late = {
        event["data"]["po_number"] for event in trial.witness.seen if event["type"] == "cancellation.refused.v1"
    }
    for event in ready:
        number = event["data"]["facts"]["po_number"]
        dispatch = answers(event)[0].envelope.id
        shipped = states[number] == "completed"
        assert (dispatch in refused, number in too_late) == (not shipped, shipped), number
        assert shipped or refused[dispatch] in {"held", "not_ready", "task_closed"}
