"""When and where the quantity of an EDIFACT order line is wanted: QTY, DTM, SCC and LOC of the line."""

from __future__ import annotations

from typing import Any

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.edifact.order_codes import DELIVERY_DATES, QUANTITIES, SCHEDULED
from adapters.edi.mapping import put
from adapters.edi.values import plain, total

Line = dict[str, Any]


_APART = frozenset(["ALC", "TDT", "TOD", "EQD", "RCS", "DGS"])
"""Groups whose quantities and dates are their own, and not of what is ordered"""


def take_quantity(fields: Fields, line: Line, position: int, qty: Segment) -> None:
    """The quantity ordered, or one of the parts that it is to come in."""
    qualifier, group = at(qty, 1), line.get("_group")
    if group in _APART:
        fields.keep(position, qty)
        return
    value = fields.decimal(position, qty, 1, 2)
    unit = fields.unit(position, qty, 1, 3)
    if value is None or unit is None:
        line["_unreadable"] = line.get("_unreadable") or qualifier in QUANTITIES or qualifier == "11"
        return
    placed = group == "LOC" and "_location" in line and "quantity" in line
    if qualifier == "11" or (qualifier in SCHEDULED and (group == "SCC" or placed)):
        entry = {"quantity": value}
        put(entry, "location", line.pop("_location", ""))
        line["schedule"].append(entry)
        line.setdefault("_units", []).append(unit)
        return
    rank = QUANTITIES.get(qualifier, 99)
    if rank < line.get("_quantity", 99):
        line["_quantity"], line["quantity"], line["unit"] = rank, value, unit
        line["_unit"] = at(qty, 1, 3)
    else:
        fields.keep(position, qty)


def add_up(line: Line) -> None:
    """The quantity of a line that names only the parts it comes in: they make it up, where they have one unit."""
    units = set(line.pop("_units", ()))
    if "quantity" not in line and len(units) == 1:
        line["quantity"], line["unit"] = plain(total(entry["quantity"] for entry in line["schedule"])), units.pop()


def take_line_date(fields: Fields, line: Line, position: int, dtm: Segment) -> None:
    """When the line is wanted, or the part of it that was named last."""
    group = line.get("_group")
    if group not in _APART and not line["schedule"]:
        take_date(fields, line, position, dtm)
        return
    qualifier, value = at(dtm, 1), fields.date(position, dtm)
    rank = DELIVERY_DATES.get(qualifier, 99)
    if value is None:
        return
    if group in (None, "LOC", "SCC") and rank < line.get("_dated", {}).get(len(line["schedule"]), 99):
        line.setdefault("_dated", {})[len(line["schedule"])] = rank
        line["schedule"][-1]["date"] = value
    else:
        fields.keep_text(position, "DTM", f"date {qualifier} {value}")


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


def begin_schedule(fields: Fields, line: Line, position: int, scc: Segment) -> None:
    """What follows are parts of the line."""
    line["_scheduling"] = True


def take_place(fields: Fields, line: Line, position: int, loc: Segment) -> None:
    """Where the part named last is wanted, or the one to be named next."""
    if "_scheduling" in line and line["schedule"] and at(loc, 2) and "location" not in line["schedule"][-1]:
        line["schedule"][-1]["location"] = at(loc, 2)
    elif at(loc, 1) == "7" and at(loc, 2):
        line["_location"] = at(loc, 2)
    else:
        fields.keep(position, loc)
