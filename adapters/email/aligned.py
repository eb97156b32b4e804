"""Tables in plain text: under a line of headings, cells stand in columns set off by spaces, tabs or bars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.email.document import Block, Cell, Grid, Row
from adapters.email.headings import Heading, heading
from adapters.email.vocabulary import fold, vocabulary

_RULE = re.compile(r"^[\s|+:]*(?:[-=_–—*]{2,}[\s|+:]*)+$")
_GAP = re.compile(r"\t+|\s{2,}")
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class _Segment:
    start: int
    end: int
    text: str


def _segments(text: str) -> list[_Segment]:
    found, at = [], 0
    for gap in [*_GAP.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[at:end].strip():
            lead = len(text[at:end]) - len(text[at:end].lstrip())
            found.append(_Segment(at + lead, end, text[at:end].strip()))
        at = gap.end() if gap else end
    return found


def _divided(text: str) -> list[_Segment] | None:
    """The cells of a row whose separators are drawn: bars or single tabs; empty cells count."""
    mark = "|" if text.count("|") >= 2 else ("\t" if "\t" in text.strip() else "")
    if not mark:
        return None
    inner = text.strip().strip("|") if mark == "|" else text
    at = text.find(inner)
    found = []
    for piece in inner.split(mark):
        lead = len(piece) - len(piece.lstrip())
        found.append(_Segment(at + lead, at + len(piece), piece.strip()))
        at += len(piece) + 1
    return found


def _words_as_headings(text: str) -> list[_Segment]:
    """Headings that stand only one space apart, taken from the left, the longest known label first."""
    words = list(re.finditer(r"\S+", text))
    found: list[_Segment] = []
    at = 0
    while at < len(words):
        for length in (4, 3, 2, 1):
            if at + length > len(words):
                continue
            start, end = words[at].start(), words[at + length - 1].end()
            if heading(text[start:end]).field:
                found.append(_Segment(start, end, text[start:end]))
                at += length
                break
        else:
            return []
    return found


def is_heading_row(headings: Sequence[Heading]) -> bool:
    """Whether these are the headings of an order's table: a quantity, something to order, and hardly a word unknown."""
    fields = [found.field for found in headings if found.text.strip()]
    known = {field for field in fields if field}
    named = {"part", "item", "description", "seller_part", "gtin"} & known
    return (
        "quantity" in known
        and len(known) >= _FEWEST
        and bool(named or {"price", "date"} <= known)
        and sum(not field for field in fields) <= max(1, len(fields) // 3)
    )


def _header(text: str) -> list[_Segment] | None:
    for segments in (_divided(text), _segments(text), _words_as_headings(text)):
        if segments and len(segments) >= _FEWEST and is_heading_row([heading(s.text) for s in segments]):
            return segments
    return None


def _overlap(one: _Segment, two: _Segment) -> int:
    return min(one.end, two.end) - max(one.start, two.start)


def _assign(segments: list[_Segment], columns: list[_Segment]) -> list[list[_Segment]] | None:
    """Each segment to its column; nothing when one could belong to two."""
    touching = [
        [n for n, column in enumerate(columns) if _overlap(segment, column) > 0] for segment in segments
    ]
    if len(segments) == len(columns):
        stray = any(found and n not in found and len(found) == 1 for n, found in enumerate(touching))
        return None if stray else [[segment] for segment in segments]
    cells: list[list[_Segment]] = [[] for _ in columns]
    last = 0
    for segment, found in zip(segments, touching, strict=True):
        if len(found) > 1:
            return None
        column = found[0] if found else _nearest(segment, columns)
        if column is None or column < last:
            return None
        cells[column].append(segment)
        last = column
    return cells


def _nearest(segment: _Segment, columns: list[_Segment]) -> int | None:
    """The column that a segment between two headings belongs to, when both its ends say the same."""
    by_start = max((n for n, column in enumerate(columns) if column.start <= segment.start), default=None)
    by_end = min((n for n, column in enumerate(columns) if column.end >= segment.end), default=None)
    return by_start if by_start == by_end else None


def _row(cell: Cell, columns: list[_Segment], drawn: bool) -> Row | None:
    if drawn:
        divided = _divided(cell.text)
        if divided is None or len(divided) != len(columns):
            return None
        return tuple(Cell(s.text, cell.part, cell.row, s.start) for s in divided)
    segments = _segments(cell.text)
    if len(segments) < len(columns) and len(cell.text.split()) == len(columns):
        segments = [_Segment(m.start(), m.end(), m.group()) for m in re.finditer(r"\S+", cell.text)]
    assigned = _assign(segments, columns)
    if assigned is None:
        return None
    return tuple(
        Cell("  ".join(s.text for s in found), cell.part, cell.row, found[0].start if found else 0)
        for found in assigned
    )


def _ends(text: str) -> bool:
    """Whether a line below the rows closes the table: a total, or a labelled remark."""
    segments = _segments(text)
    first = fold(segments[0].text) if segments else ""
    return bool(vocabulary().patterns["total"].match(first) or vocabulary().patterns["subtotal"].match(first))


def find_tables(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with every table in plain text turned into a grid."""
    found: list[Block] = []
    at = 0
    while at < len(blocks):
        block = blocks[at]
        columns = _header(block.text) if isinstance(block, Cell) else None
        if columns is None or isinstance(block, Grid):
            found.append(block)
            at += 1
            continue
        rows, at = _rows(blocks, at, block, columns)
        found.append(Grid(tuple(rows)))
    return found


def _rows(blocks: Sequence[Block], at: int, header: Cell, columns: list[_Segment]) -> tuple[list[Row], int]:
    drawn = (_divided(header.text) or []) == columns
    rows: list[Row] = [tuple(Cell(s.text, header.part, header.row, s.start) for s in columns)]
    fields = [heading(column.text).field for column in columns]
    at += 1
    end = at
    while at < len(blocks):
        block = blocks[at]
        if isinstance(block, Grid):
            break
        if not block.text.strip() or _RULE.match(block.text):
            ruled = _segments(block.text)
            if len(rows) == 1 and not drawn and len(ruled) == len(columns):
                columns = ruled
            at += 1
            end = at if _RULE.match(block.text) else end
            continue
        row = None if _ends(block.text) else _row(block, columns, drawn)
        if row is None or not _is_row(row, fields):
            break
        rows.append(row)
        at += 1
        end = at
    return rows, end


def _is_row(row: Row, fields: list[str]) -> bool:
    """Whether a line under the headings is one of the table: it has a quantity, or it continues a description."""
    filled = {field for field, cell in zip(fields, row, strict=True) if cell.text}
    quantity = next((cell.text for field, cell in zip(fields, row, strict=True) if field == "quantity"), "")
    if re.search(r"\d", quantity):
        return True
    return (
        bool(filled)
        and filled <= {"description", "note", ""}
        and (row[0].text == "" or fields[0] == "description")
    )
