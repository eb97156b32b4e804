"""856: a supplier's ship notice, as the announcement of a delivery (X12 856)."""

from __future__ import annotations

from typing import Any

from adapters.edi.mapping import Job, Meaning, dispatches, put, withdrawn_notice
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields

WITHDRAWING = frozenset({"01", "03"})
"""BSN01: what was announced does not come so"""

_ARRIVALS = ("017", "067", "002", "069", "068")
"""DTM qualifiers that say when the goods arrive, the plainest first"""


class ShipNotice:
    """Reads one 856: which lines of which of our orders are on their way."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.document = job.document
        self.fields = Fields(job.document, job.context.today)
        self.reference = ""
        self._withdrawn: tuple[int, str] | None = None
        self._expected: tuple[int, str] | None = None
        self._parents: dict[str, str] = {}
        self._orders: dict[str, str] = {}
        self._items: list[dict[str, Any]] = []

    def read(self) -> Meaning:
        """What the document says."""
        level = ""
        item: dict[str, Any] = {}
        for position, segment in self.document.to_read:
            match segment[0]:
                case "BSN":
                    self.reference = at(segment, 2)
                    if at(segment, 1) in WITHDRAWING:
                        self._withdrawn = position, at(segment, 1)
                case "HL":
                    level = at(segment, 1)
                    self._parents[level] = at(segment, 2)
                    item = {"_at": position, "_level": level}
                    if at(segment, 3) == "I":
                        self._items.append(item)
                case "PRF":
                    self._orders[level] = at(segment, 1)
                case "LIN" if item:
                    self._identify(segment, item)
                case "SN1" if item:
                    self._shipped(position, segment, item)
                case "DTM":
                    self._date(position, segment)
        return self._meaning()

    def _identify(self, lin: list[str], item: dict[str, Any]) -> None:
        """The line that an item is of, and the order, which may be among the names of the product."""
        named = {kind.strip(): name.strip() for kind, name in zip(lin[2::2], lin[3::2], strict=False)}
        item["_named"] = True
        item.setdefault("line", named.get("PL") or at(lin, 1))
        put(item, "_order", named.get("PO") or named.get("ON"))

    def _shipped(self, position: int, sn1: list[str], item: dict[str, Any]) -> None:
        if "_named" in item and item not in self._items[-1:]:
            self._items.append(item)  # of a level that is none of items, and holds one
        quantity = self.fields.decimal(position, sn1, 2)
        item["_said"] = True
        if quantity is not None:
            item["quantity"] = quantity
            put(item, "unit", self.fields.stated_unit(position, sn1, 3))
        item["line"] = item.get("line") or at(sn1, 1)

    def _date(self, position: int, dtm: list[str]) -> None:
        date = self.fields.date(position, dtm, 2)
        kind = at(dtm, 1)
        if date and kind in _ARRIVALS and (self._expected is None or _ARRIVALS.index(kind) < self._expected[0]):
            self._expected = (_ARRIVALS.index(kind), date)

    def _order_of(self, level: str) -> str:
        """The order that a level stands under; a level that stands under itself has none."""
        seen: set[str] = set()
        while level and level not in seen:
            if level in self._orders:
                return self._orders[level]
            seen.add(level)
            level = self._parents.get(level, "")
        return ""

    def _meaning(self) -> Meaning:
        document = self.document
        if self._withdrawn:
            position, purpose = self._withdrawn
            document.fault("purpose_unhandled", position, 1, value=purpose)
            return withdrawn_notice(document, self.reference)
        shipped: dict[str, list[dict[str, Any]]] = {}
        only = next(iter(self._orders.values())) if len(self._orders) == 1 else ""
        for item in self._items:
            position, number = item.pop("_at"), item.pop("_order", "") or self._order_of(item.pop("_level")) or only
            if not number:
                document.fault("reference_missing", position, detail="no order is named above this item")
            elif not item.get("line"):
                document.fault("reference_missing", position, detail="the line of the order that this item is (LIN01)")
            elif "quantity" in item:
                shipped.setdefault(number, []).append(item)
            elif "_said" not in item:
                document.fault("reference_missing", position, detail="how much of this item is sent (SN1)")
        expected = self._expected[1] if self._expected else None
        return dispatches(document, shipped, expected, self.reference)
