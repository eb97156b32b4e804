"""What the facts of a task draw on, and what they want to know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hub.sagas.case import Case, Rules


@dataclass(frozen=True, slots=True)
class Scope:
    """What the facts may draw on: all that the batch knows, as it stands at its end."""

    case: Case
    rules: Rules
    now: datetime

    @property
    def today(self) -> date:
        """The day at the plant."""
        return self.rules.calendar.day(self.now)


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a task wants to know of."""

    products: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    suppliers: frozenset[str] = frozenset()
    load: bool = False
    """whether the products' usual work centres are of interest, and the materials that they took"""
