"""855 and 865: the answer to an order, and to its change or cancellation (X12 855, 865)."""

from __future__ import annotations

import textwrap
from datetime import datetime
from decimal import Decimal

from adapters.edi.answers import Answer, AnswerLine
from adapters.edi.units import to_x12
from adapters.edi.x12.render import Segments
from hub.messages.customer_po import Line, Product

_ORDER_OUTCOMES = {"accepted": "AD", "proposal": "AC", "rejected": "RD"}
_CHANGE_OUTCOMES = {"accepted": "AT", "proposal": "AC", "rejected": "RJ"}
_LINE_OUTCOMES = {"accepted": "IA", "changed": "IC", "rejected": "IR", "held": "IH", "deleted": "ID"}
_ACTIONS = {"add": "AI", "delete": "DI", "change": "CA", "none": "NC", "": "CA"}


_LONGEST_COUNT = 8
"""characters of BCA05, the change order sequence number"""


def compact(date: str | None) -> str:
    """CCYYMMDD of an ISO 8601 date."""
    return date.replace("-", "") if date else ""


def product_ids(product: Product) -> list[str]:
    """Pairs of qualifier and identifier, as PO1, POC and LIN have them."""
    pairs: list[str] = []
    gtin = product.gtin or ""
    for qualifier, value in (
        ("BP", product.buyer_part),
        ("VP", product.seller_part),
        ({13: "EN", 14: "UK"}.get(len(gtin), "UP"), gtin),
        ("MG", product.manufacturer_part),
    ):
        if value:
            pairs += [qualifier, value[:48]]
    return pairs


def price_basis(item: Line) -> str:
    """PO105 for the number of units that a price is for."""
    return {"100": "HP", "1000": "TP"}.get(item.price_basis, "PE") if item.unit_price else ""


def unit_price(item: Line) -> str:
    """The price as PO105 says it is meant; a basis other than 1, 100 or 1,000 has no code."""
    return item.unit_price or "" if item.price_basis in ("1", "100", "1000") else ""


def texts(text: str | None) -> Segments:
    """Free text as N9 with MSG segments of 264 characters."""
    if not text:
        return []
    pieces = textwrap.wrap(text, 264)[:10]
    return [("N9", "L1", "NOTE"), *(("MSG", piece) for piece in pieces)]


def body(answer: Answer, now: datetime) -> tuple[str, Segments]:
    """The transaction set and its segments."""
    kind = "855" if answer.subject == "order" else "865"
    lines: Segments = [_beginning(answer, now)]
    currency = answer.charge[1] if answer.charge else (answer.po.currency if answer.po else None)
    if currency:
        lines.append(("CUR", "SE", currency))
    if answer.question:
        lines.append(("REF", "ZZ", answer.question))
    if answer.charge:
        cents = str(int((Decimal(answer.charge[0]) * 100).to_integral_value()))
        lines.append(("SAC", "C", "ZZZZ", "", "", cents, *[""] * 9, "cancellation charge"))
    lines.extend(texts(answer.reason))
    for line in answer.lines:
        lines.extend(_line(line, answer.left.get(line.line), change=kind == "865"))
    lines.append(("CTT", str(len(answer.lines))))
    return kind, lines


def _beginning(answer: Answer, now: datetime) -> tuple[str, ...]:
    po = answer.po
    ordered = compact(po.order_date if po else None) or f"{now:%Y%m%d}"
    release = (po.release if po else None) or ""
    today = f"{now:%Y%m%d}"
    if answer.subject == "order":
        outcome = _ORDER_OUTCOMES[answer.outcome]
        return ("BAK", "00", outcome, answer.po_number, ordered, release, "", "", answer.order_id, today)
    purpose = "01" if answer.subject == "cancellation" and not answer.partial else "04"
    outcome = _CHANGE_OUTCOMES[answer.outcome]
    count = next((each for each in reversed(answer.requests) if len(each) <= _LONGEST_COUNT), "")
    return ("BCA", purpose, outcome, answer.po_number, release, count, ordered, "", "", answer.order_id, today)


def _line(line: AnswerLine, left: str | None, *, change: bool) -> Segments:
    item = line.item
    quantity, unit = (item.quantity, to_x12(item.unit)) if item else ("", "")
    price, basis = (unit_price(item), price_basis(item)) if item else ("", "")
    ids = product_ids(item.product) if item else []
    if not price:
        basis = ""
    if change:
        segments: Segments = [
            (
                "POC",
                line.line,
                _ACTIONS[line.action],
                quantity,
                _left(line, quantity, left),
                unit,
                price,
                basis,
                *ids,
            )
        ]
    else:
        segments = [("PO1", line.line, quantity, unit, price, basis, *ids)]
    if line.price:
        segments.append(("CTP", "", "QTE", line.price, line.quantity or quantity, unit))
    if item and item.product.description:
        segments.append(("PID", "F", "", "", "", item.product.description[:80]))
    segments.extend(_statuses(line, quantity, unit))
    if line.text:
        segments.extend(texts(line.text))
    return segments


def _left(line: AnswerLine, quantity: str, left: str | None) -> str:
    """POC04: what is still to come, which goes with any quantity."""
    if not quantity or line.outcome == "deleted":
        return "0" if quantity else ""
    return quantity if left is None else left


def _statuses(line: AnswerLine, quantity: str, unit: str) -> Segments:
    """ACK segments: one that says it all, or one for each thing proposed.

    One of them alone gives the quantity, since translators add them up.
    """
    dated = ("067", compact(line.date)) if line.date else ()
    if line.outcome != "changed":
        return [("ACK", _LINE_OUTCOMES[line.outcome], quantity, unit, *dated)]
    proposed = [code for code, value in (("IP", line.price), ("DR", line.date), ("IQ", line.quantity)) if value]
    counts = "IQ" if line.quantity else proposed[0] if proposed else "IC"
    counted = (line.quantity or quantity, unit)
    return [
        ("ACK", code, *(counted if code == counts else ("", "")), *(dated if code == "DR" else ()))
        for code in proposed or ["IC"]
    ]
