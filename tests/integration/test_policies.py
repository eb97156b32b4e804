"""Policies at work: what needs no person is answered at once, what does waits for one (R40, R67)."""

from __future__ import annotations

from typing import Any

import pytest

from hub.audit import audit
from hub.settings import Settings
from hub.store.queries import whole_order
from tests.support.running import at_rest, events, eventually, send
from tests.support.workshop import GRADE, LIST, Workshop, workshop

CUSTOMER = (
    "[{name: known, kind: confirm-order, up_to: 500, currency: EUR, days_ahead: 30},"
    " {name: same, kind: repeat-materials}, {name: stock-first, kind: take-from-stock}]"
)
SUPPLIER = "[{name: small, kind: order-material, up_to: 250}, {name: little-later, kind: accept-later-date, days: 3}]"


async def decided(shop: Workshop, number: str) -> list[tuple[str, Any]]:
    """What was decided about an order, and by whom, as the history tells."""
    order = await whole_order(shop.hub.database, (await shop.asked(number, "order.review", state=""))["order_id"])
    entries = [entry for entry in order["history"] if entry["entry"] == "command" and entry["outcome"] == "done"]
    return [(entry["type"].removesuffix(".v1"), entry["by"]) for entry in entries if entry["by"]]


@pytest.mark.rule("R40", "R44")
async def test_an_order_of_a_known_product_runs_to_its_schedule_by_itself(backing: Settings) -> None:
    async with workshop(backing, customer=CUSTOMER) as shop:
        await shop.made_once()
        await shop.order("PO-2", characteristics=GRADE)

        task = await shop.asked("PO-2", "work-order.schedule")

        assert task["assignee"] == "Jo Brandt", "the engineer of the last list is responsible again (R15)"
        assert await decided(shop, "PO-2") == [
            ("order.review", {"policy": "known"}),
            ("work-order.specify-materials", {"policy": "same"}),
            ("material.source", {"policy": "stock-first"}),
        ]
        closed = [row for row in await events(shop.hub, "task.closed") if '"policy":"known"' in row.body]
        assert len(closed) == 1
        await at_rest(shop.hub)
        report = await audit(shop.hub.database)
        assert report.clean, list(report)


@pytest.mark.rule("R67")
@pytest.mark.parametrize(
    "line",
    [
        {"characteristics": [{"name": "grade", "value": "S235"}]},
        {"characteristics": GRADE, "unit_price": "38.74"},
        {"characteristics": GRADE, "requested": "2026-12-09"},
        {"characteristics": GRADE, "quantity": "13"},
    ],
    ids=["new product", "price differs", "date in the past", "too much"],
)
async def test_what_needs_a_person_waits_for_one(backing: Settings, line: dict[str, Any]) -> None:
    async with workshop(backing, customer=CUSTOMER) as shop:
        await shop.made_once()
        await shop.order("PO-2", **line)
        await at_rest(shop.hub)

        assert (await shop.asked("PO-2", "order.review"))["state"] == "open"
        assert not [row for row in await events(shop.hub) if row.kind == "command" and "policies" in row.body]
        await shop.answer("PO-2", "order.review", decision="confirm")


@pytest.mark.rule("R13", "R20", "R40")
async def test_material_is_ordered_and_a_little_delay_accepted(backing: Settings) -> None:
    async with workshop(backing, supplier=SUPPLIER) as shop:
        await shop.order("PO-1", characteristics=GRADE)
        await shop.answer("PO-1", "order.review", decision="confirm")
        await shop.answer("PO-1", "work-order.specify-materials", materials=LIST)
        await shop.asked("PO-1", "material.source", state="closed")
        po = await eventually(lambda: _po(shop, "PO-1"), "the material PO")
        for later in ({"promised_date": "2026-12-01"}, {"promised_date": "2026-12-03"}):
            lines = [{"line": "1", "answer": "changed", **later}]
            await shop.done("material-po.acknowledge", material_po_id=po, lines=lines)
            await at_rest(shop.hub)
            reviewed = await events(shop.hub, "material-po.change-accepted")
            assert not reviewed, "nobody knows how long it takes to make"
        assert ("material.source", {"policy": "small"}) in await decided(shop, "PO-1")


@pytest.mark.rule("R20", "R40")
async def test_a_little_delay_that_moves_no_promise_is_accepted(backing: Settings) -> None:
    async with workshop(backing, supplier=SUPPLIER) as shop:
        await shop.order("PO-1", characteristics=GRADE)
        await shop.answer("PO-1", "order.review", decision="confirm")
        await shop.answer("PO-1", "work-order.specify-materials", materials=LIST)
        po = await eventually(lambda: _po(shop, "PO-1"), "the material PO")
        await shop.done("material-po.receive", material_po_id=po, lines=[{"line": "1", "quantity": "100"}])
        await shop.make("PO-1", "2026-12-07", "2026-12-09", ready="2026-12-10")
        await shop.order("PO-2", characteristics=GRADE, quantity="40")
        await shop.answer("PO-2", "order.review", decision="confirm")
        await shop.answer("PO-2", "work-order.specify-materials", materials=[{**LIST[0], "quantity": "120"}])
        po = await eventually(lambda: _po(shop, "PO-2"), "the material PO")
        late = [{"line": "1", "answer": "changed", "promised_date": "2026-12-20"}]
        await shop.done("material-po.acknowledge", material_po_id=po, lines=late)

        accepted = await eventually(lambda: events(shop.hub, "material-po.change-accepted"), "the change accepted")

        assert '"policy":"little-later"' in accepted[0].body


@pytest.mark.rule("R40", "R43")
async def test_the_first_answer_counts_and_withdrawn_tasks_are_refused(backing: Settings) -> None:
    async with workshop(backing) as shop:
        task = await shop.order("PO-1")
        answer = {"order_id": task["order_id"], "task_id": task["task_id"], "decision": "confirm"}
        await shop.done("order.review", **answer, by={"policy": "quick"})

        late = await send(shop.hub, "order.review", **answer, by={"role": "sales-officer", "name": "Ada Lind"})
        assert (late.outcome, late.code) == ("refused", "task_closed")

        task = await shop.order("PO-2")
        await shop.done("customer-po.cancel", customer_id="C-HOLT", po_number="PO-2", source={"channel": "api"})
        answer = {"order_id": task["order_id"], "task_id": task["task_id"], "decision": "confirm"}
        held = await send(shop.hub, "order.review", **answer, by={"policy": "quick"})
        assert (held.outcome, held.code) == ("refused", "held")
        await shop.answer("PO-2", "cancellation.assess", decision="refuse", reason="the plate is cut")
        withdrawn = await send(shop.hub, "order.review", **answer, by={"policy": "quick"})
        assert (withdrawn.outcome, withdrawn.code) == ("refused", "task_closed")


async def _po(shop: Workshop, number: str) -> str:
    try:
        return await shop.material_po(number)
    except IndexError:
        return ""
