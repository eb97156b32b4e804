"""Line items of X12 orders: PO1 and POC with the segments that follow them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.edi.faults import clean
from adapters.edi.mapping import empty_line, put
from adapters.edi.units import MEASURES, from_x12
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields
from adapters.edi.x12.order_codes import CHANGES, CHARACTERISTICS, DELIVERY_DATES, PRICE_BASES, PRODUCT_FIELDS

Line = dict[str, Any]


def begin_po1(fields: Fields, position: int, po1: list[str]) -> Line:
    """A line from PO1; its number is left out where the sender leaves it out."""
    line = empty_line()
    put(line, "line", at(po1, 1))
    _quantity_and_price(fields, line, position, po1, 2, 3, 4)
    _products(fields, line, position, po1, 6)
    return line


def begin_poc(fields: Fields, position: int, poc: list[str]) -> Line:
    """A line of a change from POC."""
    line = empty_line()
    put(line, "line", at(poc, 1))
    code = at(poc, 2)
    action = CHANGES.get(code)
    if action is None and code:
        fields.document.fault("code_invalid", position, 2, value=code)
    line["action"] = action or "change"
    line["_code"] = code
    if action in ("delete", "none") and not at(poc, 3):
        poc = [*poc[:3], *poc[3:]]
        poc[3:4] = ["0"]
    if action in ("delete", "none") and not at(poc, 5):
        poc = (poc + [""] * 6)[: max(6, len(poc))]
        poc[5] = "EA"
    _quantity_and_price(fields, line, position, poc, 3, 5, 6)
    if at(poc, 4):
        fields.keep_text(position, "POC04", f"left to receive: {at(poc, 4)}")
    _products(fields, line, position, poc, 8)
    return line


def _quantity_and_price(
    fields: Fields, line: Line, position: int, segment: list[str], quantity: int, unit: int, price: int
) -> None:
    """Quantity, unit, price and price basis, which all line segments have in this order."""
    ordered = fields.decimal(position, segment, quantity)
    if ordered is not None:
        line["quantity"] = ordered
    elif not at(segment, quantity):
        code = "element_condition" if at(segment, unit) else "element_missing"
        fields.document.fault(code, position, quantity)
    measured = fields.unit(position, segment, unit)
    if measured is not None:
        line["unit"] = measured
    elif not at(segment, unit):
        code = "element_condition" if at(segment, quantity) else "element_missing"
        fields.document.fault(code, position, unit)
    amount = fields.decimal(position, segment, price)
    basis = at(segment, price + 1)
    if amount is None:
        if basis:
            fields.keep_text(position, segment[0], f"price basis {basis}")
        return
    number = PRICE_BASES.get(basis) or fields.price_basis(position, price + 1, basis, measured)
    if number is None:
        fields.keep_text(position, segment[0], f"price {amount} {basis}")
        return
    line["unit_price"] = amount
    if number != "1":
        line["price_basis"] = number


def _products(fields: Fields, line: Line, position: int, segment: list[str], start: int) -> None:
    """Pairs of qualifier and identifier; the first of a kind counts, a further one is kept beside."""
    product = line["product"]
    for index in range(start, len(segment) - 1, 2):
        qualifier, value = segment[index].strip(), segment[index + 1].strip()
        if not value:
            continue
        name = PRODUCT_FIELDS.get(qualifier)
        if name and name not in product:
            product[name] = value
        elif qualifier in CHARACTERISTICS:
            characteristic(line, CHARACTERISTICS[qualifier], value)
        else:
            fields.keep_text(position, f"{segment[0]}{index:02}", f"{qualifier} {value}")


def characteristic(line: Line, name: str, value: str, unit: str = "") -> None:
    """One thing that the product must be."""
    entry = {"name": name, "value": value}
    put(entry, "unit", unit)
    line["characteristics"].append(entry)


def _description(fields: Fields, line: Line, position: int, pid: list[str]) -> None:
    code, text = at(pid, 2), at(pid, 5) or " ".join(filter(None, (at(pid, 3), at(pid, 4))))
    if not text:
        fields.keep(position, pid)
    elif code in ("", "08", "GEN") and "description" not in line["product"]:
        line["product"]["description"] = text
    elif code in ("", "08", "GEN"):
        line["notes"].append(text)
    else:
        characteristic(line, CHARACTERISTICS.get(code, f"description {code}"), text)


def _measure(fields: Fields, line: Line, position: int, mea: list[str]) -> None:
    name = MEASURES.get(at(mea, 2)) or " ".join(filter(None, (at(mea, 1), at(mea, 2)))) or "measurement"
    component = fields.document.interchange.delimiters.component
    unit = at(mea, 4).split(component, 1)[0]
    value = at(mea, 3)
    if at(mea, 5) or at(mea, 6):
        value = " ".join(filter(None, (value, f"{at(mea, 5)}..{at(mea, 6)}")))
    if value:
        characteristic(line, name, value, from_x12(unit) or unit)
    else:
        fields.keep(position, mea)


def _packing(fields: Fields, line: Line, position: int, po4: list[str]) -> None:
    if at(po4, 1):
        characteristic(line, "pack", at(po4, 1))
    if at(po4, 2):
        characteristic(line, "size", at(po4, 2), from_x12(at(po4, 3)) or at(po4, 3))
    if any(part.strip() for part in po4[4:]):
        fields.keep(position, po4, "packing")


def take_date(fields: Fields, target: dict[str, Any], position: int, dtm: list[str]) -> None:
    """The plainest of the dates that say when goods are wanted; every other is kept beside."""
    qualifier, value = at(dtm, 1), fields.date(position, dtm, 2)
    if value is None and at(dtm, 5) == "D8":
        value = fields.date(position, dtm, 6)
    if value is None:
        if at(dtm, 6):
            fields.keep(position, dtm)
        return
    if at(dtm, 3).strip("0"):
        fields.keep_text(position, "DTM03", f"{qualifier} at {at(dtm, 3)}")
    known = target.get("_date")
    rank = DELIVERY_DATES.get(qualifier, 99)
    if rank == 99:
        fields.keep_text(position, "DTM", f"date {qualifier} {value}")
    elif known is None or rank < known[0]:
        if known:
            fields.keep_text(known[1], "DTM", f"date {known[2]} {target['requested_date']}")
        target["_date"] = (rank, position, qualifier)
        target["requested_date"] = value
        if qualifier != "002":
            fields.keep_text(position, "DTM", f"date {qualifier} {value}")
    elif (qualifier, value) != (known[2], target["requested_date"]):
        fields.keep_text(position, "DTM", f"date {qualifier} {value}")


def _schedule(fields: Fields, line: Line, position: int, sch: list[str]) -> None:
    quantity = fields.decimal(position, sch, 1)
    if quantity is None:
        return
    entry: dict[str, Any] = {"quantity": quantity}
    put(entry, "date", fields.date(position, sch, 6))
    put(entry, "location", at(sch, 4))
    line["schedule"].append(entry)


def _stores(fields: Fields, line: Line, position: int, sdq: list[str]) -> None:
    for index in range(3, len(sdq) - 1, 2):
        quantity = fields.decimal(position, sdq, index + 1)
        if quantity is not None:
            entry = {"quantity": quantity}
            put(entry, "location", sdq[index].strip())
            line["schedule"].append(entry)


def heads_notes(ref: list[str]) -> bool:
    """Whether it only says that notes follow; what it says beyond a word is a note itself."""
    return ref[0] == "N9" and at(ref, 1) == "L1"


def _reference(fields: Fields, line: Line, position: int, ref: list[str]) -> None:
    value = at(ref, 2) or at(ref, 3)
    if heads_notes(ref):
        if not value.isalpha():
            fields.keep(position, ref)
        return
    if value:
        characteristic(line, f"reference {at(ref, 1)}", value)
    if at(ref, 2) and at(ref, 3):
        fields.keep_text(position, f"{ref[0]}03", at(ref, 3))


def _note(fields: Fields, line: Line, position: int, msg: list[str]) -> None:
    text = at(msg, 2) if msg[0] == "MTX" else at(msg, 1)
    if text:
        line["notes"].append(clean(text, 5000))


def _spoken(fields: Fields, line: Line, position: int, nte: list[str]) -> None:
    if at(nte, 2):
        line["notes"].append(clean(at(nte, 2), 5000))


def _amount(fields: Fields, line: Line, position: int, amt: list[str]) -> None:
    if at(amt, 1) == "1":
        put(line, "_amount", fields.decimal(position, amt, 2, negative=True))
    fields.keep(position, amt)


def _charge(fields: Fields, line: Line, position: int, sac: list[str]) -> None:
    line["_charged"] = True
    fields.keep(position, sac)


def _currency(fields: Fields, line: Line, position: int, cur: list[str]) -> None:
    put(line, "_currency", fields.currency(position, cur, 2))
    fields.keep(position, cur)


def _place(fields: Fields, line: Line, position: int, n1: list[str]) -> None:
    if at(n1, 1) == "ST":
        line["_delivery"] = position, at(n1, 4) or at(n1, 2)
    fields.keep(position, n1)


HANDLERS: dict[str, Callable[[Fields, Line, int, list[str]], None]] = {
    "PID": _description,
    "MEA": _measure,
    "PO4": _packing,
    "DTM": take_date,
    "SCH": _schedule,
    "SDQ": _stores,
    "REF": _reference,
    "N9": _reference,
    "MSG": _note,
    "MTX": _note,
    "NTE": _spoken,
    "AMT": _amount,
    "SAC": _charge,
    "ITA": _charge,
    "CUR": _currency,
    "N1": _place,
}
"""What the segments after PO1 or POC say about the line; the rest is kept as it is"""


def keep_part(fields: Fields, line: Line, position: int, segment: list[str]) -> None:
    """Keep what is said of a part of the line (SLN), which is not said of the line."""
    fields.keep(position, segment, "part of a line")


PART_HANDLERS: dict[str, Callable[[Fields, Line, int, list[str]], None]] = {
    **dict.fromkeys(HANDLERS, keep_part),
    "SLN": keep_part,
}
"""What the segments after SLN say"""
