"""Order lines in running text: one per line or bullet, several in a sentence, a sentence over several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.grammar import amounts
from adapters.email.lines.oneline import BULLET, read_line
from adapters.email.lines.prose import sentences_of
from adapters.email.lines.rawline import RawLine
from adapters.email.mail.document import Block, Cell, Grid


def read_sentences(blocks: Sequence[Block]) -> tuple[list[RawLine], list[Block]]:
    """The order lines in lines of text, and the blocks that are left."""
    found: list[RawLine] = []
    rest: list[Block] = []
    for block in joined(blocks):
        if isinstance(block, Grid):
            rest.append(block)
            continue
        lines, left = _read_block(block)
        found.extend(lines)
        rest.extend(left)
    if not found:
        found, rest = _read_paragraphs(rest)
    return found, rest


def _read_block(block: Cell) -> tuple[list[RawLine], list[Block]]:
    """The order lines in one line of text: it is one, or some of its sentences are."""
    whole = read_line(block)
    if whole is not None and not whole.faults:
        return [whole], []
    found: list[RawLine] = []
    rest: list[Block] = []
    for sentence in sentences_of(block):
        pieces = _pairs(sentence)
        lines = [line for piece in pieces if (line := read_line(piece, prose=len(pieces) > 1)) is not None]
        if lines and len(lines) == len(pieces):
            found.extend(lines)
            opening = sentence.text[: pieces[0].offset - sentence.offset]
            if len(pieces) > 1 and opening.strip():
                rest.append(sentence.with_text(opening.rstrip()))
        else:
            rest.append(sentence)
    if found and (whole is None or not any(line.faults for line in found)):
        return found, rest
    return ([whole], []) if whole is not None else ([], [block])


def _pairs(sentence: Cell) -> list[Cell]:
    """A sentence that orders several products, cut where each begins: quantity, price, quantity, price."""
    prices = list(amounts.prices(sentence.text))
    quantities = [
        place
        for place in amounts.quantities(sentence.text)
        if (place.unit or place.led) and not any(p.start < place.end and place.start < p.end for p in prices)
    ]
    quantities = quantities or _in_words(sentence.text)
    if len(quantities) < 2 or len(quantities) != len(prices):
        return [sentence]
    starts = [place.start for place in quantities]
    if any(not start < price.start for start, price in zip(starts, prices, strict=True)):
        return [sentence]
    if any(not price.start < start for start, price in zip(starts[1:], prices, strict=False)):
        return [sentence]
    ends = [*starts[1:], len(sentence.text)]
    return [sentence.cut(start, end) for start, end in zip(starts, ends, strict=True)]


_WORDED = re.compile(r"(?:[^\W\d_]{2,}|[^\W\d_][,;])\s$|[\d\w][,;]\s$")


def _in_words(text: str) -> list[amounts.Quantity]:
    """Numbers before a product's number, where words or commas lead to each: else they could number rows."""
    found = amounts.bare_quantities(text)
    opened = bool(found) and bool(re.search(r"[^\W\d_]{2,}\s$", text[: found[0].start]))
    return found if opened and all(_WORDED.search(text[: place.start]) for place in found[1:]) else []


def _read_paragraphs(blocks: Sequence[Block]) -> tuple[list[RawLine], list[Block]]:
    """The order lines in running text whose lines are broken anywhere."""
    found: list[RawLine] = []
    rest: list[Block] = []
    run: list[Cell] = []
    for block in [*blocks, Cell("", "")]:
        if isinstance(block, Cell) and block.text.strip():
            run.append(block)
            continue
        if len(run) > 1:
            together = run[0].with_text(" ".join(cell.text.strip() for cell in run))
            lines, left = _read_block(together)
            found.extend(lines)
            rest.extend(left if lines else run)
        else:
            rest.extend(run)
        run = []
        rest.append(block)
    return found, rest[:-1]


def joined(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with indented continuations of a bullet joined to it."""
    found: list[Block] = []
    inside = 0
    for block in blocks:
        if isinstance(block, Grid) or not block.text.strip():
            inside = 0
            found.append(block)
            continue
        indent = len(block.text) - len(block.text.lstrip())
        bullet = BULLET.match(block.text) or re.match(r"^\s*\d{1,3}[.)]\s", block.text)
        last = found[-1] if found else None
        if inside and not bullet and indent >= 2 and isinstance(last, Cell):
            found[-1] = last.with_text(f"{last.text}  {block.text.strip()}")
            continue
        inside = 1 if bullet else 0
        found.append(block)
    return found
