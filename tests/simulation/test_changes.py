"""Changes after confirmation on both backings, each told step by step, and the books checked at its end (R8, R69)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from hub.app import Hub, build
from hub.audit import audit
from hub.settings import Settings
from hub.simulation.script import CALM
from hub.store import queries
from hub.store.queries import whole_order
from tests.support.playing import MATERIALS, play, purchase_order
from tests.support.running import (
    ENGINEER,
    PROCUREMENT,
    SALES,
    at_rest,
    events,
    send,
    with_partners,
)

STEEL = "STEEL-S355-6MM"
CUSTOMER = {"customer_id": "C-API", "po_number": "PO-1"}


@dataclass
class Told:
    """One order, PO-1 of two lines of 4 and 2 pieces; who tells what of it."""

    hub: Hub

    async def say(self, kind: str, **data: Any) -> str:
        """Give a command; the code with which it is refused, if it is."""
        verdict = await send(self.hub, kind, **data)
        return verdict.code if verdict.outcome == "refused" else ""

    async def submit(self, purpose: str, *lines: dict[str, Any]) -> str:
        said = [{"product": {"buyer_part": f"P-{each['line']}"}, "unit": "H87", **each} for each in lines]
        return await self.say(
            "customer-po.submit",
            po_number="PO-1",
            purpose=purpose,
            customer={"id": "C-API"},
            lines=said,
            requested_date="2099-01-11",
            source={"channel": "api"},
        )

    async def change(self, *lines: dict[str, Any], decision: str = "accept") -> str:
        """The customer changes these lines, and sales decide on all of them alike."""
        assert not await self.submit("change", *lines)
        return await self.review(decision=decision)

    async def review(self, **said: Any) -> str:
        order = await self.order()
        change_id = order["changes"][-1]["change_id"]
        return await self.say("order.review-change", **CUSTOMER, change_id=change_id, **said, by=SALES)

    async def order(self) -> dict[str, Any]:
        found = await queries.orders_named(self.hub.database, "PO-1")
        return await whole_order(self.hub.database, found[0]["order_id"])

    async def line(self, number: str) -> dict[str, Any]:
        return next(each for each in (await self.order())["lines"] if each["line"] == number)

    async def stock(self) -> tuple[str, str, str]:
        """On hand, reserved and on order of steel."""
        row = next(each for each in await queries.stock(self.hub.database) if each["material"] == STEEL)
        return row["on_hand"], row["reserved"], row["on_order"]

    async def listed(self, kg: str) -> str:
        """The engineer lists steel for line 1; the requirement's id."""
        work = (await self.line("1"))["work_order"]["work_order_id"]
        needs = [{"material": STEEL, "quantity": kg, "unit": "KGM"}]
        assert not await self.say("work-order.specify-materials", work_order_id=work, materials=needs, by=ENGINEER)
        return str((await self.line("1"))["requirements"][0]["requirement_id"])

    async def sourced(self, stock: str = "", supplier: str = "") -> None:
        """Forty kilograms for four pieces, from where it is said."""
        need = await self.listed("40")
        found = [{"from": "stock", "quantity": stock}] if stock else []
        if supplier:
            found.append({"from": "supplier", "quantity": supplier, "supplier_id": "S-NORDSTAHL"})
        assert not await self.say("material.source", requirement_id=need, allocations=found, by=PROCUREMENT)

    async def po(self) -> dict[str, Any]:
        return dict((await self.line("1"))["material_pos"][0])

    async def receive(self, kg: str) -> None:
        po = (await self.po())["material_po_id"]
        lines = [{"line": "1", "quantity": kg}]
        by = {"role": "warehouse-clerk", "name": "Sam Ode"}
        assert not await self.say("material-po.receive", material_po_id=po, lines=lines, by=by)

    async def started(self) -> None:
        """Line 1 goes into production, without material."""
        work = {"work_order_id": (await self.line("1"))["work_order"]["work_order_id"], "by": ENGINEER}
        assert not await self.say("work-order.specify-materials", **work, materials=[])
        plan = {"start": "2098-12-01", "end": "2098-12-03", "work_center": "LASER-1"}
        assert not await self.say("work-order.schedule", **work, **plan)
        assert not await self.say("work-order.start-production", **work)

    async def last(self, kind: str) -> dict[str, Any]:
        """The data of the last event of a type."""
        rows = await events(self.hub, kind)
        return dict(orjson.loads(rows[-1].body)["data"])


