"""The syntax acknowledgment of EDIFACT: CONTRL, one per interchange (UN/EDIFACT service message)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from adapters.edi.delimiters import Standard
from adapters.edi.edifact.render import Element, Route, Segments, delimiters_of, interchange
from adapters.edi.envelope import Document, Endpoint, Group, Interchange
from adapters.edi.faults import Fault, fatal
from hub.partners import Partner
from hub.ports import Numbers

ACKNOWLEDGED, REJECTED = "7", "4"
_MOST = 100
"""faults that are listed per message"""


@dataclass(frozen=True, slots=True)
class MessageReceipt:
    """What is acknowledged of one message."""

    number: str
    identifier: tuple[str, ...]
    faults: tuple[Fault, ...]
    rejected: bool


@dataclass(slots=True)
class GroupReceipt:
    """What is acknowledged of a functional group; messages without a group are in one of no number."""

    number: str = ""
    sender: str = ""
    receiver: str = ""
    messages: list[MessageReceipt] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class ControlMessage:
    """CONTRL: what became of an interchange and each of its messages."""

    route: Route
    number: str
    sender: Endpoint
    receiver: Endpoint
    faults: tuple[Fault, ...]
    groups: tuple[GroupReceipt, ...]
    syntax: str = "3"
    purpose: str = "CONTRL"
    kind: Standard = "edifact"
    partner_id: str | None = None

    def render(self, numbers: Numbers, now: datetime) -> bytes:
        """The finished interchange."""
        identifier = ("CONTRL", "4" if self.syntax == "4" else "D", "1" if self.syntax == "4" else "3", "UN")
        return interchange(self.route, [(identifier, self._body())], numbers, now)

    def _body(self) -> Segments:
        refused = fatal(self.faults)
        lines: Segments = [
            (
                "UCI",
                self.number,
                _endpoint(self.sender),
                _endpoint(self.receiver),
                REJECTED if refused else ACKNOWLEDGED,
                *_error(self.faults, "UNB"),
            )
        ]
        if refused:
            return lines
        for group in self.groups:
            if group.number:
                action = REJECTED if fatal(group.faults) else ACKNOWLEDGED
                lines.append(("UCF", group.number, group.sender, group.receiver, action, *_error(group.faults, "UNG")))
            for message in group.messages:
                lines.extend(_message(message))
        return lines


def _endpoint(endpoint: Endpoint) -> Element:
    return (endpoint.id, endpoint.qualifier) if endpoint.qualifier else endpoint.id


def _error(faults: Sequence[Fault], default: str) -> tuple[Element, ...]:
    """The gravest fault of an envelope: its code, and the service segment it is about."""
    known = sorted((f for f in faults if f.kind.contrl), key=lambda f: not f.fatal)
    if not known:
        return ()
    trailers = {"UNB": "UNZ", "UNG": "UNE"}
    return (known[0].kind.contrl, trailers[default] if known[0].kind.of_trailer else default)


def _message(message: MessageReceipt) -> Segments:
    if not message.rejected:
        return [("UCM", message.number, message.identifier, ACKNOWLEDGED)]
    whole = [f for f in message.faults if f.kind.level == "message" and f.kind.contrl]
    head: list[Element] = ["UCM", message.number, message.identifier, REJECTED]
    if whole:
        head += [whole[0].kind.contrl, "UNT" if whole[0].kind.of_trailer else "UNH"]
    lines: Segments = [head]
    placed = [f for f in message.faults if f.kind.level in ("segment", "element") and f.kind.contrl]
    placed.sort(key=lambda f: f.place.segment)
    for position, members in groupby(placed[:_MOST], key=lambda f: f.place.segment):
        here = list(members)
        about_segment = [f for f in here if f.kind.level == "segment"]
        lines.append(("UCS", str(position), about_segment[0].kind.contrl if about_segment else ""))
        for fault in here:
            if fault.kind.level == "element":
                place: Element = str(fault.place.element + 1)
                if fault.place.component:
                    place = (str(fault.place.element + 1), str(fault.place.component))
                lines.append(("UCD", fault.kind.contrl, place))
    return lines


def message_receipt(document: Document) -> MessageReceipt:
    """What is to be said of a message, kept without its segments."""
    header = document.split(document.raw[0])
    identifier = tuple(header[2][:4]) if len(header) > 2 else (document.type,)
    return MessageReceipt(document.number, identifier, tuple(document.faults), document.rejected)


def group_receipt(group: Group | None, messages: Sequence[MessageReceipt]) -> GroupReceipt:
    """What is to be said of a group, or of the messages outside of any."""
    if group is None:
        return GroupReceipt(messages=list(messages))
    return GroupReceipt(group.number, group.sender, group.receiver, list(messages), list(group.faults))


def acknowledge(received: Interchange, groups: Sequence[GroupReceipt], partner: Partner | None) -> ControlMessage:
    """The CONTRL for an interchange."""
    syntax = received.version.rpartition(":")[2]
    route = Route(
        sender=received.receiver,
        receiver=received.sender,
        delimiters=delimiters_of(partner.edi if partner else None),
        test=received.test,
        syntax="4" if syntax == "4" else "3",
    )
    return ControlMessage(
        route,
        received.number,
        received.sender,
        received.receiver,
        tuple(received.faults),
        tuple(groups),
        syntax,
        partner_id=partner.id if partner else None,
    )
