"""Tables in text: under a line of headings, cells stand in columns set off by gaps, tabs or bars.

A line is a list of pieces with their extents, in characters for plain text and in points for a PDF; a piece
belongs to the column whose heading it stands under, and to none when it could belong to two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.grammar import dates
from adapters.email.grammar.amounts import quantities, whole_price, whole_quantity
from adapters.email.grammar.headings import Heading, heading, headings, learnt
from adapters.email.grammar.units import unit_code
from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.lines.records import Pair, pairs
from adapters.email.mail.document import Block, Cell, Grid, Row
from adapters.email.mail.laid import Laid, Piece, lay

_RULE = frozenset("-=_–—*|+: \t")
_FEWEST = 3


def _is_rule(text: str) -> bool:
    """Whether a line only separates: dashes, underscores, bars."""
    return set(text) <= _RULE and bool(re.search(r"[-=_–—*]{2}", text))


def _words_as_headings(words: Sequence[Piece]) -> list[Piece]:
    """Headings with nothing but a space between them, taken from the left, the longest known label first."""
    found: list[Piece] = []
    at = 0
    while at < len(words):
        for length in (4, 3, 2, 1):
            text = " ".join(word.text for word in words[at : at + length])
            if at + length <= len(words) and heading(text).field:
                found.append(Piece(words[at].start, words[at + length - 1].end, text))
                at += length
                break
        else:
            return []
    return found


def is_heading_row(texts: Sequence[str]) -> bool:
    """Whether these head an order's table: a quantity, something to order, and hardly a word unknown; or one learnt."""
    return learnt(texts) is not None or _suffice(headings(texts))


