"""The sales officer's decision on a change, line by line: what can still be altered, and what cannot (R8, R31)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.messages.order import ChangedLine, ReviewChange
from hub.sagas.case import CustomerTerms, Scene
from hub.sagas.difference import shown
from hub.sagas.model import Change, ChangeRequest, Order, WorkOrder
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.production.alteration import production_has_begun, scaled, specified_otherwise
from hub.sagas.sales.prices import price_differs
from hub.sagas.sales.remarks import remark_facts
from hub.sagas.table import Refusal

LARGEST = Decimal(10) ** 12
"""what a quantity on the wire stays below"""


def on_hold(saga: Change, message: object, scene: Scene) -> bool:
    """A cancellation is being decided (R8)."""
    return scene.order.held


def not_held(saga: Change, scene: Scene) -> bool:
    """No cancellation is being decided (R8)."""
    return not scene.order.held


def obstacle(order: Order, changed: ChangedLine) -> Refusal | None:
    """Why a line keeps its terms, whatever the officer wants (R8, R31); nothing where it can be changed.

    The customer is told so in these words.
    """
    number, line = changed.line, order.lines.get(changed.line)
    if line is None:
        text = f"the order has no line {number}"
        return Refusal("unknown_line", text) if changed.action == "delete" else None
    if line.open <= ZERO:
        return Refusal("line_closed", f"line {number} has been {'shipped' if line.shipped > ZERO else 'cancelled'}")
    work = order.work_orders.get(line.work_order_id or "")
    if work is None:
        return None
    if production_has_begun(work):
        text = f"production of line {number} has begun; it keeps its terms, unless it is cancelled"
        return Refusal("in_production", text)
    if changed.after is not None and any(
        need >= LARGEST for _, need, _ in scaled(work, decimal(changed.after.quantity))
    ):
        return Refusal("too_much", f"line {number} would need more material than can be written down")
    return None


# ------------------------------------------------------------------------------------------------- the review


def _verdicts(asked: ChangeRequest, review: ReviewChange) -> dict[str, str | None]:
    single = {verdict.line: verdict.decision for verdict in review.lines}
    return {each.line: single.get(each.line, review.decision) for each in asked.lines}


def review_fits(saga: Change, review: ReviewChange, scene: Scene) -> Refusal | None:
    """Each line is decided, and what is accepted can still be carried out (R8)."""
    asked, places = saga.requests[-1], dict[str, int]()
    if review.change_id != asked.change_id:
        return Refusal("no_change", f"{asked.change_id} waits for a decision, not {review.change_id}", "change_id")
    known = {each.line: each for each in asked.lines}
    for place, single in enumerate(review.lines):
        where = f"lines.{place}.line"
        if single.line not in known:
            return Refusal("unknown_line", f"line {single.line} is not part of the change", where)
        if single.line in places:
            return Refusal("duplicate_line", f"line {single.line} is decided twice", where)
        places[single.line] = place
    for number, verdict in _verdicts(asked, review).items():
        if verdict is None:
            return Refusal("verdict_missing", f"line {number} has no decision", "lines")
        against = obstacle(scene.order, known[number]) if verdict == "accept" else None
        if against is not None:
            return replace(against, where=f"lines.{places[number]}.decision" if number in places else "decision")
    if not asked.lines and review.decision is None:
        return Refusal("verdict_missing", "say whether the change of the order as a whole is accepted", "decision")
    return None


def decided(asked: ChangeRequest, review: ReviewChange, order: Order) -> ChangeRequest:
    """The request with what is accepted and refused of it, and why lines keep their terms."""
    verdicts = _verdicts(asked, review)
    accepted = tuple(number for number, verdict in verdicts.items() if verdict == "accept")
    given = {verdict.line: verdict.reason for verdict in review.lines if verdict.reason}
    reasons = []
    for each in asked.lines:
        against = obstacle(order, each)
        reason = given.get(each.line) or (against.message if against else None)
        if reason and each.line not in accepted:
            reasons.append((each.line, reason))
    something = bool(accepted) or (not asked.lines and review.decision == "accept")
    return replace(
        asked,
        outcome="accepted" if something else "refused",
        accepted=accepted,
        refused=tuple(number for number in verdicts if number not in accepted),
        reasons=tuple(reasons),
    )


# --------------------------------------------------------------------------------------------------- the task


def change_facts(saga: Change, scene: Scene) -> dict[str, Any]:
    """What would differ, line by line, and what can still be altered, what was written besides (R8, R67)."""
    order, asked = scene.order, saga.requests[-1]
    terms = scene.rules.terms.get(order.customer_id, CustomerTerms())
    return {
        "change_id": asked.change_id,
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "currency": order.po.currency,
        "received_at": asked.received_at,
        "document_id": asked.sent.source.document_id,
        "requests": [each.change_id for each in saga.undecided],
        "header": list(asked.header),
        "remarks": remark_facts(asked.sent, {item.line: item for item in asked.sent.lines}, terms),
        "lines": [_line_facts(order, each, scene) for each in asked.lines],
    }


def _line_facts(order: Order, changed: ChangedLine, scene: Scene) -> dict[str, Any]:
    line, against = order.lines.get(changed.line), obstacle(order, changed)
    work = order.work_orders.get(line.work_order_id or "") if line else None
    item, terms = changed.after or changed.before, scene.rules.terms.get(order.customer_id, CustomerTerms())
    date = changed.after.requested_date if changed.after else None
    return {
        **shown(changed),
        "unit": item.unit if item else None,
        "can_be_altered": against is None,
        "why_not": {"code": against.code, "message": against.message} if against else None,
        "confirmed_date": line.confirmed if line else None,
        "in_the_past": bool(date and date < scene.today),
        "price_differs": bool(changed.after and price_differs(changed.after, order.po.currency, terms)),
        "work_order_id": work.work_order_id if work else None,
        "work_order_state": work.state if work else None,
        "engineer_is_asked_anew": bool(
            work and changed.after and work.item and specified_otherwise(work.item, changed.after)
        ),
        "materials": _materials(order, work),
    }


def _materials(order: Order, work: WorkOrder | None) -> list[dict[str, Any]]:
    return [
        {
            "material": need.material,
            "unit": need.unit,
            "state": need.state,
            "quantity": plain(need.quantity),
            "in_house": plain(need.in_house),
            "awaited": plain(need.awaited),
        }
        for need in (order.requirements[key] for key in (work.requirements if work else ()))
    ]
