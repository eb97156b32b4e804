"""What the hub knows of the matter of a task: how a product was made, what there is, what comes, what is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from hub.messages.customer_po import Line
from hub.sagas.history.experience import REMEMBERED, Arrival, Finished, Listed, ProductRecord, SupplierRecord
from hub.sagas.history.load import Loads
from hub.sagas.products import product_of, specification_of
from hub.sagas.supply import Stock


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of certain products, materials, suppliers and work centres."""

    products: Mapping[str, Sequence[ProductRecord]] = field(default_factory=dict)
    suppliers: Mapping[str, SupplierRecord] = field(default_factory=dict)
    stock: Mapping[str, Stock] = field(default_factory=dict)
    arrivals: Mapping[str, Sequence[Arrival]] = field(default_factory=dict)
    """by material, the soonest first"""
    loads: Mapping[str, Loads] = field(default_factory=dict)
    """by work centre"""

    def making(self, customer_id: str, item: Line) -> History:
        """How a line's product was made before."""
        records = self.products.get(product_of(customer_id, item), ())
        return History(tuple(records), specification_of(item), customer_id)


@dataclass(frozen=True, slots=True)
class History:
    """How a product was made before; figures are of its own specification, for whichever customer."""

    records: tuple[ProductRecord, ...]
    specification: str
    customer_id: str

    @property
    def same(self) -> tuple[ProductRecord, ...]:
        """The records to the specification asked for."""
        return tuple(each for each in self.records if each.specification == self.specification)

    @property
    def times(self) -> int:
        """How often it was made."""
        return sum(each.times for each in self.same)

    @property
    def for_this_customer(self) -> int:
        """How often it was made for the customer who asks."""
        return sum(each.times for each in self.same if each.customer_id == self.customer_id)

    @property
    def otherwise(self) -> int:
        """How often it was made to other specifications."""
        return sum(each.times for each in self.records) - self.times

    @property
    def latest(self) -> tuple[Finished, ...]:
        """The latest work orders made, the newest first."""
        found = (finished for each in self.same for finished in each.latest)
        return tuple(sorted(found, key=lambda each: (each.at, each.work_order_id), reverse=True)[:REMEMBERED])

    @property
    def median_days(self) -> float | None:
        """From a work order's opening until it was ready to ship; None where it was never made."""
        days = [each.days for each in self.latest]
        return round(float(median(days)), 1) if days else None

    @property
    def work_center(self) -> str | None:
        """Where it was made last."""
        return self.latest[0].work_center if self.latest else None

    @property
    def listed(self) -> Listed | None:
        """The last list of its materials: for this customer, or else for another."""
        own = [each.listed for each in self.same if each.listed and each.customer_id == self.customer_id]
        others = [each.listed for each in self.same if each.listed]
        return max(own or others, key=lambda each: (each.at, each.work_order_id), default=None)
