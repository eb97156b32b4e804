"""From a stream of messages to one Reading: what a file says, what is wrong, how it is acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.edi.delimiters import Standard
from adapters.edi.envelope import Document, Endpoint, Group, Interchange
from adapters.edi.familiar import Familiar
from adapters.edi.faults import Fault, Place
from adapters.edi.mapping import Job, Mapper, Meaning
from adapters.edi.passages import Anatomy
from adapters.edi.receipts import read_ta1
from adapters.edi.repetition import take_firsts
from adapters.edi.tokens import Limits
from hub.messages.base import Command
from hub.messages.document import Intent
from hub.partners import Partner
from hub.ports import Context, Disposition, Draft, Finding, Mentions, Part, Reading

Check = Callable[[Document], bool]
Map = Callable[[Job], Meaning]
Watcher = Callable[[Document, Mapper], None]

_MOST_FINDINGS = 1000
_FEW = 3
_MOST_TOLD = 50
"""findings that a single document in a file brings along"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is particular to a standard: its maps, its checks, its acknowledgments."""

    standard: Standard
    maps: Mapping[str, Callable[[Job], Mapper]]
    checks: tuple[Check, ...]
    orders: Anatomy
    acknowledgments: frozenset[str]
    """documents that acknowledge and are never acknowledged"""
    acknowledgment: Map
    receipt: Callable[[Document], Any]
    drafts: Callable[[Interchange, list[tuple[Group | None, list[Any]]], Partner | None], list[Draft]]


@dataclass(slots=True)
class _Read:
    """What is kept of a document once it has been read."""

    meaning: Meaning
    disposition: Disposition
    interchange: Interchange
    group: Group | None = None
    number: str = ""
    partner_id: str | None = None
    findings: tuple[Finding, ...] = ()

    def part(self) -> Part:
        """The document as one of those in its file."""
        meaning = self.meaning
        where = Place(self.interchange.number, self.group.number if self.group else "", self.number)
        return Part(
            meaning.intent,
            self.disposition,
            str(where),
            meaning.messages,
            self.findings,
            meaning.likely_intent,
            self.partner_id,
            meaning.title,
            meaning.statements,
            self.interchange.standard,
        )


