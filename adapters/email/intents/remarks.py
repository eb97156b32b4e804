"""Words beside the order lines, or in them, by which the order is another than its lines say.

A remark may double a quantity, hang the order on an approval, or say that a line is cancelled, without a single figure.
Words that are known to do so are named; beyond them a sentence that speaks of what matters to an order (quantities,
prices, making, waiting), denies, wavers or asks is for a person, unless it is of a kind that orders commonly hold; and
so is one of which no word tells what kind it is of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from adapters.email.grammar.vocabulary import alternatives, fold, vocabulary
from adapters.email.intents.case import Case
from adapters.email.lines.header import find_po_numbers, merge
from adapters.email.lines.leftover import leftovers, says_the_same
from adapters.email.lines.oneline_product import is_standard
from adapters.email.lines.prose import sentences_of
from adapters.email.lines.records import label_kind, pairs
from adapters.email.lines.sheet import Sheet
from adapters.email.lines.valued import Fault, Valued
from adapters.email.mail.document import Cell, text_of

_CODE = re.compile(r"(?<![\w./-])(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9]+(?:[-/.][\w]+)+(?![\w-])")
_INCLUDED = re.compile(r"\b(?:inc|incl\w*|inkl\w*|einschl\w*|compris\w*|sis|ttc)\b")
_DAYS = re.compile(r"\b(?:days?|tage?n?|jours?|dias?|dagen|dagar|paivaa|net|netto)\b")
_SMALL = re.compile(r"(?<![^\W_])[a-zà-öø-ÿąćęłńóśźż][\w']*")
"""words with a small letter: a sentence has more than one, an address or a title has not"""
_NUMBER_SIGN = re.compile(r"\bn[or]?\W{0,2}\s*(?=[\w/-]*\d)")
"""an abbreviation of "number", which is "no" where folding takes its sign away"""
_NUMBERED = re.compile(r"\W*(?:(?:nr|no|n|number|nummer|numero|num)\b)?[\W]*(?:\S*\d\S*)?\W*")


def remarks(case: Case, lines: Sequence[Valued], *, revised: bool = False) -> list[Fault]:
    """What the subject, the text outside the lines, the signature, and the lines' own words say against the lines.

    ``revised``: the order answers or replaces another, so that it naturally speaks of what changes.
    """
    faults = [fault for line in lines for fault in _of_line(line, case)]
    faults.extend(_of_title(case))
    every = Sheet("mail", tuple(lines), merge([case.subject, *(sheet.header for sheet in case.sheets)]), ())
    for cell in spoken(case):
        for sentence in sentences_of(cell):
            found = _altering(sentence, case) or _another_product(sentence, case, lines)
            found = found or _unknown(sentence, case, every, revised)
            if found:
                faults.append(Fault("doubtful_words", f"the mail says “{found}”", cell.where))
    beside = (Cell(case.subject_text, "subject"), *text_of(case.found.signature))
    faults.extend(leftovers(Sheet("mail", tuple(lines), case.subject, beside)))
    return faults


def spoken(case: Case) -> Iterator[Cell]:
    """The lines of text that somebody wrote beside the order lines.

    Sums and addresses are judged elsewhere; the terms of trade at the end of an attachment are nobody's words.
    """
    yield Cell(case.subject_text, "subject")
    for sheet in case.sheets:
        judged = {(place.part, place.row) for _, _, place in sheet.header.sums}
        judged |= {(place.part, place.row) for place in sheet.header.ship_to}
        last = max((line.raw.place.row for line in sheet.lines), default=0)
        for cell in sheet.rest:
            if last and cell.row > last and sheet.part.startswith("attachment") and _heads_terms(cell):
                break
            if (cell.part, cell.row) not in judged:
                yield cell
    yield from text_of(case.found.signature)


def _heads_terms(cell: Cell) -> bool:
    titled = len(cell.text.split()) < 9 and not re.search(r"[.!?:,]\s*$", cell.text)
    return titled and bool(vocabulary().says("terms_of_trade", cell.text))


def _altering(sentence: Cell, case: Case) -> str:
    """The words that are known to make an order another one; empty: none."""
    words, text = vocabulary(), sentence.text

    def says(kind: str) -> str:
        return words.says(kind, text, *case.languages)

    found = says("alters") or says("elsewhere") or says("asks_price")
    if not found and _INCLUDED.search(fold(text)) and not says("negation"):
        found = says("tax")
    if not found and not says("terms_of_trade"):
        found = says("cancel") or says("hinges")
        found = found or ("" if says("informs") else says("when"))
    if not found and "%" in text and not _DAYS.search(fold(text)):
        found = says("discount") or ("" if says("tax") else says("charge"))
    return found


_WEIGHTY = ("matters", "negation")
_WAVERING = ("hedges", "only", "portion", "condition")
_ORDINARY = (
    *("ordinary", "specifies", "courtesy", "please", "legal", "usual", "payment", "delivery_terms", "contract"),
    *("po_strong", "po_weak", "other_number", "ship_to", "subtotal", "tax", "confirm"),
)
"""what a sentence may speak of that orders commonly hold, in any language"""


def _unknown(sentence: Cell, case: Case, every: Sheet, revised: bool) -> str:
    """What matters to an order in a sentence of which nobody knows what it says; empty: nothing."""
    words, text = vocabulary(), _NUMBER_SIGN.sub(" ", fold(sentence.text))
    if len(_SMALL.findall(sentence.text)) < 2:
        return ""
    if any(words.says(kind, text, *case.languages) for kind in ("harmless", "informs", "terms_of_trade")):
        return ""
    if _names_currency(sentence, case) or says_the_same(sentence, every):
        return ""
    for kind in _WEIGHTY if revised else (*_WEIGHTY, *_WAVERING):
        found = words.says(kind, text, *case.languages)
        if found:
            return found
    if "?" in text:
        return "?"
    if revised or len(_SMALL.findall(sentence.text)) < 3 or _opens_a_line(sentence, every):
        return ""
    return "" if any(words.patterns[kind].search(text) for kind in _ORDINARY) else " ".join(sentence.text.split())[:80]


def _opens_a_line(sentence: Cell, every: Sheet) -> bool:
    """Whether an order line was read from the same line of text."""
    return any((line.raw.place.part, line.raw.place.row) == (sentence.part, sentence.row) for line in every.lines)


@cache
def _reference() -> re.Pattern[str]:
    """The words before a number that is that of a contract, a drawing, an offer."""
    phrases = vocabulary().phrases
    words = alternatives([*phrases["other_number"], *phrases["contract"], *phrases["specifies"]])
    return re.compile(rf"(?<![^\W_])(?:{words})\W*(?:(?:nr|no|n|number|nummer|num)\b\W*)?$")


def _names_currency(sentence: Cell, case: Case) -> bool:
    """Whether a sentence names the currency of the order, which is read."""
    places = [place for sheet in case.sheets for _, place in sheet.header.currencies]
    return any((place.part, place.row) == (sentence.part, sentence.row) for place in places)


def _another_product(sentence: Cell, case: Case, lines: Sequence[Valued]) -> str:
    """A product's number that no line has, in a sentence that wants something."""
    if not vocabulary().says("wants", sentence.text, *case.languages):
        return ""
    known = {fold(text) for line in lines for text in (line.part, line.seller_part) if text}
    known |= {fold(named.number) for named in find_po_numbers(sentence)}
    labelled = " ".join(fold(pair.value.text) for pair in pairs(sentence) if label_kind(pair.label))
    for match in _CODE.finditer(sentence.text):
        code = fold(match.group())
        named = any(code in fold(each.number) for sheet in case.sheets for each in sheet.header.po_numbers)
        ours = named or case.known_order(match.group()) is not False
        called = _reference().search(fold(sentence.text[: match.start()]))
        if called is None and code not in known and code not in labelled and not ours and not is_standard(code):
            return match.group()
    return ""


