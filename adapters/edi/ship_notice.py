"""A supplier's ship notice as the announcement of deliveries: what the maps of 856 and DESADV share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from adapters.edi.envelope import Document
from adapters.edi.mapping import Job, Meaning, build, put
from adapters.edi.values import plain
from hub.messages.material_po import NotifyDispatch

Item = dict[str, Any]
"""line, quantity and unit, as far as they are named"""


class ShipNotice(ABC):
    """Reads one ship notice: which lines of which of our orders are on their way.

    A map takes over what the segments say; what follows from it is the same for both standards.
    """

    arrivals: ClassVar[Sequence[str]]
    """DTM qualifiers that say when the goods arrive, the plainest first"""
    line_tag: ClassVar[str]
    """the place of a line's number, for people"""
    quantity_tag: ClassVar[str]
    """the place of a quantity, for people"""
    order_missing: ClassVar[str]
    """what is said of an item whose order is not named"""

    def __init__(self, job: Job, fields: Any) -> None:
        self.job = job
        self.document = job.document
        self.fields = fields
        self.reference = ""
        self._withdrawn: tuple[int, int, str] | None = None
        self._expected: tuple[int, str] | None = None
        self._items: list[Item] = []

    @abstractmethod
    def read(self) -> Meaning:
        """What the document says."""

    @abstractmethod
    def _order_of(self, item: Item) -> str:
        """The order that an item is of; empty where none is named."""

    def _withdraw(self, position: int, element: int, purpose: str) -> None:
        """What was announced does not come so."""
        self._withdrawn = position, element, purpose

    def _arrives(self, kind: str, date: str | None) -> None:
        """Take a date that says when the goods arrive, unless a plainer one is known."""
        if date and kind in self.arrivals and (self._expected is None or self.arrivals.index(kind) < self._expected[0]):
            self._expected = self.arrivals.index(kind), date

    def _meaning(self) -> Meaning:
        document = self.document
        if self._withdrawn:
            # a person has to see what is left of the earlier notice
            position, element, purpose = self._withdrawn
            document.fault("purpose_unhandled", position, element, value=purpose)
            title = f"{document.type} {self.reference}".strip()
            return Meaning("quarantine", (), "supplier_ship", title, quarantine=True)
        shipped: dict[str, list[Item]] = {}
        for item in self._items:
            position, number = item["_at"], self._order_of(item)
            if not number:
                document.fault("reference_missing", position, detail=self.order_missing)
            elif not item.get("line"):
                detail = f"the line of the order that this item is{self.line_tag}"
                document.fault("reference_missing", position, detail=detail)
            elif "quantity" in item:
                shipped.setdefault(number, []).append(item)
            elif "_said" not in item:
                detail = f"how much of this item is sent ({self.quantity_tag})"
                document.fault("reference_missing", position, detail=detail)
        expected = self._expected[1] if self._expected else None
        return _dispatches(document, shipped, expected, self.reference)


def _dispatches(
    document: Document, shipped: Mapping[str, list[dict[str, Any]]], expected: str | None, reference: str
) -> Meaning:
    """The announcement of a delivery, one message per order that it names; quantities of one line add up.

    Those in different units do not: each stays as it is, and a person looks at them first; so too where it is not clear
    which line of which order an item is, or how much of it comes: the others alone are not what was sent.
    """
    title = f"{document.type} {reference}".strip()
    messages, mixed = [], any(fault.code == "reference_missing" for fault in document.faults)
    for number, items in shipped.items():
        lines: dict[tuple[str, str | None], Decimal] = {}
        for item in items:
            key = item["line"], item.get("unit")
            lines[key] = lines.get(key, Decimal()) + Decimal(item["quantity"])
        for line in [line for line, times in Counter(line for line, _ in lines).items() if times > 1]:
            document.fault("units_mixed", value=line)
            mixed = True
        data: dict[str, Any] = {
            "material_po_id": number,
            "lines": [
                {"line": line, "quantity": plain(quantity), **({"unit": unit} if unit else {})}
                for (line, unit), quantity in lines.items()
            ],
        }
        put(data, "expected_date", expected)
        put(data, "reference", reference)
        message = build(NotifyDispatch, data, document)
        if message:
            messages.append(message)
    if mixed:
        return Meaning("quarantine", tuple(messages), "supplier_ship", title, quarantine=True)
    if messages or any(fault.fatal for fault in document.faults):
        return Meaning("supplier_ship", tuple(messages), None, title)
    if not any(fault.code == "reference_missing" for fault in document.faults):
        document.fault("reference_missing", 2, detail="the ship notice names no items")
    return Meaning("quarantine", (), "supplier_ship", title, quarantine=True)
