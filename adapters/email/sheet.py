"""What one part of a mail (the body, an attachment) says of an order, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from adapters.email import amounts, dates
from adapters.email.aligned import find_tables
from adapters.email.document import Block, Cell, Grid
from adapters.email.header import Header, Named, read_header
from adapters.email.rawline import RawLine
from adapters.email.records import pairs, read_records
from adapters.email.sentences import read_sentences
from adapters.email.tables import read_table
from adapters.email.valuation import CENT, Fault, Setting, Valued, close, value_line
from adapters.email.vocabulary import alternatives, bounded, fold, vocabulary


@dataclass(frozen=True, slots=True)
class Sheet:
    """The order lines of one part, its header, and the text that is neither."""

    part: str
    lines: tuple[Valued, ...]
    header: Header
    rest: tuple[Cell, ...]
    faults: tuple[Fault, ...] = ()

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
            table = read_table(block)
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
    return Sheet(part, lines, header, left, tuple(faults))


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
    faults = [
        Fault(f"{kind}_stated", f"“{place.text.strip()[:80]}” is not part of any line", place.where)
        for kind, _, place in sums
        if kind in ("charge", "discount")
    ]
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


def leftovers(sheet: Sheet) -> list[Fault]:
    """Faults for text outside the lines that speaks of lines, unless it says the same as they do."""
    summed = {(place.part, place.row) for _, _, place in sheet.header.sums}
    shipped = {(place.part, place.row) for place in sheet.header.ship_to}
    faults = []
    for cell in sheet.rest:
        if (cell.part, cell.row) in summed | shipped or vocabulary().says("legal", cell.text):
            continue
        for sentence in sentences_of(cell):
            found = _speaks(sentence, sheet)
            if found:
                faults.append(Fault("leftover_text", f"“{sentence.text.strip()[:120]}” {found}", cell.where))
    return faults


_SENTENCE_END = re.compile(
    r"(?<=[^\W\d_]{4}[.!?;])\s+(?=[A-ZÄÖÜÉÈÀÅÑ])|(?<=\d[.!?;])\s+(?=[A-ZÄÖÜÉÈÀÅÑ][a-zäöüéèåñ]{2})"
)
_RELEASE = re.compile(
    r"\b(?:rev(?:ision|ised)?|anderung|modification|version|andring|wijziging|muutos|modificacion)\.?\s*(?:no|nr|n)?[.:°#]?\s*\d{1,3}\b"
)


def sentences_of(line: Cell) -> list[Cell]:
    """The sentences of a line of text."""
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(line.text)), len(line.text)]
    return [line.cut(start, end) for start, end in pairwise(ends) if line.text[start:end].strip()]


def _speaks(cell: Cell, sheet: Sheet) -> str:
    """What a line of text says of the order that its lines do not; empty: nothing."""
    text = cell.text
    for named in sheet.header.po_numbers:
        text = text.replace(named.number, " " * len(named.number))
    for pair in pairs(cell):
        if not pair.name:
            text = text.replace(pair.value.text, " " * len(pair.value.text)) if len(pair.value.text) > 2 else text
    for match in _RELEASE.finditer(fold(text)):
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    for place in reversed(dates.find(text)):
        text = text[: place.start] + " " * (place.end - place.start) + text[place.end :]
    quantities = [found for found in amounts.quantities(text) if found.unit]
    prices = [found for found in amounts.prices(text) if found.currency]
    about = _about(cell, text, sheet)
    if not (quantities or prices or about):
        return ""
    if about and all(_agrees(cell, text, line) for line in about):
        return ""
    if (
        about
        and not quantities
        and not prices
        and not re.search(r"\d", _without_lines(text, about))
        and not _changes(text)
    ):
        return ""
    return "speaks of goods or money and is not one of the lines"


def _changes(text: str) -> bool:
    words = vocabulary()
    return any(words.says(kind, text) for kind in ("change", "cancel", "condition", "negation"))


def _about(cell: Cell, text: str, sheet: Sheet) -> list[Valued]:
    """The order lines that a piece of text names by their number or their product."""
    folded = fold(text)
    lead = bounded(alternatives(vocabulary().phrases["line_lead"]))
    numbers = {
        digits
        for match in re.finditer(
            rf"{lead}\s*(?:no|nr|n)?[.°:]?\s*((?:\d{{1,4}}(?:\s*(?:,|&|and|und|et|y|ja|och|en|\+)\s*)?)+)",
            folded,
        )
        for digits in re.findall(r"\d+", match[1])
    }
    found = []
    for line in sheet.lines:
        part = fold(line.part or "")
        named = len(part) > 3 and re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", folded)
        if (line.line and line.line in numbers) or named:
            found.append(line)
    if numbers and not found:
        return list(sheet.lines)
    return found


def _without_lines(text: str, about: Sequence[Valued]) -> str:
    for line in about:
        for known in (line.part, line.line):
            if known:
                text = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", text)
    return text


def _agrees(cell: Cell, text: str, line: Valued) -> bool:
    """Whether every quantity, price and date in a piece of text is that of the line which it names."""
    raw = line.raw
    stated = [found.number for found in amounts.quantities(text) if found.unit]
    quantity = amounts.whole_quantity(raw.text("quantity"))
    known = {quantity.number if quantity else raw.text("quantity")}
    money = [found.number for found in amounts.prices(text) if found.currency]
    price = amounts.whole_price(raw.text("price"))
    days = [place.text for place in dates.find(cell.text)]
    return (
        bool(stated or money or days)
        and set(stated) <= known
        and set(money) <= {price.number if price else ""}
        and set(days) <= {raw.text("date")}
    )