@pytest.fixture
async def told(backing: Settings) -> AsyncIterator[Told]:
    """A confirmed order, 30 kg of steel in stock; in the end everything has to add up."""
    async with build(with_partners(backing)) as hub:
        story = Told(hub)
        by = {"role": "warehouse-clerk", "name": "Sam Ode"}
        await story.say("stock.adjust", material=STEEL, count="30", unit="KGM", reason="counted", by=by)
        await story.submit("original", {"line": "1", "quantity": "4"}, {"line": "2", "quantity": "2"})
        await story.say("order.review", **CUSTOMER, decision="confirm", by=SALES)
        yield story
        await at_rest(hub)
        report = await audit(hub.database)
        assert report.clean, list(report)


@pytest.mark.rule("R69")
async def test_more_before_anything_is_sourced(told: Told) -> None:
    await told.listed("40")
    assert not await told.change({"line": "1", "quantity": "6"})

    line = await told.line("1")
    assert (line["ordered"], line["work_order"]["quantity"], line["requirements"][0]["quantity"]) == ("6", "6", "60")
    assert len((await told.order())["lines"]) == 2


@pytest.mark.rule("R69")
async def test_more_after_sourcing_from_stock_asks_for_the_shortfall_alone(told: Told) -> None:
    work = (await told.line("1"))["work_order"]["work_order_id"]
    need = await told.listed("20")
    found = [{"from": "stock", "quantity": "20"}]
    await told.say("material.source", requirement_id=need, allocations=found, by=PROCUREMENT)
    assert not await told.change({"line": "1", "quantity": "5"})

    line = await told.line("1")
    assert (line["work_order"]["work_order_id"], line["work_order"]["state"]) == (work, "awaiting_materials")
    assert (await told.last("material.required"))["quantity"] == "5"
    assert await told.stock() == ("30", "20", "0")


@pytest.mark.rule("R69")
async def test_more_after_a_material_po_was_issued_leaves_it_as_it_is(told: Told) -> None:
    await told.sourced(supplier="40")
    before = await told.po()
    assert not await told.change({"line": "1", "quantity": "5"})

    assert await told.po() == before
    assert (await told.line("1"))["requirements"][0]["state"] == "to_source"
    assert not await events(told.hub, "material-po.reduced")


@pytest.mark.rule("R69")
async def test_less_gives_stock_back_then_orders_less_and_tells_the_supplier(told: Told) -> None:
    await told.sourced(stock="30", supplier="10")
    assert not await told.change({"line": "1", "quantity": "2"})
    assert await told.stock() == ("30", "10", "10")
    assert not await told.change({"line": "1", "quantity": "0.5"})
    assert await told.stock() == ("30", "0", "5")

    assert (await told.po())["lines"][0]["quantity"] == "5"
    assert (await told.last("material-po.reduced"))["lines"][0]["quantity"] == "5"


@pytest.mark.rule("R21", "R69")
async def test_less_when_a_part_has_been_received(told: Told) -> None:
    await told.sourced(supplier="40")
    await told.receive("25")
    assert not await told.change({"line": "1", "quantity": "3"})
    assert await told.stock() == ("55", "25", "5")
    await told.receive("5")
    assert (await told.line("1"))["work_order"]["state"] == "ready"


@pytest.mark.rule("R8", "R10")
async def test_a_line_is_added(told: Told) -> None:
    assert not await told.change({"line": "7", "quantity": "3", "action": "add", "requested_date": "2099-02-01"})
    line = await told.line("7")
    assert (line["first_confirmed"], line["work_order"]["state"]) == ("2099-02-01", "awaiting_engineering")


