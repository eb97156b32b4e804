"""A supplier's mail: its answer to a material PO, or the notice that the goods are on their way."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import ValidationError

from adapters.email.grammar import numbers
from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.intents.assembly import agreeing, po_numbers
from adapters.email.intents.calling_off import ASKED, take_calling_off
from adapters.email.intents.case import Case, Outcome
from adapters.email.lines.header import find_po_numbers, merge
from adapters.email.lines.leftover import leftovers
from adapters.email.lines.sheet import check_totals
from adapters.email.lines.valued import Fault, Valued
from adapters.email.mail.conversation import party
from hub.messages.base import Command
from hub.messages.material_po import AcknowledgedLine, AcknowledgeMaterialPo, LineQuantity, NotifyDispatch

Answer = Literal["accepted", "changed", "rejected"]


def take_supplier(case: Case) -> Outcome:
    """What the supplier says of a material PO, through its gates."""
    words = vocabulary()
    text = case.subject_text + "\n" + case.own_text
    faults: list[Fault] = []
    number = _number(case, faults)
    if case.located.kind == ASKED:
        return take_calling_off(case, number, faults)
    if words.says("cancel", text):
        said = f"the mail says “{words.says('cancel', text)}”, and does not answer a request of ours to cancel"
        faults.append(Fault("answer_unclear", said, "body"))
    if words.says("dispatched", text) and not words.says("confirm", text):
        return _dispatch(case, number, faults)
    answer = _answer(case, faults)
    if answer is None and not faults:
        return Outcome("not_an_order", to_person=True)
    faults.extend(
        fault for sheet in case.sheets for line in sheet.lines for fault in line.faults if fault.code != "price_missing"
    )
    if answer == "accepted":
        faults.extend(_beside(case, number))
    faults.extend(fault for sheet in case.sheets if sheet.lines for fault in leftovers(sheet))
    lines = _lines(case, faults)
    message = _acknowledgement(case, number, answer or "accepted", lines)
    if message is None and not faults:
        missing = Fault(
            "lines_missing", "the confirmation lists no lines, and those of the material PO are not at hand", "body"
        )
        return Outcome("supplier_confirm", (), (), (missing,), to_person=True)
    return Outcome("supplier_confirm", (message,) if message else (), tuple(faults))


def _number(case: Case, faults: list[Fault]) -> str:
    located = case.located.get("material_po_id") or (
        case.located.get("po_number") if case.located.kind == "material_po" else ""
    )
    header = merge([*(sheet.header for sheet in case.sheets), case.subject])
    known = {
        str(c.get("material_po_id") or c.get("po_number"))
        for c in case.context.conversations
        if c.get("material_po_id") or c.get("kind") == "material_po"
    }
    text = case.subject_text + "\n" + case.own_text
    named = {one for one in known if one and re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)}
    named |= {one for one in po_numbers(header) if one in known or re.match(r"M(?:PO)?-", one)}
    every = named | _alike(located, text) | ({located} if located else set())
    if case.located.conversation and party(case.located.conversation) not in ("", case.verdict.domain):
        faults.append(Fault("party_differs", "the material PO went to another supplier", "header"))
    if not every:
        faults.append(Fault("po_number_missing", "the mail names none of our material POs", ""))
    elif len(every) > 1:
        faults.append(
            Fault("po_number_conflict", "the mail names several material POs: " + ", ".join(sorted(every)), "")
        )
    return located or next(iter(sorted(every)), "")


def _alike(number: str, text: str) -> set[str]:
    """What in the text looks like a number of ours, by how they begin."""
    prefix = re.match(r"[A-Za-z]+-", number)
    if prefix is None:
        return set()
    return set(re.findall(rf"(?<![\w-]){prefix.group()}(?=[\w-]*\d)[\w-]*\w", text))


def _answer(case: Case, faults: list[Fault]) -> Answer | None:
    """Accepted when the supplier confirms and nothing in its words takes part of that back."""
    words = vocabulary()
    rest = case.rest_text
    text = case.subject_text + "\n" + rest
    if words.says("supplier_reject", rest):
        faults.append(Fault("answer_unclear", f"the supplier says “{words.says('supplier_reject', rest)}”", "body"))
        return "rejected"
    changed = words.says("supplier_changed", rest, *case.languages)
    confirmed = words.says("confirm", text)
    if changed and (confirmed or case.located.kind == "material_po"):
        if not any(sheet.lines for sheet in case.sheets):
            faults.append(
                Fault("answer_unclear", f"the supplier says “{changed}”, and no line says what it means", "body")
            )
        return "changed"
    if not confirmed:
        if case.located.kind == "material_po":
            faults.append(
                Fault(
                    "answer_unclear",
                    "the mail answers a material PO, but does not plainly confirm it",
                    "body",
                )
            )
        return None
    if words.says("negation", rest, *case.languages) or words.says("condition", rest, *case.languages) or "?" in rest:
        faults.append(Fault("answer_unclear", "the confirmation is worded with a condition or a denial", "body"))
    return "accepted"


_TAKING_BACK = ("receipt", "charge", "discount", "portion", "only", "supplier_changed")


def _beside(case: Case, number: str) -> list[Fault]:
    """What a confirmation says besides yes that no line of it shows: receipt only, a charge, a part, other figures."""
    words = vocabulary()
    rows = [cell for sheet in case.sheets for cell in sheet.rest]
    closing = next((n for n, row in enumerate(rows) if words.patterns["courtesy"].match(fold(row.text).strip())), None)
    above = rows[: closing or None]
    text = "\n".join(row.text for row in above)
    faults = [
        Fault("answer_unclear", f"the confirmation says “{said}”", "body")
        for kind in _TAKING_BACK
        if (said := words.says(kind, text, *case.languages))
    ]
    for row in [] if case.has_lines else above:
        plain = re.sub(re.escape(number), " ", row.text, flags=re.IGNORECASE) if number else row.text
        for named in find_po_numbers(row):
            plain = plain.replace(named.number, " ")
        if re.search(r"\d", plain):
            text = f"“{row.text.strip()[:100]}” holds figures, and no line shows what they mean"
            faults.append(Fault("answer_unclear", text, row.where))
        other = _other_word(plain) if words.says("confirm", plain) else ""
        if other:
            faults.append(Fault("answer_unclear", f"what is confirmed is not plain: “{other}”", row.where))
    return faults


_PLAIN = ("confirm_words", "order_words", "confirm", "unchanged", "courtesy", "please", "all_lines", "po_strong")


def _other_word(text: str) -> str:
    """A word that a confirmation of all that was ordered does without; empty: none."""
    phrases = vocabulary().phrases
    known = {part for kind in _PLAIN for phrase in phrases[kind] for part in re.findall(r"[^\W\d_]+", phrase)}
    return next((word for word in re.findall(r"[^\W\d_]+", fold(text)) if word not in known), "")


def _lines(case: Case, faults: list[Fault]) -> tuple[Valued, ...]:
    """The lines that all parts of the mail agree on, with what is doubtful about them as a whole."""
    chosen = agreeing([sheet for sheet in case.sheets if sheet.lines], faults)
    if chosen is None:
        return ()
    faults.extend(check_totals(chosen)[0])
    home = case.partner.currency if case.partner else None
    stated = {line.currency for line in chosen.lines if line.currency}
    if len(stated | ({home} if home else set())) > 1:
        text = "prices are in " + ", ".join(sorted(stated)) + f", orders to this supplier in {home or 'one currency'}"
        faults.append(Fault("currency_conflict", text, chosen.part))
    return chosen.lines


def _acknowledgement(case: Case, number: str, answer: Answer, lines: tuple[Valued, ...]) -> Command | None:
    ordered = _ordered_lines(case)
    if not lines and not ordered and answer != "accepted":
        return None
    try:
        if not lines and not ordered:
            return AcknowledgeMaterialPo(material_po_id=number, answer="accepted")
        if lines:
            acknowledged = [_acknowledged(line, index, answer) for index, line in enumerate(lines, 1)]
        else:
            acknowledged = [AcknowledgedLine(line=line, answer=answer) for line in ordered]
        return AcknowledgeMaterialPo(material_po_id=number, lines=acknowledged)
    except ValidationError:
        return None


def _ordered_lines(case: Case) -> list[str]:
    listed = case.located.conversation.get("lines")
    found = listed if isinstance(listed, list | tuple) else []
    return [str(line.get("line") if isinstance(line, dict) else line) for line in found]


def _acknowledged(line: Valued, index: int, answer: Answer) -> AcknowledgedLine:
    return AcknowledgedLine(
        line=line.line or str(index),
        answer=answer,
        promised_date=line.due.isoformat() if line.due else None,
        quantity=numbers.short(line.quantity) if line.quantity is not None else None,
        unit=_unit(line),
        unit_price=numbers.plain(line.price / line.basis) if line.price is not None else None,
    )


def _unit(line: Valued) -> str | None:
    """The unit that stands beside the quantity; where none does, it is the one that was ordered in."""
    return line.unit if line.unit_written and line.quantity is not None else None


def _dispatch(case: Case, number: str, faults: list[Fault]) -> Outcome:
    words, text = vocabulary(), case.subject_text + "\n" + case.rest_text
    for kind in ("negation", "future", "condition"):
        said = words.says(kind, text, *case.languages)
        if said:
            faults.append(
                Fault("answer_unclear", f"the notice says “{said}”: the goods may not be on their way", "body")
            )
    lines = _lines(case, faults)
    ignored = {"price_missing", "product_missing", "date_missing"}
    faults.extend(fault for line in lines for fault in line.faults if fault.code not in ignored)
    if not lines:
        faults.append(Fault("lines_missing", "the notice lists no quantities", "body"))
    days = {line.due for line in lines if line.due}
    message: Command | None = None
    try:
        if number and lines and all(line.quantity is not None for line in lines):
            message = NotifyDispatch(
                material_po_id=number,
                lines=[
                    LineQuantity(line=line.line or str(i), quantity=numbers.short(line.quantity), unit=_unit(line))
                    for i, line in enumerate(lines, 1)
                    if line.quantity is not None
                ],
                expected_date=next(iter(days)).isoformat() if len(days) == 1 else None,
            )
    except ValidationError:
        message = None
    return Outcome("supplier_ship", (message,) if message else (), tuple(faults))
