"""The cancellation of an order or of some of its lines: a region of its own beside the order (R30-R39)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo
from hub.messages.order import (
    AssessCancellation,
    CancellationExtended,
    CancellationGranted,
    CancellationPenaltyAccepted,
    CancellationPenaltyDeclined,
    CancellationPenaltyExpired,
    CancellationPenaltyProposed,
    CancellationRefused,
    CancellationReminded,
    CancellationRequested,
    OrderEvent,
    OrderHeld,
    OrderReleased,
    OrderRevised,
)
from hub.sagas.case import Scene, by_of
from hub.sagas.model import Cancellation, Order
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.order import CLOSED
from hub.sagas.table import NEW, After, Refusal, Step, Table, ignore, on, refuse, refuse_if, step, waits
from hub.sagas.timers import PenaltyExpiryDue, PenaltyReminderDue

# ------------------------------------------------------------------------------------------------- request


def _names(order: Order) -> dict[str, str]:
    return {"order_id": order.order_id, "customer_id": order.customer_id, "po_number": order.po_number}


def open_lines(order: Order, request: CancelCustomerPo) -> tuple[str, ...]:
    """The lines of the request that can still be cancelled: what has shipped is outside (R37)."""
    wanted = request.lines if request.lines is not None else list(order.lines)
    return tuple(n for n in dict.fromkeys(wanted) if n in order.lines and order.lines[n].open > ZERO)


def _why_not(order: Order, request: CancelCustomerPo) -> tuple[str, str]:
    if order.state == NEW:
        return "unknown_order", f"no purchase order {request.po_number} is known here"
    if order.state in {"rejected", "cancelled"}:
        return "order_closed", f"purchase order {request.po_number} is {order.state} already"
    unknown = [number for number in request.lines or () if number not in order.lines]
    if unknown:
        return "unknown_line", f"purchase order {request.po_number} has no line {', '.join(unknown)}"
    return "too_late", "what is to be cancelled has been shipped or cancelled already"


def nothing_to_cancel(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> bool:
    """The order is unknown or closed, or nothing of what is named can still be cancelled."""
    order = scene.order
    return order.state in {NEW, *CLOSED} or not open_lines(order, request)


def _refused(request: CancelCustomerPo, scene: Scene, lines: list[str]) -> CancellationRefused:
    code, reason = _why_not(scene.order, request)
    return CancellationRefused(
        customer_id=request.customer_id,
        po_number=request.po_number,
        order_id=scene.order.order_id if scene.order.state != NEW else None,
        lines=lines,
        code=code,  # type: ignore[arg-type]  # _why_not gives only codes of the schema
        reason=reason,
    )


def _refused_lines(request: CancelCustomerPo, scene: Scene) -> list[CancellationRefused]:
    """The refusal of the lines that are named and cannot be cancelled, beside others that can (R37)."""
    possible = open_lines(scene.order, request)
    lines = [number for number in dict.fromkeys(request.lines or ()) if number not in possible]
    return [_refused(request, scene, lines)] if lines else []


def refuse_at_once(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Tell the customer why nothing is cancelled (R37)."""
    return step(saga, _refused(request, scene, request.lines or []))


