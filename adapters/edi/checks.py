"""What is looked at in an order as a whole, and in a line: whether what is stated twice is the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from adapters.edi.envelope import Document
from adapters.edi.values import plain, total


def check_totals(
    document: Document, stated: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], *, whole: bool
) -> None:
    """Compare the totals that the sender states with the lines; a difference is a warning.

    A change holds some lines only, so that its sums (``whole`` is false) say nothing about them.
    """
    rows = list(lines)
    if "lines" in stated and stated["lines"] != len(rows):
        document.fault("total_lines", found=str(stated["lines"]), expected=str(len(rows)))
    if not whole:
        return
    if "quantity" in stated:
        summed = total(row["quantity"] for row in rows)
        if summed != Decimal(stated["quantity"]):
            document.fault("total_quantity", found=stated["quantity"], expected=plain(summed))
    if "amount" in stated and all("unit_price" in row for row in rows):
        each = [_amount(row) for row in rows]
        amount = sum(each, Decimal())
        if abs(amount - Decimal(stated["amount"])) > sum(map(_rounding, rows, each), Decimal()):
            document.fault("total_amount", found=stated["amount"], expected=plain(amount))


def _amount(line: Mapping[str, Any]) -> Decimal:
    basis = Decimal(line.get("price_basis", "1")) or Decimal(1)
    return Decimal(line["quantity"]) * Decimal(line["unit_price"]) / basis


def check_schedule(document: Document, line: Mapping[str, Any], position: int) -> None:
    """A schedule divides the line's quantity; where it does not add up, a person should know."""
    schedule = line.get("schedule")
    if not schedule:
        return
    summed = total(entry["quantity"] for entry in schedule)
    if summed != Decimal(line["quantity"]):
        document.fault("schedule_quantity", position, found=plain(summed), expected=line["quantity"])
    elif len(schedule) == 1 and "date" in schedule[0]:
        line_date = schedule[0]["date"]
        if isinstance(line, dict):
            line.setdefault("requested_date", line_date)


_ASIDE = ("_date", "_amount", "_charged", "_currency", "_delivery")


def check_line(document: Document, line: dict[str, Any], position: int, header: Mapping[str, Any]) -> None:
    """What a person should know of a line before it is confirmed: an amount that quantity and price do not make, a
    currency or a delivery place that is not the order's, a product that is not known by any name. What was put aside
    for this is taken off the line.
    """
    _, amount, charged, currency, delivery = [line.pop(name, None) for name in _ASIDE]
    if amount and not charged and "unit_price" in line and "quantity" in line:
        made = _amount(line)
        if abs(made - Decimal(amount)) > _rounding(line, made):
            document.fault("line_amount", position, found=amount, expected=plain(made))
    name = line.get("line", "")
    if currency and currency != header.get("currency", currency):
        document.fault("line_currency", position, value=name, found=currency, expected=header["currency"])
    if delivery and delivery[1] not in _places(header):
        document.fault("line_delivery", delivery[0], value=name, found=delivery[1])
    if not line["product"] and line.get("action") in (None, "add"):
        document.fault("product_unidentified", position, value=name)


def _rounding(line: Mapping[str, Any], made: Decimal) -> Decimal:
    """By how much an amount may be another than quantity and price make, because the price was rounded: to cents, or to
    as many decimals as it has; at most half a percent.
    """
    decimals = max(2, len(str(line["unit_price"]).partition(".")[2]))
    basis = Decimal(line.get("price_basis", "1")) or Decimal(1)
    rounded = Decimal(5).scaleb(-decimals - 1) * Decimal(line["quantity"]) / basis
    return max(Decimal("0.01"), min(rounded, abs(made) / 200))


def _places(header: Mapping[str, Any]) -> set[str]:
    """By which names and numbers the order's delivery places go."""
    found = set()
    for party in header.get("parties", ()):
        if party["role"] == "ship-to":
            found |= {party.get("name", ""), *(each["value"] for each in party.get("identifiers", ()))}
    return found
