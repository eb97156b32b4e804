"""856: a supplier's ship notice, as the announcement of a delivery (X12 856)."""

from __future__ import annotations

from adapters.edi.mapping import Job, Meaning, put
from adapters.edi.ship_notice import Item, ShipNotice
from adapters.edi.x12.envelope import at
from adapters.edi.x12.fields import Fields

WITHDRAWING = frozenset({"01", "03"})
"""BSN01: what was announced does not come so"""


class Notice856(ShipNotice):
    """Reads one 856: items stand under orders, and these under the shipment."""

    arrivals = ("017", "067", "002", "069", "068")
    line_tag, quantity_tag = " (LIN01)", "SN1"
    order_missing = "no order is named above this item"

    def __init__(self, job: Job) -> None:
        super().__init__(job, Fields(job.document, job.context.today))
        self._parents: dict[str, str] = {}
        self._orders: dict[str, str] = {}

    def read(self) -> Meaning:
        """What the document says."""
        level = ""
        item: Item = {}
        for position, segment in self.document.to_read:
            match segment[0]:
                case "BSN":
                    self.reference = at(segment, 2)
                    if at(segment, 1) in WITHDRAWING:
                        self._withdraw(position, 1, at(segment, 1))
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
                    self._arrives(at(segment, 1), self.fields.date(position, segment, 2))
        return self._meaning()

    def _identify(self, lin: list[str], item: Item) -> None:
        """The line that an item is of, and the order, which may be among the names of the product."""
        named = {kind.strip(): name.strip() for kind, name in zip(lin[2::2], lin[3::2], strict=False)}
        item["_named"] = True
        item.setdefault("line", named.get("PL") or at(lin, 1))
        put(item, "_order", named.get("PO") or named.get("ON"))

    def _shipped(self, position: int, sn1: list[str], item: Item) -> None:
        if "_named" in item and item not in self._items[-1:]:
            self._items.append(item)  # of a level that is none of items, and holds one
        quantity = self.fields.decimal(position, sn1, 2)
        item["_said"] = True
        if quantity is not None:
            item["quantity"] = quantity
            put(item, "unit", self.fields.stated_unit(position, sn1, 3))
        item["line"] = item.get("line") or at(sn1, 1)

    def _order_of(self, item: Item) -> str:
        """The order that the item names or stands under, or the only one; a level under itself stands under none."""
        level, seen = item["_level"], set[str]()
        if item.get("_order"):
            return str(item["_order"])
        while level and level not in seen:
            if level in self._orders:
                return self._orders[level]
            seen.add(level)
            level = self._parents.get(level, "")
        return next(iter(self._orders.values())) if len(self._orders) == 1 else ""
