"""Parties of an X12 order: the N1 loop with N2, N3, N4 and PER."""

from __future__ import annotations

from typing import Any

from adapters.edi.mapping import identifier, put
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields

ROLES = {
    "ST": "ship-to",
    "BT": "bill-to",
    "BY": "buyer",
    "OB": "buyer",
    "SE": "seller",
    "SU": "seller",
    "VN": "seller",
}
"""What parties are to the hub, by N101; the rest are ``other``"""

_ADDRESSES = {"TE": "telephone", "CP": "telephone", "EM": "email"}


def begin(fields: Fields, position: int, n1: list[str]) -> dict[str, Any]:
    """A party from its N1."""
    role = ROLES.get(at(n1, 1), "other")
    party: dict[str, Any] = {"role": role}
    put(party, "name", at(n1, 2))
    if at(n1, 4):
        party["identifiers"] = [identifier(at(n1, 3), at(n1, 4))]
    if role == "other":
        fields.keep_text(position, "N1", f"the party's role is {at(n1, 1)}")
    return party


def extend(fields: Fields, party: dict[str, Any], position: int, segment: list[str]) -> None:
    """Add what a segment of the loop says about the party."""
    match segment[0]:
        case "N2":
            names = [party.get("name", ""), *(part.strip() for part in segment[1:])]
            put(party, "name", " ".join(filter(None, names))[:200])
        case "N3":
            address = party.setdefault("address", {})
            address.setdefault("lines", []).extend(part.strip() for part in segment[1:] if part.strip())
        case "N4":
            address = party.setdefault("address", {})
            for index, name in enumerate(("city", "region", "postal_code", "country"), start=1):
                put(address, name, at(segment, index))
            if at(segment, 5) or at(segment, 6):
                fields.keep(position, segment, "location")
        case _:
            party.setdefault("contacts", []).append(contact(fields, position, segment))


def contact(fields: Fields, position: int, per: list[str]) -> dict[str, Any]:
    """A contact from a PER segment: name, and up to three addresses."""
    found: dict[str, Any] = {}
    put(found, "name", at(per, 2))
    for index in (3, 5, 7):
        kind, value = at(per, index), at(per, index + 1)
        name = _ADDRESSES.get(kind)
        if value and name and name not in found and len(value) <= 200:
            found[name] = value
        elif value:
            fields.keep_text(position, "PER", f"{kind} {value}")
    return found