@pytest.mark.rule("R8", "R35")
@pytest.mark.parametrize("state", ["awaiting_engineering", "to_source", "reserved", "on_order", "part_received"])
async def test_a_line_is_removed(told: Told, state: str) -> None:
    if state == "to_source":
        await told.listed("40")
    elif state == "reserved":
        need = await told.listed("20")
        found = [{"from": "stock", "quantity": "20"}]
        await told.say("material.source", requirement_id=need, allocations=found, by=PROCUREMENT)
    elif state != "awaiting_engineering":
        await told.sourced(stock="30", supplier="10")
    if state == "part_received":
        await told.receive("4")
    assert not await told.change({"line": "1", "quantity": "0", "action": "delete"})

    order = await told.order()
    line = next(each for each in order["lines"] if each["line"] == "1")
    assert (line["open"], line["cancelled"], line["work_order"]["state"]) == ("0", "4", "cancelled")
    assert order["state"] == "in_fulfilment"
    assert (await told.stock())[1] == "0"
    assert all(task["work_order_id"] != line["work_order"]["work_order_id"] for task in order["tasks"])


@pytest.mark.rule("R8", "R31")
async def test_a_line_in_production_keeps_its_terms_and_the_customer_is_told_why(told: Told) -> None:
    await told.started()
    lines = {"line": "1", "quantity": "9"}, {"line": "2", "quantity": "3"}
    assert await told.change(*lines) == "in_production"
    verdicts = [{"line": "1", "decision": "refuse"}, {"line": "2", "decision": "accept"}]
    assert not await told.review(lines=verdicts)

    event = await told.last("order.changed")
    assert (event["refused"], event["reasons"][0]["line"]) == (["1"], "1")
    assert ((await told.line("1"))["ordered"], (await told.line("2"))["ordered"]) == ("4", "3")


@pytest.mark.rule("R8", "R31", "R33")
async def test_a_line_in_production_is_not_removed_by_a_change_but_cancelled(told: Told) -> None:
    """The customer is told that it keeps its terms unless it is cancelled, and then may cancel it for a penalty."""
    await told.started()
    assert await told.change({"line": "1", "quantity": "0", "action": "delete"}) == "in_production"
    [facts] = [task["facts"] for task in (await told.order())["tasks"] if "review-change" in task["kind"]]
    assert (facts["lines"][0]["can_be_altered"], facts["lines"][0]["why_not"]["code"]) == (False, "in_production")
    assert not await told.review(decision="refuse")
    refused = await told.last("order.change-refused")
    assert refused["reasons"] == [
        {"line": "1", "reason": "production of line 1 has begun; it keeps its terms, unless it is cancelled"}
    ]
    line = await told.line("1")
    assert (line["open"], line["work_order"]["state"]) == ("4", "in_production")

    await told.say("customer-po.cancel", **CUSTOMER, lines=["1"], source={"channel": "api"})
    penalty = {"decision": "penalty", "penalty": {"amount": "80.00", "currency": "EUR"}}
    assert not await told.say("cancellation.assess", **CUSTOMER, **penalty, by=SALES)
    assert not await told.say("penalty.answer", **CUSTOMER, answer="accept")
    line = await told.line("1")
    assert (line["cancelled"], line["work_order"]["state"]) == ("4", "cancelled")
    assert (await told.order())["state"] == "in_fulfilment", "the other line goes on"
    work = {"work_order_id": line["work_order"]["work_order_id"], "as": "scrap", "quantity": "4"}
    assert not await told.say("work-order.dispose", **work, by=ENGINEER)


@pytest.mark.rule("R8", "R30", "R32")
async def test_an_order_is_cancelled_while_its_customer_waits_for_a_change(told: Told) -> None:
    """The change ends with it, is decided on by nobody, and the customer is told of both, once."""
    await told.submit("change", {"line": "1", "quantity": "6"}, {"line": "3", "quantity": "1", "action": "add"})
    await told.say("customer-po.cancel", **CUSTOMER, source={"channel": "api"})
    assert await told.review(decision="accept") == "held"
    assert not await told.say("cancellation.assess", **CUSTOMER, decision="free", by=SALES)

    order = await told.order()
    assert (order["state"], order["tasks"], order["changes"][0]["state"]) == ("cancelled", [], "refused")
    assert await told.review(decision="accept") == "no_change"
    assert [len(await events(told.hub, name)) for name in ("order.change-refused", "cancellation.granted")] == [1, 1]
    assert (await told.last("order.change-refused"))["reason"] == "it has been cancelled meanwhile"