def _suffice(found: Sequence[Heading]) -> bool:
    fields = [each.field for each in found if each.text.strip()]
    known = {field for field in fields if field}
    named = {"part", "item", "description", "seller_part", "gtin"} & known
    return (
        "quantity" in known
        and len(known) >= _FEWEST
        and bool(named or {"price", "date"} <= known)
        and sum(not field for field in fields) <= max(1, len(fields) // 3)
    )


def _header(laid: Laid) -> tuple[Piece, ...] | None:
    for pieces in (laid.divided, laid.pieces, tuple(_words_as_headings(laid.words))):
        if len(pieces) >= _FEWEST and is_heading_row([piece.text for piece in pieces]):
            return pieces
    return None


def _overlap(one: Piece, two: Piece) -> int:
    return min(one.end, two.end) - max(one.start, two.start)


def _assign(pieces: Sequence[Piece], columns: Sequence[Piece]) -> list[list[Piece]] | None:
    """Each piece to its column, by what it stands under; nothing when one could belong to two."""
    cells: list[list[Piece]] = [[] for _ in columns]
    last = 0
    for piece in pieces:
        found = [n for n, column in enumerate(columns) if _overlap(piece, column) > 0]
        if len(found) > 1:
            return None
        column = found[0] if found else _nearest(piece, columns)
        if column is None or column < last:
            return None
        cells[column].append(piece)
        last = column
    return cells


def _nearest(piece: Piece, columns: Sequence[Piece]) -> int | None:
    """The column of a piece between two headings, when both its ends say the same."""
    by_start = max((n for n, column in enumerate(columns) if column.start <= piece.start), default=None)
    by_end = min((n for n, column in enumerate(columns) if column.end >= piece.end), default=None)
    return by_start if by_start == by_end else None


def _row(laid: Laid, columns: Sequence[Piece], drawn: bool) -> Row | None:
    """The cells of a line under these headings: by place, or one by one where there are as many.

    Where the two differ, the one counts whose cells are all that their headings announce; if both are, none does.
    """
    cell = laid.cell
    if drawn:
        if len(laid.divided) != len(columns):
            return None
        return tuple(Cell(piece.text, cell.part, cell.row, piece.start) for piece in laid.divided)
    fields = [found.field for found in headings([column.text for column in columns])]
    placed = _assign(laid.pieces, columns)
    counted = [[piece] for piece in laid.pieces] if len(laid.pieces) == len(columns) else None
    rows = [_cells(found, cell) for found in (placed, counted) if found is not None]
    if len(rows) == 2 and rows[0] != rows[1]:
        fitting = [row for row in rows if _fits(row, fields)]
        return fitting[0] if len(fitting) == 1 else None
    if rows:
        return rows[0]
    worded = _cells([[word] for word in laid.words], cell)
    return worded if len(worded) == len(columns) and _fits(worded, fields) else None


def _cells(found: Sequence[Sequence[Piece]], cell: Cell) -> Row:
    return tuple(
        Cell("  ".join(piece.text for piece in pieces), cell.part, cell.row, pieces[0].start if pieces else 0)
        for pieces in found
    )


def _fits(row: Row, fields: Sequence[str]) -> bool:
    """Whether every cell is of the kind that its heading announces."""
    for cell, field in zip(row, fields, strict=True):
        text = cell.text
        if field in ("price", "amount") and whole_price(text) is None:
            return False
        if field == "quantity" and whole_quantity(text) is None:
            return False
        if field == "unit" and unit_code(text) is None:
            return False
        if field == "line" and text and not re.fullmatch(r"\d{1,6}[.)]?", text):
            return False
        if field == "date" and not re.search(r"\d", text):
            return False
    return True


def rows_under(lines: Sequence[Cell], at: int) -> list[Row]:
    """The lines of text below one that is taken for headings, whatever it says, as rows of cells.

    Cells are told by their place; where there are as many as headings, one by one.
    """
    head = lay(lines[at])
    drawn = bool(head.divided)
    columns = head.divided or head.pieces
    found: list[Row] = []
    for laid in map(lay, lines[at + 1 :]):
        if not laid.pieces or _is_rule(laid.cell.text):
            continue
        pieces = laid.divided if drawn else laid.pieces
        placed = [[piece] for piece in pieces] if len(pieces) == len(columns) else _assign(laid.pieces, columns)
        if placed is not None:
            found.append(_cells(placed, laid.cell))
    return found


def _ends(laid: Laid) -> bool:
    """Whether a line below the rows closes the table: it begins with a word for a sum."""
    first = fold(laid.pieces[0].text) if laid.pieces else ""
    return any(vocabulary().patterns[kind].match(first) for kind in ("total", "subtotal", "gross", "tax", "charge"))


def is_heading_line(cell: Cell) -> bool:
    """Whether a line of text heads an order's table."""
    return _header(lay(cell)) is not None


def find_tables(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with every table in plain text turned into a grid."""
    found: list[Block] = []
    run: list[Laid] = []
    for block in blocks:
        if isinstance(block, Grid):
            found.extend(tables_in(run))
            run = []
            found.append(block)
        else:
            run.append(lay(block))
    return [*found, *tables_in(run)]


def tables_in(lines: Sequence[Laid]) -> list[Block]:
    """The lines with every table among them turned into a grid."""
    found: list[Block] = []
    at = 0
    while at < len(lines):
        columns = _header(lines[at])
        if columns is None:
            found.append(lines[at].cell)
            at += 1
            continue
        rows, end = _rows(lines, at, columns)
        if len(rows) == 1:
            found.append(lines[at].cell)
            at += 1
            continue
        found.append(Grid(tuple(rows)))
        at = end
    return found


def _rows(lines: Sequence[Laid], at: int, columns: tuple[Piece, ...]) -> tuple[list[Row], int]:
    header = lines[at].cell
    drawn = bool(lines[at].divided) and lines[at].divided == columns
    rows: list[Row] = [tuple(Cell(piece.text, header.part, header.row, piece.start) for piece in columns)]
    fields = [found.field for found in headings([column.text for column in columns])]
    below: dict[int, Pair] = {}
    main = 0
    at += 1
    end = at
    while at < len(lines):
        laid = lines[at]
        if not laid.cell.text.strip() or _is_rule(laid.cell.text):
            if len(rows) == 1 and not drawn and len(laid.pieces) == len(columns):
                columns = laid.pieces
            at += 1
            end = at if _is_rule(laid.cell.text) else end
            continue
        dated = None if "date" in fields or len(rows) == 1 else _date_below(laid)
        row = None if _ends(laid) or dated else _row(laid, columns, drawn)
        if row is None and len(rows) > 1 and not dated:
            row = _description_below(laid, columns, fields)
        if dated and main not in below:
            below[main] = dated
        elif len(rows) == 1 and all(heading(piece.text).field for piece in laid.pieces):
            pass  # a second line of headings
        elif row is not None and _is_row(row, fields):
            rows.append(row)
            main = len(rows) - 1 if _has_quantity(row, fields) else main
        else:
            break
        at += 1
        end = at
    return _with_dates(rows, below), end


def _description_below(laid: Laid, columns: Sequence[Piece], fields: Sequence[str]) -> Row | None:
    """The description of the row above, on a line of its own that is longer than its column."""
    if len(laid.pieces) != 1 or not laid.cell.text.startswith((" ", "\t")) or _ends(laid):
        return None
    piece = laid.pieces[0]
    column = max((n for n, each in enumerate(columns) if each.start <= piece.start), default=-1)
    if (
        column < 0
        or fields[column] not in ("part", "item", "description")
        or re.search(r"[@:€$£]|\d[.,]\d", piece.text)
    ):
        return None
    if any(found.unit for found in quantities(piece.text)) or dates.find(piece.text):
        return None
    cell = laid.cell
    return tuple(
        Cell(piece.text if n == column else "", cell.part, cell.row, each.start) for n, each in enumerate(columns)
    )


def _date_below(laid: Laid) -> Pair | None:
    """The date of the row above, where it has a line of its own: ``Liefertermin: 01.02.2027``."""
    found = pairs(laid.cell)
    return found[0] if len(found) == 1 and found[0].name == "date" and laid.cell.text.startswith((" ", "\t")) else None


def _with_dates(rows: list[Row], below: dict[int, Pair]) -> list[Row]:
    """The rows with what stood below them as one more column."""
    if not below:
        return rows
    label = next(iter(below.values())).label
    head = (*rows[0], Cell(label.strip(), rows[0][0].part, rows[0][0].row))
    blank = Cell("", rows[0][0].part, rows[0][0].row)
    return [head, *((*row, below[n].value if n in below else blank) for n, row in enumerate(rows[1:], 1))]


def _has_quantity(row: Row, fields: Sequence[str]) -> bool:
    return any(field == "quantity" and re.search(r"\d", cell.text) for field, cell in zip(fields, row, strict=True))


def _is_row(row: Row, fields: Sequence[str]) -> bool:
    """Whether a line under the headings is one of the table: it has a quantity, or continues a description."""
    filled = {field for field, cell in zip(fields, row, strict=True) if cell.text}
    if _has_quantity(row, fields) or (len(filled) > 2 and filled & {"line", "part", "item"}):
        return True
    below = {"description", "note", "item", "part", ""}
    return bool(filled) and filled <= below and (row[0].text == "" or fields[0] == "description")
