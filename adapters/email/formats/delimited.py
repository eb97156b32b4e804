"""Delimited text (CSV): the delimiter is the one under which the headings make sense."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import chain

from adapters.email.limits import Limits
from adapters.email.lines.aligned import is_heading_row
from adapters.email.lines.valued import Fault
from adapters.email.mail.charset import decode, guess_wide
from adapters.email.mail.document import Cell, Grid, clean
from adapters.email.mail.mime import Leaf

_DELIMITERS = (",", ";", "\t", "|")
_END = "\x00"
"""a line below the last: text that is read holds no such character"""


_EXACT = re.compile(r'="([^"]*)"')
"""how a text is kept from being taken for a number when a workbook opens the file"""


def read_delimited(leaf: Leaf, limits: Limits) -> tuple[Grid, list[Fault]]:
    """The rows of a delimited text, and what is wrong with them."""
    text = clean(decode(leaf.content, guess_wide(leaf.content) or leaf.charset))
    declared = re.match(r"\s*sep=(.)\r?\n", text)
    if declared:
        text = text[declared.end() :]
    candidates = [declared[1]] if declared else list(_DELIMITERS)
    read = {mark: _rows(text, mark, limits) for mark in candidates}
    good = [mark for mark, (rows, _) in read.items() if _has_headings(rows[:40])]
    if len(good) != 1:
        good = [max(read, key=lambda mark: _regularity(read[mark][0]))] if not good else good[:1]
    rows, broken = read[good[0]]
    why = broken or _swallowed(rows, good[0])
    faults = [Fault("attachment_unreadable", f"where its rows end is not certain: {why}", leaf.name)] if why else []
    if len(rows) > limits.rows:
        faults.append(Fault("limit_exceeded", f"has more than {limits.rows} rows", leaf.name))
    if any(len(row) > limits.columns for row in rows):
        faults.append(Fault("limit_exceeded", f"has more than {limits.columns} columns", leaf.name))
    cells = [[_EXACT.sub(r"\1", text.strip()) for text in row[: limits.columns]] for row in rows[: limits.rows]]
    grid = Grid(
        tuple(
            tuple(Cell(text, leaf.name, number, column) for column, text in enumerate(row))
            for number, row in enumerate(cells, 1)
        )
    )
    return grid, faults


def _has_headings(rows: Sequence[Sequence[str]]) -> bool:
    return any(map(is_heading_row, rows))


def _rows(text: str, mark: str, limits: Limits) -> tuple[list[list[str]], str]:
    """The rows, and why some may be missing. One that holds more than is read has one cell more than the columns."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(chain(io.StringIO(text), [_END]), delimiter=mark):
            if row == [_END]:
                return rows, ""
            beyond = next((text for text in row[limits.columns :] if text.strip()), "")
            rows.append([*row[: limits.columns], *([beyond] if beyond else [])])
            if len(rows) > limits.rows:
                return rows, ""
    except csv.Error as error:
        return rows, f"row {len(rows) + 1}: {error}"
    return rows, "a quotation mark opens a cell that never ends"


def _swallowed(rows: Sequence[Sequence[str]], mark: str) -> str:
    """Where one cell holds what looks like further rows, a quotation mark too many has swallowed them."""
    fewest = max(2, max(map(len, rows), default=0) // 2)
    for number, row in enumerate(rows, 1):
        if any(line.count(mark) >= fewest for cell in row for line in cell.splitlines()[1:]):
            return f"a cell of row {number} holds rows"
    return ""


def _regularity(rows: list[list[str]]) -> tuple[int, int]:
    """How many rows have the most common number of cells, where that is more than one."""
    widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
    common = max(set(widths), key=widths.count, default=0)
    return (widths.count(common) if common > 1 else 0, common)
