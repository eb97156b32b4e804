"""DESADV: a supplier's ship notice, as the announcement of a delivery (UN/EDIFACT DESADV)."""

from __future__ import annotations

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.mapping import Job, Meaning, put
from adapters.edi.ship_notice import Item, ShipNotice

WITHDRAWING = frozenset({"1", "3"})
"""BGM 1225: what was announced does not come so"""


class DesadvNotice(ShipNotice):
    """Reads one DESADV: each item names its order, or the message names it for all."""

    arrivals = ("17", "132", "358", "2", "69", "63", "191")
    line_tag, quantity_tag = "", "QTY 12"
    order_missing = "no order is named for this item (RFF ON)"

    def __init__(self, job: Job) -> None:
        super().__init__(job, Fields(job.document, job.context.today))
        self.order = ""

    def read(self) -> Meaning:
        """What the document says."""
        item: Item | None = None
        for position, segment in self.document.to_read:
            match segment[0][0]:
                case "BGM":
                    self.reference = at(segment, 2)
                    if at(segment, 3) in WITHDRAWING:
                        self._withdraw(position, 3, at(segment, 3))
                case "LIN":
                    item = {"line": at(segment, 1), "_at": position}
                    self._items.append(item)
                case "RFF":
                    self._refer(segment, item)
                case "QTY" if item is not None and at(segment, 1) in ("12", "21", "1"):
                    self._shipped(position, segment, item)
                case "DTM":
                    self._arrives(at(segment, 1), self.fields.date(position, segment))
        return self._meaning()

    def _refer(self, rff: Segment, item: Item | None) -> None:
        kind, value, line = at(rff, 1), at(rff, 1, 2), at(rff, 1, 3)
        if kind == "ON" and item is None:
            self.order = value
        elif kind == "ON" and item is not None:
            item["_order"] = value
            item["line"] = line or item["line"]
        elif kind == "LI" and item is not None and (line or value):
            item["line"] = line or value

    def _shipped(self, position: int, qty: Segment, item: Item) -> None:
        value = self.fields.decimal(position, qty, 1, 2)
        item["_said"] = True
        if value is not None and ("quantity" not in item or at(qty, 1) == "12"):
            item["quantity"] = value
            item.pop("unit", None)
            if at(qty, 1, 3):
                put(item, "unit", self.fields.unit(position, qty, 1, 3))

    def _order_of(self, item: Item) -> str:
        return item.get("_order") or self.order
