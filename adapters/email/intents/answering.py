"""The customer's answer to the question whether it pays the penalty of a cancellation."""

from __future__ import annotations

import re
from typing import Literal

from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.intents.case import Case, Outcome
from adapters.email.lines.valued import Fault
from adapters.email.mail.conversation import party
from adapters.email.mail.document import text_of
from adapters.email.mail.wire import name
from hub.messages.customer_po import AnswerPenalty, Source
from hub.messages.document import Intent

_POLITE = 400
"""characters that may stand below the answer: thanks and a name"""


def first_own_line(case: Case) -> str:
    """The first line above the quote that is not empty."""
    return next((cell.text.strip() for cell in text_of(case.own) if cell.text.strip()), "")


def answer_word(case: Case) -> Literal["accept", "decline"] | None:
    """The answer, when the first line is exactly one of the words for it."""
    word = re.sub(r"^[*_\"'“”]+|[*_.!\"'“”]+$", "", fold(first_own_line(case)).strip()).strip()
    phrases = vocabulary().phrases
    if word in phrases["accept"]:
        return "accept"
    return "decline" if word in phrases["decline"] else None


def take_answer(case: Case) -> Outcome:
    """The answer to the penalty question. The token locates; sender and word together authorise."""
    faults: list[Fault] = []
    answer = answer_word(case)
    if case.located.by != "token":
        faults.append(Fault("token_missing", "the answer does not carry the question's token", "header"))
    if case.located.conversation.get("expired"):
        faults.append(Fault("token_expired", "the time in which the question could be answered is over", "header"))
    asked = party(case.located.conversation)
    if asked and asked != case.verdict.domain:
        faults.append(
            Fault("party_differs", f"{asked} was asked, {case.verdict.domain or 'somebody'} answers", "header")
        )
    customer = case.located.get("customer_id")
    if customer and case.partner and customer != case.partner.id:
        faults.append(Fault("party_differs", f"{customer} was asked, {case.partner.id} answers", "header"))
    likely = answer or _like(case)
    if answer is None:
        faults.append(Fault("answer_unclear", "the first line is not exactly ACCEPT or DECLINE", "body"))
    else:
        faults.extend(_below(case, answer))
    intent: Intent = "penalty_decline" if likely == "decline" else "penalty_accept"
    named = case.located.get("order_id") or (case.partner and case.located.get("po_number"))
    if answer is None or not named:
        return Outcome(intent, (), tuple(faults))
    message = AnswerPenalty(
        order_id=name(case.located.get("order_id"), 80),
        customer_id=case.partner.id if case.partner else None,
        po_number=name(case.located.get("po_number"), 80),
        question_id=name(case.located.get("question_id"), 80),
        answer=answer,
        source=Source(channel="email", message_id=name(case.message_id)),
    )
    return Outcome(intent, (message,), tuple(faults))


def _below(case: Case, answer: str) -> list[Fault]:
    """What stands below the answer must not take it back: no condition, no other answer, no other amount."""
    words = vocabulary()
    below = case.own_text.strip().partition("\n")[2].strip()
    opposite = "decline_like" if answer == "accept" else "accept_like"
    more = ("portion", "only", "rest", "line_lead") if answer == "accept" else ()
    for kind in ("condition", "negation", opposite, "change", *more):
        found = words.says(kind, below, *case.languages)
        if found:
            return [Fault("answer_conditional", f"below the answer the mail says “{found}”", "body")]
    if answer == "accept" and not _is_closing(below):
        return [Fault("answer_conditional", "below the answer the mail says more than thanks and a name", "body")]
    money = any(sheet.header.sums or sheet.lines for sheet in case.sheets)
    if (
        money
        or re.search(r"[€£$]|\b(?:eur|usd|gbp|chf|cad|sek)\b", fold(below))
        or len(below) > _POLITE
        or "?" in below
    ):
        return [Fault("answer_conditional", "more stands below the answer than thanks and a name", "body")]
    return []


_NAME = re.compile(r"(?:[^\W\d_a-zà-öø-ÿ][\w.'’-]*[\s,]*){1,3}$")
"""one to three words with capital letters, and nothing else"""


def _is_closing(below: str) -> bool:
    """Whether a text begins with thanks, a greeting or a name: what follows those is who wrote it."""
    first = next((line.strip() for line in below.splitlines() if line.strip()), "")
    thanks = vocabulary().patterns["courtesy"].match(fold(first))
    return not first or bool(thanks and len(first.split()) < 7) or bool(_NAME.match(first)) or first.startswith("--")


def _like(case: Case) -> Literal["accept", "decline"] | None:
    words = vocabulary()
    text = case.own_text
    if words.says("decline_like", text, *case.languages):
        return "decline"
    return "accept" if words.says("accept_like", text, *case.languages) else None
