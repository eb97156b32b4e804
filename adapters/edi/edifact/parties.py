"""Parties of an EDIFACT order: NAD with LOC, RFF, CTA and COM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.edi.edifact.envelope import Segment, at, joined
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.order_codes import ROLES
from adapters.edi.mapping import identifier, put
from adapters.edi.splitting import Repeated

PARTY_SEGMENTS = frozenset({"LOC", "RFF", "CTA", "COM"})
"""Segments that belong to the NAD before them"""

_DELIVERED = frozenset({"DP", "ST"})
"""Parties that goods are delivered to"""

_ADDRESSES = {"TE": "telephone", "AL": "telephone", "EM": "email"}


def _joined(segment: Segment, element: int) -> str:
    return joined(segment[element]) if element < len(segment) else ""


def begin(fields: Fields, position: int, nad: Segment) -> dict[str, Any]:
    """A party from its NAD."""
    role = ROLES.get(at(nad, 1), "other")
    party: dict[str, Any] = {"role": role}
    if role == "ship-to":
        party["_by"] = position, at(nad, 1)
    if at(nad, 2):
        party["identifiers"] = [identifier(at(nad, 2, 3) or at(nad, 2, 2), at(nad, 2))]
    plain = _joined(nad, 3)
    name = _joined(nad, 4)
    put(party, "name", (name or plain)[:200])
    address: dict[str, Any] = {}
    lines = [part.strip() for part in (nad[5] if len(nad) > 5 else []) if part.strip()]
    if name and plain:
        lines = [part.strip() for part in nad[3] if part.strip()] + lines
    put(address, "lines", lines)
    for element, field in ((6, "city"), (7, "region"), (8, "postal_code"), (9, "country")):
        put(address, field, at(nad, element))
    put(party, "address", address)
    if role == "other":
        fields.keep_text(position, "NAD", f"the party's role is {at(nad, 1)}")
    return party


def name_delivery(fields: Fields, parties: Sequence[dict[str, Any]]) -> None:
    """Where a delivery party is named, the goods go there, and not to the consignees (CN, UC) that are named beside."""
    ways = [party.pop("_by", None) for party in parties]
    if not any(way and way[1] in _DELIVERED for way in ways):
        return
    for party, way in zip(parties, ways, strict=True):
        if way and way[1] not in _DELIVERED:
            party["role"] = "other"
            fields.keep_text(way[0], "NAD", f"the party's role is {way[1]}")


def extend(fields: Fields, party: dict[str, Any], position: int, segment: Segment) -> None:
    """Add what a segment of the group says about the party."""
    match segment[0][0]:
        case "RFF" if at(segment, 1, 2):
            party.setdefault("identifiers", []).append(identifier(at(segment, 1), at(segment, 1, 2)))
        case "LOC" if at(segment, 2):
            party.setdefault("identifiers", []).append(identifier(f"LOC {at(segment, 1)}", at(segment, 2)))
        case "CTA":
            contact: dict[str, Any] = {}
            put(contact, "name", at(segment, 2, 2) or at(segment, 2))
            party.setdefault("contacts", []).append(contact)
        case "COM":
            _communicate(fields, party, position, segment)
        case _:
            fields.keep(position, segment)


def _communicate(fields: Fields, party: dict[str, Any], position: int, com: Segment) -> None:
    contacts = party.setdefault("contacts", [])
    if not contacts:
        contacts.append({})
    element = com[1] if len(com) > 1 else []
    occurrences = [element, *(element.others if isinstance(element, Repeated) else ())]
    for value, kind in ([*part, "", ""][:2] for part in occurrences):
        name = _ADDRESSES.get(kind.strip())
        if value.strip() and name and name not in contacts[-1] and len(value) <= 200:
            contacts[-1][name] = value.strip()
        elif value.strip():
            fields.keep_text(position, "COM", f"{kind} {value}")
