"""A line of text being taken apart: what is left of it to be understood."""

from __future__ import annotations

import re

from adapters.email.grammar.vocabulary import fold
from adapters.email.mail.document import Cell

MASK = "\x00"


class Remainder:
    """A line being taken apart: what is understood is masked out of it."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.left = cell.text
        self.faults: list[tuple[str, str]] = []

    def take(self, start: int, end: int) -> Cell:
        """Take these characters out of the line."""
        self.left = self.left[:start] + MASK * (end - start) + self.left[end:]
        return self.cell.cut(start, end)


def led_by(pattern: re.Pattern[str], text: str, start: int) -> int | None:
    """Where the words begin that lead to a place in the text, if such words do."""
    near = max(0, start - 60)
    match = pattern.search(fold(text[near:start]))
    return None if match is None else near + match.start()


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a piece is set off by wide gaps, or by what is already understood, on both its sides."""
    before, after = text[:start], text[end:]
    left = not before.strip(MASK + " ") or re.search(rf"(?:\s\s|[\t|{MASK}]\s*|[;,] )$", before)
    right = not after.strip(MASK + " ") or re.match(rf"\s\s|\s*[\t|{MASK}]", after)
    return bool(left and right)
