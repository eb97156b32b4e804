"""Order lines written as blocks of ``label: value``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from adapters.email.document import Block, Cell, Grid
from adapters.email.headings import heading
from adapters.email.rawline import LINE_FIELDS, RawLine
from adapters.email.vocabulary import alternatives, bounded, fold, label, vocabulary

_PAIR = re.compile(
    r"(?:^\s*(?:[-*•·]\s+)?|\s{2,}|\t|[,;|]\s*|\.\s+)(?P<label>[^\W\d_][\w .°º#/()&'-]{0,34}?)\s*(?::|=)\s+(?=\S)|(?:^\s*)(?P<only>[^\W\d_][\w .°º#/()&'-]{0,34}?)\s*:(?=\S)"
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


@dataclass
class _Open:
    """A record being gathered."""

    cells: dict[str, Cell]
    rows: list[Cell]
    faults: list[tuple[str, str]]


def read_records(blocks: Sequence[Block]) -> tuple[list[RawLine], list[Block]]:
    """The order lines written as blocks of label and value, and the blocks that are left."""
    found: list[RawLine] = []
    rest: list[Block] = []
    current: _Open | None = None

    def close() -> None:
        nonlocal current
        if current is not None:
            if "quantity" in current.cells and current.cells.keys() & {
                "part",
                "item",
                "description",
                "seller_part",
                "gtin",
            }:
                found.append(RawLine(_settled(current.cells), {}, (), tuple(current.faults), "record"))
            else:
                rest.extend(current.rows)
        current = None

    for block in blocks:
        if isinstance(block, Grid):
            close()
            rest.append(block)
            continue
        named = [pair for pair in pairs(block) if pair.name and not _is_header_date(pair)]
        numbered = _numbered().match(fold(block.text))
        if not block.text.strip():
            if current is not None and not (current.cells.keys() <= _PRODUCT and current.cells):
                close()
            rest.append(block)
        elif numbered and (not named or numbered["rest"].strip() == ""):
            close()
            number = numbered["a"] or numbered["b"]
            current = _Open({"line": block.with_text(number)}, [block], [])
            title = block.text[numbered.start("rest") :].strip()
            if title and named == []:
                current.cells["item"] = block.with_text(title)
        elif named:
            if current is None or any(pair.name in current.cells and pair.name != "item" for pair in named):
                close()
                current = _Open({}, [], [])
            for pair in named:
                if pair.name in current.cells and pair.name == "item":
                    current.faults.append(("label_twice", f"{pair.label} stands twice"))
                current.cells.setdefault(pair.name, pair.value)
            current.rows.append(block)
            if any(not pair.name for pair in pairs(block)):
                rest.append(block)
        else:
            close()
            rest.append(block)
    close()
    return found, rest


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
