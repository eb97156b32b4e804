"""Text PDFs: ruled tables as grids, everything else as lines whose pieces keep their place on the page."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from adapters.email.grammar.vocabulary import fold
from adapters.email.limits import Limits
from adapters.email.lines.aligned import is_heading_row, tables_in
from adapters.email.lines.valued import Fault
from adapters.email.mail.document import Block, Cell, Grid, clean
from adapters.email.mail.laid import Laid, Piece
from adapters.email.mail.mime import Leaf

_SCALE = 10
"""extents are counted in tenths of a point"""
_PAGE = re.compile(
    r"^(?:page|seite|pagina|sida|sivu|p\.?)?\s*\d+\s*(?:of|von|de|sur|av|van|/)\s*\d+$|^(?:page|seite|pagina|sida|sivu)\s*\d+$"
)
_PAGES = re.compile(r"(?:page|seite|pagina|sida|sivu|strona)\W*\d+\s*(?:of|von|de|sur|av|van|di|z|/)\s*(\d{1,3})")
_CARRIED = re.compile(
    r"^(?:carried|brought) forward|^ubertrag|^(?:a )?report(?:er)?\b|^suma (?:y sigue|anterior)|^transport\b|^siirto"
)

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def read_pdf(leaf: Leaf, limits: Limits) -> tuple[list[Block], list[Fault]]:
    """The blocks of a PDF, page after page, and what cannot be read of it."""
    import pdfplumber  # slow to load, and most mails bring no PDF

    faults: list[Fault] = []
    pages: list[list[Laid | Grid]] = []
    rotated_lines: list[Laid] = []
    with pdfplumber.open(io.BytesIO(leaf.content)) as document:
        if len(document.pages) > limits.pages:
            return [], [Fault("limit_exceeded", f"has more than {limits.pages} pages", leaf.name)]
        row = 0
        for number, page in enumerate(document.pages, 1):
            laid = list(_page(page, f"{leaf.name}, page {number}", row))
            row += len(laid)
            rotated = "".join(char["text"] for char in page.chars if not char.get("upright", True)).strip()
            rotated_lines.extend([Laid(Cell(clean(rotated), f"{leaf.name}, page {number}"), (), ())] if rotated else [])
            struck = _struck(page)
            if struck:
                faults.append(Fault("struck_text", f"page {number} strikes out “{clean(struck)[:100]}”", leaf.name))
            if not laid and page.images:
                faults.append(Fault("image_only", f"page {number} is an image", leaf.name))
            pages.append(laid)
            page.close()
    if not any(pages) and not faults:
        faults.append(Fault("image_only", "the document holds no text", leaf.name))
    announced = max((_of_how_many(item) for page in pages for item in page), default=0)
    if announced > len(pages):
        faults.append(Fault("pages_missing", f"{announced} pages are announced, {len(pages)} are here", leaf.name))
    return [*_blocks(_without_furniture(pages)), *(laid.cell for laid in rotated_lines)], faults


def _of_how_many(item: Laid | Grid) -> int:
    """How many pages a line says that there are; 0: it does not."""
    found = [_PAGES.fullmatch(fold(piece.text)) for piece in item.pieces] if isinstance(item, Laid) else []
    return max((int(match[1]) for match in found if match), default=0)


def _struck(page: Any) -> str:
    """The words of a page that a line is drawn through."""
    drawn = [one for one in (*page.lines, *page.rects) if one["bottom"] - one["top"] < 2 and one["width"] > 5]
    if not drawn:
        return ""
    return " ".join(word["text"] for word in page.extract_words() if any(_crosses(one, word) for one in drawn))


def _crosses(line: Any, word: Any) -> bool:
    height = word["bottom"] - word["top"]
    shared = min(line["x1"], word["x1"]) - max(line["x0"], word["x0"])
    middle = word["top"] + height * 0.35 <= (line["top"] + line["bottom"]) / 2 <= word["bottom"] - height * 0.3
    return bool(middle and shared > 0.6 * (word["x1"] - word["x0"]))


def _page(page: Any, part: str, row: int) -> Iterator[Laid | Grid]:
    """The lines and tables of a page from top to bottom."""
    tables = [table for table in page.find_tables() if len(table.rows) > 1]
    boxes = [table.bbox for table in tables]
    words = [
        word
        for word in page.extract_words(keep_blank_chars=False, use_text_flow=False)
        if not _within(word, boxes) and word.get("upright", True)
    ]
    found: list[tuple[float, Laid | Grid]] = []
    for top, line in _lines(words):
        row += 1
        found.append((top, _laid(line, part, row)))
    for table in tables:
        rows = table.extract() or []
        grid = Grid(tuple(_cells(cells, part, row + n) for n, cells in enumerate(rows, 1)))
        row += len(rows)
        found.append((table.bbox[1], grid))
    return iter([item for _, item in sorted(found, key=lambda pair: pair[0])])


def _within(word: Any, boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)


def _cells(cells: Sequence[str | None], part: str, row: int) -> tuple[Cell, ...]:
    return tuple(Cell(clean(text or "").strip(), part, row, column) for column, text in enumerate(cells))


def _lines(words: list[Any]) -> Iterator[tuple[float, list[Any]]]:
    """The words gathered into lines by their height on the page."""
    ordered = sorted(words, key=lambda word: (round(word["bottom"]), word["x0"]))
    line: list[Any] = []
    for word in ordered:
        if line and abs(word["bottom"] - line[-1]["bottom"]) > 3:
            yield line[0]["top"], sorted(line, key=lambda one: one["x0"])
            line = []
        line.append(word)
    if line:
        yield line[0]["top"], sorted(line, key=lambda one: one["x0"])


def _laid(line: list[Any], part: str, row: int) -> Laid:
    words = tuple(Piece(int(w["x0"] * _SCALE), int(w["x1"] * _SCALE), clean(w["text"])) for w in line)
    height = max(w["bottom"] - w["top"] for w in line) * _SCALE
    pieces: list[Piece] = []
    for word in words:
        if pieces and word.start - pieces[-1].end < height * 0.6:
            last = pieces[-1]
            pieces[-1] = Piece(last.start, word.end, f"{last.text} {word.text}")
        else:
            pieces.append(word)
    return Laid(Cell("  ".join(piece.text for piece in pieces), part, row), tuple(pieces), words)


def _without_furniture(pages: list[list[Laid | Grid]]) -> list[list[Laid | Grid]]:
    """The pages without their numbers, sums carried over, and what stands on several of them alike."""
    if len(pages) < 2:
        return pages
    counts: dict[str, int] = {}
    for page in pages:
        for shape in {_shape(item) for item in page if isinstance(item, Laid)}:
            counts[shape] = counts.get(shape, 0) + 1
    kept: list[list[Laid | Grid]] = []
    for number, page in enumerate(pages):
        kept.append([item for item in page if isinstance(item, Grid) or _stays(item, counts, number)])
    return kept


def _shape(item: Laid | Grid) -> str:
    return fold(item.cell.text).strip() if isinstance(item, Laid) else ""


def _stays(laid: Laid, counts: dict[str, int], number: int) -> bool:
    text = _shape(laid)
    if all(_PAGE.match(fold(piece.text)) or _CARRIED.match(fold(piece.text)) for piece in laid.pieces):
        return False
    return not (number > 0 and counts[text] > 1)


def _blocks(pages: list[list[Laid | Grid]]) -> list[Block]:
    """All pages as one sequence of blocks; a table that goes on over a page is one table."""
    everything = [item for page in pages for item in page]
    found: list[Block] = []
    for is_grid, run in groupby(everything, key=lambda item: isinstance(item, Grid)):
        if not is_grid:
            found.extend(tables_in([item for item in run if isinstance(item, Laid)]))
            continue
        for grid in (item for item in run if isinstance(item, Grid)):
            last = next((block for block in reversed(found) if isinstance(block, Grid)), None)
            if last is not None and _continues(last, grid):
                found[found.index(last)] = Grid((*last.rows, *grid.rows))
            else:
                found.append(grid)
    return found


def _continues(last: Grid, grid: Grid) -> bool:
    headed = any(is_heading_row([cell.text for cell in row]) for row in grid.rows[:3])
    begun = any(is_heading_row([cell.text for cell in row]) for row in last.rows)
    return begun and not headed and len(grid.rows[0]) == len(last.rows[0])
