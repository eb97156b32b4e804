"""What one part of a mail (the body, an attachment) says of an order, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from adapters.email.lines.aligned import find_tables, is_heading_line
from adapters.email.lines.header import Header, Named, read_header
from adapters.email.lines.rawline import RawLine
from adapters.email.lines.records import read_records
from adapters.email.lines.sentences import read_sentences
from adapters.email.lines.tables import read_table
from adapters.email.lines.valuation import value_line
from adapters.email.lines.valued import CENT, Fault, Setting, Valued, close
from adapters.email.mail.document import Block, Cell, Grid


@dataclass(frozen=True, slots=True)
class Sheet:
    """The order lines of one part, its header, and the text that is neither."""

    part: str
    lines: tuple[Valued, ...]
    header: Header
    rest: tuple[Cell, ...]
    faults: tuple[Fault, ...] = ()
    blocks: tuple[Block, ...] = ()
    """what all of this was read from"""

    @property
    def total(self) -> Decimal | None:
        """The sum of the lines; nothing when one of them has no value."""
        values = [line.value for line in self.lines]
        return (
            None if not values or None in values else sum((value for value in values if value is not None), Decimal(0))
        )


def read_sheet(blocks: Sequence[Block], part: str, setting: Setting) -> Sheet:
    """Read the blocks of one part."""
    raw: list[RawLine] = []
    rest: list[Block] = []
    for block in find_tables(blocks):
        if isinstance(block, Grid):
            table = read_table(block, setting.locales[0].decimal)
            raw.extend(table.lines)
            rest.extend(table.rest)
        else:
            rest.append(block)
    records, rest = read_records(rest)
    sentences, rest = read_sentences(rest)
    raw.extend(records)
    raw.extend(sentences)
    left = tuple(block for block in rest if isinstance(block, Cell))
    lines = tuple(value_line(line, setting) for line in raw)
    header = read_header(left, setting)
    header.po_numbers.extend(_from_columns(raw, header))
    faults: list[Fault] = []
    if len({line.layout for line in raw}) > 1:
        faults.append(Fault("layouts_mixed", "lines stand in a table and outside it", part))
    unread = next((cell for cell in left if raw and is_heading_line(cell)), None)
    if unread is not None:
        faults.append(Fault("table_unreadable", "the rows under these headings do not fit them", unread.where))
    return Sheet(part, lines, header, left, tuple(faults), tuple(blocks))


def _from_columns(raw: Iterable[RawLine], header: Header) -> list[Named]:
    found: dict[str, Named] = {}
    for line in raw:
        cell = line.cells.get("po_number")
        if cell and all(cell.text != known.number for known in header.po_numbers):
            found.setdefault(cell.text, Named(cell.text, cell))
    return list(found.values())


def check_totals(sheet: Sheet) -> tuple[list[Fault], bool]:
    """Faults where a stated total is not that of the lines; and whether one was stated that is."""
    worth = sheet.total
    sums = sheet.header.sums
    pieces = sum((line.quantity or Decimal(0) for line in sheet.lines), Decimal(0))
    faults = [
        Fault(f"{kind}_stated", f"“{place.text.strip()[:80]}” is not part of any line", place.where)
        for kind, _, place in sums
        if kind in ("charge", "discount")
    ]
    faults.extend(
        Fault("total_differs", f"the stated total quantity is {amount}, the lines come to {pieces}", place.where)
        for kind, amount, place in sums
        if kind == "quantity" and amount != pieces
    )
    if worth is None:
        return faults, False
    rounded = sum(
        (line.value.quantize(CENT, ROUND_HALF_UP) for line in sheet.lines if line.value is not None),
        Decimal(0),
    )
    taxes = [amount for kind, amount, _ in sums if kind == "tax"]
    agreed = False
    for kind, amount, place in sums:
        if kind not in ("total", "subtotal", "gross"):
            continue
        nets = [amount] if kind != "gross" else []
        nets += [amount - tax for tax in taxes]
        if any(close(net, worth) or close(net, rounded) for net in nets):
            agreed = True
        elif kind == "gross" and not taxes:
            continue
        else:
            faults.append(
                Fault(
                    "total_differs",
                    f"the stated {kind} is {amount}, the lines come to {worth.quantize(CENT, ROUND_HALF_UP)}",
                    place.where,
                )
            )
    return faults, agreed
