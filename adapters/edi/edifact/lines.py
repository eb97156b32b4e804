"""Line items of EDIFACT orders: LIN with the segments that follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.edifact import prices, schedule
from adapters.edi.edifact.envelope import Segment, at, joined
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.order_codes import (
    ACTIONS,
    CHARACTERISTICS,
    DESCRIPTIONS,
    IDENTIFYING,
    PRODUCT_FIELDS,
    ROLES,
)
from adapters.edi.edifact.parties import PARTY_SEGMENTS
from adapters.edi.mapping import empty_line, put
from adapters.edi.units import MEASURES

Line = dict[str, Any]


def begin(fields: Fields, position: int, lin: Segment, *, change: bool) -> Line:
    """A line from LIN; its number is left out where the sender leaves it out."""
    line = empty_line()
    line["_at"] = position
    put(line, "line", at(lin, 1))
    action = at(lin, 2)
    if change:
        if action not in ACTIONS:
            fields.document.fault("code_invalid", position, 2, value=action)
        line["action"] = ACTIONS.get(action, "change")
    elif ACTIONS.get(action, "") in ("", "delete"):
        line["_acted"] = action
    if at(lin, 3):
        _number(fields, line, position, "LIN", at(lin, 3), at(lin, 3, 2))
    return line


ASIDE = ("_quantity", "_unit", "_price", "_scheduling", "_location", "_group", "_dated")
"""What is only noted of a line while its segments are read"""


def take(fields: Fields, line: Line, tag: str, position: int, segment: Segment) -> None:
    """Take over what a segment after LIN says about the line; the rest is kept."""
    if line.get("_group") == "NAD" and tag in PARTY_SEGMENTS:
        fields.keep(position, segment)
        return
    if tag in GROUPS:
        line["_group"] = tag
    handler = HANDLERS.get(tag, _keep)
    handler(fields, line, position, segment)


def _keep(fields: Fields, line: Line, position: int, segment: Segment) -> None:
    fields.keep(position, segment)


def _number(fields: Fields, line: Line, position: int, tag: str, value: str, kind: str) -> None:
    product, name = line["product"], PRODUCT_FIELDS.get(kind)
    if name and name not in product:
        product[name] = value
    elif kind in CHARACTERISTICS:
        characteristic(line, CHARACTERISTICS[kind], value)
    else:
        fields.keep_text(position, tag, f"{kind} {value}")


def characteristic(line: Line, name: str, value: str, unit: str = "") -> None:
    """One thing that the product must be."""
    entry = {"name": name, "value": value}
    put(entry, "unit", unit)
    line["characteristics"].append(entry)


def _item_numbers(fields: Fields, line: Line, position: int, pia: Segment) -> None:
    if at(pia, 1) not in IDENTIFYING:
        fields.keep(position, pia, "another product")
        return
    for element in range(2, len(pia)):
        if at(pia, element):
            _number(fields, line, position, "PIA", at(pia, element), at(pia, element, 2))


def _description(fields: Fields, line: Line, position: int, imd: Segment) -> None:
    text = joined(imd[3][3:5]) if len(imd) > 3 else ""
    coded = at(imd, 3)
    code = at(imd, 2)
    if not text and (at(imd, 1) == "C" or at(imd, 3, 2) or at(imd, 3, 3)):
        if coded:
            characteristic(line, DESCRIPTIONS.get(code, f"description {code}".strip()), coded)
        return
    text = text or coded
    if not text:
        fields.keep(position, imd)
    elif code in ("", "8", "79", "ANM", "DSC") and "description" not in line["product"]:
        line["product"]["description"] = text
    elif code in ("", "8", "79", "ANM", "DSC"):
        line["notes"].append(text)
    else:
        characteristic(line, DESCRIPTIONS.get(code, f"description {code}"), text)


def _measure(fields: Fields, line: Line, position: int, mea: Segment) -> None:
    name = MEASURES.get(at(mea, 2)) or " ".join(filter(None, (at(mea, 1), at(mea, 2)))) or "measurement"
    value = at(mea, 3, 2)
    if at(mea, 3, 3) or at(mea, 3, 4):
        value = " ".join(filter(None, (value, f"{at(mea, 3, 3)}..{at(mea, 3, 4)}")))
    if value:
        characteristic(line, name, value, at(mea, 3))
    else:
        fields.keep(position, mea)


def _reference(fields: Fields, line: Line, position: int, rff: Segment) -> None:
    kind, value, number = at(rff, 1), at(rff, 1, 2), at(rff, 1, 3)
    if number and kind in ("ON", "LI") and "action" in line and line["action"] != "add":
        line["line"] = number
    elif number:
        fields.keep(position, rff)
    if value:
        characteristic(line, f"reference {kind}", value)


def _note(fields: Fields, line: Line, position: int, ftx: Segment) -> None:
    text = free_text(ftx)
    if text:
        line["notes"].append(text)
    else:
        fields.keep(position, ftx)


def free_text(ftx: Segment) -> str:
    """The text of an FTX, its parts as lines."""
    return "\n".join(part.strip() for part in (ftx[4] if len(ftx) > 4 else []) if part.strip())


def _packing(fields: Fields, line: Line, position: int, pac: Segment) -> None:
    if at(pac, 1):
        characteristic(line, "packages", at(pac, 1), at(pac, 3))
    else:
        fields.keep(position, pac)


GROUPS = frozenset(["PRI", "RFF", "PAC", "LOC", "TAX", "NAD", "ALC", "TDT", "TOD", "EQD", "SCC", "RCS", "DGS"])
"""Segments that begin a group of a line"""


def _party(fields: Fields, line: Line, position: int, nad: Segment) -> None:
    if ROLES.get(at(nad, 1)) == "ship-to":
        line["_delivery"] = position, at(nad, 2) or at(nad, 4) or at(nad, 3)
    fields.keep(position, nad)


HANDLERS: dict[str, Callable[[Fields, Line, int, Segment], None]] = {
    "PIA": _item_numbers,
    "IMD": _description,
    "MEA": _measure,
    "QTY": schedule.take_quantity,
    "PRI": prices.take_price,
    "DTM": schedule.take_line_date,
    "LOC": schedule.take_place,
    "RFF": _reference,
    "FTX": _note,
    "PAC": _packing,
    "MOA": prices.take_amount,
    "ALC": prices.take_charge,
    "CUX": prices.take_currency,
    "NAD": _party,
    "SCC": schedule.begin_schedule,
}
"""What the segments after LIN say about the line; the rest is kept as it is"""
