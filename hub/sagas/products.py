"""What a product is known by, from one purchase order to the next."""

from __future__ import annotations

from hub.messages.customer_po import Line
from hub.sagas.numbers import PIECES, short

LONGEST = 150


def product_of(customer_id: str, line: Line) -> str:
    """The name under which the making of a line's product is remembered.

    Our own number, a GTIN or a maker's number mean the same whoever orders; a customer's own number or words mean
    something only together with the customer.
    """
    product = line.product
    for kind, name in (
        ("part", product.seller_part),
        ("gtin", product.gtin),
        ("made as", product.manufacturer_part),
        (f"{customer_id}'s", product.buyer_part),
        (f"{customer_id}'s", product.description),
    ):
        if name:
            return f"{kind} {name if len(name) <= LONGEST else short(name)}"
    return f"{customer_id}'s line {line.line}"


def specification_of(line: Line) -> str:
    """What stands for the characteristics that a line asks for; empty where it names none (R1a).

    A product that is ordered by weight or length is another one than by the piece: its list of materials is for a
    kilogram or a metre of it.
    """
    asked = sorted(f"{each.name}\t{each.value}\t{each.unit or ''}" for each in line.characteristics)
    if line.unit not in PIECES:
        asked.append(f"in {line.unit}")
    return short(*asked) if asked else ""
