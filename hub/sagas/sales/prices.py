"""The price of a line: what it asks, what is agreed, what it comes to (R67)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hub.messages.customer_po import Line
from hub.sagas.case import Agreed, CustomerTerms
from hub.sagas.model import OrderLine
from hub.sagas.numbers import ZERO, decimal, plain

CENT = Decimal("0.01")


def agreed_price(item: Line, terms: CustomerTerms) -> Agreed | None:
    """The price agreed for a line's product, by any of its numbers."""
    product = item.product
    names = [product.buyer_part, product.seller_part, product.gtin, product.manufacturer_part]
    ours = terms.parts.get(product.buyer_part or "")
    return next((terms.prices[name] for name in (*names, ours) if name and name in terms.prices), None)


def price_differs(item: Line, currency: str | None, terms: CustomerTerms) -> bool:
    """Whether a line asks for a price, or in a currency, other than what is agreed."""
    agreed = agreed_price(item, terms)
    if agreed is None:
        return False
    if currency and terms.currency and currency != terms.currency:
        return True
    if item.unit_price is None:
        return False
    return decimal(item.unit_price) * decimal(agreed.basis) != decimal(agreed.price) * decimal(item.price_basis)


def value_of(item: Line, quantity: Decimal, terms: CustomerTerms) -> Decimal | None:
    """What a quantity of a line comes to, at its price or else at the one agreed; None where there is neither."""
    agreed = agreed_price(item, terms)
    if item.unit_price is not None:
        price, basis = decimal(item.unit_price), decimal(item.price_basis)
    elif agreed is not None:
        price, basis = decimal(agreed.price), decimal(agreed.basis)
    else:
        return None
    return (quantity * price / basis).quantize(CENT) if basis else None


def price_facts(line: OrderLine, currency: str | None, terms: CustomerTerms) -> dict[str, Any]:
    """What is to be known of a line's price."""
    agreed, value = agreed_price(line.item, terms), value_of(line.item, line.open, terms)
    return {
        "unit_price": line.item.unit_price,
        "price_basis": line.item.price_basis,
        "agreed_price": {"price": agreed.price, "basis": agreed.basis, "currency": terms.currency} if agreed else None,
        "price_differs": price_differs(line.item, currency, terms),
        "value": None if value is None else plain(value),
    }


def total(values: Iterable[str | None]) -> str | None:
    """The sum of the values; None where one is not known."""
    known = list(values)
    return None if None in known else plain(sum((decimal(each) for each in known), ZERO))
