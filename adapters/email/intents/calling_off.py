"""A supplier's answer to our request to cancel a material PO: agreed to or refused, in plain words and nothing else.

What is said besides (a fee, a part of it, a condition) is for a person to weigh.
"""

from __future__ import annotations

import re
from typing import Literal

from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.intents.case import Case, Outcome
from adapters.email.lines.valued import Fault
from adapters.email.mail.wire import name, passage
from hub.messages.material_po import AnswerMaterialPoCancellation

ASKED = "material_po_cancellation"
_LONGEST = 800
"""characters that a plain answer may have"""
_AGREES, _REFUSES = ("accept", "accept_like", "confirm"), ("decline", "decline_like", "supplier_reject")
_MARK = re.compile(r"\[#[a-z0-9]{10,64}\]", re.IGNORECASE)
_MONEY = re.compile(r"[€£$%]|\b(?:eur|usd|gbp|chf|cad|sek)\b")


def take_calling_off(case: Case, number: str, faults: list[Fault]) -> Outcome:
    """The answer, through its gates; ``faults`` are those of the material PO that it is about."""
    if case.located.by not in ("token", "references"):
        faults.append(Fault("token_missing", "the mail is not in the thread of our request to cancel", "header"))
    if case.located.conversation.get("expired"):
        faults.append(Fault("token_expired", "the time in which the request could be answered is over", "header"))
    answer = _answer(case.rest_text)
    if answer is None:
        text = "the mail answers our request to cancel, and neither plainly agrees nor plainly refuses"
        faults.append(Fault("answer_unclear", text, "body"))
    faults.extend(_beside(case, number, answer))
    number = name(number, 80) or ""
    if answer is None or not number:
        return Outcome("supplier_confirm", (), tuple(faults))
    reason = passage(case.rest_text, 1000) if answer == "refused" else None
    message = AnswerMaterialPoCancellation(material_po_id=number, answer=answer, reason=reason)
    return Outcome("supplier_confirm", (message,), tuple(faults))


def _answer(text: str) -> Literal["accepted", "refused"] | None:
    """Agreed only where no word refuses; refused only where no word agrees besides those that a refusal is made of."""
    words = vocabulary()
    left = fold(text)
    for kind in _REFUSES:
        left = words.patterns[kind].sub(" ", left)
    refuses = left != fold(text)
    agrees = any(words.says(kind, left) for kind in _AGREES)
    if refuses == agrees:
        return None
    return "refused" if refuses else "accepted"


def _beside(case: Case, number: str, answer: str | None) -> list[Fault]:
    """What else the mail says, that a plain answer does not."""
    words = vocabulary()
    text = case.rest_text
    found = [] if answer is None else ["condition", "rest", *(["negation"] if answer == "accepted" else [])]
    faults = [
        Fault("answer_conditional", f"the answer says “{said}”", "body")
        for kind in found
        if (said := words.says(kind, text, *case.languages))
    ]
    plain = _MARK.sub(" ", text)
    for each in {number, *(str(line) for line in (case.located.get("po_number"),))} - {""}:
        plain = re.sub(re.escape(each), " ", plain, flags=re.IGNORECASE)
    if case.has_lines or re.search(r"\d", plain) or _MONEY.search(fold(plain)):
        faults.append(Fault("answer_conditional", "the answer holds figures: a fee, a part, or a date", "body"))
    if "?" in text or len(text) > _LONGEST:
        faults.append(Fault("answer_unclear", "the answer asks a question, or says more than an answer", "body"))
    return faults
