"""How an 850 is cut into its header and its lines, to recognise what earlier ones said."""

from __future__ import annotations

from collections.abc import Callable

from adapters.edi.delimiters import Delimiters
from adapters.edi.envelope import Document
from adapters.edi.passages import HOLE, Anatomy, CutLine, CutOrder, OutOfTheOrdinary, date_cutter, reference_cutter

_WANTED = "002"
"""DTM qualifier of the date that is cut out"""


def cutter(delimiters: Delimiters) -> Callable[[Document], CutOrder]:
    """What cuts an 850 with these delimiters that ends with ``CTT*<lines>``."""
    mark, end = delimiters.element, delimiters.segment
    line, counted = f"{end}PO1{mark}", f"{end}CTT{mark}"
    dated = f"{end}DTM{mark}{_WANTED}{mark}"
    cut_references = reference_cutter(f"{end}REF{mark}", mark, end)
    cut_date, hole = date_cutter(dated, end), dated.replace(end, end + HOLE, 1)

    def cut_line(text: str) -> CutLine:
        number, quantity, article = text.split(mark, 2)
        before, found, behind = article.rpartition(dated)  # as cut_date does: one call less for every line
        if not found or len(behind) < 8:
            return article, number, quantity, ""
        if len(behind) == 8:
            return before + hole, number, quantity, behind
        return before + hole + behind[8:], number, quantity, behind[:8]

    def cut(document: Document) -> CutOrder:
        header, *lines = document.text.split(line)
        if not lines:
            raise OutOfTheOrdinary
        lines[-1], _, trailer = lines[-1].rpartition(counted)
        number = document.number
        if trailer != f"{len(lines)}{end}SE{mark}{document.size}{mark}{number}" or not 4 <= len(number) <= 9:
            raise OutOfTheOrdinary
        try:
            _, kind, numbered, purpose, order_type, po_number, release, rest = header.split(mark, 7)
            cut_lines = list(map(cut_line, lines))
        except ValueError:
            raise OutOfTheOrdinary from None
        if kind != "850" or numbered != f"{number}{end}BEG" or end in po_number:
            raise OutOfTheOrdinary
        ordered, rest = rest[:8], rest[8:]
        if not ordered:
            raise OutOfTheOrdinary
        rest, wanted = cut_date(rest)
        rest, references = cut_references(rest)
        passage = f"{end}{purpose}{mark}{order_type}{mark}{release}{mark}{rest}"
        return CutOrder(passage, po_number, ordered, wanted, references, cut_lines)

    return cut


def uncut(delimiters: Delimiters) -> Callable[[str], bool]:
    """What tells whether every date left in a passage is of another kind than the one cut out, which is not that of a
    part of a line, that the passage is not of the summary, and that no amount depends on the quantity cut out.
    """
    mark, end = delimiters.element, delimiters.segment

    def whole(passage: str) -> bool:
        if f"{end}CTT" in passage or f"{end}AMT" in passage:
            return False
        dates = [piece.split(mark, 2)[1:2] for piece in passage.split(f"{end}DTM")[1:]]
        return HOLE not in passage or (
            f"{end}SLN" not in passage and all(kind and kind[0].isalnum() and kind[0] != _WANTED for kind in dates)
        )

    return whole


PASSAGES = Anatomy("850", cutter, uncut)
