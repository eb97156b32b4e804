"""What a person's answer tells of column headings that nobody knew.

A heading under which the same stands, line by line, as the person put into a field, names that field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLACE = re.compile(r"(?P<part>.+), row (?P<row>\d+), (?P<heading>.+)", re.DOTALL)
_CHANGED = re.compile(r"lines\.(?P<line>[^.]+)\.(?P<field>.+)")
_FIELDS = {
    "product.buyer_part": "part",
    "product.seller_part": "seller_part",
    "product.manufacturer_part": "manufacturer_part",
    "product.gtin": "gtin",
    "product.description": "description",
    "quantity": "quantity",
    "unit_price": "price",
    "requested_date": "date",
}
"""by where it stands in a purchase order what a column that holds it is called in a profile"""


def explained(question: Mapping[str, Any]) -> dict[str, str]:
    """By heading what it holds, from what was read of a document and what a person changed in it.

    Only a heading whose cells are those of one field, for every line that the person filled in, is explained.
    """
    read: dict[str, list[tuple[int, str]]] = {}
    for message in question["messages"]:
        for each in message["data"].get("unmapped") or ():
            place = _PLACE.fullmatch(each.get("where") or "")
            if place:
                read.setdefault(place["heading"], []).append((int(place["row"]), each["text"]))
    given: dict[str, list[str]] = {}
    for change in question["changes"]:
        found = _CHANGED.fullmatch(change["field"])
        if found and found["field"] in _FIELDS and not change.get("was") and change.get("now"):
            given.setdefault(_FIELDS[found["field"]], []).append(change["now"])
    known = {}
    for heading, cells in read.items():
        texts = [text for _, text in sorted(cells)]
        holds = [field for field, values in given.items() if values == texts]
        if len(holds) == 1:
            known[heading] = holds[0]
    return {heading: field for heading, field in known.items() if list(known.values()).count(field) == 1}
