"""The question whether the customer accepts a penalty, and the answer (R33, R38)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.cancellation import (
    CancellationGranted,
    CancellationPenaltyAccepted,
    CancellationPenaltyDeclined,
    CancellationPenaltyExpired,
    CancellationReminded,
)
from hub.messages.customer_po import AnswerPenalty
from hub.messages.order import OrderReleased
from hub.sagas.case import Scene, by_of
from hub.sagas.model import Cancellation
from hub.sagas.table import Refusal, Step, step
from hub.sagas.timers import PenaltyExpiryDue, PenaltyReminderDue


def question_of(saga: Cancellation, scene: Scene) -> dict[str, Any]:
    """The question as events show it, with the time in which it can be answered."""
    return {**_offer(saga, scene), "expires_at": saga.expires_at}


def _offer(saga: Cancellation, scene: Scene) -> dict[str, Any]:
    return {
        **scene.order.names,
        **saga.names,
        "lines": list(saga.lines),
        "question_id": saga.question_id,
        "penalty": saga.penalty,
    }


HOW_IT_ENDED = {
    "accepted": "was accepted, and the lines are cancelled",
    "declined": "was declined, and work on the order continues",
    "expired": "has expired, and work on the order continues",
    "void": "is void, because the request or the purchase order has changed since",
}
SAME = {"accept": {"accepted"}, "decline": {"declined", "expired"}}
"""by answer: the ends of a question of which it would change nothing"""


def _closed(saga: Cancellation, answer: AnswerPenalty) -> tuple[str, str] | None:
    """The closed question that is answered: the one named, or the last where none is open."""
    if answer.question_id:
        return next((each for each in saga.closed if each[0] == answer.question_id), None)
    return saga.closed[-1] if saga.closed and not saga.question_id else None


def says_nothing_new(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> bool:
    """The question has ended as this answer would have it end (R43)."""
    closed = _closed(saga, answer)
    return closed is not None and closed[1] in SAME[answer.answer]


def question_fits(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> Refusal | None:
    """It is the open question that is answered; of a void or expired one the customer is told so (R38)."""
    closed = _closed(saga, answer)
    if closed:
        text = f"offer {closed[0]} {HOW_IT_ENDED[closed[1]]}"
        return Refusal("question_closed", text, "question_id", closed[0], saga.offers.get(closed[0], ()))
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
        **scene.order.names,
        **saga.names,
        lines=list(saga.lines),
        penalty=saga.penalty,
        by=by_of(answer),
    )
    return step(saga.closing("accepted").ended(), CancellationPenaltyAccepted(**offer, by=by_of(answer)), granted)


def _release(saga: Cancellation, scene: Scene) -> OrderReleased:
    return OrderReleased(**scene.order.names, cancellation_id=saga.cancellation_id, lines=list(saga.lines))


def go_on(saga: Cancellation, answer: AnswerPenalty, scene: Scene) -> Step[Cancellation]:
    """The customer does not pay; work on the lines continues (R33)."""
    offer = _offer(saga, scene)
    declined = CancellationPenaltyDeclined(**offer, by=by_of(answer))
    return step(saga.closing("declined").ended(), declined, _release(saga, scene))


def asked(saga: Cancellation, due: PenaltyReminderDue | PenaltyExpiryDue, scene: Scene) -> bool:
    """The timer is about the question that is open."""
    return due.question_id == saga.question_id


def remind(saga: Cancellation, due: PenaltyReminderDue, scene: Scene) -> Step[Cancellation]:
    """Remind the customer of the question (R38)."""
    saga = replace(saga, reminders=saga.reminders + 1)
    return step(saga, CancellationReminded(**question_of(saga, scene), reminder=saga.reminders))


def expire(saga: Cancellation, due: PenaltyExpiryDue, scene: Scene) -> Step[Cancellation]:
    """No answer came in time; work on the lines continues (R38)."""
    expired = CancellationPenaltyExpired(**_offer(saga, scene))
    return step(saga.closing("expired").ended(), expired, _release(saga, scene))
