"""The delay of a line: a region of its own, from the projection to the sales officer's decision (R60)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.order import (
    OrderDelayAverted,
    OrderDelayConfirmed,
    OrderDelayProjected,
    OrderLineCancelled,
    ReviewDelay,
)
from hub.messages.shipment import Shipped
from hub.sagas.case import Scene
from hub.sagas.dates import refuse_past
from hub.sagas.model import Delay, Order
from hub.sagas.numbers import ZERO, plain
from hub.sagas.table import Refusal, Step, Table, ignore, never, on, step, waits


def delay_fits(order: Order, review: ReviewDelay, scene: Scene) -> Refusal | None:
    """The line is projected to be late; no date of the past is confirmed (R60, R67)."""
    line = order.lines.get(review.line)
    if line is None:
        return Refusal("unknown_line", f"{order.po_number} has no line {review.line}", "line")
    if line.delay.state != "projected":
        return Refusal("no_delay", f"line {review.line} is not projected to be late", "line")
    return refuse_past(review.confirmed_date, scene, "confirmed_date")


def confirm_delay(order: Order, review: ReviewDelay, scene: Scene) -> Step[Order]:
    """Promise another date, of which the customer is told; the same date again is no news (R60)."""
    line = order.lines[review.line]
    if review.confirmed_date == line.confirmed:
        return step(order)
    event = OrderDelayConfirmed(
        **order.names,
        line=review.line,
        confirmed=review.confirmed_date,
        before=line.confirmed,
        by=review.by,
        reason=review.reason,
    )
    return step(order.with_line(review.line, replace(line, confirmed=review.confirmed_date)), event)


def announce(delay: Delay, projected: OrderDelayProjected, scene: Scene) -> Step[Delay]:
    """Put it to the sales officer (R60)."""
    return step(replace(delay, announced=projected.projected))


def forget(delay: Delay, message: object, scene: Scene) -> Step[Delay]:
    """Nothing is to be decided any more."""
    return step(replace(delay, announced=None))


def note_decision(delay: Delay, review: ReviewDelay, scene: Scene) -> Step[Delay]:
    """Only a date later than this one is put to the sales officer again."""
    return step(replace(delay, announced=None, decided=scene.order.lines[delay.line].projected))


def nothing_open(delay: Delay, message: object, scene: Scene) -> bool:
    """All of the line has been shipped."""
    return scene.order.lines[delay.line].open <= ZERO


def delay_facts(delay: Delay, scene: Scene) -> dict[str, Any]:
    """The four dates of the line, and what it waits for."""
    order = scene.order
    line = order.lines[delay.line]
    work = order.work_orders[line.work_order_id or ""]
    needs = [order.requirements[key] for key in work.requirements]
    return {
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "line": delay.line,
        "product": line.item.product.model_dump(exclude_none=True),
        "quantity": plain(line.open),
        "unit": line.item.unit,
        "requested_date": line.requested,
        "first_confirmed": line.first_confirmed,
        "confirmed": line.confirmed,
        "projected": line.projected,
        "work_order_id": work.work_order_id,
        "state": work.state,
        "scheduled": {"start": work.start, "end": work.end, "work_center": work.work_center} if work.start else None,
        "materials": [
            {"material": need.material, "material_po_id": each.material_po_id, "expected": each.expected}
            for need in needs
            for each in need.sources
            if not each.closed
        ],
    }


STATES = ("none", "projected")
DELAY: Table[Delay] = Table(
    name="delay of a line",
    module=__name__,
    initial="none",
    states=STATES,
    final=("none",),
    rows=(
        on(STATES, OrderDelayProjected, announce, to="projected"),
        on("projected", OrderDelayAverted, forget, to="none"),
        never("none", OrderDelayAverted, "only a delay that was projected is averted"),
        on("projected", ReviewDelay, note_decision, to="none"),
        never("none", ReviewDelay, "the order refuses it where no delay is projected"),
        on("projected", Shipped, forget, to="none", when=nothing_open),
        ignore(STATES, Shipped, "it is not late, or part of it is still to come"),
        on("projected", OrderLineCancelled, forget, to="none"),
        ignore("none", OrderLineCancelled, "it is not late"),
    ),
    waits=(waits("projected", ReviewDelay, "sales-officer", delay_facts),),
)
