"""A line of text as pieces with their extents: in characters for plain text, in tenths of a point for a PDF."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.email.mail.document import Cell

_GAP = re.compile(r"\t+|\s{2,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line with its extent."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Laid:
    """A line of text with its pieces: those that gaps set off, and its words."""

    cell: Cell
    pieces: tuple[Piece, ...]
    words: tuple[Piece, ...]
    divided: tuple[Piece, ...] = ()
    """pieces between drawn separators, empty ones too"""


def lay(cell: Cell) -> Laid:
    """A line of plain text, its extents counted in characters."""
    words = tuple(Piece(m.start(), m.end(), m.group()) for m in re.finditer(r"\S+", cell.text))
    return Laid(cell, _pieces(cell.text), words, _divided(cell.text))


def _pieces(text: str) -> tuple[Piece, ...]:
    found, at = [], 0
    for gap in [*_GAP.finditer(text), None]:
        end = gap.start() if gap else len(text)
        piece = text[at:end]
        if piece.strip():
            found.append(Piece(at + len(piece) - len(piece.lstrip()), end, piece.strip()))
        at = gap.end() if gap else end
    return tuple(found)


def _divided(text: str) -> tuple[Piece, ...]:
    mark = "|" if text.count("|") >= 2 else ("\t" if "\t" in text.strip() else "")
    if not mark:
        return ()
    inner = text.strip().strip("|") if mark == "|" else text
    at = text.find(inner)
    found = []
    for piece in inner.split(mark):
        found.append(Piece(at + len(piece) - len(piece.lstrip()), at + len(piece), piece.strip()))
        at += len(piece) + 1
    return tuple(found)
