"""Order lines written as blocks of ``label: value``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from adapters.email.grammar.headings import heading
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, label, vocabulary
from adapters.email.lines.rawline import LINE_FIELDS, RawLine
from adapters.email.mail.document import Block, Cell, Grid

_LABEL = r"[^\W\d_][\w .°º#/()&'-]{0,34}?"
_PAIR = re.compile(
    rf"(?:^\s*(?:[-*•·]\s+)?|\s{{2,}}|\t|[,;|]\s*|\.\s+)(?P<label>{_LABEL})\s*(?::|=)\s+(?=\S)"
    rf"|(?:^\s*)(?P<only>{_LABEL})\s*(?::(?=\S)|\s[-–]\s+(?=\S))"
)
_HEADER_FIELDS = frozenset({"po_number", "currency", "release"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with its value."""

    name: str
    """field of an order line that the label names; empty: none"""
    label: str
    value: Cell


def pairs(line: Cell) -> list[Pair]:
    """The labels with values in one line of text."""
    marks = list(_PAIR.finditer(line.text))
    known = [m for m in marks if _means(m["label"] or m["only"]) is not None]
    found = []
    for position, mark in enumerate(known):
        end = known[position + 1].start() if position + 1 < len(known) else len(line.text)
        value = line.cut(mark.end(), end)
        value = value.with_text(value.text.rstrip(" ,;|"))
        text = mark["label"] or mark["only"]
        found.append(Pair(_means(text) or "", text, value))
    return found


_PHRASE_KINDS = (
    "po_strong",
    "po_weak",
    "other_number",
    "total",
    "subtotal",
    "tax",
    "gross",
    "charge",
    "count_lines",
    "total_quantity",
    "currency",
    "date",
    "order_date",
    "ship_to",
    "payment",
    "delivery_terms",
    "contract",
)


_PRODUCT = frozenset({"line", "item", "part", "description", "seller_part"})
"""fields after which a record goes on below an empty line"""
_NAMING = frozenset({"part", "item", "description", "seller_part", "gtin"})
_SUMS = frozenset({"total", "subtotal", "tax", "gross", "charge", "count_lines", "total_quantity"})


@cache
def _labels() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in _PHRASE_KINDS:
        for phrase in vocabulary().phrases[kind]:
            found.setdefault(label(phrase), kind)
    return found


def label_kind(text: str) -> str:
    """What kind of label of the whole order this is (``po_strong``, ``total``, ``ship_to``…), or nothing."""
    return _labels().get(label(text), "")


def _means(text: str) -> str | None:
    """The line field that a label names; empty for a label of the whole order; nothing for one that is not known."""
    name, kind = heading(text).field, label_kind(text)
    if kind in _SUMS:
        return ""
    if name in LINE_FIELDS and name not in _HEADER_FIELDS:
        return name
    return "" if name or kind else None


@cache
def _numbered() -> re.Pattern[str]:
    lead = bounded(alternatives(vocabulary().phrases["line_lead"]))
    return re.compile(
        rf"^\s*(?:(?:{lead})\s*(?:no|nr|n)?[.°:]?\s*(?P<a>\d{{1,4}})|(?P<b>\d{{1,3}})[.)])\s*[:.)-]?\s*(?P<rest>.*)$"
    )


class _Gathering:
    """Records being gathered from lines of text."""

    def __init__(self) -> None:
        self.found: list[RawLine] = []
        self.rest: list[Block] = []
        self.cells: dict[str, Cell] | None = None
        self.rows: list[Cell] = []
        self.faults: list[tuple[str, str]] = []

    def close(self) -> None:
        """End the record; without a quantity it was none, and its lines are left."""
        cells = self.cells
        if cells is not None and "quantity" in cells and cells.keys() & _NAMING:
            self.found.append(RawLine(_settled(cells), {}, (), tuple(self.faults), "record"))
        elif cells is not None:
            self.rest.extend(self.rows)
        self.cells, self.rows, self.faults = None, [], []

    def begin(self, line: Cell, number: str, title: str) -> None:
        """A line such as ``Position 10`` or ``1) Side plate`` begins a record."""
        self.close()
        self.cells, self.rows = {"line": line.with_text(number)}, [line]
        if title:
            self.cells["item"] = line.with_text(title)

    def add(self, line: Cell, named: Sequence[Pair]) -> None:
        """The pairs of one line; a label that stood before begins a new record."""
        if self.cells is None or any(pair.name in self.cells and pair.name != "item" for pair in named):
            self.close()
            self.cells = {}
        for pair in named:
            if pair.name in self.cells and pair.name == "item":
                self.faults.append(("label_twice", f"{pair.label} stands twice"))
            self.cells.setdefault(pair.name, pair.value)
        self.rows.append(line)

    def pause(self) -> None:
        """An empty line ends a record that has more than its product."""
        if self.cells is not None and not (self.cells and self.cells.keys() <= _PRODUCT):
            self.close()


def read_records(blocks: Sequence[Block]) -> tuple[list[RawLine], list[Block]]:
    """The order lines written as blocks of label and value, and the blocks that are left."""
    gathering = _Gathering()
    for block in blocks:
        if isinstance(block, Grid) or not block.text.strip():
            gathering.close() if isinstance(block, Grid) else gathering.pause()
            gathering.rest.append(block)
            continue
        every = pairs(block)
        named = [pair for pair in every if pair.name and not _is_header_date(pair)]
        numbered = _numbered().match(fold(block.text))
        if numbered and (not named or not numbered["rest"].strip()):
            title = "" if named else block.text[numbered.start("rest") :].strip()
            gathering.begin(block, numbered["a"] or numbered["b"], title)
        elif named:
            gathering.add(block, named)
            if len(named) < len(every):
                gathering.rest.append(block)
        else:
            gathering.close()
            gathering.rest.append(block)
    gathering.close()
    return gathering.found, gathering.rest


def _is_header_date(pair: Pair) -> bool:
    """Whether a label for a date is that of the order: ``Date:`` alone is the day it was written."""
    return pair.name == "date" and label_kind(pair.label) == "order_date"


def _settled(cells: dict[str, Cell]) -> dict[str, Cell]:
    item = cells.get("item")
    if item is None:
        return cells
    settled = {name: cell for name, cell in cells.items() if name != "item"}
    code = re.match(r"(?=\S*\d)(?=\S*[A-Za-z])(?=\S*-)\S{4,}", item.text)
    if re.fullmatch(r"\d{1,4}", item.text) and "line" not in settled:
        settled["line"] = item
    elif "part" not in settled and re.fullmatch(r"(?=\S*\d)\S{3,}", item.text):
        settled["part"] = item
    elif "part" not in settled and code and "description" not in settled:
        settled["part"] = item.with_text(code.group().rstrip(",;:"))
        words = item.text[code.end() :].strip(" ,;:-–")
        if words:
            settled["description"] = item.with_text(words)
    elif "description" not in settled:
        settled["description"] = item
    else:
        settled["note"] = item
    return settled
