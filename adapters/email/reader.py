"""Reading a mail: what it is, what it says, and whether that is certain enough to act on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from adapters.email.grammar.vocabulary import vocabulary
from adapters.email.intents.answering import answer_word, take_answer
from adapters.email.intents.cancelling import asks_to_cancel, speaks_of_cancelling, take_cancellation
from adapters.email.intents.case import Case, Outcome, examine
from adapters.email.intents.enclosing import take_documents
from adapters.email.intents.mentions import mentions
from adapters.email.intents.ordering import take_order
from adapters.email.intents.supplying import take_supplier
from adapters.email.learning.study import study
from adapters.email.limits import DEFAULT, Limits, MailTooLarge
from adapters.email.lines.sheet import Sheet, read_sheet
from adapters.email.lines.valued import Fault
from adapters.email.mail.bounces import lost, unreached, why
from adapters.email.mail.identity import answerable, message_key
from adapters.email.mail.machines import is_automatic_reply, is_bounce, is_bulk, may_be_answered
from adapters.email.mail.mime import Mail, looks_like_mail, read_mail
from hub.layouts import Lesson
from hub.messages.customer_po import SubmitCustomerPo
from hub.ports import OF_TASKS, Context, Finding, Reader, Reading, Severity


class EmailReader:
    """Reads mails. An EDI document attached to one is read by the first of ``edi`` that recognises it."""

    def __init__(self, edi: Sequence[Reader] = (), limits: Limits = DEFAULT) -> None:
        self._edi = tuple(edi)
        self._limits = limits

    def recognises(self, raw: bytes, name: str) -> bool:
        """Whether these bytes are a mail, however broken."""
        return name.lower().endswith(".eml") or looks_like_mail(raw)

    def read(self, raw: bytes, name: str, context: Context) -> Reading:
        """What the mail says; every fault becomes a finding, none an exception."""
        try:
            return self._read(raw, context)
        except MailTooLarge as error:
            return _failed(error.code, error.message, error.where)
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the mailbox
            return _failed("unreadable", f"reading failed: {type(error).__name__}: {error}"[:500], name)

    def study(self, raw: bytes, context: Context, said: SubmitCustomerPo) -> Lesson:
        """What a person's answer tells of the layout of the mail; a mail that cannot be read tells nothing."""
        try:
            return study(raw, context, said, self._edi, self._limits, judge)
        except MailTooLarge as error:
            return Lesson(None, error.message)

    def _read(self, raw: bytes, context: Context) -> Reading:
        mail = read_mail(raw, self._limits)
        case = examine(mail, context, self._edi, self._limits)
        return _reading(case, judge(case))


def judge(case: Case) -> Outcome:
    """What the mail is taken for."""
    if is_bounce(case.mail):
        return _bounce(case)
    asks = case.has_lines or answer_word(case) is not None or asks_to_cancel(case)
    if is_automatic_reply(case.mail, case.own, asks):
        return Outcome("auto_reply")
    if case.partner is None and not case.has_lines and not _concerns_us(case):
        return Outcome("not_an_order", to_person=not is_bulk(case.mail))
    if case.partner is None and is_bulk(case.mail):
        return Outcome("not_an_order", to_person=True)
    if case.partner is not None and case.partner.role == "supplier":
        return take_supplier(case)
    if case.located.kind == "penalty_question":
        outcome = _penalty(case)
        if outcome is not None:
            return outcome
    elif answer_word(case) is not None:
        return take_answer(case)
    if speaks_of_cancelling(case) and not (case.has_lines and (_says_revision(case) or not asks_to_cancel(case))):
        return take_cancellation(case)
    if case.found.documents:
        return take_documents(case)
    if case.has_lines and not (vocabulary().says("not_order", case.subject_text) and not _named(case)):
        return take_order(case)
    return _without_lines(case)


def _bounce(case: Case) -> Outcome:
    """What the bounce tells of; of a mail of ours that is lost a person has to know.

    Of one that told our people of tasks nobody is asked: that would be told to the same address.
    """
    known = lost(case.mail, case.context.conversations, case.context.our_domain)
    if known is None:
        return Outcome("bounce")
    reason = why(case.mail) or "the other server does not say why"
    asked, missed = str(known.get("party") or ""), unreached(case.mail)
    to = ", ".join(one for one in re.split(r", *", asked) if one.lower() in missed) or asked
    text = f"our mail to {to} about {known.get('po_number') or 'its request'} was not delivered: {reason}"
    told = (Fault("delivery_failed", text, "mail"),)
    to_person = known.get("kind") != OF_TASKS
    document = str(known.get("document_id") or "")
    return Outcome("bounce", warnings=told, to_person=to_person, lost=document, unreached=missed)


