"""One mail as it is judged: who sent it, what it answers, what the sender wrote, and what its parts say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters.email.formats.attachments import Findings, read_parts
from adapters.email.grammar.headings import understood
from adapters.email.grammar.locales import conventions
from adapters.email.grammar.vocabulary import fold
from adapters.email.limits import Limits
from adapters.email.lines.header import Header, read_header
from adapters.email.lines.sheet import Sheet
from adapters.email.lines.valued import Fault, Setting
from adapters.email.mail.conversation import Located, locate
from adapters.email.mail.document import DECEPTIVE, Block, Cell, text_of
from adapters.email.mail.mime import Mail
from adapters.email.sender.authentication import Verdict, looks_like, verify
from hub.layouts import Layout, Version
from hub.messages.base import Command
from hub.messages.document import Intent
from hub.partners import Partner
from hub.ports import Context, Reader

_REPLY = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|wg|tr|rv|fwd?|antw|doorst|ynt|res|r)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Case:
    """A mail with everything that its judgement rests on."""

    mail: Mail
    context: Context
    verdict: Verdict
    partner: Partner | None
    located: Located
    own: tuple[Block, ...]
    quoted: tuple[Block, ...]
    sheets: tuple[Sheet, ...]
    subject: Header
    found: Findings
    setting: Setting
    base: Setting
    """by the partner's profile alone"""
    learnt: Layout | None
    """the layout of which every order line of it is"""
    gates: tuple[Fault, ...]
    """what is uncertain about the mail whatever it says"""
    orders: Mapping[str, Sequence[Mapping[str, Any]]]
    """the orders known, by folded PO number"""

    @property
    def own_text(self) -> str:
        """What the sender wrote in the body, line by line."""
        return "\n".join(cell.text for cell in text_of(self.own))

    @property
    def rest_text(self) -> str:
        """What the sender wrote besides order lines, in all parts."""
        return "\n".join(cell.text for sheet in self.sheets for cell in sheet.rest)

    @property
    def subject_text(self) -> str:
        """The subject without reply marks."""
        return _REPLY.sub("", self.mail.first("subject")).strip()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which a doubt may be worded: the partner's and English; all where it is not known."""
        tag = (self.partner.locale if self.partner else "").partition("-")[0]
        return ("en", tag) if tag else ()

    @property
    def has_lines(self) -> bool:
        """Whether any part holds an order line, or an EDI document."""
        return any(sheet.lines for sheet in self.sheets) or bool(self.found.documents)

    @property
    def layouts(self) -> tuple[int, ...]:
        """The versions of the customer's layout profile by which its lines were understood."""
        lines = (line.raw.learnt for sheet in self.sheets for line in sheet.lines)
        return tuple(sorted({version.number for version in lines if version is not None}))

    @property
    def message_id(self) -> str:
        """The mail's Message-ID."""
        return self.mail.first("message-id")

    def known_order(self, number: str) -> bool | None:
        """Whether this customer has such an order; nothing when somebody else has it."""
        others = False
        for order in self.orders.get(fold(number), ()):
            owner = str(order.get("customer_id") or "")
            domain = str(order.get("domain") or "").lower()
            if (owner and self.partner and owner == self.partner.id) or (domain and domain == self.verdict.domain):
                return True
            others = True
        return None if others else False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mail is taken for."""

    intent: Intent
    messages: tuple[Command, ...] = ()
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    to_person: bool = False
    """a person should see it although no gate failed"""
    keys: tuple[str, ...] = field(default=())
    lost: str = ""
    """a bounce: the document of ours that was not delivered"""
    unreached: tuple[str, ...] = ()
    """a bounce: the addresses that it did not reach, as far as it says"""


def examine(mail: Mail, context: Context, edi: Sequence[Reader], limits: Limits) -> Case:
    """Gather everything about a mail; judge nothing yet but the sender."""
    verdict = verify(mail, context.authserv_id, context.our_domain)
    partner = context.partners.by_address(verdict.address) if verdict.address else None
    located = locate(mail, context.conversations, context.our_domain, verdict.domain)
    setting = Setting(
        conventions(partner.locale if partner else None), _today(context.today), partner.currency if partner else None
    )
    with understood(partner.email.columns if partner and partner.email else {}, _learnt_of(partner, context)):
        found = read_parts(mail, setting, context, edi, limits)
        version = _whole(found)
        base = setting
        if version is not None and setting.under(version.layout) != setting:
            setting = setting.under(version.layout)
            found = read_parts(mail, setting, context, edi, limits)
    subject = read_header([Cell(_REPLY.sub("", mail.first("subject")), "subject", 0)], setting)
    subject.understood.clear()
    gates = [Fault(code, text, "header") for code, text in verdict.faults]
    if verdict.certain and partner is None:
        gates.append(_stranger(verdict.domain, context))
    if located.conflict:
        gates.append(Fault("conversation_conflict", located.conflict, "header"))
    if mail.fault:
        gates.append(Fault("mail_torn", mail.fault, "mail"))
    if any(DECEPTIVE.search(cell.text) for cell in text_of(found.own)) or DECEPTIVE.search(mail.first("subject")):
        gates.append(Fault("deceptive_characters", "the text holds characters that turn its direction around", "body"))
    gates.extend(found.faults)
    return Case(
        mail=mail,
        context=context,
        verdict=verdict,
        partner=partner,
        located=located,
        own=found.own,
        quoted=found.quoted,
        sheets=found.sheets,
        subject=subject,
        found=found,
        setting=setting,
        base=base,
        learnt=version.layout if version else None,
        gates=tuple(gates),
        orders=_by_number(context),
    )


def _learnt_of(partner: Partner | None, context: Context) -> Sequence[Version]:
    """The layouts that this partner's own corrected mails have taught."""
    return [each for each in context.layouts if partner is not None and each.partner_id == partner.id]


def _whole(found: Findings) -> Version | None:
    """The layout learnt of which every order line in the mail is: its conventions are those of the mail."""
    versions = {line.raw.learnt for sheet in found.sheets for line in sheet.lines}
    return versions.pop() if len(versions) == 1 else None


def _by_number(context: Context) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for order in context.known_orders:
        found.setdefault(fold(str(order.get("po_number") or "")), []).append(order)
    return found


def _stranger(domain: str, context: Context) -> Fault:
    alike = looks_like(domain, _known_domains(context))
    if alike:
        return Fault("lookalike_domain", f"{domain} is not {alike}, but looks like it", "header")
    return Fault("unknown_sender", f"no partner's profile names {domain}", "header")


def _known_domains(context: Context) -> Sequence[str]:
    found = [domain.lower() for p in context.partners.all.values() if p.email for domain in p.email.domains]
    found += [a.rpartition("@")[2].lower() for p in context.partners.all.values() if p.email for a in p.email.addresses]
    return [*found, context.our_domain.lower()]


def _today(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
