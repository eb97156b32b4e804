"""What happens in the demo: who orders what, by which document, and what goes wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from hub.simulation.script import CALM, Script

Bill = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Drop:
    """A document that a customer sends: when its turn comes, or once its order has come to an event."""

    template: str
    customer: str
    number: str
    """of the PO, before the run's suffix"""
    after: str = ""
    """type of the order's event that it answers; empty: it comes in turn"""
    name: str = ""
    """of the file; empty: that of the template"""

    @property
    def file(self) -> str:
        """Name of the file in the inbox."""
        return self.name or self.template


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order of the story, with what its lines are made of."""

    customer: str
    number: str
    bills: dict[str, Bill]
    note: str
    outcome: Literal["completed", "cancelled"] = "completed"


BRIDGEPORT, SUMMIT, HOLT, MORVAN, KESTREL, IBARRA = "70418", "1180", "4500119034", "880213", "KP-2087", "PC-3311"
ORDERS = (
    Ordered(
        "C-BRIDGEPORT",
        BRIDGEPORT,
        {
            "1": (("SHEET-S355-6MM", "180", "KGM"),),
            "2": (("SHEET-S355-6MM", "96", "KGM"),),
            "3": (("BAR-C45-40MM", "45", "MTR"),),
        },
        "sent back, revised, confirmed",
    ),
    Ordered(
        "C-HOLT",
        HOLT,
        {"1": (("SHEET-S355-6MM", "150", "KGM"),), "2": (("PLATE-P265-20MM", "110", "KGM"),)},
        "line 2 fixed after inspection",
    ),
    Ordered("C-MORVAN", MORVAN, {"10": (("BAR-C45-40MM", "18", "MTR"),)}, "one piece scrapped, made again"),
    Ordered(
        "C-KESTREL",
        KESTREL,
        {"1": (("TUBE-60X3", "180", "MTR"),), "2": (("SHEET-1.4301-3MM", "120", "KGM"),)},
        "material bought and from stock",
    ),
    Ordered(
        "C-IBARRA",
        IBARRA,
        {
            "1": (("SHEET-S355-6MM", "210", "KGM"),),
            "2": (("SHEET-S355-6MM", "64", "KGM"), ("FORGING-42CRMO4", "8", "H87")),
        },
        "penalty accepted in production",
        "cancelled",
    ),
    Ordered("C-SUMMIT", SUMMIT, {"1": (("PLATE-AR400-10MM", "300", "KGM"),)}, "straight through"),
)
DROPS = (
    Drop("bridgeport-850.edi", "C-BRIDGEPORT", BRIDGEPORT),
    Drop("holt-orders.edi", "C-HOLT", HOLT),
    Drop("ibarra-order.eml", "C-IBARRA", IBARRA),
    Drop("morvan-orders.edi", "C-MORVAN", MORVAN),
    Drop("kestrel-order.eml", "C-KESTREL", KESTREL),
    Drop("holt-orders.edi", "C-HOLT", HOLT, name="holt-orders-again.edi"),
    Drop("summit-torn.edi", "C-SUMMIT", SUMMIT),
    Drop("summit-850.edi", "C-SUMMIT", SUMMIT),
    Drop("bridgeport-850-revised.edi", "C-BRIDGEPORT", BRIDGEPORT, after="order.revision-requested.v1"),
    Drop("ibarra-cancel.eml", "C-IBARRA", IBARRA, after="work-order.production-started.v1"),
)
FILES = frozenset(drop.file for drop in DROPS)
SHOWN = MORVAN
"""the order whose path is shown in full"""


@dataclass(frozen=True)
class Story:
    """The story of one run; in a store that has seen the demo before, PO numbers bear the number of the run."""

    run: int = 1
    orders: tuple[Ordered, ...] = ORDERS
    drops: tuple[Drop, ...] = DROPS
    by_number: dict[str, Ordered] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_number", {self.po(order.number): order for order in self.orders})

    def po(self, number: str) -> str:
        """A PO number as it stands in this run's documents."""
        return number if self.run == 1 else f"{number}-{self.run}"

    def values(self, drop: Drop) -> dict[str, str | int]:
        """What a document's marks stand for, but for the date."""
        return {"po": self.po(drop.number), "control": (self.run - 1) * 1000}

    def script(self) -> Script:
        """What the robots do."""
        bridgeport, holt, morvan, ibarra = (self.po(number) for number in (BRIDGEPORT, HOLT, MORVAN, IBARRA))
        return replace(
            CALM,
            from_stock=1,
            reviews={bridgeport: "revise"},
            defects={(holt, "2"): "fix", (morvan, "10"): "remake"},
            verdicts={ibarra: "penalty"},
            penalties={ibarra: "accept"},
            bills={(self.po(o.number), line): bill for o in self.orders for line, bill in o.bills.items()},
            bought=frozenset({"BAR-C45-40MM", "PLATE-P265-20MM", "TUBE-60X3", "FORGING-42CRMO4"}),
            slow=frozenset({"FORGING-42CRMO4"}),
            unfinished=frozenset({(ibarra, "1")}),
            customers_revise=False,
        )
