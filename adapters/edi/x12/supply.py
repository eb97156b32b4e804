"""850 and 860 to suppliers: a material PO, less of it, or none of it (X12 850, 860)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from adapters.edi.answers import SupplierChange, SupplierOrder, reminder
from adapters.edi.envelope import Endpoint
from adapters.edi.units import to_x12
from adapters.edi.values import plain
from adapters.edi.x12.answer import compact, texts
from adapters.edi.x12.render import Segments, named, party_code
from hub.messages.customer_po import Party
from hub.messages.material_po import MaterialPoCancelRequested, MaterialPoIssued, MaterialPoLine, MaterialPoReminded


def order(event: SupplierOrder, our: Endpoint, site: Party, theirs: Mapping[str, str], now: datetime) -> Segments:
    """The segments of an 850; a later version of the material PO replaces the earlier one, a reminder repeats it.

    ``site`` is where it delivers, ``theirs`` what it calls our materials.
    """
    purpose = "07" if isinstance(event, MaterialPoReminded) else "00" if event.version == 1 else "05"
    lines: Segments = [("BEG", purpose, "SA", event.material_po_id, "", f"{now:%Y%m%d}")]
    if isinstance(event, MaterialPoIssued) and event.currency:
        lines.append(("CUR", "BY", event.currency))
    lines.extend(texts(reminder(event) if isinstance(event, MaterialPoReminded) else event.reason))
    lines.append(("N1", "BY", "", *party_code(our, "92")))
    lines.extend(named("ST", party_code(our, "92"), site))
    for line in event.lines:
        lines.append(("PO1", line.line, line.quantity, to_x12(line.unit), *_price(line), *_item(line, theirs)))
        lines.extend(_details(line))
    lines.append(("CTT", str(len(event.lines))))
    return lines


def change(event: SupplierChange, our: Endpoint, theirs: Mapping[str, str], now: datetime) -> Segments:
    """The segments of an 860: the lines as they are to be now, or the cancellation of what is still to come.

    No line is marked QD: whether its quantity is the new one or the difference is a matter of agreement, and CA leaves
    no doubt. An order's changes count from 1.
    """
    cancel = isinstance(event, MaterialPoCancelRequested)
    today, count = f"{now:%Y%m%d}", str(event.version - 1) if event.version > 1 else ""
    purpose = "01" if cancel else "04"
    lines: Segments = [("BCH", purpose, "SA", event.material_po_id, "", count, today, "", "", "", "", today)]
    lines.extend(texts(event.reason))
    lines.append(("N1", "BY", "", *party_code(our, "92")))
    for line in event.lines:
        gone = cancel or not Decimal(line.quantity)
        left = "0" if gone else plain(Decimal(line.quantity) - Decimal(line.received))
        code, unit = "DI" if gone else "CA", to_x12(line.unit)
        lines.append(("POC", line.line, code, line.quantity, left, unit, *_price(line), *_item(line, theirs)))
        lines.extend(_details(line))
    lines.append(("CTT", str(len(event.lines))))
    return lines


def _item(line: MaterialPoLine, theirs: Mapping[str, str]) -> tuple[str, ...]:
    """What we call the material, and what the supplier does."""
    named = theirs.get(line.material)
    return ("BP", line.material[:48], "VP", named[:48]) if named else ("BP", line.material[:48])


def _price(line: MaterialPoLine) -> tuple[str, str]:
    return (line.unit_price, "PE") if line.unit_price else ("", "")


def _details(line: MaterialPoLine) -> Segments:
    lines: Segments = []
    if line.description:
        lines.append(("PID", "F", "", "", "", line.description[:80]))
    if line.requested_date:
        lines.append(("DTM", "002", compact(line.requested_date)))
    return lines
