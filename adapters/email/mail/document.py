"""What a part of a mail consists of, whatever its format: lines of text and grids of cells, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from adapters.email.limits import DEFAULT, Limits, MailTooLarge

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_HARD_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
DECEPTIVE = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""characters that make a text look other than it is stored"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text and where it stands; ``value`` where the format itself says what it is."""

    text: str
    part: str
    row: int = 0
    """counted from 1 within the part"""
    offset: int = 0
    """characters from the start of the row, or the column's number in a grid"""
    value: Decimal | date | None = None

    def cut(self, start: int, end: int) -> Cell:
        """The piece between two characters, without the spaces around it."""
        piece = self.text[start:end]
        lead = len(piece) - len(piece.lstrip())
        return Cell(piece.strip(), self.part, self.row, self.offset + start + lead)

    def with_text(self, text: str) -> Cell:
        """Another text at the same place."""
        return replace(self, text=text, value=None)

    @property
    def where(self) -> str:
        """The place, for people."""
        return f"{self.part}, row {self.row}" if self.row else self.part


Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose cells are known."""

    rows: tuple[Row, ...]


Block: TypeAlias = Cell | Grid
"""a line of text, or a table"""


def clean(text: str) -> str:
    """Text without characters that cannot be seen, and with plain spaces only."""
    return _CONTROL.sub("\ufffd", _HARD_SPACES.sub(" ", _INVISIBLE.sub("", text)))


def lines(text: str, part: str, limits: Limits = DEFAULT) -> list[Cell]:
    """The lines of a text with their numbers. Raises MailTooLarge: half a text may say the opposite of the whole."""
    if len(text) > limits.text_characters:
        raise MailTooLarge(f"a text has more than {limits.text_characters} characters", where=part)
    rows = re.split(r"\r\n|\n|\r|\x0c|\x0b|\u2028|\u2029|\x85", clean(text))
    if len(rows) > limits.text_lines:
        raise MailTooLarge(f"a text has more than {limits.text_lines} lines", where=part)
    return [Cell(bounded(row.rstrip(), part, limits), part, number) for number, row in enumerate(rows, 1)]


def bounded(row: str, part: str, limits: Limits) -> str:
    """The line itself. Raises MailTooLarge when it is too long to be read."""
    if len(row) > limits.line_characters:
        raise MailTooLarge(f"a line has more than {limits.line_characters} characters", where=part)
    return row


def shown(cell: Cell, decimal: str = ".") -> str:
    """A cell's text on one line; a number that the format itself tells is written with this decimal mark."""
    if isinstance(cell.value, Decimal):
        return cell.text.replace(".", decimal)
    return re.sub(r"\s+", " ", cell.text).strip()


def as_line(row: Iterable[Cell], decimal: str = ".") -> Cell | None:
    """A row of a grid as one line of text, its cells two spaces apart; formulas without a value say nothing."""
    filled = [cell for cell in row if cell.text.strip() and not cell.text.startswith("=")]
    if not filled:
        return None
    return Cell("  ".join(shown(cell, decimal) for cell in filled), filled[0].part, filled[0].row, 0)


def text_of(blocks: Iterable[Block]) -> Iterator[Cell]:
    """Every line of the blocks, grids row by row."""
    for block in blocks:
        if isinstance(block, Grid):
            yield from (line for line in (as_line(row) for row in block.rows) if line)
        else:
            yield block
