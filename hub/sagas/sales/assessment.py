"""The sales officer's decision on a cancellation, line by line (R31-R34, R37)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.cancellation import (
    AssessCancellation,
    CancellationGranted,
    CancellationPenaltyProposed,
    CancellationRefused,
)
from hub.messages.order import OrderEvent, OrderReleased
from hub.sagas.case import Scene
from hub.sagas.model import Cancellation
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.sales.penalty import question_of
from hub.sagas.sales.proposal import penalty_of, proposal_facts, proposal_fits
from hub.sagas.table import After, Refusal, Step, step
from hub.sagas.timers import PenaltyExpiryDue, PenaltyReminderDue


def verdicts(saga: Cancellation, answer: AssessCancellation) -> dict[str, str | None]:
    """The decision on each line of the request: its own, or the one for all."""
    single = {verdict.line: verdict.decision for verdict in answer.lines}
    return {number: single.get(number, answer.decision) for number in saga.lines}


def _with_penalty(saga: Cancellation, answer: AssessCancellation) -> list[str]:
    return [number for number, verdict in verdicts(saga, answer).items() if verdict == "penalty"]


def assessment_fits(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> Refusal | None:
    """Each line of the request is decided, and a penalty has its amount, given or proposed (R31, R64)."""
    if answer.cancellation_id and answer.cancellation_id != saga.cancellation_id:
        return Refusal("not_assessing", f"{answer.cancellation_id} is not being assessed", "cancellation_id")
    for place, verdict in enumerate(answer.lines):
        if verdict.line not in saga.lines:
            where = f"lines.{place}.line"
            return Refusal("unknown_line", f"line {verdict.line} is not part of the request", where)
    decided = verdicts(saga, answer)
    missing = [number for number, verdict in decided.items() if verdict is None]
    if missing:
        return Refusal("verdict_missing", f"line {', '.join(missing)} has no decision", "decision")
    if "penalty" not in decided.values():
        return None
    if answer.penalty is None:
        return proposal_fits(saga.proposal, _with_penalty(saga, answer))
    if decimal(answer.penalty.amount) <= ZERO:
        return Refusal("wrong_amount", "a penalty is more than nothing", "penalty.amount")
    return None


def asks_penalty(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> bool:
    """A penalty is due for some line, so that the customer has to be asked (R33)."""
    return "penalty" in verdicts(saga, answer).values()


def _decided(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> list[OrderEvent | CancellationRefused]:
    decided = verdicts(saga, answer)
    free = [number for number, verdict in decided.items() if verdict == "free"]
    refused = [number for number, verdict in decided.items() if verdict == "refuse"]
    names = {**scene.order.names, **saga.names}
    says: list[OrderEvent | CancellationRefused] = []
    if free:
        says.append(CancellationGranted(**names, lines=free, reason=answer.reason, by=answer.by))
    if refused:
        reason = answer.reason or "the lines can no longer be cancelled"
        says.append(CancellationRefused(**names, lines=refused, code="refused", reason=reason, by=answer.by))
        says.append(OrderReleased(**scene.order.names, cancellation_id=saga.cancellation_id, lines=refused))
    return says


def settle(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> Step[Cancellation]:
    """Grant or refuse, line by line; no penalty is due (R32, R34)."""
    return step(saga.ended(), *_decided(saga, answer, scene))


def propose_penalty(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> Step[Cancellation]:
    """Decide the lines without penalty now, and put the question about the others to the customer (R33)."""
    says = _decided(saga, answer, scene)
    lines = tuple(_with_penalty(saga, answer))
    rules = scene.rules
    proposed, _ = penalty_of(saga.proposal, lines)
    saga = replace(
        saga,
        lines=lines,
        question_id=f"Q-{scene.order.key}-{saga.questions + 1}",
        questions=saga.questions + 1,
        penalty=answer.penalty or proposed,
        expires_at=scene.at(rules.penalty_answer),
        reminders=0,
    )
    basis = [] if answer.penalty else [each for each in saga.proposal if each.line in lines]
    question = CancellationPenaltyProposed(**question_of(saga, scene), basis=basis, reason=answer.reason, by=answer.by)
    due = {"order_id": scene.order.order_id, "question_id": saga.question_id}
    return step(
        saga,
        *says,
        question,
        After(rules.penalty_reminder, PenaltyReminderDue(**due)),
        After(rules.penalty_answer, PenaltyExpiryDue(**due)),
    )


def assessment_facts(saga: Cancellation, scene: Scene) -> dict[str, Any]:
    """How far each line's work has come, and what penalty the settings propose (R31, R64)."""
    order = scene.order
    lines = []
    for number in saga.lines:
        line = order.lines[number]
        work = order.work_orders.get(line.work_order_id or "")
        lines.append(
            {
                "line": number,
                "open": plain(line.open),
                "unit": line.item.unit,
                "unit_price": line.item.unit_price,
                "price_basis": line.item.price_basis,
                "work_order_id": line.work_order_id,
                "work_order_state": work.state if work else None,
                "materials": [
                    {"material": need.material, "state": need.state}
                    for need in order.requirements.values()
                    if need.work_order_id == line.work_order_id
                ],
            }
        )
    return {
        "cancellation_id": saga.cancellation_id,
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "currency": order.po.currency,
        "reason": saga.reason,
        "order_state": order.state,
        "penalty": proposal_facts(saga.proposal),
        "lines": lines,
    }