@pytest.mark.rule("R8", "R33", "R36")
async def test_a_change_is_decided_when_the_customer_does_not_want_to_pay_for_cancelling(told: Told) -> None:
    await told.submit("change", {"line": "1", "quantity": "6"})
    await told.say("customer-po.cancel", **CUSTOMER, source={"channel": "api"})
    penalty = {"decision": "penalty", "penalty": {"amount": "80.00", "currency": "EUR"}}
    assert not await told.say("cancellation.assess", **CUSTOMER, **penalty, by=SALES)
    assert await told.review(decision="accept") == "held"
    assert not await told.say("penalty.answer", **CUSTOMER, answer="decline")
    assert not await told.review(decision="accept")
    assert (await told.line("1"))["ordered"] == "6"


@pytest.mark.rule("R8", "R36")
async def test_a_change_waits_for_a_cancellation_and_loses_what_that_takes(told: Told) -> None:
    await told.submit("change", {"line": "1", "quantity": "6"}, {"line": "2", "quantity": "3"})
    await told.say("customer-po.cancel", **CUSTOMER, lines=["1"], source={"channel": "api"})
    assert await told.review(decision="accept") == "held"
    assert not await told.say("cancellation.assess", **CUSTOMER, decision="free", by=SALES)
    assert not await told.review(decision="accept")
    assert [each["line"] for each in (await told.last("order.changed"))["lines"]] == ["2"]
    assert (await told.line("1"))["cancelled"] == "4"


@pytest.mark.rule("R8")
async def test_a_change_that_is_refused_changes_nothing(told: Told) -> None:
    before = (await told.order())["lines"]
    assert not await told.change({"line": "1", "quantity": "6"}, decision="refuse")
    order = await told.order()
    assert (order["lines"], order["revision"], order["changes"][0]["state"]) == (before, 1, "refused")
    assert (await told.last("order.change-refused"))["lines"] == ["1"]


@pytest.mark.rule("R8", "R31", "R69")
async def test_what_was_changed_is_cancelled_whole(told: Told) -> None:
    await told.sourced(stock="30", supplier="10")
    assert not await told.change({"line": "1", "quantity": "2"}, {"line": "3", "quantity": "1"})
    await told.say("customer-po.cancel", **CUSTOMER, source={"channel": "api"})
    assert not await told.say("cancellation.assess", **CUSTOMER, decision="free", by=SALES)
    assert (await told.order())["state"] == "cancelled"
    assert (await told.stock())[:2] == ("30", "0")


@pytest.mark.rule("R8", "R11")
async def test_a_list_made_anew_gives_up_what_it_does_not_name(told: Told) -> None:
    await told.sourced(stock="30", supplier="10")
    grade = [{"name": "grade", "value": "S235JR"}]
    assert not await told.change({"line": "1", "quantity": "4", "characteristics": grade})
    assert (await told.line("1"))["work_order"]["state"] == "awaiting_engineering"
    work = (await told.line("1"))["work_order"]["work_order_id"]
    assert not await told.say("work-order.specify-materials", work_order_id=work, materials=[], by=ENGINEER)
    assert (await told.line("1"))["work_order"]["state"] == "ready"
    assert (await told.stock())[:2] == ("30", "0")
    assert (await told.po())["state"] == "cancel_requested"


@pytest.mark.rule("R8", "R69")
async def test_customers_who_change_their_minds_all_get_what_they_want_last(backing: Settings) -> None:
    script = replace(CALM, materials=MATERIALS, change=0.8, refuse_change=0.2, cancel=0.15, defect=0.1)
    story = await play(backing, script, [purchase_order(f"PO-{place}", 3) for place in range(14)])

    assert story.store.clean, list(story.store)
    assert story.seen.clean, list(story.seen)
    assert len(story.outcomes) == 14
    assert story.by_type["order.change-requested"] > 5
    assert story.by_type["order.changed"] > 2
    assert story.by_type["order.changed"] + story.by_type["order.change-refused"] >= len(
        {each["order_id"] for each in story.of("order.change-requested")}
    )