def open_assessment(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Put the lines on hold and ask the sales officer (R31, R36)."""
    order = scene.order
    lines = open_lines(order, request)
    saga = Cancellation(
        state=saga.state,
        visits=saga.visits,
        cancellation_id=f"C-{order.key}-{saga.count + 1}",
        lines=lines,
        reason=request.reason,
        count=saga.count + 1,
        questions=saga.questions,
    )
    names: dict[str, Any] = {
        **_names(order),
        "cancellation_id": saga.cancellation_id,
        "lines": list(lines),
    }
    requested = CancellationRequested(**names, reason=request.reason)
    return step(saga, requested, OrderHeld(**names), *_refused_lines(request, scene))


def adds_nothing(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> bool:
    """Every line that it names is part of the request being decided (R38)."""
    return set(open_lines(scene.order, request)) <= set(saga.lines)


def extend(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Let further lines join the assessment; an open offer is void (R38)."""
    added = [number for number in open_lines(scene.order, request) if number not in saga.lines]
    voided = saga.question_id if saga.state == "awaiting_customer" else ""
    saga = replace(saga, lines=(*saga.lines, *added), question_id="", penalty=None, expires_at=None)
    event = CancellationExtended(
        **_names(scene.order),
        cancellation_id=saga.cancellation_id,
        lines=list(saga.lines),
        added=added,
        voided_question_id=voided or None,
    )
    held = OrderHeld(**_names(scene.order), cancellation_id=saga.cancellation_id, lines=added)
    return step(saga, event, held, *_refused_lines(request, scene))


def _still_open(saga: Cancellation, scene: Scene) -> list[str]:
    lines = scene.order.lines
    return [number for number in saga.lines if number in lines and lines[number].open > ZERO]


def _dropped(saga: Cancellation, scene: Scene) -> OrderReleased | None:
    gone = [number for number in saga.lines if number not in _still_open(saga, scene)]
    names = {**_names(scene.order), "cancellation_id": saga.cancellation_id}
    return OrderReleased(**names, lines=gone) if gone else None


def is_moot(saga: Cancellation, revised: OrderRevised, scene: Scene) -> bool:
    """The revision has none of the lines that were to be cancelled."""
    return not _still_open(saga, scene)


def end_as_moot(saga: Cancellation, revised: OrderRevised, scene: Scene) -> Step[Cancellation]:
    """Nothing is left to decide on; the customer is told."""
    names: dict[str, Any] = {**_names(scene.order), "cancellation_id": saga.cancellation_id}
    event = CancellationRefused(
        **names,
        lines=list(saga.lines),
        code="unknown_line",
        reason="the revised purchase order does not have these lines any more",
    )
    released = _dropped(saga, scene)
    return step(_ended(saga), event, *([released] if released else []))


def assess_anew(saga: Cancellation, revised: OrderRevised, scene: Scene) -> Step[Cancellation]:
    """Assess what the revision has of it; an open offer, made for other terms, is void (R6, R38)."""
    released, voided = _dropped(saga, scene), saga.question_id or None
    saga = replace(saga, lines=tuple(_still_open(saga, scene)), question_id="", penalty=None, expires_at=None)
    says: list[OrderEvent] = [released] if released else []
    if voided:
        names: dict[str, Any] = {**_names(scene.order), "cancellation_id": saga.cancellation_id}
        says.append(CancellationExtended(**names, lines=list(saga.lines), voided_question_id=voided))
    return step(saga, *says)


# ---------------------------------------------------------------------------------------------- assessment


def verdicts(saga: Cancellation, answer: AssessCancellation) -> dict[str, str | None]:
    """The decision on each line of the request: its own, or the one for all."""
    single = {verdict.line: verdict.decision for verdict in answer.lines}
    return {number: single.get(number, answer.decision) for number in saga.lines}


def _assessment_fits(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> Refusal | None:
    """Each line of the request is decided, and a penalty has its amount (R31)."""
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
        return Refusal("penalty_missing", "a penalty needs its amount and currency", "penalty")
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
    names: dict[str, Any] = {**_names(scene.order), "cancellation_id": saga.cancellation_id}
    says: list[OrderEvent | CancellationRefused] = []
    if free:
        says.append(CancellationGranted(**names, lines=free, reason=answer.reason, by=answer.by))
    if refused:
        reason = answer.reason or "the lines can no longer be cancelled"
        says.append(CancellationRefused(**names, lines=refused, code="refused", reason=reason, by=answer.by))
        says.append(OrderReleased(**names, lines=refused))
    return says


def settle(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> Step[Cancellation]:
    """Grant or refuse, line by line; no penalty is due (R32, R34)."""
    return step(_ended(saga), *_decided(saga, answer, scene))


def propose_penalty(saga: Cancellation, answer: AssessCancellation, scene: Scene) -> Step[Cancellation]:
    """Decide the lines without penalty now, and put the question about the others to the customer (R33)."""
    says = _decided(saga, answer, scene)
    lines = tuple(number for number, verdict in verdicts(saga, answer).items() if verdict == "penalty")
    rules = scene.rules
    saga = replace(
        saga,
        lines=lines,
        question_id=f"Q-{scene.order.key}-{saga.questions + 1}",
        questions=saga.questions + 1,
        penalty=answer.penalty,
        expires_at=scene.at(rules.penalty_answer),
        reminders=0,
    )
    question = CancellationPenaltyProposed(**_question(saga, scene), reason=answer.reason, by=answer.by)
    due = {"order_id": scene.order.order_id, "question_id": saga.question_id}
    return step(
        saga,
        *says,
        question,
        After(rules.penalty_reminder, PenaltyReminderDue(**due)),
        After(rules.penalty_answer, PenaltyExpiryDue(**due)),
    )


def _question(saga: Cancellation, scene: Scene) -> dict[str, Any]:
    return {**_offer(saga, scene), "expires_at": saga.expires_at}


def _offer(saga: Cancellation, scene: Scene) -> dict[str, Any]:
    return {
        **_names(scene.order),
        "cancellation_id": saga.cancellation_id,
        "lines": list(saga.lines),
        "question_id": saga.question_id,
        "penalty": saga.penalty,
    }


def _ended(saga: Cancellation) -> Cancellation:
    return Cancellation(state=saga.state, visits=saga.visits, count=saga.count, questions=saga.questions)


# ------------------------------------------------------------------------------------- the customer's answer


def _question_fits(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> Refusal | None:
    """It is the open question that is answered; a void or expired one is not (R38)."""
    if answer.question_id and answer.question_id != saga.question_id:
        return Refusal("question_closed", f"question {answer.question_id} is not open", "question_id")
    return None


def accepts(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> bool:
    """The customer accepts the penalty."""
    return answer.answer == "accept"


def declines(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> bool:
    """The customer declines the penalty."""
    return answer.answer == "decline"


def grant_with_penalty(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> Step[Cancellation]:
    """The customer pays; the lines are cancelled (R33)."""
    offer = _offer(saga, scene)
    granted = CancellationGranted(
        **_names(scene.order),
        cancellation_id=saga.cancellation_id,
        lines=list(saga.lines),
        penalty=saga.penalty,
        by=by_of(answer),
    )
    return step(_ended(saga), CancellationPenaltyAccepted(**offer, by=by_of(answer)), granted)


def _release(saga: Cancellation, scene: Scene) -> OrderReleased:
    return OrderReleased(**_names(scene.order), cancellation_id=saga.cancellation_id, lines=list(saga.lines))


def go_on(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> Step[Cancellation]:
    """The customer does not pay; work on the lines continues (R33)."""
    offer = _offer(saga, scene)
    return step(_ended(saga), CancellationPenaltyDeclined(**offer, by=by_of(answer)), _release(saga, scene))


def asked(saga: Cancellation, due: PenaltyReminderDue | PenaltyExpiryDue, scene: Scene) -> bool:
    """The timer is about the question that is open."""
    return due.question_id == saga.question_id


def remind(saga: Cancellation, due: PenaltyReminderDue, scene: Scene) -> Step[Cancellation]:
    """Remind the customer of the question (R38)."""
    saga = replace(saga, reminders=saga.reminders + 1)
    return step(saga, CancellationReminded(**_question(saga, scene), reminder=saga.reminders))


def expire(saga: Cancellation, due: PenaltyExpiryDue, scene: Scene) -> Step[Cancellation]:
    """No answer came in time; work on the lines continues (R38)."""
    return step(_ended(saga), CancellationPenaltyExpired(**_offer(saga, scene)), _release(saga, scene))


def assessment_facts(saga: Cancellation, scene: Scene) -> dict[str, Any]:
    """What the sales officer has to know: how far each line's work has come (R31)."""
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
        "lines": lines,
    }


PENDING = ("assessing", "awaiting_customer")


CANCELLATION: Table[Cancellation] = Table(
    name="cancellation",
    initial="none",
    states=("none", *PENDING),
    final=("none",),
    rows=(
        on("none", CancelCustomerPo, refuse_at_once, when=nothing_to_cancel),
        on("none", CancelCustomerPo, open_assessment, to="assessing"),
        on(PENDING, CancelCustomerPo, refuse_at_once, when=nothing_to_cancel),
        ignore(PENDING, CancelCustomerPo, "these lines are being decided already (R38)", when=adds_nothing),
        on(PENDING, CancelCustomerPo, extend, to="assessing"),
        on(PENDING, OrderRevised, end_as_moot, to="none", when=is_moot),
        on(PENDING, OrderRevised, assess_anew, to="assessing"),
        ignore("none", OrderRevised, "no cancellation is being decided"),
        #
        refuse_if("assessing", AssessCancellation, _assessment_fits),
        on("assessing", AssessCancellation, propose_penalty, "awaiting_customer", asks_penalty),
        on("assessing", AssessCancellation, settle, to="none"),
        refuse(
            ("none", "awaiting_customer"),
            AssessCancellation,
            "not_assessing",
            "no cancellation of this order is being assessed",
        ),
        #
        refuse_if("awaiting_customer", AnswerPenalty, _question_fits),
        on("awaiting_customer", AnswerPenalty, grant_with_penalty, to="none", when=accepts),
        on("awaiting_customer", AnswerPenalty, go_on, to="none", when=declines),
        refuse(
            ("none", "assessing"),
            AnswerPenalty,
            "question_closed",
            "no penalty question of this order is open",
            "question_id",
        ),
        on("awaiting_customer", PenaltyReminderDue, remind, when=asked),
        on("awaiting_customer", PenaltyExpiryDue, expire, to="none", when=asked),
        ignore(("none", *PENDING), PenaltyReminderDue, "the question has been answered"),
        ignore(("none", *PENDING), PenaltyExpiryDue, "the question has been answered"),
    ),
    waits=(waits("assessing", AssessCancellation, "sales-officer", assessment_facts),),
)
