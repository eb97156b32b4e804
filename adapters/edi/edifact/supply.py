"""ORDERS and ORDCHG to suppliers: a material PO, less of it, or none of it (UN/EDIFACT ORDERS, ORDCHG)."""

from __future__ import annotations

from datetime import datetime

from adapters.edi.answers import reminder
from adapters.edi.edifact.answer import dated, description, texts
from adapters.edi.edifact.render import Segments
from adapters.edi.units import to_edifact
from hub.messages.materials import MaterialPoEvent, MaterialPoIssued, MaterialPoLine, MaterialPoReminded

CANCELLATION = "-C"
"""What our cancellation of a material PO is known by, behind the number of that PO"""


def order(event: MaterialPoIssued | MaterialPoReminded, our_id: str, supplier: str, now: datetime) -> Segments:
    """The segments of an ORDERS; a later version of the material PO replaces the earlier one, a reminder repeats it."""
    function = "7" if isinstance(event, MaterialPoReminded) else "9" if event.version == 1 else "5"
    lines: Segments = [
        ("BGM", "220", event.material_po_id, function),
        ("DTM", ("137", f"{now:%Y%m%d}", "102")),
        *texts(reminder(event) if isinstance(event, MaterialPoReminded) else event.reason),
        *_parties(our_id, supplier),
    ]
    if isinstance(event, MaterialPoIssued) and event.currency:
        lines.append(("CUX", ("2", event.currency, "9")))
    return [*lines, *_lines(event.lines, ""), ("UNS", "S"), ("CNT", ("2", str(len(event.lines))))]


def change(event: MaterialPoEvent, our_id: str, supplier: str, now: datetime, *, cancel: bool) -> Segments:
    """The segments of an ORDCHG: less is needed, or nothing."""
    return [
        ("BGM", "230", event.material_po_id + (CANCELLATION if cancel else "-R"), "1" if cancel else "4"),
        ("DTM", ("137", f"{now:%Y%m%d}", "102")),
        *texts(event.reason),
        ("RFF", ("ON", event.material_po_id)),
        *_parties(our_id, supplier),
        *_lines(event.lines, "2" if cancel else "3"),
        ("UNS", "S"),
        ("CNT", ("2", str(len(event.lines)))),
    ]


def _parties(our_id: str, supplier: str) -> Segments:
    return [
        ("NAD", "BY", (our_id, "", "9")),
        ("NAD", "SU", (supplier, "", "9")),
        ("NAD", "DP", (our_id, "", "9")),
    ]


def _lines(items: list[MaterialPoLine], action: str) -> Segments:
    lines: Segments = []
    for item in items:
        lines.append(("LIN", item.line, action))
        lines.append(("PIA", "5", (item.material[:35], "BP")))
        if item.description:
            lines.append(description(item.description))
        lines.append(("QTY", ("21", item.quantity, to_edifact(item.unit))))
        if item.requested_date:
            lines.append(dated("2", item.requested_date))
        if item.unit_price:
            lines.append(("PRI", ("AAA", item.unit_price)))
    return lines
