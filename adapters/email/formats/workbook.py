"""Excel workbooks: cells keep the type that the workbook gives them; formulas count only with the value they showed."""

from __future__ import annotations

import io
import re
import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from adapters.email.formats.number_format import number_format
from adapters.email.limits import Limits
from adapters.email.lines.valued import Fault
from adapters.email.mail.document import Cell, Grid, clean
from adapters.email.mail.mime import Leaf


def read_workbook(leaf: Leaf, limits: Limits) -> tuple[list[tuple[str, Grid]], list[Fault]]:
    """The sheets with their names, and what in the workbook is not as it shows."""
    import openpyxl  # slow to load, and most mails bring no workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formulas = openpyxl.load_workbook(io.BytesIO(leaf.content), data_only=False, keep_links=False)
        shown = openpyxl.load_workbook(io.BytesIO(leaf.content), data_only=True, keep_links=False)
    sheets: list[tuple[str, Grid]] = []
    faults: list[Fault] = []
    for sheet in formulas.worksheets:
        where = f"{leaf.name}, sheet {sheet.title}"
        if sheet.max_row > limits.rows * 4 or sheet.max_column > limits.columns * 20:
            faults.append(
                Fault("limit_exceeded", f"the sheet has {sheet.max_row} rows and {sheet.max_column} columns", where)
            )
            continue
        if _has_rows_beyond(sheet, limits):
            faults.append(Fault("limit_exceeded", f"the sheet has more than {limits.rows} rows", where))
        if _has_columns_beyond(sheet, limits):
            faults.append(Fault("limit_exceeded", f"the sheet has more than {limits.columns} columns", where))
        grid = _grid(sheet, shown[sheet.title], where, limits)
        hidden = _hidden(sheet)
        if sheet.sheet_state != "visible":
            if _has_content(grid):
                faults.append(Fault("hidden_cells", "the workbook has a hidden sheet", where))
            continue
        if hidden:
            faults.append(Fault("hidden_cells", f"the sheet hides {hidden}", where))
        faults.extend(_drawn(sheet, where, limits))
        sheets.append((where, grid))
    return sheets, faults


def _drawn(sheet: Any, where: str, limits: Limits) -> list[Fault]:
    """What a reader sees otherwise than it is stored: struck out, white on white; and comments, one fault of a kind."""
    found: dict[str, Fault] = {}
    for row in sheet.iter_rows(max_row=min(sheet.max_row, limits.rows), max_col=min(sheet.max_column, limits.columns)):
        for cell in row:
            place = f"{where}, cell {cell.coordinate}" if hasattr(cell, "coordinate") else where
            if getattr(cell, "comment", None):
                text = f"a comment says “{clean(cell.comment.text)[:100]}”"
                found.setdefault("cell_comment", Fault("cell_comment", text, place))
            if cell.value is None or not cell.has_style:
                continue
            if cell.font.strike:
                text = f"“{clean(str(cell.value))[:100]}” is struck out"
                found.setdefault("struck_text", Fault("struck_text", text, place))
            if _is_white(cell.font.color) and cell.fill.fill_type is None:
                text = f"“{clean(str(cell.value))[:100]}” is white on white"
                found.setdefault("hidden_cells", Fault("hidden_cells", text, place))
    return list(found.values())


def _is_white(colour: Any) -> bool:
    if colour is None:
        return False
    return (colour.type == "rgb" and str(colour.rgb)[-6:].upper() == "FFFFFF") or (
        colour.type == "theme" and colour.theme == 0 and not colour.tint
    )


def _has_rows_beyond(sheet: Any, limits: Limits) -> bool:
    """Whether anything stands below the rows that are read; a sheet may be formatted far beyond its content."""
    if sheet.max_row <= limits.rows:
        return False
    below = sheet.iter_rows(min_row=limits.rows + 1, values_only=True)
    return any(value is not None for row in below for value in row)


def _has_columns_beyond(sheet: Any, limits: Limits) -> bool:
    """Whether anything stands to the right of the columns that are read."""
    if sheet.max_column <= limits.columns:
        return False
    beyond = sheet.iter_rows(min_col=limits.columns + 1, max_row=min(sheet.max_row, limits.rows), values_only=True)
    return any(value is not None for row in beyond for value in row)


def _grid(sheet: Any, shown: Any, where: str, limits: Limits) -> Grid:
    last, widest = min(sheet.max_row, limits.rows), min(sheet.max_column, limits.columns)
    rows = []
    for number, row in enumerate(sheet.iter_rows(max_row=last, max_col=widest), 1):
        cells = tuple(_cell(cell, shown, where, number) for cell in row)
        rows.append(cells)
    return Grid(tuple(rows))


def _cell(cell: Any, shown: Any, where: str, number: int) -> Cell:
    value = cell.value
    column = cell.column - 1
    if cell.data_type == "f":
        value = shown.cell(row=cell.row, column=cell.column).value
        if value is None:
            return Cell(str(cell.value)[:200], where, number, column)
    if value is None or isinstance(value, bool):
        return Cell("" if value is None else str(value), where, number, column)
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if not re.search(r"d", re.sub(r'"[^"]*"|\[[^\]]*\]', "", cell.number_format), re.IGNORECASE):
            return Cell(day.strftime("%m/%Y"), where, number, column)
        return Cell(day.isoformat(), where, number, column, day)
    if isinstance(value, int | float):
        exact = Decimal(format(Decimal(str(round(value, 9))).normalize(), "f"))
        shape = number_format(cell.number_format)
        return Cell(shape.text(exact), where, number, column, None if shape.scaled or shape.width > 1 else exact)
    return Cell(clean(str(value)).strip(), where, number, column)


def _has_content(grid: Grid) -> bool:
    return any(cell.text for row in grid.rows for cell in row)


def _hidden(sheet: Any) -> str:
    """What rows and columns with content are hidden."""
    rows = [
        n
        for n, dimension in sheet.row_dimensions.items()
        if (dimension.hidden or dimension.height == 0) and any(c.value is not None for c in sheet[n])
    ]
    columns = [name for name, dimension in sheet.column_dimensions.items() if dimension.hidden or dimension.width == 0]
    found = [f"row {n}" for n in rows[:3]]
    found += [f"column {name}" for name in columns[:3] if any(c.value is not None for c in sheet[name])]
    return ", ".join(found)
