"""What the robots do: by chance, in shares that can be set, or as a script says for single orders and lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hub.partners import MaterialEntry

Decision = Literal["confirm", "revise", "reject"]
Verdict = Literal["free", "penalty", "refuse"]

MATERIALS = (("STEEL-S355-6MM", "KGM"), ("BAR-C45-40MM", "MTR"), ("TUBE-50X3", "MTR"))


@dataclass(frozen=True)
class Script:
    """Shares of what happens by chance, and what happens for certain.

    Keys are PO numbers, or (PO number, line). What is scripted does not happen by chance as well.
    """

    revise: float = 0.08
    reject: float = 0.02
    defect: float = 0.10
    remake: float = 0.4
    cancel: float = 0.10
    change: float = 0.08
    """share of the orders that their customers change after confirmation"""
    refuse_change: float = 0.2
    """share of the lines of a change that sales refuse although they could be altered"""
    supplier_changes: float = 0.08
    supplier_refuses_cancel: float = 0.2
    supplier_silent: float = 0
    """share of the material POs that are not answered before a reminder; the hub's settings say when that comes"""
    supplier_late: float = 0
    """share of the material POs that are not delivered before a reminder"""
    from_stock: float = 0.6
    materials: tuple[tuple[str, str], ...] = MATERIALS
    """id and unit of the materials that the engineer lists"""
    reviews: Mapping[str, Decision] = field(default_factory=dict)
    """of the first revision"""
    defects: Mapping[tuple[str, str], Literal["fix", "remake"]] = field(default_factory=dict)
    """lines whose first inspection finds a bad piece, and what the engineer decides"""
    cancels: Mapping[str, str] = field(default_factory=dict)
    """the type of event after which the customer cancels"""
    changes: Mapping[str, tuple[str, tuple[Mapping[str, Any], ...]]] = field(default_factory=dict)
    """the type of event after which the customer changes the order, and what it says of lines"""
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    penalties: Mapping[str, Literal["accept", "decline"]] = field(default_factory=dict)
    bills: Mapping[tuple[str, str], tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    """what the engineer lists for a line: material, quantity and unit"""
    bought: frozenset[str] = frozenset()
    """materials that are bought for each order, whatever is in stock (R51)"""
    slow: frozenset[str] = frozenset()
    """materials that suppliers confirm and do not deliver before the end"""
    unfinished: frozenset[tuple[str, str]] = frozenset()
    """lines whose production takes longer than all else"""
    customers_revise: bool = True
    """whether robots send revised POs; the demo lets documents do that"""


CALM = Script(
    revise=0,
    reject=0,
    defect=0,
    cancel=0,
    change=0,
    refuse_change=0,
    supplier_changes=0,
    supplier_refuses_cancel=0,
)
"""nothing happens by chance but the normal course"""


def materials_known(materials: Iterable[MaterialEntry]) -> tuple[tuple[str, str], ...]:
    """What engineers can list where there is a materials file; what they are used to where there is none."""
    return tuple((material.id, material.unit) for material in materials if material.suppliers) or MATERIALS
