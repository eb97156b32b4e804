"""An order line as found, before it is valued: which cell says what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from adapters.email.grammar.headings import Heading
from adapters.email.mail.document import Cell
from hub.layouts import Version
from hub.partners import OrderColumn

LINE_FIELDS = frozenset(get_args(OrderColumn))


@dataclass(frozen=True, slots=True)
class RawLine:
    """One order line: its cells by field, and what the headings add to them."""

    cells: Mapping[str, Cell]
    headings: Mapping[str, Heading] = field(default_factory=dict)
    extras: tuple[tuple[str, Cell], ...] = ()
    """cells under headings that are not known"""
    faults: tuple[tuple[str, str], ...] = ()
    """what was uncertain already in finding the cells: (code, text)"""
    layout: str = "table"
    learnt: Version | None = None
    """the version of the customer's layout profile by which its table was understood"""

    def text(self, name: str) -> str:
        """What stands in that field, or nothing."""
        cell = self.cells.get(name)
        return cell.text.strip() if cell else ""

    @property
    def place(self) -> Cell:
        """Where the line stands."""
        return min(self.cells.values(), key=lambda cell: (cell.row, cell.offset), default=Cell("", "body"))
