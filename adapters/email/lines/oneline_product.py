"""The product in one line of text: its number, and the words that describe it."""

from __future__ import annotations

import re

from adapters.email.grammar import amounts
from adapters.email.grammar.vocabulary import fold
from adapters.email.lines.remainder import MASK, Remainder, stands_alone
from adapters.email.mail.document import Cell

_CODE = re.compile(
    r"(?<![\w./+#-])(?=[\w./+#-]*\d)(?=[\w./+#-]*[A-Za-z])[A-Za-z0-9][\w]*(?:[-/._+][\w]+)*(?![\w])|(?<![\w./,-])\d{5,12}(?![\w./,-])"
)
_NO_CODE = re.compile(
    r"^(?:[a-z]?\d+(?:[.,]\d+)?(?:x\d+(?:[.,]\d+)?)+(?:mm|cm|m)?|\d+(?:[.,]\d+)?(?:mm|cm|m|kg|g|in|ft|ga|lb|t|pcs?|ea|st|stk|ud|uds|kpl)|"
    r"s\d{3}[a-z0-9+]*|ral-?\d{4}|m\d{1,2}(?:x\d+)?|a\d{2,3}|en-?\d*|din-?\d*|iso-?\d*|\d{4}-t\d+|\d\.\d{4}|h\d{3,4}|rev\.?\w?\d?|hrc\d*|ip\d\d|"
    r"(?:i|h|u|l)p?[eabnpr]*\d{2,4}|\d+-\d+ph|t\d+|x\d+cr\w+|cl?\d+(?:\.\d)?)$"
)
_SEPARATOR = re.compile(r"^[\s,;.:=|()/–-]+|[\s,;:=|(/–-]+$")
_OR = re.compile(r"\s*(?:or|oder|ou|o|of|eller|tai|bzw\.?|resp\.?|/)\s*")
_JOINTS = frozenset(
    {
        "of",
        "and",
        "und",
        "et",
        "y",
        "och",
        "en",
        "ja",
        "de",
        "d'",
        "du",
        "des",
        "von",
        "vom",
        "an",
        "at",
        "zu",
        "the",
        "a",
        "in",
        "on",
        "per",
        "je",
        "and,",
        "our",
        "your",
        "x",
        "with",
        "mit",
        "for",
        "fur",
        "pour",
        "para",
        "av",
        "van",
        "voor",
        "til",
        "till",
        "sowie",
        "plus",
        "both",
        "beide",
        "por",
        "con",
        "i",
    }
)


def is_standard(code: str) -> bool:
    """Whether a folded word is a standard, a grade or a size, and no product's number."""
    return bool(_NO_CODE.match(code))


def take_product(text: Remainder, cells: dict[str, Cell]) -> None:
    """Take the product's number out of the line, when one word stands out as it; the rest describes the product."""
    codes = [m for m in _CODE.finditer(text.left) if not _NO_CODE.match(fold(m.group()))]
    hyphened = [m for m in codes if re.search(r"[-/_.]", m.group())]
    alone = [m for m in codes if stands_alone(text.left, m.start(), m.end())]
    chosen = None
    for candidates in (alone, codes, hyphened):
        if len(candidates) == 1:
            chosen = candidates[0]
            break
    if chosen is None and codes:
        leading = [m for m in codes if not text.left[: m.start()].strip(MASK + " .,;:|()-")]
        chosen = (leading or hyphened or codes)[0]
        if not leading:
            text.faults.append(("product_ambiguous", "several words could be the product's number"))
    if chosen is not None and any(_OR.fullmatch(fold(text.left[chosen.end() : m.start()])) for m in codes):
        text.faults.append(("product_ambiguous", "one product or another is ordered"))
    if chosen is not None:
        cells["part"] = text.cell.cut(chosen.start(), chosen.end())
        text.take(chosen.start(), chosen.end())
    for other in re.finditer(amounts.NUMBER, text.left):
        if stands_alone(text.left, other.start(), other.end()):
            text.faults.append(("quantity_ambiguous", f"nothing says what “{other.group()}” is"))
    if chosen is not None and cells["quantity"].offset < cells["part"].offset:
        _skip_opening(text, cells["quantity"].offset - text.cell.offset)
    words = [_bare(piece) for piece in re.split(MASK + "+", text.left)]
    kept = [word for word in words if re.search(r"\w{2}", word)]
    description = " ".join(" ".join(word.split()) for word in kept).strip(" ,;")
    if description:
        cells["description"] = text.cell.with_text(description)


def _skip_opening(text: Remainder, quantity: int) -> None:
    """Leave out what opens a sentence before its quantity: "Please send us"."""
    opening = text.left[:quantity]
    words = opening.replace(MASK, " ")
    if opening.endswith((" ", MASK)) and not opening.endswith("  ") and not re.search(r"\d|\s{2}\S", words.strip()):
        text.left = MASK * quantity + text.left[quantity:]


def _bare(piece: str) -> str:
    """A piece of description without the small words that only joined it to the rest."""
    words = _SEPARATOR.sub("", piece).strip().split()
    while words and fold(words[0]).strip(".,;:") in _JOINTS:
        words.pop(0)
    while words and fold(words[-1]).strip(".,;:") in _JOINTS:
        words.pop()
    return " ".join(words)
