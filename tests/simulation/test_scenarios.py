"""The process played through on both backings; every story is checked against both sets of books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hub.settings import Settings
from hub.simulation.script import CALM, Script
from tests.support.playing import MATERIALS, Played, play, purchase_order

QUIET = replace(CALM, materials=MATERIALS)


async def played(backing: Settings, script: Script, **given: Any) -> Played:
    story = await play(backing, script, [purchase_order("PO-1")], **given)
    assert story.store.clean, list(story.store)
    assert story.seen.clean, list(story.seen)
    return story


def shipped(story: Played) -> Mapping[str, str]:
    return {item["line"]: item["quantity"] for each in story.of("shipment.shipped") for item in each["items"]}


@pytest.mark.rule("R10", "R11", "R12", "R14", "R16", "R18", "R19")
async def test_a_po_runs_to_shipment_line_by_line(backing: Settings) -> None:
    story = await played(backing, QUIET)

    assert story.outcomes == {"PO-1": "completed"}
    assert shipped(story) == {"1": "4", "2": "4"}
    assert story.by_type["work-order.created"] == 2
    assert story.by_type["shipment.shipped"] == 2
    assert story.by_type["task.opened"] == story.by_type["task.closed"]


@pytest.mark.rule("R13", "R20", "R21")
async def test_what_is_not_in_stock_is_ordered_and_awaited(backing: Settings) -> None:
    story = await played(backing, replace(QUIET, from_stock=0))

    assert story.outcomes == {"PO-1": "completed"}
    assert story.by_type["material-po.issued"] == story.by_type["material-po.received"] > 0
    order = [each.envelope.type for each in story.unique]
    assert order.index("material-po.received.v1") < order.index("work-order.production-started.v1")


@pytest.mark.rule("R20")
async def test_a_suppliers_changes_and_refusals_are_decided_and_overcome(backing: Settings) -> None:
    story = await played(backing, replace(QUIET, from_stock=0, supplier_changes=0.9))

    assert story.outcomes == {"PO-1": "completed"}
    assert story.by_type["material-po.change-proposed"] > 0


@pytest.mark.rule("R22", "R63")
@pytest.mark.parametrize("supplier", ["supplier_silent", "supplier_late"])
async def test_silent_and_late_suppliers_are_reminded_and_overcome(backing: Settings, supplier: str) -> None:
    pos = [purchase_order(f"PO-{place}") for place in range(4)]
    story = await play(backing, replace(QUIET, from_stock=0, **{supplier: 0.7}), pos, days_a_second=4)

    assert story.store.clean, list(story.store)
    assert story.seen.clean, list(story.seen)
    assert set(story.outcomes.values()) == {"completed"}
    assert story.by_type["material-po.reminded"] > 0
    assert story.by_type["material-po.overdue"] > 0
    assert story.by_type["task.opened"] == story.by_type["task.closed"] + story.by_type["task.withdrawn"]


@pytest.mark.rule("R3", "R4")
async def test_sent_back_for_revision_it_returns_and_is_reviewed_again(backing: Settings) -> None:
    story = await played(backing, replace(QUIET, reviews={"PO-1": "revise"}))

    assert story.outcomes == {"PO-1": "completed"}
    assert story.by_type["order.revision-requested"] == story.by_type["order.revised"] == 1
    confirmed = story.of("order.confirmed")[0]
    assert confirmed["revision"] == 2
    assert confirmed["lines"][0]["requested_date"] == "2099-02-01"


@pytest.mark.rule("R3")
async def test_a_rejected_po_ends_at_once(backing: Settings) -> None:
    story = await played(backing, replace(QUIET, reviews={"PO-1": "reject"}))

    assert story.outcomes == {"PO-1": "rejected"}
    assert story.by_type["work-order.created"] == 0


@pytest.mark.rule("R17")
@pytest.mark.parametrize(("decision", "requirements"), [("fix", 0), ("remake", 1)])
async def test_a_defect_is_fixed_or_made_again(backing: Settings, decision: Any, requirements: int) -> None:
    story = await played(backing, replace(QUIET, defects={("PO-1", "1"): decision}))

    assert story.outcomes == {"PO-1": "completed"}
    assert story.by_type["quality.defect-found"] == story.by_type[f"work-order.{decision}-ordered"] == 1
    assert story.by_type["quality.passed"] == 2
    again = story.of("work-order.remake-ordered")
    assert sum(bool(each["materials"]) for each in again) == requirements
    assert shipped(story) == {"1": "4", "2": "4"}


@pytest.mark.rule("R30", "R31", "R35")
@pytest.mark.parametrize(
    "moment",
    [
        "order.received.v1",
        "order.confirmed.v1",
        "work-order.materials-specified.v1",
        "work-order.production-started.v1",
        "work-order.ready-to-ship.v1",
    ],
)
async def test_cancelled_free_of_charge_everything_stops(backing: Settings, moment: str) -> None:
    script = replace(QUIET, from_stock=0, cancels={"PO-1": moment}, verdicts={"PO-1": "free"})
    story = await played(backing, script)

    granted = story.of("cancellation.granted")
    assert len(granted) == 1
    ended = {"PO-1": "completed" if shipped(story) else "cancelled"}
    assert story.outcomes == ended
    assert not set(granted[0]["lines"]) & set(shipped(story))
    assert (
        story.by_type["work-order.cancelled"] + story.by_type["shipment.shipped"] >= story.by_type["work-order.created"]
    )


@pytest.mark.rule("R33")
@pytest.mark.parametrize(
    ("answer", "event", "ends"),
    [("accept", "penalty-accepted", "cancelled"), ("decline", "penalty-declined", "completed")],
)
async def test_a_penalty_is_the_customers_choice(backing: Settings, answer: Any, event: str, ends: str) -> None:
    script = replace(
        QUIET, cancels={"PO-1": "order.confirmed.v1"}, verdicts={"PO-1": "penalty"}, penalties={"PO-1": answer}
    )
    story = await played(backing, script)

    assert story.outcomes == {"PO-1": ends}
    assert story.by_type[f"cancellation.{event}"] == 1
    assert story.by_type["cancellation.granted"] == (1 if answer == "accept" else 0)


@pytest.mark.rule("R34", "R36")
async def test_a_refused_cancellation_lets_work_go_on(backing: Settings) -> None:
    script = replace(QUIET, cancels={"PO-1": "order.confirmed.v1"}, verdicts={"PO-1": "refuse"})
    story = await played(backing, script)

    assert story.outcomes == {"PO-1": "completed"}
    assert story.by_type["order.held"] == story.by_type["order.released"] == 1
    assert story.of("cancellation.refused")[0]["code"] == "refused"


@pytest.mark.rule("R35")
async def test_a_supplier_that_will_not_cancel_delivers_to_stock(backing: Settings) -> None:
    script = replace(
        QUIET,
        from_stock=0,
        supplier_refuses_cancel=1.0,
        cancels={"PO-1": "work-order.materials-specified.v1"},
        verdicts={"PO-1": "free"},
    )
    story = await played(backing, script)

    assert "PO-1" in story.outcomes
    assert story.by_type["material-po.cancel-requested"] == story.by_type["material-po.cancel-refused"]


@pytest.mark.rule("R7", "R43")
async def test_every_po_delivered_three_times_is_one_order(backing: Settings) -> None:
    story = await played(backing, QUIET, copies=3)

    assert story.by_type["order.received"] == 1
    assert story.outcomes == {"PO-1": "completed"}


@pytest.mark.rule("R12")
async def test_orders_side_by_side_never_count_on_the_same_steel(backing: Settings) -> None:
    script = replace(QUIET, from_stock=1.0, cancel=0.3, defect=0.3, supplier_changes=0.3, revise=0.2)
    story = await play(backing, script, [purchase_order(f"PO-{place}", 3) for place in range(12)])

    assert story.store.clean, list(story.store)
    assert story.seen.clean, list(story.seen)
    assert len(story.outcomes) == 12
    assert all(float(each["reserved"]) <= float(each["on_hand"]) for each in story.of("stock.changed"))
