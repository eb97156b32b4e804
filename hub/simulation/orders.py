"""Purchase orders out of nothing, for load: the same seed gives the same ones."""

from __future__ import annotations

from datetime import date, timedelta

from hub.messages.customer_po import Characteristic, Customer, Line, Product, Source, SubmitCustomerPo
from hub.simulation.choices import Choices

PRODUCTS = ("Side plate", "Bracket", "Flange DN80", "Shaft 40 mm", "Guard rail", "Hopper cone", "Base frame")


def purchase_order(choices: Choices, run: str, place: int, today: date) -> SubmitCustomerPo:
    """The purchase order at this place of a run."""
    about = "order", place
    lines = []
    for number in range(1, choices.whole(1, 4, *about) + 1):
        product = choices.one(PRODUCTS, *about, number)
        requested = today + timedelta(days=choices.whole(20, 90, *about, number, "date"))
        lines.append(
            Line(
                line=str(number),
                product=Product(buyer_part=f"P-{PRODUCTS.index(product) + 100}", description=product),
                quantity=str(choices.whole(1, 60, *about, number, "quantity")),
                unit="H87",
                unit_price=f"{choices.whole(300, 20000, *about, number, 'price') / 100:.2f}",
                requested_date=requested.isoformat(),
                characteristics=[Characteristic(name="grade", value="S355J2")],
            )
        )
    return SubmitCustomerPo(
        po_number=f"SIM-{run}-{place:05d}",
        purpose="original",
        order_date=today.isoformat(),
        currency="EUR",
        customer=Customer(id=f"C-SIM-{choices.whole(1, 20, *about, 'customer')}"),
        lines=lines,
        source=Source(channel="api"),
    )
