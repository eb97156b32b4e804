"""A small workshop on a clock of its own: one customer, two suppliers, one material; people answer by kind of task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub.app import Hub, build
from hub.settings import Settings
from hub.store import queries
from tests.support.running import ENGINEER, INSPECTOR, PROCUREMENT, SALES, SHIPPING, eventually, send

PARTNERS = """
partners:
  - id: C-HOLT
    name: Holt Maschinen
    channel: api
    currency: EUR
    parts: {HM-4410: MW-1001}
    prices: [{part: HM-4410, price: "38.75"}]
CUSTOMER_POLICIES
  - id: S-ONE
    name: One Steel
    role: supplier
    channel: api
SUPPLIER_POLICIES
  - {id: S-TWO, name: Two Steel, role: supplier, channel: api}
materials:
  - id: STEEL
    unit: KGM
    stock: "0"
    suppliers:
      - {supplier: S-ONE, lead_time_days: 7, price: "2.00", minimum: "100"}
      - {supplier: S-TWO, lead_time_days: 60, price: "1.00"}
"""
BY = {
    "order.review": SALES,
    "cancellation.assess": SALES,
    "work-order.specify-materials": ENGINEER,
    "material.source": PROCUREMENT,
    "material-po.review-change": PROCUREMENT,
    "work-order.schedule": ENGINEER,
    "work-order.start-production": ENGINEER,
    "work-order.complete-production": ENGINEER,
    "quality.inspect": INSPECTOR,
    "shipment.dispatch": SHIPPING,
}
IDS = ("order_id", "work_order_id", "requirement_id", "material_po_id")


@dataclass(slots=True)
class Workshop:
    """The hub, and a day that the test sets."""

    hub: Hub
    clock: list[datetime] = field(default_factory=list)

    def on(self, day: str) -> None:
        """Make it eight o'clock on another day."""
        self.clock[0] = datetime.fromisoformat(f"{day}T08:00:00").replace(tzinfo=UTC)

    async def order(self, number: str, requested: str = "2027-02-01", **line: Any) -> dict[str, Any]:
        """Send a purchase order of one line; the review's task."""
        entry = {
            "line": "1",
            "product": {"buyer_part": "HM-4410"},
            "quantity": "10",
            "unit": "H87",
            "unit_price": "38.75",
            "requested_date": requested,
            **line,
        }
        data = {
            "po_number": number,
            "purpose": "original",
            "currency": "EUR",
            "customer": {"id": "C-HOLT"},
            "lines": [entry],
            "source": {"channel": "api"},
        }
        await self.done("customer-po.submit", **data)
        return await self.asked(number, "order.review", state="")

    async def change(self, number: str, lines: list[dict[str, Any]]) -> None:
        """Send a change of a confirmed purchase order."""
        data = {"po_number": number, "purpose": "change", "currency": "EUR", "lines": lines}
        await self.done("customer-po.submit", **data, customer={"id": "C-HOLT"}, source={"channel": "api"})

    async def asked(self, number: str, kind: str, *, state: str = "open") -> dict[str, Any]:
        """The last task of a kind about an order, in a state or in any."""

        async def look() -> list[dict[str, Any]]:
            order_id = (await queries.orders_named(self.hub.database, number))[0]["order_id"]
            states = [state] if state else ["open", "closed", "withdrawn"]
            found = []
            for each in states:
                found += await queries.tasks(self.hub.database, order_id=order_id, kind=f"{kind}.v1", state=each)
            return sorted(found, key=lambda task: str(task["opened_at"]))

        found: list[dict[str, Any]] = await eventually(look, f"{kind} for {number}")
        return found[-1]

    async def answer(self, number: str, kind: str, **data: Any) -> dict[str, Any]:
        """A person answers; the task that was answered."""
        task = await self.asked(number, kind)
        fields = {name: task[name] for name in IDS if task[name] and _takes(kind, name)}
        await self.done(kind, **fields, **data, task_id=task["task_id"], by=BY[kind])
        return task

    async def done(self, kind: str, **data: Any) -> None:
        """Send a command that is carried out."""
        verdict = await send(self.hub, kind, **data)
        assert verdict.outcome == "done", verdict

    async def supply(self, number: str, day: str, promised: str) -> None:
        """Order the steel from S-ONE, which promises it for a day and brings it on another."""
        allocation = {"from": "supplier", "supplier_id": "S-ONE", "quantity": "100", "requested_date": promised}
        await self.answer(number, "material.source", allocations=[allocation])
        po = await self.material_po(number)
        accepted = [{"line": "1", "answer": "accepted", "promised_date": promised}]
        await self.done("material-po.acknowledge", material_po_id=po, lines=accepted)
        self.on(day)
        await self.done("material-po.receive", material_po_id=po, lines=[{"line": "1", "quantity": "100"}])

    async def material_po(self, number: str) -> str:
        """The id of the material PO that an order's material was ordered with last."""
        from hub.store.queries import whole_order

        order_id = (await queries.orders_named(self.hub.database, number))[0]["order_id"]
        order = await whole_order(self.hub.database, order_id)
        return str(order["lines"][0]["material_pos"][-1]["material_po_id"])

    async def make(self, number: str, start: str, end: str, ready: str) -> None:
        """Make what is supplied: planned on LASER-1 for some days, ready on another."""
        await self.answer(number, "work-order.schedule", start=start, end=end, work_center="LASER-1")
        await self.answer(number, "work-order.start-production")
        self.on(ready)
        await self.answer(number, "work-order.complete-production")
        await self.answer(number, "quality.inspect", passed="10")

    async def made_once(self, number: str = "PO-1") -> None:
        """One order from 23 November to 10 December, its steel two days late; 70 kg are left in stock."""
        await self.order(number, characteristics=GRADE)
        await self.answer(number, "order.review", decision="confirm")
        await self.answer(number, "work-order.specify-materials", materials=LIST)
        await self.supply(number, "2026-12-03", promised="2026-12-01")
        await self.make(number, "2026-12-07", "2026-12-09", ready="2026-12-10")


LIST = [{"material": "STEEL", "quantity": "30", "unit": "KGM"}]
GRADE = [{"name": "grade", "value": "S355J2"}]


def _takes(kind: str, name: str) -> bool:
    from hub.messages.catalogue import MESSAGES

    return name in MESSAGES[f"{kind}.v1"].model_fields


@asynccontextmanager
async def workshop(settings: Settings, *, customer: str = "", supplier: str = "") -> AsyncIterator[Workshop]:
    """A workshop that opens on Monday, 23 November 2026, with policies in the profiles (YAML lists) where given."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    text = PARTNERS
    for name, policies in (("CUSTOMER_POLICIES", customer), ("SUPPLIER_POLICIES", supplier)):
        text = text.replace(name, f"    policies: {policies}" if policies else "")
    await asyncio.to_thread((settings.folder / "partners.yaml").write_text, text)
    clock = [datetime(2026, 11, 23, 8, tzinfo=UTC)]
    async with build(settings, lambda: clock[0]) as hub:
        yield Workshop(hub, clock)
