"""DESADV: the ship notice (UN/EDIFACT DESADV)."""

from __future__ import annotations

from datetime import datetime

from adapters.edi.edifact.answer import dated, description, item_numbers, parties
from adapters.edi.edifact.render import Segments
from adapters.edi.envelope import Endpoint
from adapters.edi.units import to_edifact
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.shipment import Shipped


def body(event: Shipped, po: SubmitCustomerPo | None, our: Endpoint, customer: Endpoint, now: datetime) -> Segments:
    """The segments of the ship notice."""
    lines: Segments = [
        ("BGM", "351", event.shipment_id[:35], "9"),
        ("DTM", ("137", f"{now:%Y%m%d}", "102")),
        dated("11", event.shipped_on),
        ("RFF", ("ON", event.po_number)),
    ]
    if event.tracking:
        lines.append(("RFF", ("CN", event.tracking[:35])))
    lines.extend(parties(po, our, customer, addressed=True))
    if event.carrier:
        lines.append(("TDT", "20", "", "", "", ("", "", "", event.carrier[:35])))
    lines.append(("CPS", "1"))
    for item in event.items:
        lines.extend(item_numbers(item.line, item.item.product))
        if item.item.product.description:
            lines.append(description(item.item.product.description))
        lines.append(("QTY", ("12", item.quantity, to_edifact(item.unit))))
        lines.append(("RFF", ("ON", event.po_number, item.line[:6])))
    lines.append(("CNT", ("2", str(len(event.items)))))
    return lines
