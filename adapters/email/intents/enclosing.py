"""An EDI order that came attached to a mail: the mail's sender answers for it, and both must say the same."""

from __future__ import annotations

from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.intents.assembly import po_numbers
from adapters.email.intents.case import Case, Outcome
from adapters.email.intents.remarks import remarks
from adapters.email.lines.header import merge
from adapters.email.lines.leftover import leftovers
from adapters.email.lines.valued import Fault
from adapters.email.mail.identity import order_key
from adapters.email.mail.wire import name
from hub.messages.base import Command
from hub.messages.customer_po import CancelCustomerPo, Line, SubmitCustomerPo
from hub.ports import Finding, Reading

_OURS = frozenset({"unknown_partner", "unknown_sender", "partner_unknown"})
"""what the EDI reader finds missing where the mail's sender stands in for it"""


def take_documents(case: Case) -> Outcome:
    """The EDI documents attached, as commands of the mail's sender."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    messages: list[Command] = []
    for reading in case.found.documents:
        _findings(reading, faults, warnings)
        messages.extend(_adopted(message, case, faults) for message in reading.messages)
    if len(case.found.documents) > 1 or len(messages) > 1:
        faults.append(Fault("several_documents", "the mail holds several EDI documents", "attachment"))
    if not messages and not faults:
        faults.append(Fault("lines_missing", "the EDI document holds no order", "attachment"))
    _compare(messages, case, faults)
    faults.extend([*remarks(case, ()), *(fault for sheet in case.sheets for fault in leftovers(sheet))])
    doubt = vocabulary().says("doubt", case.subject_text + "\n" + case.rest_text, *case.languages)
    if doubt:
        faults.append(Fault("doubtful_words", f"the mail says “{doubt}”", "body"))
    intent = case.found.documents[0].likely_intent or case.found.documents[0].intent
    keys: tuple[str, ...] = ()
    first = messages[0] if messages else None
    if isinstance(first, SubmitCustomerPo) and first.purpose == "original" and case.partner:
        if case.known_order(first.po_number) is not False:
            faults.append(Fault("po_number_in_use", f"{first.po_number} is known already", "attachment"))
        keys = (order_key(case.partner.id, first.po_number, first),)
    return Outcome(intent, tuple(messages), tuple(faults), tuple(warnings), keys=keys)


def _findings(reading: Reading, faults: list[Fault], warnings: list[Fault]) -> None:
    for finding in reading.findings:
        if finding.code not in _OURS:
            (faults if finding.severity == "error" else warnings).append(_fault(finding))
    if reading.disposition not in ("accepted", "accepted_with_errors") and not any(
        finding.severity == "error" for finding in reading.findings
    ):
        faults.append(Fault("attachment_refused", f"the EDI document is {reading.disposition}", "attachment"))


def _fault(finding: Finding) -> Fault:
    return Fault(finding.code, finding.message, f"attachment, {finding.where}" if finding.where else "attachment")


def _adopted(message: Command, case: Case, faults: list[Fault]) -> Command:
    """The message as this customer's, arrived by mail."""
    if isinstance(message, SubmitCustomerPo):
        named = message.customer.id
        if named and case.partner and named != case.partner.id:
            faults.append(Fault("party_differs", f"{case.partner.id} sends an EDI document of {named}", "attachment"))
        customer = message.customer.model_copy(update={"id": case.partner.id if case.partner else named})
        source = message.source.model_copy(update={"channel": "email", "message_id": name(case.message_id)})
        lines = [_dated(line, message.requested_date) for line in message.lines]
        return message.model_copy(update={"customer": customer, "source": source, "lines": lines})
    if isinstance(message, CancelCustomerPo) and case.partner and message.customer_id == "unknown":
        return message.model_copy(update={"customer_id": case.partner.id})
    if isinstance(message, CancelCustomerPo) and case.partner and message.customer_id != case.partner.id:
        faults.append(
            Fault("party_differs", f"{case.partner.id} cancels an order of {message.customer_id}", "attachment")
        )
    return message


def _dated(line: Line, day: str | None) -> Line:
    """The line with the order's date where it has none of its own, as in an order read from a mail."""
    if line.requested_date or line.schedule or not day:
        return line
    return line.model_copy(update={"requested_date": day})


def _compare(messages: list[Command], case: Case, faults: list[Fault]) -> None:
    """The mail around the document must not say anything else."""
    header = merge([*(sheet.header for sheet in case.sheets), case.subject])
    numbers = {fold(number) for number in po_numbers(header)}
    numbers |= {fold(m.po_number) for m in messages if isinstance(m, SubmitCustomerPo | CancelCustomerPo)}
    if len(numbers) > 1:
        faults.append(
            Fault("po_number_conflict", "mail and document name different orders: " + ", ".join(sorted(numbers)), "")
        )
    if any(sheet.lines for sheet in case.sheets):
        faults.append(Fault("parts_disagree", "the mail lists order lines beside the EDI document", "body"))
    if header.ship_to:
        faults.append(Fault("new_ship_to", "the mail around the document names a delivery address", "body"))
