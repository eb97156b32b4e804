"""What one purchase order says otherwise than another: one place for changes, revisions, and whoever reads them.

What a document does not say of a line, or of the order, stays as it was (R8).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from hub.messages.base import Wire
from hub.messages.customer_po import Line, Party, Product, SubmitCustomerPo
from hub.messages.order import ChangedLine
from hub.sagas.numbers import ZERO, decimal, plain, same_unit

W = TypeVar("W", bound=Wire)
HEADER = ("currency", "parties", "notes", "terms")
"""what concerns the order as a whole, beside its lines"""
_PARTS = ("buyer_part", "seller_part", "gtin", "manufacturer_part")
_NUMBERS = ("quantity", "unit_price", "price_basis")
_LISTS = ("schedule", "characteristics", "attachments", "notes")


def content(po: SubmitCustomerPo) -> dict[str, Any]:
    """What a purchase order says, without its origin: two that are equal here are the same PO (R7).

    A difference stands for itself, whatever was known when it was read.
    """
    said = po.model_dump(mode="json", exclude_none=True, exclude={"source", "unmapped", "purpose", "note"})
    for line in said["lines"]:
        if "quantity_before" in line:
            line["difference"] = plain(decimal(line.pop("quantity")) - decimal(line.pop("quantity_before")))
    return said


def lines_of(po: SubmitCustomerPo) -> dict[str, Line]:
    """The lines of a purchase order, each with the date that holds for it."""
    return {
        item.line: item.model_copy(update={"requested_date": item.requested_date or po.requested_date, "action": None})
        for item in po.lines
    }


def amended(standing: SubmitCustomerPo, sent: SubmitCustomerPo) -> SubmitCustomerPo:
    """The purchase order as it stands when a document is taken; it may have no line left.

    A change touches the lines that it names; a revision names all of them, and what it leaves out is gone.
    """
    was = lines_of(standing)
    changes = sent.purpose == "change"
    date = None if changes and sent.requested_date == standing.requested_date else sent.requested_date
    lines = dict(was) if changes else {}
    for each in sent.lines:
        item = _reckoned(was.get(each.line), each)
        if _deletes(sent, item):
            lines.pop(item.line, None)
        elif item.action != "none":
            lines[item.line] = _completed(was.get(item.line), item, date, adds=changes)
        elif item.line in was:
            lines[item.line] = was[item.line]
    header = {
        "currency": sent.currency or standing.currency,
        "parties": _parties(standing.parties, sent.parties),
        "references": list({each.kind: each for each in (*standing.references, *sent.references)}.values()),
        "notes": _remarks(standing.notes, sent.notes) if changes else sent.notes or standing.notes,
        "terms": _filled(standing.terms, sent.terms),
        "order_date": standing.order_date or sent.order_date,
        "requested_date": sent.requested_date or standing.requested_date,
    }
    return sent.model_copy(update={**header, "purpose": "revision", "totals": None, "lines": list(lines.values())})


def _parties(was: list[Party], now: list[Party]) -> list[Party]:
    """The parties by their roles; what is not said of one stays as it was."""
    found: dict[str, Party] = {party.role: party for party in was if party.role != "other"}
    for party in now:
        if party.role != "other":
            found[party.role] = _filled(found.get(party.role), party) or party
    others = [party for party in now if party.role == "other"] or [party for party in was if party.role == "other"]
    return [*found.values(), *others]


def _filled(was: W | None, now: W | None) -> W | None:
    """What is said now, on top of what was said before."""
    if was is None or now is None:
        return now or was
    return was.model_copy(update={name: value for name in type(now).model_fields if (value := getattr(now, name))})


def _reckoned(was: Line | None, item: Line) -> Line:
    """A line whose quantity its sender states as a difference, reckoned from what the line has now."""
    if was is None or item.quantity_before is None:
        return item
    quantity = decimal(was.quantity) + decimal(item.quantity) - decimal(item.quantity_before)
    return item.model_copy(update={"quantity": plain(max(quantity, ZERO)), "quantity_before": None})


def _deletes(sent: SubmitCustomerPo, item: Line) -> bool:
    nothing = sent.purpose == "change" and item.action != "none" and decimal(item.quantity) <= ZERO
    return item.action == "delete" or nothing


def _remarks(was: list[str], now: list[str]) -> list[str]:
    """What was remarked before, which a change does not take back, and what is now."""
    return list(dict.fromkeys((*was, *now)))


def _completed(was: Line | None, item: Line, date: str | None, *, adds: bool) -> Line:
    """A line as sent, with what its sender left unsaid: its date from the header, the rest as it was."""
    before = was.requested_date if was else None
    item = item.model_copy(update={"action": None, "requested_date": item.requested_date or date or before})
    if was is None or not _same_product(was.product, item.product):
        return item
    kept: dict[str, Any] = {name: getattr(item, name) or getattr(was, name) for name in _LISTS}
    if adds:
        kept["notes"] = _remarks(was.notes, item.notes)
    kept["product"] = _filled(was.product, item.product)
    if item.unit_price is None and same_unit(was.unit, item.unit):
        kept |= {"unit_price": was.unit_price, "price_basis": was.price_basis}
    if not item.schedule and decimal(item.quantity) != decimal(was.quantity):
        kept["schedule"] = []
    return item.model_copy(update=kept)


def _same_product(one: Product, other: Product) -> bool:
    """Nothing that both name differs; a product that says nothing is the one that was there."""
    shared = [name for name in _PARTS if getattr(one, name) and getattr(other, name)]
    if shared:
        return all(getattr(one, name) == getattr(other, name) for name in shared)
    unnamed = not any(getattr(other, name) for name in _PARTS)
    return unnamed and other.description in {None, one.description}


# -------------------------------------------------------------------------------------------- what differs


def _terms(line: Line) -> dict[str, Any]:
    """What a line asks for, so that 10 and 10.0 are the same."""
    said = line.model_dump(mode="json", exclude_none=True, exclude={"action"})
    said |= {name: plain(decimal(said[name])) for name in _NUMBERS if name in said}
    said["schedule"] = [{**entry, "quantity": plain(decimal(entry["quantity"]))} for entry in said["schedule"]]
    return said


def fields(before: Line, after: Line) -> list[str]:
    """What of a line differs: ``["quantity", "requested_date"]``."""
    was, now = _terms(before), _terms(after)
    return [name for name in Line.model_fields if was.get(name) != now.get(name)]


def differences(before: Mapping[str, Line], after: Mapping[str, Line]) -> list[ChangedLine]:
    """What has to be done to the lines before to make them the lines after."""
    found = []
    for number in dict.fromkeys((*before, *after)):
        was, now = before.get(number), after.get(number)
        if was is None:
            found.append(ChangedLine(line=number, action="add", after=now))
        elif now is None:
            found.append(ChangedLine(line=number, action="delete", before=was))
        elif fields(was, now):
            found.append(ChangedLine(line=number, action="change", before=was, after=now))
    return found


def header_fields(before: SubmitCustomerPo, after: SubmitCustomerPo) -> list[str]:
    """What differs beside the lines: ``["parties"]``."""
    was, now = (po.model_dump(mode="json", include=set(HEADER)) for po in (before, after))
    return [name for name in HEADER if was[name] != now[name]]


def shown(changed: ChangedLine) -> dict[str, Any]:
    """A difference for a reader: the line, what is done with it, and each field with its old and new value."""
    was, now = (
        each.model_dump(mode="json", exclude_none=True) if each else {} for each in (changed.before, changed.after)
    )
    names = [name for name in Line.model_fields if was.get(name) or now.get(name)]
    if changed.before and changed.after:
        names = fields(changed.before, changed.after)
    return {
        "line": changed.line,
        "action": changed.action,
        "fields": {name: {"before": was.get(name), "after": now.get(name)} for name in names if name != "line"},
    }


def between(before: SubmitCustomerPo, after: SubmitCustomerPo) -> dict[str, Any]:
    """The difference between two revisions, for a reader."""
    was, now = (po.model_dump(mode="json", exclude_none=True) for po in (before, after))
    return {
        "header": {name: {"before": was.get(name), "after": now.get(name)} for name in header_fields(before, after)},
        "lines": [shown(each) for each in differences(lines_of(before), lines_of(after))],
    }
