"""Writing X12: segments, with the envelope of one partner around them (X12.5, X12.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.edi.delimiters import X12_DEFAULT, Delimiters
from adapters.edi.envelope import Endpoint
from adapters.edi.plain_text import to_ascii
from adapters.edi.x12.envelope import GROUP_TYPES
from hub.messages.customer_po import Party
from hub.partners import EdiProfile
from hub.ports import Numbers

Segments = list[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """From whom to whom a document goes, and how it is written."""

    sender: Endpoint
    receiver: Endpoint
    group_sender: str
    group_receiver: str
    version: str = "004010"
    delimiters: Delimiters = X12_DEFAULT
    test: bool = False


def route_to(profile: EdiProfile, our: Endpoint) -> Route:
    """The route to a partner by its profile; ``our`` counts where the profile does not name an id of ours."""
    ours = Endpoint(profile.our_qualifier or our.qualifier, profile.our_id or our.id)
    return Route(
        sender=ours,
        receiver=Endpoint(profile.qualifier, profile.id),
        group_sender=ours.id,
        group_receiver=profile.group_id or profile.id,
        version=profile.version or "004010",
        delimiters=delimiters_of(profile),
        test=profile.test,
    )


def party_code(party: Endpoint, assigned: str) -> tuple[str, str]:
    """N103 and N104 of a party that is known by its interchange id; ``assigned``: the code of who else has given it."""
    return {"01": "1", "14": "UL"}.get(party.qualifier, assigned), party.id


def named(role: str, code: tuple[str, str], party: Party) -> Segments:
    """N1 with the code by which a party is known, and its name and address as far as they are."""
    lines: Segments = [("N1", role, (party.name or "")[:60], *code)]
    address = party.address
    if address:
        lines.extend(("N3", line[:55]) for line in address.lines[:2])
        if address.city or address.postal_code:
            region = (address.region or "")[:2]
            lines.append(("N4", address.city or "", region, address.postal_code or "", address.country or ""))
    return lines


def delimiters_of(profile: EdiProfile | None) -> Delimiters:
    """The delimiters that a partner wants."""
    if profile is None:
        return X12_DEFAULT
    return Delimiters(
        profile.element_separator or X12_DEFAULT.element,
        profile.component_separator or X12_DEFAULT.component,
        profile.segment_terminator or X12_DEFAULT.segment,
        X12_DEFAULT.repetition,
    )


def written(text: str, delimiters: Delimiters) -> str:
    """Text as X12 can carry it: there is no release character, so a delimiter in it becomes a space."""
    text = to_ascii(text)
    for mark in (delimiters.element, delimiters.component, delimiters.segment, "\r", "\n"):
        text = text.replace(mark, " ")
    return "".join(c for c in text if c.isprintable())


def segment(elements: Iterable[str], delimiters: Delimiters) -> str:
    """One segment, empty elements at its end left away."""
    parts = [written(element, delimiters) for element in elements]
    while parts and not parts[-1]:
        parts.pop()
    return delimiters.element.join(parts) + delimiters.segment


def isa(route: Route, number: int, now: datetime) -> str:
    """The interchange header, of fixed width."""
    d = route.delimiters
    release = f"00{route.version[2:5]}" if route.version[:2] == "00" else "00401"
    parts = [
        "ISA",
        "00",
        " " * 10,
        "00",
        " " * 10,
        f"{written(route.sender.qualifier, d) or 'ZZ':2.2}",
        f"{written(route.sender.id, d):15.15}",
        f"{written(route.receiver.qualifier, d) or 'ZZ':2.2}",
        f"{written(route.receiver.id, d):15.15}",
        f"{now:%y%m%d}",
        f"{now:%H%M}",
        d.repetition if release >= "00402" else "U",
        release,
        f"{number % 10**9:09}",
        "0",
        "T" if route.test else "P",
        d.component,
    ]
    return d.element.join(parts) + d.segment


def interchange(route: Route, documents: Sequence[tuple[str, Segments]], numbers: Numbers, now: datetime) -> bytes:
    """An interchange with one group of documents, each its type and what stands between ST and SE."""
    d = route.delimiters
    number, group = numbers.next("interchange"), numbers.next("group")
    functional = GROUP_TYPES[documents[0][0]]
    lines = [
        isa(route, number, now),
        segment(
            (
                "GS",
                functional,
                route.group_sender[:15],
                route.group_receiver[:15],
                f"{now:%Y%m%d}",
                f"{now:%H%M}",
                str(group),
                "X",
                route.version,
            ),
            d,
        ),
    ]
    for kind, body in documents:
        reference = f"{numbers.next('message') % 10**9:04}"
        lines.append(segment(("ST", kind, reference), d))
        lines.extend(segment(elements, d) for elements in body)
        lines.append(segment(("SE", str(len(body) + 2), reference), d))
    lines.append(segment(("GE", str(len(documents)), str(group)), d))
    lines.append(segment(("IEA", "1", f"{number % 10**9:09}"), d))
    return _joined(lines, d)


def bare_interchange(route: Route, body: Segments, numbers: Numbers, now: datetime) -> bytes:
    """An interchange without groups, for TA1."""
    d, number = route.delimiters, numbers.next("interchange")
    lines = [isa(route, number, now), *(segment(elements, d) for elements in body)]
    lines.append(segment(("IEA", "0", f"{number % 10**9:09}"), d))
    return _joined(lines, d)


def _joined(lines: list[str], delimiters: Delimiters) -> bytes:
    ending = "" if delimiters.segment in "\r\n" else "\n"
    return "".join(line + ending for line in lines).encode("utf-8")
