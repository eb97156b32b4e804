"""What a person's answer proves of a table: which column holds what, line by line, without an exception.

Pure: from rows of cells and the purchase order that the person made of them to a layout, or to none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product

from adapters.email.grammar import amounts, dates, numbers
from adapters.email.grammar.headings import TRAITS, headings
from adapters.email.grammar.locales import KNOWN, Locale
from adapters.email.grammar.units import currency_code, unit_code
from adapters.email.lines.aligned import rows_under
from adapters.email.lines.valued import Setting, close
from adapters.email.mail.document import Block, Cell, Grid, Row
from adapters.email.mail.laid import Piece, lay
from hub.layouts import DateOrder, DecimalMark, Layout
from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.partners import OrderColumn

_NEAR = 6
"""rows above the first order line among which its headings are looked for"""
_FEWEST = 3
"""columns that a table has"""
_HELD: tuple[OrderColumn, ...] = (
    "line",
    "part",
    "seller_part",
    "manufacturer_part",
    "gtin",
    "description",
    "quantity",
    "unit",
    "price",
    "basis",
    "amount",
    "date",
    "currency",
    "po_number",
    "grade",
    "dimensions",
    "drawing",
    "finish",
    "tolerance",
    "note",
)
"""what a column can be proved to hold by what a purchase order says"""
_ITEMS: frozenset[OrderColumn] = frozenset({"line", "part", "description", "note"})
"""what a column called ``Item`` may hold"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of headings, and the row of cells of each order line, in the order of the lines."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, place: int) -> list[Cell]:
        """What stands in a column, line by line."""
        return [row[place] if place < len(row) else Cell("", "") for row in self.rows]


def evidence(blocks: Sequence[Block], said: SubmitCustomerPo) -> Iterator[Evidence]:
    """Every way to see a table with exactly these order lines in the blocks, the likeliest first."""
    for block in blocks:
        if isinstance(block, Grid):
            yield from _below(block.rows, said, partial(_rest, block.rows))
    lines = [block for block in blocks if isinstance(block, Cell)]
    pieces = [tuple(line.cut(piece.start, piece.end) for piece in _pieces(line)) for line in lines]
    yield from _below(pieces, said, partial(rows_under, lines))


def _rest(rows: Sequence[Row], at: int) -> Sequence[Row]:
    return rows[at + 1 :]


def _pieces(line: Cell) -> Sequence[Piece]:
    laid = lay(line)
    return laid.divided or laid.pieces


def _below(rows: Sequence[Row], said: SubmitCustomerPo, below: Callable[[int], Sequence[Row]]) -> Iterator[Evidence]:
    first = next((n for n, row in enumerate(rows) if _speaks_of(row, said.lines[0])), 0)
    for at in reversed(range(max(0, first - _NEAR), first)):
        if not _may_head(rows[at]):
            continue
        ours = [row for row in below(at) if any(_speaks_of(row, line) for line in said.lines)]
        if len(ours) == len(said.lines) and all(map(_speaks_of, ours, said.lines)):
            yield Evidence(tuple(cell.text.strip() for cell in rows[at]), tuple(ours))


def _may_head(row: Row) -> bool:
    """Whether a row may be one of headings: words, and never an order line that the person has left out."""
    filled = [cell for cell in row if cell.text.strip()]
    values = any(_values(cell, KNOWN.values()) or cell.value is not None or _is_date(cell.text) for cell in filled)
    return len(filled) >= _FEWEST and not values


def _is_date(text: str) -> bool:
    return any(found.text.strip() == text.strip() for found in dates.find(text))


def _speaks_of(row: Row, line: Line) -> bool:
    """Whether a row has the line's quantity, and its product or its price, however they are written."""
    if not _has_number(row, line.quantity):
        return False
    product = line.product
    names = {product.buyer_part, product.seller_part, product.manufacturer_part, product.gtin}
    names |= {_plain(product.description)} - {""}
    texts = {text for cell in row for text in (_plain(cell.text), cell.text.split("\n")[0].strip(), _first(cell.text))}
    return bool(names & texts) or (line.unit_price is not None and _has_number(row, line.unit_price))


def _has_number(row: Row, wanted: str) -> bool:
    return any(Decimal(wanted) in _values(cell, KNOWN.values()) for cell in row)


def _values(cell: Cell, locales: Iterable[Locale]) -> frozenset[Decimal]:
    if isinstance(cell.value, Decimal):
        return frozenset({cell.value})
    found = amounts.whole_quantity(cell.text) or amounts.whole_price(cell.text)
    return numbers.readings(found.number, locales) if found else frozenset()


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _first(text: str) -> str:
    return text.split(maxsplit=1)[0] if text.split() else ""


# ------------------------------------------------------------------------------------------- what a column holds


Conventions = tuple[DecimalMark | None, DateOrder | None]
_MARKS: tuple[DecimalMark | None, ...] = (None, ".", ",")
_ORDERS: tuple[DateOrder | None, ...] = (None, "dmy", "mdy")
CONVENTIONS: Sequence[Conventions] = sorted(product(_MARKS, _ORDERS), key=lambda pair: 2 - pair.count(None))
"""the ways to write numbers and dates; first that of the partner's profile"""


