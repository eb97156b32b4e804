"""DESADV: a supplier's ship notice, as the announcement of a delivery (UN/EDIFACT DESADV)."""

from __future__ import annotations

from typing import Any

from adapters.edi.edifact.envelope import Segment, at
from adapters.edi.edifact.fields import Fields
from adapters.edi.mapping import Job, Meaning, dispatches, put, withdrawn_notice

WITHDRAWING = frozenset({"1", "3"})
"""BGM 1225: what was announced does not come so"""

_ARRIVALS = ("17", "132", "358", "2", "69", "63", "191")
"""DTM qualifiers that say when the goods arrive, the plainest first"""


class ShipNotice:
    """Reads one DESADV: which lines of which of our orders are on their way."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.reference = ""
        self._withdrawn: tuple[int, str] | None = None
        self.order = ""
        self._expected: tuple[int, str] | None = None
        self._items: list[dict[str, Any]] = []

    def read(self) -> Meaning:
        """What the document says."""
        item: dict[str, Any] | None = None
        for position, segment in self.document.to_read:
            match segment[0][0]:
                case "BGM":
                    self.reference = at(segment, 2)
                    if at(segment, 3) in WITHDRAWING:
                        self._withdrawn = position, at(segment, 3)
                case "LIN":
                    item = {"line": at(segment, 1), "_at": position}
                    self._items.append(item)
                case "RFF":
                    self._refer(segment, item)
                case "QTY" if item is not None and at(segment, 1) in ("12", "21", "1"):
                    self._shipped(position, segment, item)
                case "DTM":
                    self._date(position, segment)
        return self._meaning()

    def _refer(self, rff: Segment, item: dict[str, Any] | None) -> None:
        kind, value, line = at(rff, 1), at(rff, 1, 2), at(rff, 1, 3)
        if kind == "ON" and item is None:
            self.order = value
        elif kind == "ON" and item is not None:
            item["_order"] = value
            item["line"] = line or item["line"]
        elif kind == "LI" and item is not None and (line or value):
            item["line"] = line or value

    def _shipped(self, position: int, qty: Segment, item: dict[str, Any]) -> None:
        value = self.fields.decimal(position, qty, 1, 2)
        item["_said"] = True
        if value is not None and ("quantity" not in item or at(qty, 1) == "12"):
            item["quantity"] = value
            item.pop("unit", None)
            if at(qty, 1, 3):
                put(item, "unit", self.fields.unit(position, qty, 1, 3))

    def _date(self, position: int, dtm: Segment) -> None:
        date, kind = self.fields.date(position, dtm), at(dtm, 1)
        if date and kind in _ARRIVALS and (self._expected is None or _ARRIVALS.index(kind) < self._expected[0]):
            self._expected = (_ARRIVALS.index(kind), date)

    def _meaning(self) -> Meaning:
        document = self.document
        if self._withdrawn:
            position, purpose = self._withdrawn
            document.fault("purpose_unhandled", position, 3, value=purpose)
            return withdrawn_notice(document, self.reference)
        shipped: dict[str, list[dict[str, Any]]] = {}
        for item in self._items:
            position = item.pop("_at")
            number = item.pop("_order", "") or self.order
            if not number:
                document.fault("reference_missing", position, detail="no order is named for this item (RFF ON)")
            elif not item["line"]:
                document.fault("reference_missing", position, detail="the line of the order that this item is")
            elif "quantity" in item:
                shipped.setdefault(number, []).append(item)
            elif "_said" not in item:
                document.fault("reference_missing", position, detail="how much of this item is sent (QTY 12)")
        expected = self._expected[1] if self._expected else None
        return dispatches(document, shipped, expected, self.reference)
