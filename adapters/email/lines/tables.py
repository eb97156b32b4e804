"""Order lines from a table whose cells are known, under a row of headings wherever that stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from adapters.email.grammar import dates
from adapters.email.grammar.headings import Heading, heading, headings, learnt
from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.lines.aligned import is_heading_row
from adapters.email.lines.rawline import RawLine
from adapters.email.lines.records import label_kind
from adapters.email.mail.document import Cell, Grid, Row, as_line, shown

CODE = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9ÄÖÜÅäöüå][\w./+#-]{2,}")
"""a product's number: no spaces, with a digit"""


@dataclass(frozen=True, slots=True)
class TableReading:
    """The order lines of a table, and the lines of it that are none."""

    lines: tuple[RawLine, ...]
    rest: tuple[Cell, ...]


def read_table(grid: Grid, decimal: str = ".") -> TableReading:
    """Find the headings and read the rows below them."""
    heads = [[cell.text for cell in row] for row in grid.rows]
    start = next((n for n, texts in enumerate(heads) if is_heading_row(texts)), None)
    if start is None:
        return TableReading((), tuple(_texts(grid.rows, decimal)))
    columns, version = headings(heads[start]), learnt(heads[start])
    lines: list[RawLine] = []
    after: list[Row] = []
    closed = False
    for row in grid.rows[start + 1 :]:
        line = as_line(row)
        if line is None or _repeats(row, columns):
            continue
        closed = closed or _closes(line)
        read = None if _closes(line) else _raw(row, columns)
        if read is None and lines and not closed and _continues(row, columns):
            lines[-1] = _extended(lines[-1], row, columns)
        elif read is None:
            after.append(row)
        else:
            lines.append(read)
    rest = (*_texts(grid.rows[:start], decimal), *_texts(after, decimal))
    return TableReading(tuple(replace(line, learnt=version) for line in _resolve(lines)), rest)


def _texts(rows: Iterable[Row], decimal: str) -> Iterator[Cell]:
    """Rows outside the order lines as text; a label and the value in the next cell become ``label: value``."""
    for row in rows:
        filled = [cell for cell in row if cell.text.strip() and not cell.text.startswith("=")]
        line = as_line(row, decimal)
        if line is None:
            continue
        text = shown(filled[0], decimal)
        for before, cell in pairwise(filled):
            labelled = _is_label(before) and not _is_label(cell)
            text += (": " if labelled and not before.text.rstrip().endswith(":") else "  ") + shown(cell, decimal)
        yield line.with_text(text)


def _is_label(cell: Cell) -> bool:
    text = cell.text.strip().rstrip(":")
    return cell.value is None and bool(label_kind(text) or heading(text).field == "po_number")


def _repeats(row: Row, headings: Sequence[Heading]) -> bool:
    return [fold(cell.text) for cell in row if cell.text] == [fold(found.text) for found in headings if found.text]


def _closes(line: Cell) -> bool:
    first = re.split(r"\s{2,}|:", fold(line.text).strip())[0]
    words = vocabulary()
    kinds = ("total", "subtotal", "gross", "tax", "charge", "discount")
    return any(words.patterns[kind].match(first) for kind in kinds) or "subtotal" in first


def _raw(row: Row, headings: Sequence[Heading]) -> RawLine | None:
    cells: dict[str, Cell] = {}
    named: dict[str, Heading] = {}
    extras: list[tuple[str, Cell]] = []
    faults: list[tuple[str, str]] = []
    for position, cell in enumerate(row):
        found = headings[position] if position < len(headings) else Heading("", "")
        if not cell.text.strip() and cell.value is None:
            continue
        if position >= len(headings):
            faults.append(("row_longer", "the row has more cells than there are headings"))
        if not found.field or found.field in cells:
            extras.append((found.text, cell))
            if found.field:
                faults.append(("column_twice", f"two columns say {found.field}"))
            continue
        cells[found.field] = cell
        named[found.field] = found
    if not _orders(cells):
        return None
    missing = {found.field for found in headings} & {"unit", "price", "date"} - cells.keys()
    faults.extend(("cell_empty", f"the column for {name} is empty here") for name in sorted(missing))
    return RawLine(cells, named, tuple(extras), tuple(faults))


def _orders(cells: Mapping[str, Cell]) -> bool:
    """Whether a row under the headings is an order line, be it one that cannot be read."""
    if "quantity" in cells and re.search(r"\d", cells["quantity"].text):
        return True
    numbered = "line" in cells and re.fullmatch(r"\d{1,6}[.)]?", cells["line"].text.strip()) and len(cells) > 1
    return bool(numbered) or len(cells) > 2 or "price" in cells


def _continues(row: Row, headings: Sequence[Heading]) -> bool:
    filled = {headings[n].field for n, cell in enumerate(row) if n < len(headings) and cell.text.strip()}
    return (
        bool(filled)
        and filled <= {"description", "note", "item", "part"}
        and not re.search(r"\d[.,]\d\d\b", row[0].text)
    )


def _extended(line: RawLine, row: Row, headings: Sequence[Heading]) -> RawLine:
    cells = dict(line.cells)
    for position, cell in enumerate(row):
        if cell.text.strip():
            name = headings[position].field
            known = cells.get(name)
            between = "\n" if name in ("item", "part") else " "
            cells[name] = known.with_text(f"{known.text}{between}{cell.text.strip()}") if known else cell
    return replace(line, cells=cells)


def _resolve(lines: Sequence[RawLine]) -> list[RawLine]:
    """Say what a column called ``Item``, ``Material`` or ``Artikel`` holds: line numbers, products or descriptions."""
    texts = [line.text("item") for line in lines]
    if not any(texts):
        return [_parted(line, "part") if "part" in line.cells else line for line in lines]
    taken = {name for line in lines for name in line.cells}
    if (
        "line" not in taken
        and all(re.fullmatch(r"\d{1,4}", text) for text in texts)
        and taken & {"part", "description"}
    ):
        return [_renamed(line, "item", "line") for line in lines]
    if "part" not in taken and all(CODE.match(text) for text in texts):
        return [_parted(_renamed(line, "item", "part"), "part") for line in lines]
    if "description" not in taken:
        return [_renamed(line, "item", "description") for line in lines]
    return [_renamed(line, "item", "note") for line in lines]


def _renamed(line: RawLine, name: str, new: str) -> RawLine:
    cells, headings = dict(line.cells), dict(line.headings)
    if name in cells:
        cells[new] = cells.pop(name)
        headings[new] = headings.pop(name, Heading(new, name))
    return replace(line, cells=cells, headings=headings)


def _parted(line: RawLine, name: str) -> RawLine:
    """A cell that holds a product's number and, below or behind it, its description."""
    cell = line.cells[name]
    first, _, rest = cell.text.partition("\n")
    if not rest and "description" not in line.cells and not dates.find(cell.text):
        match = CODE.match(cell.text)
        if match and cell.text[match.end() : match.end() + 1].isspace():
            first, rest = match.group(), cell.text[match.end() :]
    if not rest.strip():
        return line
    cells = dict(line.cells)
    cells[name] = cell.with_text(first.strip())
    words = " ".join(rest.split())
    known = cells.get("description")
    cells["description"] = known.with_text(f"{known.text} {words}") if known else cell.with_text(words)
    return replace(line, cells=cells)
