"""ORDRSP: the answer to an order, its change or its cancellation (UN/EDIFACT ORDRSP)."""

from __future__ import annotations

import textwrap
from datetime import datetime

from adapters.edi.answers import Answer, AnswerLine
from adapters.edi.edifact.render import Element, Segments, party
from adapters.edi.envelope import Endpoint
from adapters.edi.plain_text import SIGNS
from adapters.edi.units import to_edifact
from hub.messages.customer_po import Line, Party, Product, SubmitCustomerPo

_MOST_REFERENCES = 5
"""requests that one answer refers to"""
_OUTCOMES = {"accepted": "29", "proposal": "4", "rejected": "27"}
_LINE_OUTCOMES = {"accepted": "5", "changed": "6", "rejected": "7", "held": "", "deleted": "2"}


def dated(qualifier: str, date: str) -> tuple[str, tuple[str, str, str]]:
    """A DTM of an ISO 8601 date."""
    return ("DTM", (qualifier, date.replace("-", ""), "102"))


def texts(text: str | None, subject: str = "AAI") -> Segments:
    """Free text as FTX segments, five parts of 70 characters each, its typographic signs plain."""
    if not text:
        return []
    pieces = textwrap.wrap(text.translate(SIGNS), 70)[:25]
    return [("FTX", subject, "", "", pieces[start : start + 5]) for start in range(0, len(pieces), 5)]


def item_numbers(line: str, product: Product, action: str = "") -> Segments:
    """LIN, and PIA for the numbers that LIN does not hold."""
    gtin = (product.gtin, "EN") if product.gtin and len(product.gtin) <= 14 else ""
    lines: Segments = [("LIN", line, action, gtin)]
    others = [
        (value[:35], kind)
        for value, kind in (
            (product.buyer_part, "IN"),
            (product.seller_part, "SA"),
            (product.manufacturer_part, "MF"),
        )
        if value
    ]
    if others:
        lines.append(("PIA", "1" if gtin else "5", *others))
    return lines


def parties(po: SubmitCustomerPo | None, our: Endpoint, customer: Endpoint, *, addressed: bool = False) -> Segments:
    """Buyer, delivery party and supplier, as the order named them; without a buyer in it, the customer is that.

    With ``addressed`` the delivery party has its name and address too.
    """
    named = {each.role: each for each in po.parties} if po else {}
    lines: Segments = []
    for role, code in (("buyer", "BY"), ("ship-to", "DP")):
        if role in named and (found := _named(code, named[role], addressed=addressed and code == "DP")):
            lines.append(found)
        elif role == "buyer":
            lines.append(("NAD", code, party(customer, "92")))
    lines.append(("NAD", "SU", party(our, "91")))
    return lines


def _named(code: str, said: Party, *, addressed: bool) -> tuple[Element, ...]:
    """NAD of a party by the code that the order gave it, and its name and address; empty where it gave neither."""
    given = (each for each in said.identifiers if (each.qualifier or "9").isdecimal() or each.qualifier == "ZZZ")
    known = next(given, None)
    identifier = (known.value[:35], "", (known.qualifier or "")[:3]) if known else ("", "", "")
    if not addressed:
        return ("NAD", code, identifier) if known else ()
    where = address(said)
    return ("NAD", code, identifier, *where) if known or where else ()


def address(said: Party) -> tuple[Element, ...]:
    """C058 to 3207 of a party's NAD: its name and address, as far as they are."""
    name, where = textwrap.wrap(said.name or "", 35)[:5], said.address
    if where is None:
        return ("", name) if name else ()
    place = (where.city or "")[:35], (where.region or "")[:9], (where.postal_code or "")[:9]
    street = [line[:35] for line in where.lines[:3]]
    return ("", name, street, *place, (where.country or "")[:3])


def body(answer: Answer, our: Endpoint, customer: Endpoint, now: datetime) -> Segments:
    """The segments of an ORDRSP."""
    lines: Segments = [
        ("BGM", "231", answer.number[:35], _OUTCOMES[answer.outcome]),
        ("DTM", ("137", f"{now:%Y%m%d}", "102")),
        *texts(answer.reason),
        ("RFF", ("ON", answer.po_number)),
        *(("RFF", ("ACW", request[:35])) for request in answer.requests[-_MOST_REFERENCES:]),
    ]
    if answer.order_id:
        lines.append(("RFF", ("VN", answer.order_id[:35])))
    if answer.question:
        lines.append(("RFF", ("SS", answer.question[:35])))
    lines.extend(parties(answer.po, our, customer))
    currency = answer.charge[1] if answer.charge else (answer.po.currency if answer.po else None)
    if currency:
        lines.append(("CUX", ("2", currency, "9")))
    if answer.charge:
        lines.append(("ALC", "C", "", "", "", ("", "", "", "cancellation charge")))
        lines.append(("MOA", ("8", answer.charge[0])))
    for line in answer.lines:
        lines.extend(_line(line))
    lines += [("UNS", "S"), ("CNT", ("2", str(len(answer.lines))))]
    return lines


def _line(line: AnswerLine) -> Segments:
    item = line.item
    lines = item_numbers(line.line, item.product if item else Product(), _LINE_OUTCOMES[line.outcome])
    if item:
        if item.product.description:
            lines.append(description(item.product.description))
        unit = to_edifact(item.unit)
        lines.append(("QTY", ("21", item.quantity, unit)))
        if line.quantity:
            lines.append(("QTY", ("113", line.quantity, unit)))
    elif line.quantity:
        lines.append(("QTY", ("113", line.quantity)))
    if line.date:
        lines.append(dated("67", line.date))
    lines.extend(texts(line.text))
    price = line.price or (item.unit_price if item else None)
    if price:
        lines.append(("PRI", ("AAA", price, "", "", _basis(item))))
    return lines


def _basis(item: Line | None) -> str:
    return item.price_basis if item and item.price_basis != "1" else ""


def description(text: str) -> tuple[str, str, str, tuple[str, ...]]:
    """IMD with free text, two parts of 35 characters, its typographic signs plain."""
    text = text.translate(SIGNS)
    return ("IMD", "F", "", ("", "", "", text[:35], text[35:70]))
