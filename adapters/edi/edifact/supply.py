"""ORDERS and ORDCHG to suppliers: a material PO, less of it, or none of it (UN/EDIFACT ORDERS, ORDCHG)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from adapters.edi.answers import SupplierChange, SupplierOrder, reminder
from adapters.edi.edifact.answer import address, dated, description, texts
from adapters.edi.edifact.render import Segments, party
from adapters.edi.envelope import Endpoint
from adapters.edi.units import to_edifact
from hub.messages.customer_po import Party
from hub.messages.material_po import MaterialPoCancelRequested, MaterialPoIssued, MaterialPoLine, MaterialPoReminded

REDUCTION, CANCELLATION = "-R", "-C"
"""What our change and our cancellation of a material PO are known by: its number, one of these, its version"""


def order(
    event: SupplierOrder, our: Endpoint, supplier: Endpoint, site: Party, theirs: Mapping[str, str], now: datetime
) -> Segments:
    """The segments of an ORDERS; a later version of the material PO replaces the earlier one, a reminder repeats it.

    ``site`` is where it delivers, ``theirs`` what it calls our materials.
    """
    function = "7" if isinstance(event, MaterialPoReminded) else "9" if event.version == 1 else "5"
    lines: Segments = [
        ("BGM", "220", event.material_po_id, function),
        ("DTM", ("137", f"{now:%Y%m%d}", "102")),
        *texts(reminder(event) if isinstance(event, MaterialPoReminded) else event.reason),
        *_parties(our, supplier, site),
    ]
    if isinstance(event, MaterialPoIssued) and event.currency:
        lines.append(("CUX", ("2", event.currency, "9")))
    for line in event.lines:
        lines.extend(_line(line, "", theirs))
    return [*lines, ("UNS", "S"), ("CNT", ("2", str(len(event.lines))))]


def change(
    event: SupplierChange, our: Endpoint, supplier: Endpoint, site: Party, theirs: Mapping[str, str], now: datetime
) -> Segments:
    """The segments of an ORDCHG: the lines as they are to be now, or the cancellation of what is still to come."""
    cancel = isinstance(event, MaterialPoCancelRequested)
    number = f"{event.material_po_id}{CANCELLATION if cancel else REDUCTION}{event.version}"
    lines: Segments = [
        ("BGM", "230", number, "1" if cancel else "4"),
        ("DTM", ("137", f"{now:%Y%m%d}", "102")),
        *texts(event.reason),
        ("RFF", ("ON", event.material_po_id)),
        *_parties(our, supplier, site),
    ]
    for line in event.lines:
        lines.extend(_line(line, "2" if cancel or not Decimal(line.quantity) else "3", theirs))
    return [*lines, ("UNS", "S"), ("CNT", ("2", str(len(event.lines))))]


def _parties(our: Endpoint, supplier: Endpoint, site: Party) -> Segments:
    return [
        ("NAD", "BY", party(our, "92")),
        ("NAD", "SU", party(supplier, "91")),
        ("NAD", "DP", party(our, "92"), *address(site)),
    ]


def _line(item: MaterialPoLine, action: str, theirs: Mapping[str, str]) -> Segments:
    named = theirs.get(item.material)
    numbers = [(item.material[:35], "IN"), *([(named[:35], "SA")] if named else [])]
    lines: Segments = [("LIN", item.line, action), ("PIA", "5", *numbers)]
    if item.description:
        lines.append(description(item.description))
    lines.append(("QTY", ("21", item.quantity, to_edifact(item.unit))))
    if item.requested_date:
        lines.append(dated("2", item.requested_date))
    if item.unit_price:
        lines.append(("PRI", ("AAA", item.unit_price)))
    return lines
