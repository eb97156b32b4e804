"""A customer's request to cancel an order, or lines of it.

It is taken only where it plainly asks, for that and nothing else: what takes part of it back, makes it depend on
something, or names another thing to be cancelled goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.intents.assembly import po_numbers
from adapters.email.intents.case import Case, Outcome
from adapters.email.intents.mentions import known_numbers
from adapters.email.lines.header import merge
from adapters.email.lines.valued import Fault
from adapters.email.mail.document import text_of
from adapters.email.mail.wire import name
from hub.messages.customer_po import CancelCustomerPo, Source


def speaks_of_cancelling(case: Case) -> bool:
    """Whether the sender's own words, or a subject of its own, are about cancelling."""
    words = vocabulary()
    return bool(words.says("cancel", case.own_text)) or (
        not case.located.kind and bool(words.says("cancel", case.subject_text))
    )


def take_cancellation(case: Case) -> Outcome:
    """The request to cancel, through its gates."""
    numbers = _numbers(case)
    named, unclear = _lines(case, numbers)
    known = case.known_order(numbers[0]) if numbers else False
    faults = [*_number_gate(case, numbers), *_said_besides(case), *_wording(case), *_asked_besides(case), *unclear]
    warnings = []
    if case.has_lines:
        faults.append(Fault("cancel_with_lines", "the mail speaks of cancelling and holds order lines", "body"))
    if known is None:
        faults.append(Fault("po_of_other_customer", f"{numbers[0]} is an order of another customer", ""))
    elif not known and numbers:
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


_SAID_BESIDE = (
    ("condition", "cancel_conditional"),
    ("negation", "cancel_unclear"),
    ("rest", "cancel_partial"),
    ("change", "cancel_unclear"),
    ("replaces", "cancel_unclear"),
)
"""kinds of words that make a request to cancel something else, and the fault that each is"""


def _numbers(case: Case) -> tuple[str, ...]:
    """The purchase orders that the request names."""
    header = merge([*(sheet.header for sheet in case.sheets), case.subject])
    header.po_numbers.extend(known_numbers(case))
    return po_numbers(header, case.located.get("po_number") if case.located.kind != "material_po" else "")


def _number_gate(case: Case, numbers: tuple[str, ...]) -> Iterator[Fault]:
    """It has to ask plainly, for one purchase order."""
    if not asks_to_cancel(case):
        yield Fault("cancel_unclear", "the mail speaks of cancelling, but does not plainly ask for it", "body")
    if len(numbers) != 1:
        code = "po_number_conflict" if numbers else "po_number_missing"
        yield Fault(code, "the request names " + (", ".join(numbers) or "no purchase order"), "")


def _said_besides(case: Case) -> Iterator[Fault]:
    """Nothing may be said that makes it conditional, partial, or something else."""
    for kind, code in _SAID_BESIDE:
        found = vocabulary().says(kind, case.own_text, *case.languages)
        if found:
            yield Fault(code, f"the request says “{found}”", "body")


def _asked_besides(case: Case) -> Iterator[Fault]:
    """It may ask nothing, and no attachment may say more."""
    if "?" in case.own_text:
        yield Fault("cancel_unclear", "the mail asks a question", "body")
    if any(sheet.part.startswith("attachment") and sheet.rest for sheet in case.sheets):
        yield Fault("cancel_unclear", "an attachment says more than the request", "attachment")


def asks_to_cancel(case: Case) -> bool:
    """Whether the text plainly asks for it; or a subject of the sender's own does, and the text adds nothing."""
    words = vocabulary()
    body = _body(case)
    if any(words.says("cancel_request", one) or _politely(one) for one in _sentences(body)):
        return True
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if any(_is_title(line) for line in lines):
        return True
    own_subject = case.subject_text == case.mail.first("subject").strip()
    silent = all(len(line.split()) < 4 or line.endswith(",") for line in lines)
    return own_subject and silent and bool(words.says("cancel", case.subject_text))


def _is_title(line: str) -> bool:
    """Whether a line is the title of a request: "Cancellation of purchase order 4711"."""
    match = re.match(r"\W*", fold(line))
    noun = vocabulary().patterns["cancel_noun"].match(fold(line), match.end() if match else 0)
    return bool(noun) and len(line.split()) < 9 and bool(re.search(r"\d", line)) and not line.endswith((".", "!"))


def _politely(sentence: str) -> bool:
    """Whether a sentence holds both a word of asking, or of having to, and a verb of cancelling."""
    words = vocabulary()
    verbs = words.patterns["cancel_noun"].sub(" ", fold(sentence))
    asked = words.says("please", sentence) or words.says("obliged", sentence)
    return bool(asked and words.says("cancel", verbs))


def _body(case: Case) -> str:
    """What stands above the greeting at the end."""
    rows = case.own_text.splitlines()
    closing = (n for n, row in enumerate(rows) if n and vocabulary().patterns["courtesy"].match(fold(row).strip()))
    return "\n".join(rows[: next(closing, len(rows))])


def _sentences(text: str) -> list[str]:
    """The sentences, which go on over the ends of lines."""
    paragraphs = re.split(r"\n\s*\n", text)
    return [one for each in paragraphs for one in re.split(r"(?<=[.!?;])\s+", " ".join(each.split())) if one]


def _wording(case: Case) -> list[Fault]:
    """Words that make the request another one: of a part, undone, or for something else than the order."""
    words = vocabulary()
    body = _body(case)
    asked = [clause for clause in re.split(r"[,;.!]\s", body.replace("\n", " ")) if words.says("cancel", clause)]
    asked = [re.split(words.patterns["reason"], fold(clause), maxsplit=1)[0] for clause in asked]
    kinds = (("undoes", "cancel_unclear", body), ("keeps", "cancel_partial", body), ("portion", "cancel_partial", body))
    checks = [*kinds, *(("other_things", "cancel_unclear", clause) for clause in asked)]
    found = ((code, words.says(kind, text, *case.languages)) for kind, code, text in checks)
    faults = [Fault(code, f"the request says “{said}”", "body") for code, said in found if said]
    other = next(filter(None, map(_other_object, asked)), "")
    return [*faults, *([Fault("cancel_unclear", f"the request is about “{other}”", "body")] if other else [])]


def _other_object(clause: str) -> str:
    """What a folded clause cancels that is neither an order nor a line, between its verb and the number behind it."""
    words = vocabulary()
    verb = words.patterns["cancel"].search(clause)
    rest = clause[verb.end() :] if verb else ""
    number = re.search(r"\S*\d", rest)
    before = clause[: verb.start()] if verb else ""
    if number is None and not re.search(r"\d", before):
        return ""
    objects = re.findall(r"[^\W\d_]+", rest[: number.start()] if number else " ".join(rest.split()[:3]))
    known = {part for phrase in words.phrases["order_words"] for part in phrase.split()}
    known |= {part for kind in _BESIDE for phrase in words.phrases[kind] for part in phrase.split()}
    return next((word for word in objects if word not in known), "")


_BESIDE = ("cancel", "cancel_request", "please", "obliged", "line_lead", "po_strong", "all_lines", "courtesy", "reason")


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