def _of_title(case: Case) -> list[Fault]:
    """Documents of other kinds that name an order: invoices, confirmations, offers."""
    words = vocabulary()
    titles = [("other_title", Cell(case.subject_text, "subject"), True)]
    for sheet in case.sheets:
        filled = [cell for cell in sheet.rest if cell.text.strip()]
        titles.extend(("other_title", cell, False) for cell in filled)
        titles.extend(("offer_title", cell, False) for cell in filled[:1])
    for kind, cell, opens in titles:
        text = fold(cell.text).strip()
        match = words.patterns[kind].match(text)
        if match and (opens or _NUMBERED.fullmatch(text[match.end() :])):
            return [
                Fault("not_a_plain_order", f"“{cell.text.strip()[:80]}” is the title of another document", cell.where)
            ]
    return []


def _of_line(line: Valued, case: Case) -> Iterable[Fault]:
    """Words in a line's own cells that take the line back: cancelled, optional, an alternative."""
    cells = [cell for name, cell in line.raw.cells.items() if name in ("part", "description", "note", "item", "line")]
    for cell in (*cells, *(cell for _, cell in line.raw.extras)):
        found = vocabulary().says("void", cell.text, *case.languages)
        if found or "~~" in cell.text:
            yield Fault("line_void", f"“{cell.text[:80]}” says that the line may not be wanted", cell.where)