def _penalty(case: Case) -> Outcome | None:
    """The answer to the question that the mail belongs to; nothing when it rather is about something else."""
    if answer_word(case) is not None or not case.has_lines:
        return take_answer(case)
    return None


def _concerns_us(case: Case) -> bool:
    """Whether a stranger's mail without order lines is about an order all the same."""
    if is_bulk(case.mail):
        return False
    return _named(case) or bool(case.located.conversation) or answer_word(case) is not None


def _says_revision(case: Case) -> bool:
    words = vocabulary()
    return bool(words.says("revision", case.subject_text + "\n" + case.rest_text))


def _without_lines(case: Case) -> Outcome:
    """A customer's mail that orders nothing readable."""
    words = vocabulary()
    text = case.subject_text + "\n" + case.own_text
    if words.says("not_order", text):
        return Outcome("not_an_order", to_person=True)
    if is_bulk(case.mail):
        return Outcome("not_an_order")
    missing = Fault("lines_missing", "no order line could be read", "body")
    changing = words.says("change", text) or words.says("revision", text)
    if case.located.kind == "revise_request" or (changing and _named(case)):
        return Outcome("revision", (), (missing,))
    quoted = any(sheet.lines for sheet in _quoted_sheets(case))
    attached = any(leaf.attached and not leaf.content_type.startswith("image/") for leaf in case.mail.leaves)
    if quoted or attached or _titled_order(case):
        return Outcome("new_po", (), (missing,))
    return Outcome("not_an_order", to_person=True)


def _named(case: Case) -> bool:
    return bool(case.subject.po_numbers) or any(sheet.header.po_numbers for sheet in case.sheets)


def _titled_order(case: Case) -> bool:
    """Whether subject or text present an order that is not known yet, although no line of it could be read."""
    named = [found.number for found in case.subject.po_numbers]
    named += [found.number for sheet in case.sheets for found in sheet.header.po_numbers]
    return bool(named) and not any(case.known_order(number) for number in named) and "?" not in case.own_text


def _quoted_sheets(case: Case) -> list[Sheet]:
    return [read_sheet(case.quoted, "quoted text", case.setting)] if case.quoted else []


def _reading(case: Case, outcome: Outcome) -> Reading:
    machine = outcome.intent in ("bounce", "auto_reply")
    faults = [] if machine or outcome.intent == "not_an_order" else [*case.gates, *outcome.faults]
    findings = [_finding(fault, "error") for fault in dict.fromkeys(faults)]
    findings += [_finding(fault, "warning") for fault in (*outcome.warnings, *case.found.warnings)]
    stopped = bool(faults)
    sure = case.verdict.certain
    keys = (message_key(case.mail, sure), *(outcome.keys if sure and not stopped else ()))
    return Reading(
        kind="email",
        intent="quarantine" if stopped else outcome.intent,
        disposition="quarantine" if stopped or outcome.to_person else "accepted",
        messages=outcome.messages,
        findings=tuple(findings),
        likely_intent=outcome.intent if stopped else None,
        partner_id=case.partner.id if case.partner else None,
        keys=keys,
        title=case.mail.first("subject")[:300],
        thread=_thread(case.mail, case, machine or (outcome.intent == "not_an_order" and not outcome.to_person)),
        mentions=mentions(case, outcome.messages),
        lost=outcome.lost,
        unreached=outcome.unreached,
        layouts=case.layouts,
    )


def _thread(mail: Mail, case: Case, machine: bool) -> Mapping[str, str]:
    """The mail's place in its thread, and where an answer may go; no ``answer_to``: nowhere."""
    found = {
        "message_id": answerable(mail.first("message-id")),
        "in_reply_to": mail.first("in-reply-to"),
        "references": mail.first("references"),
        "subject": mail.first("subject")[:300],
        "from": case.verdict.address,
        "answer_to": may_be_answered(mail, case.context.our_domain) if case.verdict.certain and not machine else "",
    }
    return {name: value for name, value in found.items() if value}


def _finding(fault: Fault, severity: Severity) -> Finding:
    return Finding(fault.code, severity, fault.text, fault.where)


def _failed(code: str, text: str, where: str) -> Reading:
    return Reading(
        "email",
        "quarantine",
        "quarantine",
        findings=(Finding(code, "error", text, where),),
        likely_intent="not_an_order",
    )
