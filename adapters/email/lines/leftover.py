"""Text of a mail outside its order lines that speaks of lines all the same: nobody may overlook it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.grammar import amounts, dates
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.lines.prose import sentences_of
from adapters.email.lines.records import label_kind, pairs
from adapters.email.lines.sheet import Sheet
from adapters.email.lines.valued import Fault, Valued
from adapters.email.mail.document import Cell


def leftovers(sheet: Sheet) -> list[Fault]:
    """Faults for text outside the lines that speaks of lines, unless it says the same as they do."""
    summed = {(place.part, place.row) for _, _, place in sheet.header.sums}
    shipped = {(place.part, place.row) for place in sheet.header.ship_to}
    faults = []
    for cell in sheet.rest:
        if (cell.part, cell.row) in summed | shipped:
            continue
        if vocabulary().says("legal", cell.text) and not any(found.unit for found in amounts.quantities(cell.text)):
            continue
        for sentence in sentences_of(cell):
            found = _speaks(sentence, sheet)
            if found:
                faults.append(Fault("leftover_text", f"“{sentence.text.strip()[:120]}” {found}", cell.where))
    return faults


def says_the_same(cell: Cell, sheet: Sheet) -> bool:
    """Whether a sentence speaks of lines, and says of them what they say themselves."""
    return bool(_about(cell.text, sheet)) and not _speaks(cell, sheet)


_NUMBERS = frozenset(
    {
        "po_strong",
        "po_weak",
        "other_number",
        "contract",
        "order_date",
        "currency",
        "count_lines",
        "payment",
        "delivery_terms",
    }
)
"""labels whose values are no goods"""
_RELEASE = re.compile(
    r"\b(?:rev(?:ision|ised)?|anderung|modification|version|andring|wijziging|muutos|modificacion)\.?\s*(?:no|nr|n)?[.:°#]?\s*\d{1,3}\b"
)


def _speaks(cell: Cell, sheet: Sheet) -> str:
    """What a line of text says of the order that its lines do not; empty: nothing."""
    text = cell.text
    for named in sheet.header.po_numbers:
        text = text.replace(named.number, " " * len(named.number))
    for pair in pairs(cell):
        if label_kind(pair.label) in _NUMBERS and len(pair.value.text) > 2:
            text = text.replace(pair.value.text, " " * len(pair.value.text))
    for match in _RELEASE.finditer(fold(text)):
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    for place in reversed(dates.find(text)):
        text = text[: place.start] + " " * (place.end - place.start) + text[place.end :]
    quantities = [found for found in amounts.quantities(text) if found.unit or not found.led]
    prices = [found for found in amounts.prices(text) if found.currency]
    about = _about(text, sheet)
    if not (quantities or prices or about):
        return "looks like a row of a table" if _is_rowlike(cell) else ""
    if about and all(_agrees(cell, text, line) for line in about):
        return ""
    silent = not quantities and not prices and not re.search(r"\d", _without_lines(text, about))
    if about and silent and _consents(text):
        return ""
    return "speaks of goods or money and is not one of the lines"


def _is_rowlike(cell: Cell) -> bool:
    """Whether a line consists of many pieces, several of them numbers, and is no list of labels."""
    pieces = [piece for piece in re.split(r"\s{2,}|\t|\|", cell.text) if piece.strip()]
    numeric = [piece for piece in pieces if re.match(r"\W{0,2}\d", piece)]
    return len(pieces) > 3 and len(numeric) > 1 and not pairs(cell)


def _consents(text: str) -> bool:
    """Whether a sentence about a line says no more than that all is well with it, or by which drawing it is made."""
    words = vocabulary()
    changes = any(words.says(kind, text) for kind in ("change", "cancel", "condition", "negation", "alters", "void"))
    return bool(words.says("accept_like", text) or words.says("specifies", text)) and not changes


def _about(text: str, sheet: Sheet) -> list[Valued]:
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
    stated = [found.number for found in amounts.quantities(text) if found.unit or not found.led]
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
