"""Suppliers and the warehouse on a running hub: what one message can touch is loaded, whatever else is shared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from hub.app import Hub, build
from hub.audit import audit
from hub.settings import Settings
from hub.store import tables
from hub.store.queries import whole_order
from tests.support.mailbox import Mailbox
from tests.support.running import PROCUREMENT, SALES, at_rest, documents, events, eventually, with_partners
from tests.support.story import Story, order_body

STEEL = "STEEL-S355-6MM"


@pytest.fixture
async def story(backing: Settings) -> AsyncIterator[Story]:
    """Return a story on a running hub; at its end the books have to be in order."""
    async with build(with_partners(backing)) as hub:
        told = Story(hub)
        yield told
        await at_rest(hub)
        assert list(await audit(hub.database)) == []


async def supply(story: Story, number: str, *suppliers: tuple[str, str], **more: Any) -> tuple[str, list[str]]:
    """An order of one line whose steel comes from these suppliers; its key, and its material POs."""
    key = await story.order(number, ("1", "5"))
    total = sum(int(quantity) for _, quantity in suppliers)
    await story.need(f"W-{key}-1", (STEEL, str(total), "KGM"))
    found = [{"from": "supplier", "supplier_id": name, "quantity": quantity, **more} for name, quantity in suppliers]
    await story.source(f"R-{key}-1", *found)
    need = await requirement(story, key)
    return key, list(dict.fromkeys(source["material_po_id"] for source in need["sources"]))


async def requirement(story: Story, key: str) -> dict[str, Any]:
    """The first requirement of an order."""
    return (await order_body(story.hub, f"O-{key}"))["requirements"][f"R-{key}-1"]


async def po_body(story: Story, po: str) -> dict[str, Any]:
    """What is stored of a material PO."""
    query = select(tables.material_pos.c.body).where(tables.material_pos.c.material_po_id == po)
    async with story.hub.database.read() as connection:
        found: dict[str, Any] = orjson.loads((await connection.execute(query)).scalar_one())
    return found


@pytest.mark.rule("R20", "R63")
async def test_one_of_two_suppliers_refuses(story: Story) -> None:
    key, (first, second) = await supply(story, "TWO", ("S-NORDSTAHL", "60"), ("S-ALLOYS", "40"))
    await story.say("material-po.acknowledge", material_po_id=first, lines=[{"line": "1", "answer": "rejected"}])
    await story.say("material-po.review-change", material_po_id=first, line="1", decision="source-anew", by=PROCUREMENT)
    need = await requirement(story, key)
    assert need["state"] == "to_source"
    await story.source(f"R-{key}-1", {"from": "supplier", "supplier_id": "S-ALLOYS", "quantity": "60", "join": second})
    await story.say(
        "material-po.receive",
        material_po_id=second,
        lines=[{"line": "1", "quantity": "40"}, {"line": "2", "quantity": "60"}],
    )
    assert (await requirement(story, key))["state"] == "available"


@pytest.mark.rule("R63")
async def test_one_po_has_two_lines_for_one_requirement(story: Story) -> None:
    _, (po,) = await supply(story, "FIRST", ("S-NORDSTAHL", "60"))
    joined = {"join": po}
    key, pos = await supply(story, "SECOND", ("S-NORDSTAHL", "4"), ("S-NORDSTAHL", "6"), **joined)
    assert pos == [po]
    await story.say("material-po.receive", material_po_id=po, lines=[{"line": "2", "quantity": "4"}])
    need = await requirement(story, key)
    assert [source["closed"] for source in need["sources"]] == [True, False]


@pytest.mark.rule("R20")
async def test_what_the_supplier_refuses_waits_for_a_decision(story: Story) -> None:
    _, (po,) = await supply(story, "REFUSED", ("S-NORDSTAHL", "60"))
    await story.say("material-po.acknowledge", material_po_id=po, lines=[{"line": "1", "answer": "rejected"}])
    assert (await po_body(story, po))["state"] == "refused"


@pytest.mark.rule("R63")
async def test_without_the_line_that_was_questioned_a_po_is_confirmed(story: Story) -> None:
    await supply(story, "FIRST", ("S-ALLOYS", "60"))
    po = (await requirement(story, story.orders["FIRST"][2:]))["sources"][0]["material_po_id"]
    await supply(story, "SECOND", ("S-ALLOYS", "40"), join=po)
    answers = [{"line": "1", "answer": "accepted"}, {"line": "2", "answer": "changed", "promised_date": "2099-01-01"}]
    await story.say("material-po.acknowledge", material_po_id=po, lines=answers)
    await story.say("customer-po.cancel", po_number="SECOND", customer_id="C-API", source={"channel": "api"})
    await story.say("cancellation.assess", order_id=story.orders["SECOND"], decision="free", by=SALES)
    assert (await po_body(story, po))["state"] == "confirmed"


# ------------------------------------------------------------------------------------------ silent suppliers


@pytest.mark.rule("R22")
@pytest.mark.parametrize("supplier", ["S-ALLOYS", "S-NORDSTAHL"])
async def test_a_silent_supplier_is_written_to_and_then_raised_after_downtime_too(
    backing: Settings, supplier: str
) -> None:
    clock = Clock()
    async with build(with_partners(backing), clock) as hub:
        told = Story(hub)
        _, (po,) = await supply(told, "SILENT", (supplier, "60"))
        await at_rest(hub)
    clock.now += timedelta(days=3)
    async with build(backing, clock) as hub:
        told = Story(hub)
        await eventually(lambda: documents(hub, state="sent", purpose="material-po.reminded.v1"), "the reminder")
        clock.now += timedelta(days=2)
        await eventually(lambda: twice(hub), "the second reminder")
        clock.now += timedelta(days=2)
        found = await eventually(lambda: events(hub, "material-po.overdue"), "the matter is raised")
        assert len(found) == 1
        await told.say("material-po.review-delay", material_po_id=po, decision="source-anew", by=PROCUREMENT)
        await at_rest(hub)
        reminders = await events(hub, "material-po.reminded")
        assert [orjson.loads(row.body)["data"]["reminder"] for row in reminders] == [1, 2]
        assert list(await audit(hub.database)) == []


async def twice(hub: Hub) -> bool:
    """Whether the supplier has been reminded twice."""
    return len(await events(hub, "material-po.reminded")) == 2


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


# ---------------------------------------------------------------------------------------------------- delays


def days(count: int) -> str:
    """The day that is so many days away."""
    return (datetime.now(UTC) + timedelta(days=count)).date().isoformat()


@pytest.mark.rule("R60")
async def test_a_late_supplier_rewrites_no_promise_and_the_customer_hears_the_decision_alone(story: Story) -> None:
    due, late, promised = days(20), days(40), days(50)
    key = await story.order("LATE", ("1", "5"), customer="C-CASCADE", lines=[line_due(due)])
    await story.need(f"W-{key}-1", (STEEL, "60", "KGM"))
    await story.source(f"R-{key}-1", {"from": "supplier", "supplier_id": "S-ALLOYS", "quantity": "60"})
    po = (await requirement(story, key))["sources"][0]["material_po_id"]
    accepted = [{"line": "1", "answer": "accepted", "promised_date": late}]
    await story.say("material-po.acknowledge", material_po_id=po, lines=accepted)
    await at_rest(story.hub)
    line = (await whole_order(story.hub.database, f"O-{key}"))["lines"][0]
    assert (line["requested"], line["first_confirmed"], line["confirmed"]) == (due, due, due)
    assert line["projected"] > late
    assert not await documents(story.hub, purpose="order.delay-confirmed.v1")

    decided = {"order_id": f"O-{key}", "line": "1", "confirmed_date": promised}
    await story.say("order.review-delay", **decided, by=SALES)
    await eventually(
        lambda: documents(story.hub, state="sent", purpose="order.delay-confirmed.v1"), "word to the customer"
    )
    line = (await whole_order(story.hub.database, f"O-{key}"))["lines"][0]
    assert (line["first_confirmed"], line["confirmed"]) == (due, promised)


def line_due(day: str) -> dict[str, Any]:
    """A line that is due on that day."""
    return {"line": "1", "product": {"buyer_part": "P"}, "quantity": "5", "unit": "H87", "requested_date": day}


@pytest.mark.rule("R12")
async def test_a_count_finds_whoever_has_set_it_aside(story: Story) -> None:
    for number, wanted in (("ONE", "300"), ("TWO", "150")):
        key = await story.order(number, ("1", "5"))
        await story.need(f"W-{key}-1", (STEEL, wanted, "KGM"))
        await story.source(f"R-{key}-1", {"from": "stock", "quantity": wanted})
    await story.say("stock.adjust", material=STEEL, count="400", unit="KGM", reason="yearly count")
    assert {(await requirement(story, story.orders[number][2:]))["state"] for number in ("ONE", "TWO")} == {
        "to_source",
        "reserved",
    }
    assert len(await events(story.hub, "material.short")) == 1


@pytest.mark.rule("R35")
@pytest.mark.parametrize(
    ("said", "state", "event"),
    [
        ("Agreed.", "cancelled", "cancelled"),
        ("We decline: the plates are cut.", "confirmed", "cancel-refused"),
    ],
)
async def test_a_supplier_answers_by_mail_whether_it_agrees_to_a_cancellation(
    backing: Settings, said: str, state: str, event: str
) -> None:
    async with build(with_partners(backing)) as hub:
        story, supplier = Story(hub), Mailbox("orders@pacific-alloys.example", "Pat")
        _, (po,) = await supply(story, "OFF", ("S-ALLOYS", "60"))
        await story.say("customer-po.cancel", po_number="OFF", customer_id="C-API", source={"channel": "api"})
        await story.say("cancellation.assess", order_id=story.orders["OFF"], decision="free", by=SALES)
        purpose = "material-po.cancel-requested.v1"
        [request] = await eventually(lambda: documents(hub, direction="out", purpose=purpose), "our request")
        stranger = Mailbox("orders@pacific-alloy.example").reply(bytes(request.raw), "Agreed.")
        assert (await hub.intake.receive(stranger, "other.eml")).state == "quarantined"
        assert not await events(hub, f"material-po.{event}")

        answer = supplier.reply(bytes(request.raw), said)
        assert (await hub.intake.receive(answer, "answer.eml")).state == "received"
        [told] = await eventually(lambda: events(hub, f"material-po.{event}"), event)
        assert orjson.loads(told.body)["data"]["material_po_id"] == po
        await at_rest(hub)
        assert (await po_body(story, po))["state"] == state
        assert list(await audit(hub.database)) == []
