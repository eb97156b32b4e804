"""How an ORDERS is cut into its header and its lines, to recognise what earlier ones said."""

from __future__ import annotations

from collections.abc import Callable

from adapters.edi.delimiters import Delimiters
from adapters.edi.envelope import Document
from adapters.edi.passages import HOLE, Anatomy, CutLine, CutOrder, OutOfTheOrdinary, date_cutter, reference_cutter

_WANTED, _ORDERED = "2", "137"
"""DTM qualifiers of the dates that are cut out"""


def cutter(delimiters: Delimiters) -> Callable[[Document], CutOrder]:
    """What cuts an ORDERS with these delimiters that ends with ``UNS+S'CNT+2:<lines>``."""
    mark, part, end = delimiters.element, delimiters.component, delimiters.segment
    repeat = delimiters.repetition or mark
    line, summary = f"{end}LIN{mark}", f"{end}UNS{mark}S{end}CNT{mark}2{part}"
    ordered = f"{end}QTY{mark}21{part}"
    cut_references = reference_cutter(f"{end}RFF{mark}", part, end, (mark, repeat))
    cut_wanted, cut_ordered = (
        date_cutter(f"{end}DTM{mark}{kind}{part}", end, f"{part}102") for kind in (_WANTED, _ORDERED)
    )

    def cut_line(text: str) -> CutLine:
        before, behind = text.split(ordered)
        lin, ended, rest = before.partition(end)
        number, _, item = lin.partition(mark)
        quantity = behind.partition(end)[0].partition(mark)[0].partition(part)[0].partition(repeat)[0]
        article, date = cut_wanted(f"{item}{ended}{rest}{end}{HOLE}{behind[len(quantity) :]}")
        return article, number, quantity if "." in quantity else quantity.replace(",", "."), date

    def cut(document: Document) -> CutOrder:
        header, *lines = document.text.split(line)
        if not lines:
            raise OutOfTheOrdinary
        lines[-1], _, trailer = lines[-1].rpartition(summary)
        number = document.number
        if trailer != f"{len(lines)}{end}UNT{mark}{document.size}{mark}{number}":
            raise OutOfTheOrdinary
        try:
            tag, numbered, opened, kind, po_number, rest = header.split(mark, 5)
            cut_lines = list(map(cut_line, lines))
        except ValueError:
            raise OutOfTheOrdinary from None
        if tag != "UNH" or numbered != number or not opened.endswith(f"{end}BGM"):
            raise OutOfTheOrdinary
        if end in po_number or part in po_number or repeat in po_number:
            raise OutOfTheOrdinary
        rest, ordered_on = cut_ordered(rest)
        rest, wanted_on = cut_wanted(rest)
        before, party, behind = rest.partition(f"{end}NAD{mark}")
        before, references = cut_references(before)
        passage = f"{opened}{mark}{kind}{mark}{before}{party}{behind}"
        return CutOrder(passage, po_number, ordered_on, wanted_on, references, cut_lines)

    return cut


def uncut(delimiters: Delimiters) -> Callable[[str], bool]:
    """What tells whether every date and quantity left in a passage is of another kind than those cut out, and no amount
    depends on them.
    """
    mark, part, end = delimiters.element, delimiters.component, delimiters.segment

    def whole(passage: str) -> bool:
        dates = [piece.partition(part)[0] for piece in passage.split(f"{end}DTM")[1:]]
        kinds = {kind.removeprefix(mark) for kind in dates}
        if f"{end}QTY" in passage or f"{end}MOA" in passage:
            return False
        return all(map(str.isalnum, kinds)) and kinds.isdisjoint({_WANTED, _ORDERED})

    return whole


PASSAGES = Anatomy("ORDERS", cutter, uncut)
