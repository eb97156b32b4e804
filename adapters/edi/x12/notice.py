"""856: the ship notice, shipment over order over items (X12 856)."""

from __future__ import annotations

from datetime import datetime

from adapters.edi.envelope import Endpoint
from adapters.edi.units import to_x12
from adapters.edi.x12.answer import compact, product_ids
from adapters.edi.x12.render import Segments, named, party_code
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.shipment import Shipped


def body(event: Shipped, po: SubmitCustomerPo | None, our: Endpoint, now: datetime) -> Segments:
    """The segments of the ship notice."""
    lines: Segments = [
        ("BSN", "00", event.shipment_id[:30], compact(event.shipped_on), f"{now:%H%M}", "0004"),
        ("HL", "1", "", "S"),
    ]
    if event.carrier:
        lines.append(("TD5", "", "", "", "", event.carrier[:35]))
    if event.tracking:
        lines.append(("REF", "CN", event.tracking[:30]))
    lines.append(("DTM", "011", compact(event.shipped_on)))
    lines.append(("N1", "SF", "", *party_code(our, "91")))
    lines.extend(_ship_to(po))
    lines.append(("HL", "2", "1", "O"))
    lines.append(
        (
            "PRF",
            event.po_number,
            (po.release if po else None) or "",
            "",
            compact(po.order_date if po else None),
        )
    )
    for number, item in enumerate(event.items, start=3):
        lines.append(("HL", str(number), "2", "I"))
        ids = product_ids(item.item.product)
        if ids:
            lines.append(("LIN", item.line, *ids))
        lines.append(
            (
                "SN1",
                item.line,
                item.quantity,
                to_x12(item.unit),
                "",
                item.item.quantity,
                to_x12(item.item.unit),
            )
        )
        if item.item.product.description:
            lines.append(("PID", "F", "", "", "", item.item.product.description[:80]))
    lines.append(("CTT", str(len(event.items) + 2)))
    return lines


def _ship_to(po: SubmitCustomerPo | None) -> Segments:
    party = next((party for party in po.parties if party.role == "ship-to"), None) if po else None
    if party is None:
        return []
    identifier = party.identifiers[0] if party.identifiers else None
    code = ((identifier.qualifier or "92")[:2], identifier.value) if identifier else ("", "")
    return named("ST", code, party)