@dataclass(slots=True)
class Assembler:
    """Takes messages, groups and interchanges as they come, and makes one Reading of them."""

    dialect: Dialect
    """of the interchange that is open; to begin with, of the file's first"""
    context: Context
    our_ids: Collection[str] = ()
    sniffed: Intent | None = None
    """what the file seems to be, where nothing in it can be read"""
    watch: Watcher | None = None
    """is told of each map that is about to read a document"""
    most: int = Limits().messages
    """messages, groups and interchanges that are read of a file"""
    dialects: Mapping[Standard, Dialect] = field(default_factory=dict)
    """those of interchanges that may come, where there are others than the first"""
    _read: list[_Read] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _drafts: list[Draft] = field(default_factory=list)
    _keys: dict[str, None] = field(default_factory=dict)
    _partners: dict[Endpoint, Partner | None] = field(default_factory=dict)
    _groups: list[tuple[Group | None, list[Any]]] = field(default_factory=list)
    _receipts: list[Any] = field(default_factory=list)
    _familiar: Familiar = field(init=False)
    _open: Interchange | None = None
    _partner: Partner | None = None
    """who sends the open interchange"""
    _repetition: str = ""
    """the mark between repetitions in the open interchange"""
    _acknowledgments: int = 0

    _kind: Standard = field(init=False)

    def __post_init__(self) -> None:
        self._kind = self.dialect.standard
        self._familiar = Familiar(self.dialect.orders)

    def assemble(self, items: Iterable[Document | Group | Interchange]) -> Reading:
        """Read everything, up to the limit; a person is told where there is more."""
        for count, item in enumerate(items):
            if count == self.most:
                self._leave_the_rest(item)
                break
            if isinstance(item, Document):
                self._take_document(item)
            elif isinstance(item, Group):
                self._end_group(item)
            else:
                self._end_interchange(item)
        return self._reading()

    def _leave_the_rest(self, item: Document | Group | Interchange) -> None:
        """End the interchange that is open: so much is enough of one file."""
        interchange = item.interchange if isinstance(item, Document) else self._open
        if isinstance(item, Interchange):
            interchange = item
        if interchange is None:
            return
        self._enter(interchange)
        interchange.fault("too_many_messages", expected=str(self.most))
        if isinstance(item, Document) and item.group and self._receipts:
            self._end_group(item.group)
        partner_id = self._partner.id if self._partner else None
        findings = tuple(fault.finding() for fault in interchange.faults[-1:])
        rest = Meaning("quarantine", title="the rest of the file", quarantine=True)
        self._read.append(_Read(rest, "quarantine", interchange, partner_id=partner_id, findings=findings))
        self._end_interchange(interchange)

    def _partner_of(self, sender: Endpoint) -> Partner | None:
        if sender not in self._partners:
            self._partners[sender] = self.context.partners.by_edi(sender.qualifier, sender.id) if sender.id else None
        return self._partners[sender]

    def _enter(self, interchange: Interchange) -> None:
        """Judge an interchange by its header, before anything in it is read."""
        if interchange is self._open:
            return
        self._open = interchange
        self._repetition = interchange.delimiters.repetition
        if interchange.standard != self.dialect.standard:
            self.dialect = self.dialects[interchange.standard]
            self._familiar = Familiar(self.dialect.orders)
        self._partner = partner = self._partner_of(interchange.sender)
        if not (interchange.number or interchange.sender.id):
            return
        if partner is None:
            interchange.fault("unknown_partner", value=str(interchange.sender))
        if interchange.test:
            interchange.fault("test_interchange")
        ours = set(self.our_ids)
        if partner and partner.edi and partner.edi.our_id:
            ours.add(partner.edi.our_id)
        elif partner is None and ours:
            profiles = (each.edi for each in self.context.partners.all.values())
            ours.update(edi.our_id for edi in profiles if edi and edi.our_id)
        if ours and interchange.receiver.id not in ours:
            interchange.fault("wrong_receiver", value=str(interchange.receiver))
        if not interchange.number:
            interchange.fault("interchange_number_missing")
            return
        if interchange.key in self._keys or interchange.key in self.context.received:
            interchange.fault("interchange_duplicate", value=interchange.number)
        self._keys[interchange.key] = None

    def _take_document(self, document: Document) -> None:
        self._enter(document.interchange)
        if document.type in self.dialect.acknowledgments:
            meaning = self.dialect.acknowledgment(Job(document, None, self.context))
            self._acknowledgments += 1
        else:
            meaning = self._understand(document)
            self._economise(document.faults)
            self._receipts.append(self.dialect.receipt(document))
        faults, interchange = document.faults, document.interchange
        disposition: Disposition = "accepted"
        if document.rejected:
            disposition = "rejected"
        elif meaning.quarantine:
            disposition = "quarantine"
        elif faults and any(fault.kind.level in ("segment", "element") for fault in faults):
            disposition = "accepted_with_errors"
        told = interchange.faults + faults
        findings = tuple([fault.finding() for fault in told[:_MOST_TOLD]]) if told else ()
        partner_id = self._partner.id if self._partner else None
        self._faults += faults
        self._read.append(
            _Read(meaning, disposition, interchange, document.group, document.number, partner_id, findings)
        )

    def _economise(self, faults: list[Fault]) -> None:
        """Of a file with a great many faults only the gravest of what comes further are kept."""
        if len(self._faults) > _MOST_FINDINGS and len(faults) > _FEW:
            faults.sort(key=lambda fault: (not fault.fatal, fault.kind.severity))
            del faults[_FEW:]

    def _understand(self, document: Document) -> Meaning:
        make = self.dialect.maps.get(document.type)
        if make is None:
            document.fault("message_unsupported", 1, value=document.type)
            return Meaning("not_an_order", title=document.type)
        partner = self._partner
        repeated = self._repetition != "" and self._repetition in document.text
        known = None if self.watch or repeated else self._familiar.read(document)
        if known:
            return _gated(known, document, partner)
        beside = take_firsts(document) if repeated else []
        sound = all(check(document) for check in self.dialect.checks)
        mapper = make(Job(document, partner, self.context))
        if self.watch:
            self.watch(document, mapper)
        for piece in beside:
            mapper.fields.keep_text(*piece)
        meaning = mapper.read()
        if not sound:
            meaning = meaning._replace(messages=())
        if not repeated:
            self._familiar.remember(document, meaning, mapper.fields)
        return _gated(meaning, document, partner)

    def _end_group(self, group: Group) -> None:
        self._groups.append((group, self._receipts))
        self._receipts = []
        self._faults.extend(group.faults)

    def _end_interchange(self, interchange: Interchange) -> None:
        self._enter(interchange)
        if self._receipts:
            self._groups.append((None, self._receipts))
        groups = [(group, receipts) for group, receipts in self._groups if receipts or _said_nothing(group)]
        self._groups, self._receipts = [], []
        self._economise(interchange.faults)
        self._faults.extend(interchange.faults)
        answered = not (interchange.receipts or self._acknowledgments)
        if groups or answered:
            self._drafts.extend(self.dialect.drafts(interchange, groups, self._partner))
        if interchange.receipts:
            self._read.append(self._ta1s(interchange))
        self._acknowledgments = 0
        self._open = None

    def _ta1s(self, interchange: Interchange) -> _Read:
        """What an interchange says of interchanges of ours."""
        said = tuple(filter(None, map(read_ta1, interchange.receipts)))
        disposition: Disposition = "rejected" if any(fault.fatal for fault in interchange.faults) else "accepted"
        findings = tuple(fault.finding() for fault in interchange.faults[:_MOST_TOLD])
        meaning = Meaning("functional_ack", title="TA1", statements=said)
        partner_id = self._partner.id if self._partner else None
        return _Read(meaning, disposition, interchange, partner_id=partner_id, findings=findings)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong, wherever it is."""
        return tuple(self._faults)

    def _reading(self) -> Reading:
        read = self._read
        findings = _findings(self._faults)
        intents = list(dict.fromkeys(one.meaning.intent for one in read))
        failed = any(fault.fatal for fault in self._faults)
        intent: Intent = (self.sniffed or "quarantine") if failed else "not_an_order"
        if intents:
            intent = intents[0] if len(intents) == 1 else "mixed"
        partner = next((p for p in self._partners.values() if p), None)
        titles = [one.meaning.title for one in read if one.meaning.title]
        return Reading(
            kind=self._kind,
            intent=intent,
            disposition=_disposition(read, findings),
            messages=_messages(read),
            drafts=tuple(self._drafts),
            findings=findings,
            parts=tuple(one.part() for one in read),
            likely_intent=next((one.meaning.likely_intent for one in read if one.meaning.likely_intent), None),
            partner_id=partner.id if partner else None,
            keys=tuple(self._keys),
            mentions=Mentions(numbers=tuple(dict.fromkeys(n for one in read for n in one.meaning.builds_on if n))),
            title=", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else ""),
        )


_RECEIPTS = frozenset({"FA", "CONTRL"})
"""types of groups of acknowledgments"""


def _said_nothing(group: Group | None) -> bool:
    """Whether a group came without any message; one that was to acknowledge is not acknowledged itself."""
    return group is not None and group.messages == 0 and group.type not in _RECEIPTS


_SUPPLIERS = frozenset({"supplier_confirm", "supplier_ship"})


def _gated(meaning: Meaning, document: Document, partner: Partner | None) -> Meaning:
    """A person looks first at a test of a partner that is not being tested, and at what does not fit its role."""
    if partner is None or partner.edi is None:
        return meaning
    stopped = document.interchange.test and not partner.edi.test
    intent = meaning.likely_intent or meaning.intent
    if (intent in _SUPPLIERS) != (partner.role == "supplier"):
        document.fault("role_unexpected", 1, value=f"{document.type} of a {partner.role}")
        stopped = True
    if not stopped or meaning.quarantine:
        return meaning
    return meaning._replace(intent="quarantine", likely_intent=meaning.intent, quarantine=True)


def _findings(faults: list[Fault]) -> tuple[Finding, ...]:
    ranked = sorted(faults, key=lambda fault: fault.kind.severity) if len(faults) > _MOST_FINDINGS else faults
    return tuple(fault.finding() for fault in ranked[:_MOST_FINDINGS])


def _messages(read: list[_Read]) -> tuple[Command, ...]:
    """The commands of documents that are accepted; where none is, those of all, to be shown and not carried
    out.
    """
    accepted = [one for one in read if one.disposition in ("accepted", "accepted_with_errors")]
    return tuple(message for one in (accepted or read) for message in one.meaning.messages)


def _disposition(read: list[_Read], findings: tuple[Finding, ...]) -> Disposition:
    each = {one.disposition for one in read}
    errors = any(finding.severity == "error" for finding in findings)
    if not each:
        return "rejected" if errors else "accepted"
    if each <= {"rejected"}:
        return "rejected"
    if each <= {"rejected", "quarantine"}:
        return "quarantine"
    if each == {"accepted"} and not errors:
        return "accepted"
    return "accepted_with_errors"
