"""A customer's request to cancel, and its answer to the penalty question."""

from __future__ import annotations

import re
from typing import Literal

from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.intents.assembly import po_numbers
from adapters.email.intents.case import Case, Outcome
from adapters.email.lines.header import merge
from adapters.email.lines.valued import Fault
from adapters.email.mail.conversation import party
from adapters.email.mail.document import text_of
from adapters.email.mail.wire import name
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, Source
from hub.messages.documents import Intent

_POLITE = 400
"""characters that may stand below the answer: thanks and a name"""


def speaks_of_cancelling(case: Case) -> bool:
    """Whether the sender's own words, or a subject of its own, are about cancelling."""
    words = vocabulary()
    return bool(words.says("cancel", case.own_text)) or (
        not case.located.kind and bool(words.says("cancel", case.subject_text))
    )


def take_cancellation(case: Case) -> Outcome:
    """The request to cancel, through its gates."""
    words = vocabulary()
    header = merge([*(sheet.header for sheet in case.sheets), case.subject])
    numbers = po_numbers(header, case.located.get("po_number") if case.located.kind != "material_po" else "")
    text = case.own_text
    faults: list[Fault] = []
    warnings: list[Fault] = []
    asked = words.says("cancel_request", text) or words.says("cancel_request", case.subject_text) or _politely(text)
    if not asked:
        faults.append(Fault("cancel_unclear", "the mail speaks of cancelling, but does not plainly ask for it", "body"))
    if len(numbers) != 1:
        code = "po_number_conflict" if numbers else "po_number_missing"
        faults.append(Fault(code, "the request names " + (", ".join(numbers) or "no purchase order"), ""))
    for kind, code in (
        ("condition", "cancel_conditional"),
        ("negation", "cancel_unclear"),
        ("rest", "cancel_partial"),
        ("change", "cancel_unclear"),
        ("replaces", "cancel_unclear"),
    ):
        found = words.says(kind, text, *case.languages)
        if found:
            faults.append(Fault(code, f"the request says “{found}”", "body"))
    if "?" in text:
        faults.append(Fault("cancel_unclear", "the mail asks a question", "body"))
    named, unclear = _lines(case, numbers)
    faults.extend(unclear)
    if case.has_lines:
        faults.append(Fault("cancel_with_lines", "the mail speaks of cancelling and holds order lines", "body"))
    state = case.known_order(numbers[0]) if numbers else False
    if state is None:
        faults.append(Fault("po_of_other_customer", f"{numbers[0]} is an order of another customer", ""))
    elif not state and numbers:
        warnings.append(Fault("order_unknown", f"no order {numbers[0]} of this customer is known", ""))
    messages: tuple[CancelCustomerPo, ...] = ()
    if len(numbers) == 1 and case.partner is not None:
        messages = (
            CancelCustomerPo(
                po_number=numbers[0],
                customer_id=case.partner.id,
                lines=named or None,
                reason=_reason(case),
                source=Source(channel="email", message_id=name(case.message_id)),
            ),
        )
    return Outcome("cancel", messages, tuple(faults), tuple(warnings))


def _politely(text: str) -> bool:
    """Whether one sentence holds both a word of asking and one of cancelling."""
    words = vocabulary()
    return any(words.says("please", one) and words.says("cancel", one) for one in re.split(r"[.!?\n]\s", text))


def _lines(case: Case, numbers: tuple[str, ...]) -> tuple[list[str], list[Fault]]:
    """The lines that the request names; any other number in it makes it unclear."""
    words = vocabulary()
    text = case.own_text
    for number in numbers:
        text = re.sub(re.escape(number), " ", text, flags=re.IGNORECASE)
    folded = fold(text)
    lead = bounded(
        alternatives([*words.phrases["line_lead"], "lines", "items", "positions", "lignes", "postes", "articles"])
    )
    pattern = re.compile(
        rf"{lead}\s*(?:no|nr|n)?[.°:]?\s*((?:\d{{1,4}}(?:\s*(?:,|&|\+|/|(?:and|und|et|y|ja|och|en|sowie)(?!\w))\s*(?:{lead}\s*)?)?)+)"
    )
    named: list[str] = []
    for match in pattern.finditer(folded):
        named.extend(digits for digits in re.findall(r"\d+", match[1]) if digits not in named)
    left = pattern.sub(" ", folded)
    body = "\n".join(left.splitlines()[: _body_length(case)])
    if re.search(r"\d", body):
        return named, [
            Fault("cancel_partial", "the request holds numbers that are neither the order nor its lines", "body")
        ]
    if named and words.says("all_lines", text, *case.languages):
        return named, [Fault("cancel_unclear", "the request names all and some lines", "body")]
    return named, []


def _body_length(case: Case) -> int:
    """How many lines come before the greeting at the end, below which telephone numbers may stand."""
    rows = case.own_text.splitlines()
    for number, row in enumerate(rows):
        if number and vocabulary().patterns["courtesy"].match(fold(row).strip()):
            return number
    request = max((n for n, row in enumerate(rows) if vocabulary().says("cancel", row)), default=len(rows))
    return next((n for n in range(request, len(rows)) if not rows[n].strip()), len(rows))


def _reason(case: Case) -> str | None:
    """The sentences that ask for it, which mostly say why."""
    said = [cell.text for cell in text_of(case.own) if vocabulary().says("cancel", cell.text)]
    return name(" ".join(said), 1000)


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
    for kind in ("condition", "negation", opposite, "change"):
        found = words.says(kind, below, *case.languages)
        if found:
            return [Fault("answer_conditional", f"below the answer the mail says “{found}”", "body")]
    money = any(sheet.header.sums or sheet.lines for sheet in case.sheets)
    if (
        money
        or re.search(r"[€£$]|\b(?:eur|usd|gbp|chf|cad|sek)\b", fold(below))
        or len(below) > _POLITE
        or "?" in below
    ):
        return [Fault("answer_conditional", "more stands below the answer than thanks and a name", "body")]
    return []


def _like(case: Case) -> Literal["accept", "decline"] | None:
    words = vocabulary()
    text = case.own_text
    if words.says("decline_like", text, *case.languages):
        return "decline"
    return "accept" if words.says("accept_like", text, *case.languages) else None
