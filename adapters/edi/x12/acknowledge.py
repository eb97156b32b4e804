"""Syntax acknowledgments of X12: TA1 for the interchange, 997 for its groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from adapters.edi.delimiters import Standard
from adapters.edi.envelope import Document, Endpoint, Group, Interchange
from adapters.edi.faults import Fault, fatal
from adapters.edi.x12.render import Route, Segments, bare_interchange, delimiters_of, interchange
from hub.partners import Partner
from hub.ports import Numbers

_VERSION = re.compile("00[4-8][0-9]{3}", re.ASCII)

_MOST = 100
"""segments with faults that are listed per message"""


@dataclass(slots=True)
class SetReceipt:
    """What is acknowledged of one transaction set."""

    type: str
    number: str
    faults: tuple[Fault, ...]
    rejected: bool

    @property
    def status(self) -> str:
        """AK501: accepted, accepted with errors noted, or rejected."""
        if self.rejected:
            return "R"
        noted = any(f.kind.ak3 or f.kind.ak4 or f.kind.ak5 for f in self.faults)
        return "E" if noted else "A"


@dataclass(slots=True)
class GroupReceipt:
    """What is acknowledged of one functional group."""

    type: str
    number: str
    stated: int = 0
    sets: list[SetReceipt] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def back(received: Interchange, partner: Partner | None, version: str, ours: str = "", theirs: str = "") -> Route:
    """The way back to the sender of an interchange."""
    profile = partner.edi if partner else None
    return Route(
        sender=Endpoint(received.receiver.qualifier, received.receiver.id),
        receiver=Endpoint(received.sender.qualifier, received.sender.id),
        group_sender=ours or received.receiver.id,
        group_receiver=theirs or received.sender.id,
        version=version[:6] if _VERSION.match(version) else "004010",
        delimiters=delimiters_of(profile),
        test=received.test,
    )


@dataclass(slots=True)
class InterchangeAcknowledgment:
    """TA1: whether the envelope of an interchange is in order."""

    route: Route
    number: str
    stamp: tuple[str, str]
    status: str
    note: str
    purpose: str = "TA1"
    kind: Standard = "x12"
    partner_id: str | None = None

    def render(self, numbers: Numbers, now: datetime) -> bytes:
        """The finished interchange."""
        number = self.number.zfill(9) if self.number.isdecimal() else self.number
        ta1 = ("TA1", number[-9:], self.stamp[0], self.stamp[1], self.status, self.note)
        return bare_interchange(self.route, [ta1], numbers, now)


def acknowledge_interchange(received: Interchange, partner: Partner | None) -> InterchangeAcknowledgment | None:
    """The TA1, where one is asked for or the envelope has faults."""
    faults = [fault for fault in received.faults if fault.kind.ta1]
    if not received.number or not (received.acknowledge or faults):
        return None
    faults.sort(key=lambda fault: (not fault.fatal, fault.code == "header_not_fixed_width"))
    status = "R" if fatal(faults) else "E" if faults else "A"
    note = faults[0].kind.ta1 if faults else "000"
    return InterchangeAcknowledgment(
        back(received, partner, f"{received.version}0"),
        received.number,
        received.stamp,
        status,
        note,
        partner_id=partner.id if partner else None,
    )


@dataclass(slots=True)
class FunctionalAcknowledgment:
    """997: what became of each transaction set of an interchange, one 997 per group."""

    route: Route
    groups: tuple[GroupReceipt, ...]
    purpose: str = "997"
    kind: Standard = "x12"
    partner_id: str | None = None

    def render(self, numbers: Numbers, now: datetime) -> bytes:
        """The finished interchange."""
        return interchange(self.route, [("997", _body(group)) for group in self.groups], numbers, now)


def set_receipt(document: Document) -> SetReceipt:
    """What is to be said of a transaction set, kept without its segments."""
    return SetReceipt(document.type, document.number, tuple(document.faults), document.rejected)


def group_receipt(group: Group, sets: Sequence[SetReceipt], stated: int) -> GroupReceipt:
    """What is to be said of a group."""
    return GroupReceipt(group.type, group.number, stated, list(sets), list(group.faults))


def _body(group: GroupReceipt) -> Segments:
    lines: Segments = [("AK1", group.type, group.number or "0")]
    for receipt in group.sets:
        lines.append(("AK2", receipt.type, receipt.number))
        lines.extend(_places(receipt.faults))
        codes = _codes(fault.kind.ak5 for fault in receipt.faults)
        if receipt.status != "A" and any(fault.kind.ak3 or fault.kind.ak4 for fault in receipt.faults):
            codes = _codes([*codes, "5"])
        lines.append(("AK5", receipt.status, *codes))
    accepted = sum(receipt.status != "R" for receipt in group.sets)
    if fatal(group.faults) or (group.sets and not accepted):
        status = "R"
    elif accepted < len(group.sets):
        status = "P"
    elif group.faults or any(receipt.status == "E" for receipt in group.sets):
        status = "E"
    else:
        status = "A"
    counted = (str(group.stated), str(len(group.sets)), str(accepted))
    lines.append(("AK9", status, *counted, *_codes(fault.kind.ak9 for fault in group.faults)))
    return lines


def _codes(codes: Iterable[str]) -> list[str]:
    """At most five codes, each once."""
    return list(dict.fromkeys(code for code in codes if code))[:5]


def _places(faults: tuple[Fault, ...]) -> Segments:
    """AK3 for each segment with a fault, AK4 for each of its elements."""
    placed = sorted((f for f in faults if f.kind.ak3 or f.kind.ak4), key=lambda f: (f.place.segment, f.place.tag))
    lines: Segments = []
    for (position, tag), members in groupby(placed[:_MOST], key=lambda f: (f.place.segment, f.place.tag)):
        here = list(members)
        for fault in here:
            if fault.kind.ak3:
                lines.append(("AK3", tag[:3], str(position), "", fault.kind.ak3))
        elements = [fault for fault in here if fault.kind.ak4]
        if elements:
            lines.append(("AK3", tag[:3], str(position), "", "8"))
            lines.extend(_element(fault) for fault in elements)
    return lines


def _element(fault: Fault) -> tuple[str, ...]:
    """AK4; the bad value is repeated only where every one of its characters may stand in a 997."""
    value = fault.value if fault.value.isascii() and fault.value.isprintable() else ""
    return ("AK4", str(fault.place.element), "", fault.kind.ak4, value[:99])
