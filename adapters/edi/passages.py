"""How orders are cut into passages, their header and their lines: what both standards share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapters.edi.delimiters import Delimiters
from adapters.edi.envelope import Document

HOLE = "\x00"
"""marks in a passage where a value was cut out; a document that has it itself is read in full"""


class OutOfTheOrdinary(ValueError):
    """The order has to be read in full."""


CutLine = tuple[str, str, str, str]
"""The text of a line with three values cut out of it, and these: its number, its quantity, and the date on which it is
wanted, which is empty where it has none of its own"""


@dataclass(slots=True)
class CutOrder:
    """The text of an order: that of its header, with the values that follow cut out of it, and its lines."""

    header: str
    number: str
    ordered: str
    wanted: str
    references: list[str]
    lines: list[CutLine]

    def values(self) -> Iterator[str]:
        """All that was cut out."""
        yield from (self.number, self.ordered, self.wanted, *self.references)
        for line in self.lines:
            yield from line[1:]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """How the orders of a standard are cut into passages."""

    type: str
    """the document"""
    cutter: Callable[[Delimiters], Callable[[Document], CutOrder]]
    """gives what cuts a document; raises OutOfTheOrdinary for one that cannot be"""
    uncut: Callable[[Delimiters], Callable[[str], bool]]
    """gives what tells whether nothing is left in a passage that means the same as what was cut out of it"""


def date_cutter(beginning: str, end: str, form: str = "") -> Callable[[str], tuple[str, str]]:
    """What cuts the last date of a kind out of a passage, and gives both; the segment begins in this way, which is left
    in the passage, and behind the date comes its form. Where there is none the date is empty.
    """
    hole = beginning.replace(end, end + HOLE, 1)

    def cut(text: str) -> tuple[str, str]:
        before, found, behind = text.rpartition(beginning)
        if found and behind.startswith(form, 8):
            return f"{before}{hole}{behind[8:]}", behind[:8]
        return text, ""

    return cut


def reference_cutter(
    beginning: str, mark: str, end: str, others: Sequence[str] = ()
) -> Callable[[str], tuple[str, list[str]]]:
    """What cuts the values of its references out of a header, and gives both; a segment of a reference begins in this
    way, and between its kind and its value stands the mark. A value has none of the others in it; where one does not
    look like this, none is cut.
    """
    mark_, end_, begin_ = map(re.escape, (mark, end, beginning))
    kind, value = f"[^{mark_}{end_}]*", f"[^{mark_}{end_}{re.escape(''.join(others))}]*"
    referred = re.compile(rf"({begin_}{kind}{mark_})({value})(?={end_}|\Z)")

    def cut(text: str) -> tuple[str, list[str]]:
        if beginning not in text:
            return text, []
        pieces = referred.split(text)
        values = pieces[2::3]
        if text.count(beginning) != len(values):
            return text, []
        pieces[2::3] = [HOLE] * len(values)
        return "".join(pieces), values

    return cut