def layout_of(
    found: Evidence, said: SubmitCustomerPo, setting: Setting, conventions: Conventions = (None, None)
) -> Layout | None:
    """The layout that a purchase order proves of a table; none where no column holds the quantities."""
    decimal, order = conventions
    bare = Layout(headings=found.headings, columns=(None,) * len(found.headings), decimal=decimal, date_order=order)
    columns = _columns(found, said, setting.under(bare))
    return None if columns is None else bare.model_copy(update={"columns": columns})


def _columns(found: Evidence, said: SubmitCustomerPo, setting: Setting) -> tuple[OrderColumn | None, ...] | None:
    """What each column holds, where that is not what its heading says; none where no column holds the quantities."""
    known = [each.field for each in headings(found.headings)]
    places = range(len(known))
    kept = {place for place in places if known[place] and _stays(known[place], found.column(place), said, setting)}
    claimed = {known[place] for place in kept}
    held: dict[int, list[OrderColumn]] = {
        place: [field for field in _HELD if _may_hold(field, found.column(place), said, setting)]
        for place in places
        if place not in kept
    }
    taken = [*claimed, *(field for fields in held.values() for field in fields)]
    columns = tuple(
        held[place][0] if place in held and len(held[place]) == 1 and taken.count(held[place][0]) == 1 else None
        for place in places
    )
    return columns if "quantity" in claimed.union(filter(None, columns)) else None


def _stays(field: str, cells: Sequence[Cell], said: SubmitCustomerPo, setting: Setting) -> bool:
    """Whether what a heading says is not contradicted."""
    if not any(cell.text.strip() for cell in cells):
        return True
    if field == "item":
        return any(_holds(each, cells, said, setting) for each in _ITEMS)
    return field not in _HELD or _holds(field, cells, said, setting)


def _may_hold(field: str, cells: Sequence[Cell], said: SubmitCustomerPo, setting: Setting) -> bool:
    """Whether a column holds this field, and not by mere chance: ones, where nobody has said anything."""
    if field == "basis" and all(Decimal(line.price_basis) == 1 for line in said.lines):
        return False
    if field == "line" and [line.line for line in said.lines] == ["1"]:
        return False
    return any(cell.text.strip() for cell in cells) and _holds(field, cells, said, setting)


def _holds(field: str, cells: Sequence[Cell], said: SubmitCustomerPo, setting: Setting) -> bool:
    """Whether a column holds this field of every line, without an exception; an empty cell holds none."""
    return all(_agrees(field, cell, line, said, setting) for cell, line in zip(cells, said.lines, strict=True))


def _agrees(field: str, cell: Cell, line: Line, said: SubmitCustomerPo, setting: Setting) -> bool:
    if field in TRAITS:
        values = [each.value for each in line.characteristics if each.name == TRAITS[field]]
        return _plain(cell.text) == _plain(" ".join(values))
    if field == "note":
        return _plain(cell.text) in map(_plain, line.notes) or (not cell.text.strip() and not line.notes)
    if field in _NUMBERS:
        wanted, read = _NUMBERS[field](line), _values(cell, setting.locales)
        if wanted is None or len(read) != 1:
            return wanted is None and not cell.text.strip()
        return close(next(iter(read)), wanted) if field == "amount" else read == {wanted}
    if field == "date":
        wanted_day = line.requested_date or said.requested_date
        return {each.isoformat() for each in _days(cell, setting)} == ({wanted_day} if wanted_day else set())
    if field == "unit":
        return unit_code(cell.text) == line.unit
    if field == "currency":
        return currency_code(cell.text, setting.home_currency) == said.currency
    return _names(field, cell, line, said)


def _names(field: str, cell: Cell, line: Line, said: SubmitCustomerPo) -> bool:
    """Whether a cell has the text of a field; a product's number may stand before its description."""
    text, product = _plain(cell.text), line.product
    if field == "line":
        return text.rstrip(".) ") == line.line
    if field == "part" and product.buyer_part and text.startswith(f"{product.buyer_part} "):
        return product.description is None or text.endswith(_plain(product.description))
    written = {
        "part": product.buyer_part,
        "seller_part": product.seller_part,
        "manufacturer_part": product.manufacturer_part,
        "gtin": product.gtin,
        "description": product.description,
        "po_number": said.po_number,
    }
    return text == _plain(written[field])


def _days(cell: Cell, setting: Setting) -> frozenset[date]:
    if isinstance(cell.value, date):
        return frozenset({cell.value})
    return dates.readings(cell.text, setting.locales, setting.today)


def _worth(line: Line) -> Decimal | None:
    if line.unit_price is None:
        return None
    return Decimal(line.quantity) * Decimal(line.unit_price) / Decimal(line.price_basis)


_NUMBERS: Mapping[str, Callable[[Line], Decimal | None]] = {
    "quantity": lambda line: Decimal(line.quantity),
    "price": lambda line: Decimal(line.unit_price) if line.unit_price is not None else None,
    "basis": lambda line: Decimal(line.price_basis),
    "amount": _worth,
}
