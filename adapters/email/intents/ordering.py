"""A customer's purchase order in a mail: a new one, a revision, or an attempt that a person has to see."""

from __future__ import annotations

import re
from dataclasses import replace

from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.intents.assembly import Order, assemble, po_numbers
from adapters.email.intents.case import Case, Outcome
from adapters.email.intents.mentions import known_numbers
from adapters.email.intents.purchase import Purpose
from adapters.email.intents.remarks import remarks, spoken
from adapters.email.lines.header import Named, merge, numbers_behind
from adapters.email.lines.valued import Fault
from adapters.email.mail.document import Cell
from adapters.email.mail.identity import order_key
from hub.messages.document import Intent

_NOUNS = re.compile(
    r"\b(?:order|po|purchase order|bestell\w*|auftrag\w*|commande|pedido|tilaus\w*|bestall\w*|inkop\w*|inkoop\w*)\b"
)
_RELEASE = re.compile(
    r"(?:\brev(?:ision)?\.?|\banderung|\banderungsnr|\bmodification|\bversion)\s*(?:no|nr|n)?[.:°]?\s*(\d{1,3}|[a-z])\b"
)


def take_order(case: Case) -> Outcome:
    """The order in the mail, through all its gates."""
    subject = merge([case.subject])
    subject.po_numbers.extend([*known_numbers(case), *_labelled(case)])
    number = case.located.get("po_number") if case.located.kind != "material_po" else ""
    numbers = po_numbers(merge([*(sheet.header for sheet in case.sheets), subject]), number)
    purpose, faults = _purpose(case, numbers)
    order = assemble(case.sheets, subject, case.partner, case.setting, purpose, case.message_id, number)
    faults.extend([*order.faults, *_words(case, purpose), *remarks(case, order.lines, revised=purpose == "revision")])
    if case.mail.enclosed:
        faults.append(Fault("mail_enclosed", "the mail holds another mail, which may say otherwise", "attachment"))
    order = _released(order, case)
    keys: tuple[str, ...] = ()
    if order.message is not None and case.partner is not None and purpose == "original":
        keys = (order_key(case.partner.id, order.message.po_number, order.message),)
    messages = (order.message,) if order.message else ()
    intent: Intent = "revision" if purpose == "revision" else "new_po"
    return Outcome(intent, messages, tuple(faults), order.warnings, keys=keys)


def _labelled(case: Case) -> list[Named]:
    """Numbers behind the words that, as its layout has taught, this customer puts before an order's."""
    if case.learnt is None or case.learnt.po_label is None:
        return []
    places = [Cell(case.subject_text, "subject", 0), *(cell for sheet in case.sheets for cell in sheet.rest)]
    return [named for place in places for named in numbers_behind(case.learnt.po_label, place)]


def _purpose(case: Case, numbers: tuple[str, ...]) -> tuple[Purpose, list[Fault]]:
    """Whether the order is new or a revision; the same number without a word of revision is for a person."""
    words = vocabulary()
    text = case.subject_text + "\n" + case.rest_text
    revised = words.says("revision", text) or words.says("replaces", text)
    asked = case.located.kind == "revise_request"
    states = [case.known_order(number) for number in numbers]
    if None in states:
        return "original", [Fault("po_of_other_customer", "another customer has an order of this number", "")]
    if asked:
        return "revision", []
    if any(states):
        if revised:
            return "revision", []
        return "revision", [
            Fault("po_number_in_use", f"{numbers[0]} is known, and the mail does not say that it revises it", "")
        ]
    return ("revision", []) if _titled_revision(case) else ("original", [])


def _titled_revision(case: Case) -> bool:
    """Whether subject or text call this a revised order, not merely mention a drawing's revision."""
    words = vocabulary()
    for line in [case.subject_text, *case.rest_text.splitlines()]:
        folded = fold(line)
        match = words.patterns["revision"].search(folded) or words.patterns["replaces"].search(folded)
        if match and match.group() != "rev" and _NOUNS.search(folded):
            return True
    return False


def _words(case: Case, purpose: Purpose) -> list[Fault]:
    """Faults for words that make an order less than one: a draft, a call-off, a condition."""
    words = vocabulary()
    faults = []
    text = "\n".join(cell.text for cell in spoken(case))
    kinds = [("doubt", "doubtful_words"), ("hand_over", "not_a_plain_order")]
    kinds.extend([("replaces", "doubtful_words")] if purpose == "original" else [("others", "revision_partial")])
    for kind, code in kinds:
        found = words.says(kind, text, *case.languages)
        if found:
            faults.append(Fault(code, f"the mail says “{found}”", "body"))
    quoting = words.says("not_order", case.subject_text)
    if quoting:
        faults.append(Fault("not_a_plain_order", f"the subject says “{quoting}”", "subject"))
    return faults


def _released(order: Order, case: Case) -> Order:
    match = _RELEASE.search(fold(case.subject_text + "\n" + case.rest_text))
    if order.message is None or match is None or order.message.purpose != "revision":
        return order
    message = order.message.model_copy(update={"release": match[1].upper()})
    return replace(order, message=message)
