"""Line items of EDIFACT orders: LIN with the segments that follow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.order_codes import (
    ACTIONS,
    CHARACTERISTICS,
    DELIVERY_DATES,
    DESCRIPTIONS,
    PRICES,
    PRODUCT_FIELDS,
    QUANTITIES,
)
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
    if at(lin, 3):
        _number(fields, line, position, "LIN", at(lin, 3), at(lin, 3, 2))
    return line


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
    for element in range(2, len(pia)):
        if at(pia, element):
            _number(fields, line, position, "PIA", at(pia, element), at(pia, element, 2))


def _description(fields: Fields, line: Line, position: int, imd: Segment) -> None:
    text = " ".join(filter(None, (at(imd, 3, 4), at(imd, 3, 5)))) or at(imd, 3)
    code = at(imd, 2)
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


def _quantity(fields: Fields, line: Line, position: int, qty: Segment) -> None:
    qualifier = at(qty, 1)
    value = fields.decimal(position, qty, 1, 2)
    unit = fields.unit(position, qty, 1, 3)
    if value is None or unit is None:
        return
    if line.get("_scheduling"):
        line["schedule"].append({"quantity": value})
        return
    if qualifier == "11":
        entry = {"quantity": value}
        put(entry, "location", line.pop("_location", ""))
        line["schedule"].append(entry)
        return
    rank = QUANTITIES.get(qualifier, 99)
    if rank < line.get("_quantity", 99):
        line["_quantity"], line["quantity"], line["unit"] = rank, value, unit
        line["_unit"] = at(qty, 1, 3)
    else:
        fields.keep(position, qty)


def _price(fields: Fields, line: Line, position: int, pri: Segment) -> None:
    qualifier = at(pri, 1)
    value = fields.amount(position, pri, 1, 2)
    basis = fields.decimal(position, pri, 1, 5)
    rank = PRICES.get(qualifier, 99)
    if value is None:
        fields.keep(position, pri)
    elif rank < line.get("_price", 99):
        if "unit_price" in line:
            fields.keep_text(position, "PRI", f"price {line['unit_price']}")
        line["_price"], line["unit_price"] = rank, value
        line["price_basis"] = basis if basis and basis.strip("0.") else "1"
    else:
        fields.keep(position, pri)


def _date(fields: Fields, line: Line, position: int, dtm: Segment) -> None:
    if line["schedule"]:
        value = fields.date(position, dtm)
        if value:
            line["schedule"][-1]["date"] = value
        return
    take_date(fields, line, position, dtm)


def take_date(fields: Fields, target: dict[str, Any], position: int, dtm: Segment) -> None:
    """The plainest of the dates that say when goods are wanted; every other is kept beside."""
    qualifier, value = at(dtm, 1), fields.date(position, dtm)
    if value is None:
        return
    known = target.get("_date")
    rank = DELIVERY_DATES.get(qualifier, 99)
    if rank < 99 and (known is None or rank < known[0]):
        if known:
            fields.keep_text(known[1], "DTM", f"date {known[2]} {target['requested_date']}")
        target["_date"] = (rank, position, qualifier)
        target["requested_date"] = value
        if qualifier != "2":
            fields.keep_text(position, "DTM", f"date {qualifier} {value}")
    else:
        fields.keep_text(position, "DTM", f"date {qualifier} {value}")


def _schedule(fields: Fields, line: Line, position: int, scc: Segment) -> None:
    line["_scheduling"] = True


def _place(fields: Fields, line: Line, position: int, loc: Segment) -> None:
    if line.get("_scheduling") and line["schedule"] and at(loc, 2) and "location" not in line["schedule"][-1]:
        line["schedule"][-1]["location"] = at(loc, 2)
    elif at(loc, 1) == "7" and at(loc, 2):
        line["_location"] = at(loc, 2)
    else:
        fields.keep(position, loc)


def _reference(fields: Fields, line: Line, position: int, rff: Segment) -> None:
    if at(rff, 1, 2):
        characteristic(line, f"reference {at(rff, 1)}", at(rff, 1, 2))


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


HANDLERS: dict[str, Callable[[Fields, Line, int, Segment], None]] = {
    "PIA": _item_numbers,
    "IMD": _description,
    "MEA": _measure,
    "QTY": _quantity,
    "PRI": _price,
    "DTM": _date,
    "SCC": _schedule,
    "LOC": _place,
    "RFF": _reference,
    "FTX": _note,
    "PAC": _packing,
}
"""What the segments after LIN say about the line; the rest is kept as it is"""
