"""A story that leaves something of everything in a store: what the audit, the queries and the command line look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from hub.app import Hub
from hub.store import tables
from hub.store.batch import Item
from hub.store.post import Verdict
from tests.support.running import (
    DATA,
    ENGINEER,
    INSPECTOR,
    PROCUREMENT,
    SALES,
    SHIPPING,
    at_rest,
    documents,
    eventually,
    send,
)

STEEL, BAR = "STEEL-S355-6MM", "BAR-40MM"


def purchase_order(number: str, *lines: tuple[str, str], customer: str = "C-API", **more: Any) -> dict[str, Any]:
    """The data of a purchase order with these lines: number and quantity."""
    return {
        "po_number": number,
        "purpose": "original",
        "customer": {"id": customer},
        "lines": [
            {
                "line": line,
                "product": {"buyer_part": f"part {line}"},
                "quantity": quantity,
                "unit": "H87",
                "unit_price": "10",
                "requested_date": "2099-01-11",
            }
            for line, quantity in lines
        ],
        "source": {"channel": "api"},
        **more,
    }


@dataclass(slots=True)
class Story:
    """Tells a hub what happens, and remembers the ids."""

    hub: Hub
    orders: dict[str, str] = field(default_factory=dict)
    """by PO number"""

    async def say(self, kind: str, outcome: str = "done", **data: Any) -> Verdict:
        """Send a command and see how it ends."""
        verdict = await send(self.hub, kind, **data)
        assert verdict.outcome == outcome, (kind, data, verdict)
        return verdict

    async def order(self, number: str, *lines: tuple[str, str], confirmed: bool = True, **more: Any) -> str:
        """A purchase order comes in by API, and is confirmed; its key."""
        verdict = await self.say("customer-po.submit", **purchase_order(number, *lines, **more))
        self.orders[number] = verdict.order_id
        if confirmed:
            await self.say("order.review", order_id=verdict.order_id, decision="confirm", by=SALES)
        return verdict.order_id.removeprefix("O-")

    async def make(self, work: str, pieces: str, *, inspect: bool = True) -> None:
        """Schedule and make what a work order is to make."""
        await self.say(
            "work-order.schedule",
            work_order_id=work,
            start="2098-11-23",
            end="2098-11-24",
            work_center="A",
            by=ENGINEER,
        )
        await self.say("work-order.start-production", work_order_id=work, by=ENGINEER)
        if inspect:
            await self.finish(work, pieces)

    async def finish(self, work: str, passed: str, failed: str = "0") -> None:
        """Complete the production and count the pieces."""
        await self.say("work-order.complete-production", work_order_id=work, by=ENGINEER)
        await self.say("quality.inspect", work_order_id=work, passed=passed, failed=failed, by=INSPECTOR)

    async def need(self, work: str, *materials: tuple[str, str, str]) -> None:
        """The engineer lists materials."""
        listed = [{"material": name, "quantity": quantity, "unit": unit} for name, quantity, unit in materials]
        await self.say("work-order.specify-materials", work_order_id=work, materials=listed, by=ENGINEER)

    async def source(self, requirement: str, *allocations: dict[str, str]) -> None:
        """The procurement officer finds a source."""
        await self.say("material.source", requirement_id=requirement, allocations=list(allocations), by=PROCUREMENT)

    async def rest(self) -> None:
        """Wait until nothing is left to be sent."""
        await at_rest(self.hub)


async def tell(hub: Hub) -> Story:
    """The whole story, to its rest."""
    story = Story(hub)
    await _made_and_shipped(story)
    await _bought_and_cancelled(story)
    await _never_begun(story)
    await _changed(story)
    await _by_document(story)
    await _asked_about(story)
    await story.say("stock.adjust", material=STEEL, quantity="-2.5", unit="KGM", reason="yearly count")
    await hub.work.carry_out(Item(b"{ this is no message"))
    await story.rest()
    return story


async def _made_and_shipped(story: Story) -> None:
    """Two lines made: one straight through, one with a fix and a remake; all shipped."""
    key = await story.order("MADE", ("1", "10"), ("2", "4"))
    await story.say("order.review", "refused", order_id=story.orders["MADE"], decision="confirm", by=SALES)
    first, second = f"W-{key}-1", f"W-{key}-2"
    await story.need(first, (STEEL, "30", "KGM"))
    await story.source(f"R-{key}-1", {"from": "stock", "quantity": "30"})
    await story.make(first, "10")
    await story.need(second, (STEEL, "8", "KGM"))
    await story.source(f"R-{key}-2", {"from": "stock", "quantity": "8"})
    await story.make(second, "4", inspect=False)
    await story.finish(second, "2", "2")
    await story.say("work-order.decide-defect", work_order_id=second, decision="fix", quantity="1", by=ENGINEER)
    await story.say("work-order.decide-defect", work_order_id=second, decision="remake", by=ENGINEER)
    await story.source(f"R-{key}-3", {"from": "stock", "quantity": "2"})
    await story.make(second, "2")
    for work, quantity in ((first, "10"), (second, "4")):
        items = [{"work_order_id": work, "quantity": quantity}]
        await story.say("shipment.dispatch", items=items, carrier="DSV", by=SHIPPING)


async def _bought_and_cancelled(story: Story) -> None:
    """One line waits for a part delivery, one is cancelled on the floor, one is cancelled before; one ships."""
    key = await story.order("BOUGHT", ("1", "5"), ("2", "6"), ("3", "7"), ("4", "1"))
    works = [f"W-{key}-{line}" for line in range(1, 5)]
    await story.need(works[0], (BAR, "50", "MTR"))
    await story.source(f"R-{key}-1", {"from": "supplier", "supplier_id": "S-NORDSTAHL", "quantity": "60"})
    sources = (await order_body(story.hub, story.orders["BOUGHT"]))["requirements"][f"R-{key}-1"]["sources"]
    po = sources[0]["material_po_id"]
    await story.say("material-po.acknowledge", material_po_id=po, lines=[{"line": "1", "answer": "accepted"}])
    await story.say("material-po.receive", material_po_id=po, lines=[{"line": "1", "quantity": "20"}])
    await story.need(works[1], (STEEL, "12", "KGM"))
    await story.source(f"R-{key}-2", {"from": "stock", "quantity": "12"})
    await story.make(works[1], "6", inspect=False)
    await story.need(works[2], (STEEL, "100", "KGM"), (BAR, "10", "MTR"))
    await story.source(f"R-{key}-3", {"from": "stock", "quantity": "100"})
    await story.source(f"R-{key}-4", {"from": "supplier", "supplier_id": "S-ALLOYS", "quantity": "10"})
    await story.need(works[3])
    await story.make(works[3], "1")
    await story.say("shipment.dispatch", items=[{"work_order_id": works[3], "quantity": "1"}], by=SHIPPING)
    await story.say(
        "customer-po.cancel", po_number="BOUGHT", customer_id="C-API", lines=["2", "3"], source={"channel": "api"}
    )
    await story.say(
        "cancellation.assess",
        order_id=story.orders["BOUGHT"],
        lines=[{"line": "2", "decision": "penalty"}, {"line": "3", "decision": "free"}],
        penalty={"amount": "20", "currency": "EUR"},
        by=SALES,
    )
    await story.say("penalty.answer", order_id=story.orders["BOUGHT"], answer="accept")
    for what, pieces in (("stock", "1"), ("salvage", "2"), ("scrap", "1")):
        await story.say("work-order.dispose", work_order_id=works[1], quantity=pieces, by=ENGINEER, **{"as": what})


async def _never_begun(story: Story) -> None:
    """Orders that are rejected, wait for a revision, were revised, are cancelled whole, or are being assessed."""
    for number, decision in (("REJECTED", "reject"), ("STANDBY", "revise")):
        await story.order(number, ("1", "3"), confirmed=False)
        await story.say(
            "order.review", order_id=story.orders[number], decision=decision, reason="not so soon", by=SALES
        )
    await story.order("REVISED", ("1", "3"), ("2", "5"), confirmed=False)
    await story.say("customer-po.submit", **purchase_order("REVISED", ("1", "9"), purpose="revision"))
    for number in ("CANCELLED", "ASSESSING"):
        await story.order(number, ("1", "3"))
        await story.say("customer-po.cancel", po_number=number, customer_id="C-API", source={"channel": "api"})
    await story.say("cancellation.assess", order_id=story.orders["CANCELLED"], decision="free", by=SALES)


async def _changed(story: Story) -> None:
    """An order of which a line is altered, one removed, one added; and a second change that waits for a decision."""
    key = await story.order("CHANGED", ("1", "4"), ("2", "2"))
    await story.need(f"W-{key}-1", (STEEL, "10", "KGM"))
    await story.source(f"R-{key}-1", {"from": "stock", "quantity": "10"})
    change = purchase_order("CHANGED", ("1", "2"), ("2", "0"), ("3", "1"), purpose="change")
    await story.say("customer-po.submit", **change)
    names = {"order_id": story.orders["CHANGED"], "change_id": f"H-{key}-1"}
    await story.say("order.review-change", **names, decision="accept", by=SALES)
    await story.say("customer-po.submit", **purchase_order("CHANGED", ("3", "5"), purpose="change"))


async def _by_document(story: Story) -> None:
    """An 850 comes in, and again; a file that nobody can read; the order is confirmed, so that an 855 goes out."""
    raw = (DATA / "edi/cascade-850-new.edi").read_bytes()
    await story.hub.intake.receive(raw, "po.edi")
    await story.hub.intake.receive(raw, "again.edi")
    await story.hub.intake.receive(b"\x00\x01 what is this", "noise.bin")
    await eventually(lambda: by_number(story.hub, "CC-70418"), "the order of the 850")
    verdict = await story.say(
        "order.review", customer_id="C-CASCADE", po_number="CC-70418", decision="confirm", by=SALES
    )
    story.orders["CC-70418"] = verdict.order_id
    await eventually(
        lambda: documents(story.hub, direction="out", state="sent", purpose="order.confirmed.v1"), "the 855"
    )


async def _asked_about(story: Story) -> None:
    """A quotation that is discarded, and other content under a number in use, about which somebody is still asked."""
    quotation = (DATA / "edi/cascade-850-new.edi").read_text().replace("BEG*00*SA*", "BEG*00*QT*")
    quotation = quotation.replace("000000412", "000000477")
    receipt = await story.hub.intake.receive(quotation.encode(), "quotation.edi")
    said = {"document_id": receipt.document_id, "as": "discard", "by": SALES}
    await story.say("document.classify", **said)
    await story.say("customer-po.submit", **purchase_order("STANDBY", ("1", "4")))


async def by_number(hub: Hub, number: str) -> list[Any]:
    """The rows of orders of this PO number."""
    async with hub.database.read() as connection:
        return list((await connection.execute(select(tables.orders).where(tables.orders.c.po_number == number))).all())


async def order_body(hub: Hub, order_id: str) -> dict[str, Any]:
    """What is stored of an order."""
    import orjson

    query = select(tables.orders.c.body).where(tables.orders.c.order_id == order_id)
    async with hub.database.read() as connection:
        found: dict[str, Any] = orjson.loads((await connection.execute(query)).scalar_one())
    return found
