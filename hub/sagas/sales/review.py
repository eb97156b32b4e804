"""The sales officer's review of a purchase order, and the wait for a revised one (R2-R4, R36, R65, R67)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.base import Person, Policy
from hub.messages.customer_po import Line
from hub.messages.order import (
    OrderConfirmed,
    OrderLapsed,
    OrderRejected,
    OrderReminded,
    OrderRevisionRequested,
    ReviewOrder,
)
from hub.sagas.case import CustomerTerms, Scene
from hub.sagas.dates import refuse_past
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, plain
from hub.sagas.sales.prices import price_facts, total
from hub.sagas.sales.purchase_order import (
    dates,
)
from hub.sagas.sales.remarks import remark_facts, says_more
from hub.sagas.table import After, Refusal, Step, step
from hub.sagas.timers import RevisionLapseDue, RevisionReminderDue


def confirm(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Promise the requested dates and let the lines go to work (R3, R10)."""

    promised = dict(order.lines)
    for place, (number, line) in enumerate(order.lines.items(), start=1):
        if line.open > ZERO:
            promised[number] = replace(line.promised(), work_order_id=f"W-{order.key}-{place}")
    order = replace(order, lines=promised)
    lines = [line.item for line in order.lines.values() if line.open > ZERO]
    return step(
        order,
        OrderConfirmed(
            **order.names,
            revision=len(order.revisions),
            lines=lines,
            dates=dates(order),
            by=review.by,
            reason=review.reason,
        ),
    )


def ask_to_revise(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Ask the customer for a revised purchase order, and wait for it (R4)."""
    revision = len(order.revisions)
    event = OrderRevisionRequested(
        **order.names, revision=revision, proposals=review.proposals, reason=review.reason, by=review.by
    )
    rules = scene.rules
    due = RevisionReminderDue(order_id=order.order_id, revision=revision, reminder=1)
    timers = [After(rules.revision_reminder, due)]
    if rules.revision_lapse is not None:
        timers.append(After(rules.revision_lapse, RevisionLapseDue(order_id=order.order_id, revision=revision)))
    return step(order, event, *timers)


def reject(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Turn the order down (R3)."""
    event = OrderRejected(**order.names, revision=len(order.revisions), reason=review.reason, by=review.by)
    return step(order, event)


def decides(decision: str) -> Any:
    """A guard: the review's decision is this one."""

    def decision_is(order: Order, review: ReviewOrder, scene: Scene) -> bool:
        return review.decision == decision

    decision_is.__doc__ = decision
    return decision_is


def held(order: Order, message: object, scene: Scene) -> bool:
    """A cancellation is being decided."""
    return order.held


def review_fits(order: Order, review: ReviewOrder, scene: Scene) -> Refusal | None:
    """Proposals are about lines of the order and not of the past (R67); asking to revise says why (R3)."""
    for place, proposal in enumerate(review.proposals):
        if proposal.line not in order.lines:
            return Refusal("unknown_line", f"{order.po_number} has no line {proposal.line}", f"proposals.{place}.line")
        if refusal := refuse_past(proposal.requested_date, scene, f"proposals.{place}.requested_date"):
            return refusal
    if review.decision == "revise" and not review.proposals and not review.reason:
        return Refusal("reason_missing", "say why, or propose something, when asking to revise", "reason")
    return None


def policy_may(order: Order, review: ReviewOrder, scene: Scene) -> Refusal | None:
    """A policy confirms no price that differs, no past date, no product named twice, and no remark (R67)."""
    if not isinstance(review.by, Policy) or review.decision != "confirm":
        return None
    facts = review_facts(order, scene)
    if says_more(facts["remarks"]):
        return Refusal("needs_a_person", "the customer wrote a remark, which is not for a policy", "by.policy")
    for line in facts["lines"]:
        if line["price_differs"] or line["in_the_past"] or line["product_named_twice"]:
            return Refusal("needs_a_person", f"line {line['line']} is not for a policy to confirm", "by.policy")
    return None


def remind(order: Order, due: RevisionReminderDue, scene: Scene) -> Step[Order]:
    """Remind the customer that a revised purchase order is awaited (R65)."""
    order = replace(order, reminders=due.reminder)
    event = OrderReminded(**order.names, reminder=due.reminder)
    if due.reminder >= scene.rules.revision_reminders:
        return step(order, event)
    again = RevisionReminderDue(order_id=order.order_id, revision=due.revision, reminder=due.reminder + 1)
    return step(order, event, After(scene.rules.revision_reminder, again))


def put_off(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> Step[Order]:
    """Ask the customer for nothing while its cancellation is being decided; come again later (R36, R65)."""
    return step(order, After(scene.rules.revision_reminder, due))


def awaited_on_hold(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> bool:
    """The revision is still awaited, and a cancellation is being decided."""
    return order.held and still_awaited(order, due, scene)


def still_awaited(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> bool:
    """The timer is about the revision that is still awaited."""
    return due.revision == len(order.revisions)


def lapse(order: Order, due: RevisionLapseDue, scene: Scene) -> Step[Order]:
    """Wait no longer; a revision that comes later opens the order again (R65)."""
    return step(order, OrderLapsed(**order.names))


def review_facts(order: Order, scene: Scene) -> dict[str, Any]:
    """What is asked for, line by line, what stands against it, and what the customer wrote besides (R1, R2, R67).

    `hub.sagas.history.facts` adds the history.
    """
    products = [_product_name(line.item) for line in order.lines.values()]
    terms = scene.rules.terms.get(order.customer_id, CustomerTerms())
    lines = [
        {
            "line": number,
            "product": line.item.product.model_dump(exclude_none=True),
            "quantity": plain(line.open),
            "unit": line.item.unit,
            **price_facts(line, order.po.currency, terms),
            "requested_date": line.requested,
            "in_the_past": bool(line.requested and line.requested < scene.today),
            "product_named_twice": products.count(_product_name(line.item)) > 1,
        }
        for number, line in order.lines.items()
        if line.open > ZERO
    ]
    return {
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "revision": len(order.revisions),
        "currency": order.po.currency or terms.currency,
        "value": total(line["value"] for line in lines),
        "terms": order.po.terms.model_dump(exclude_defaults=True) if order.po.terms else None,
        "remarks": remark_facts(
            order.po, {number: line.item for number, line in order.lines.items() if line.open > ZERO}, terms
        ),
        "lines": lines,
    }


def _product_name(line: Line) -> str:
    product = line.product
    return product.seller_part or product.buyer_part or product.gtin or product.description or line.line


def _senior_wanted(order: Order, scene: Scene) -> bool:
    after = scene.rules.senior_after
    return after is not None and len(order.revisions) >= after


def for_any_officer(order: Order, scene: Scene) -> bool:
    """No cancellation is being decided (R36)."""
    return not order.held and not _senior_wanted(order, scene)


def for_a_senior(order: Order, scene: Scene) -> bool:
    """It has been revised as often as the settings say, and no cancellation is being decided (R4, R36)."""
    return not order.held and _senior_wanted(order, scene)


def senior_reviews(order: Order, review: ReviewOrder, scene: Scene) -> Refusal | None:
    """After as many revisions as the settings say, a senior sales officer reviews (R4)."""
    if isinstance(review.by, Person) and review.by.role == "sales-officer" and _senior_wanted(order, scene):
        return Refusal("wrong_role", "this review is for a senior sales officer", "by.role")
    return None
