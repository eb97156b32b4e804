"""What stands once for the whole order: its number, currency, dates, totals, ship-to, terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from adapters.email.grammar import amounts, dates, numbers
from adapters.email.grammar.headings import heading
from adapters.email.grammar.units import currency_code, currency_words
from adapters.email.grammar.vocabulary import alternatives, bounded, fold, vocabulary
from adapters.email.lines.records import label_kind, pairs
from adapters.email.lines.valued import Fault, Setting
from adapters.email.mail.document import Cell

_NUMBER = r"(?P<number>[A-Za-z0-9]*[A-Za-z]?[0-9][\w/.-]*[\w]|[A-Za-z]{1,6}[-/][\w/.-]*[0-9][\w/.-]*|[0-9]{3,})"


@dataclass(frozen=True, slots=True)
class Named:
    """A number that is called the purchase order's."""

    number: str
    place: Cell


@dataclass
class Header:
    """What one part of a mail says about the whole order."""

    po_numbers: list[Named] = field(default_factory=list)
    currencies: list[tuple[str, Cell]] = field(default_factory=list)
    due: list[tuple[date, Cell]] = field(default_factory=list)
    order_dates: list[date] = field(default_factory=list)
    sums: list[tuple[str, Decimal, Cell]] = field(default_factory=list)
    """(kind, amount, place): ``total``, ``subtotal``, ``tax``, ``gross``, ``charge``, ``quantity``"""
    line_count: int | None = None
    ship_to: list[Cell] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    payment: str | None = None
    delivery: str | None = None
    numbers: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    understood: list[Cell] = field(default_factory=list)
    """the lines, or pieces of lines, that gave the above"""


@cache
def _po() -> tuple[re.Pattern[str], re.Pattern[str]]:
    phrases = vocabulary().phrases
    between = r"\s*(?:(?:no|nr|num|number|nummer|n|numero|ref)\b\.?|[#:.°º№])*\s*(?:[:#=-]\s*)?[\"'(\[]?\s*"
    strong = re.compile(rf"(?<![^\W_])(?:{alternatives(phrases['po_strong'])})(?![^\W_]){between}{_NUMBER}", re.ASCII)
    weak = re.compile(
        rf"(?:^|[:.,;-]\s+|\b(?:our|your|the|re|unser|unsere|vart|var|ons|onze)\s+)(?:{alternatives(phrases['po_weak'])}){between}{_NUMBER}",
        re.ASCII,
    )
    return strong, weak


def find_po_numbers(line: Cell) -> list[Named]:
    """The purchase order numbers that a line of text names as such."""
    found: list[Named] = []
    folded = fold(line.text)
    for pattern in _po():
        for match in pattern.finditer(folded):
            text = line.text[match.start("number") : match.end("number")].rstrip(".,:;/-")
            if not _is_amount(folded[match.start("number") :]) and all(text != named.number for named in found):
                found.append(Named(text, line.cut(match.start("number"), match.start("number") + len(text))))
    return found


_BEHIND = r"\s{0,3}[:#.=№-]{0,2}\s{0,3}"
"""what stands between a label and its number"""
_LABEL = re.compile(rf"(?:^|[,;|(]|\s{{2,}})\s*(?P<label>[^\W\d_](?:[\w .°º#/&-]{{0,38}}[^\W\d_])?){_BEHIND}$")


def label_before(number: str, line: Cell) -> str:
    """The words before a number in a line; empty where it does not stand there, or stands there without any."""
    at = re.search(rf"(?<![\w./-]){re.escape(number)}(?![\w/-])", line.text)
    match = _LABEL.search(line.text[: at.start()]) if at else None
    return " ".join(match["label"].split()) if match else ""


def numbers_behind(words: str, line: Cell) -> list[Named]:
    """The numbers that stand in a line behind these words."""
    pattern = rf"(?<![^\W_]){alternatives([fold(words)])}{_BEHIND}{_NUMBER}"
    return [
        Named(text, line.cut(match.start("number"), match.start("number") + len(text)))
        for match in re.finditer(pattern, fold(line.text), re.ASCII)
        if (text := line.text[match.start("number") : match.end("number")].rstrip(".,:;/-"))
        and not _is_amount(fold(line.text)[match.start("number") :])
    ]


def _is_amount(text: str) -> bool:
    """Whether a number is rather a date, a quantity or money: ``Order 12 pcs``, ``Bestellung 12.1.2027``."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if any(place.start == 0 and place.end >= len(first.rstrip(".,;:)")) for place in dates.find(text[:40])):
        return True
    if any(place.start == 0 and place.unit for place in amounts.quantities(text[:40])):
        return True
    return any(price.start == 0 and price.currency for price in amounts.prices(text[:40])) or bool(
        re.fullmatch(r"\d{1,2}[.,]?", first)
    )


def read_header(lines: Iterable[Cell], setting: Setting) -> Header:
    """Gather what the lines say about the whole order."""
    header = Header()
    ship_to = False
    for line in lines:
        if not line.text.strip():
            ship_to = False
            continue
        if ship_to and not pairs(line):
            header.ship_to.append(line)
            header.understood.append(line)
            continue
        ship_to = _read_line(line, header, setting)
    return header


def _read_line(line: Cell, header: Header, setting: Setting) -> bool:
    named = find_po_numbers(line)
    header.po_numbers.extend(named)
    if named:
        header.understood.append(line)
    opens = False
    for pair in pairs(line):
        kind = label_kind(pair.label) or heading(pair.label).field
        opens = _read_pair(kind, pair.value, header, setting) or opens
        if kind == "other_number" or kind == "contract":
            header.references.append((pair.label.strip()[:60], pair.value.text[:200]))
            header.understood.append(pair.value)
    _read_sums(line, header, setting)
    _read_currency(line, header)
    _read_due(line, header, setting)
    if _ship_to().match(fold(line.text)) and not header.ship_to:
        header.ship_to.append(line)
        header.understood.append(line)
        opens = True
    return opens


def _read_pair(kind: str, value: Cell, header: Header, setting: Setting) -> bool:
    if kind in ("po_strong", "po_weak", "po_number"):
        match = re.match(_NUMBER, value.text, re.ASCII)
        text = match["number"].rstrip(".,:;/-") if match else ""
        if text and not _is_amount(fold(value.text)) and all(text != known.number for known in header.po_numbers):
            header.po_numbers.append(Named(text, value))
        header.understood.append(value)
    elif kind == "order_date":
        header.order_dates.extend(dates.readings(value.text, setting.locales, setting.today))
        header.understood.append(value)
    elif kind == "payment" and not header.payment:
        header.payment = value.text[:500]
        header.understood.append(value)
    elif kind == "delivery_terms" and not header.delivery:
        header.delivery = value.text[:500]
        header.understood.append(value)
    elif kind == "count_lines" and value.text.strip().isdigit():
        header.line_count = int(value.text)
        header.understood.append(value)
    elif kind == "ship_to":
        header.ship_to.append(value)
        header.understood.append(value)
        return True
    return False


@cache
def _ship_to() -> re.Pattern[str]:
    return re.compile(rf"^\s*(?:please\s+|bitte\s+)?(?:{alternatives(vocabulary().phrases['ship_to'])})(?![^\W_])")


_ACCOUNT = re.compile(r"\b(?:\w*(?:nr|nummer)|no|account|acct|konto|compte|cuenta|conto)\b|#")
_KINDS = ("gross", "total", "subtotal", "tax", "charge", "discount")


@cache
def _sums() -> re.Pattern[str]:
    phrases = vocabulary().phrases
    kinds = "|".join(rf"(?P<{kind}>{alternatives(phrases[kind])})" for kind in _KINDS)
    percent = r"(?:\d{1,2}(?:[.,]\d)?\s?%[^\d€£$]{0,12})?"
    sign = currency_words()
    return re.compile(
        rf"^[\s*|=-]*(?:the |la |le |die |de |der |el )?(?:{kinds})(?![^\W_])(?P<between>[^\d€£$]{{0,40}}?{percent})"
        rf"(?P<before>{sign})?\s*(?P<number>{amounts.NUMBER})(?!\d|\s?%)\s?(?P<after>{sign})?(?P<rest>.*)$"
    )


def _read_sums(line: Cell, header: Header, setting: Setting) -> None:
    clauses = re.finditer(r"[^.;]+?(?:(?<=[a-zé€])[.;]\s+|$)", line.text)
    for piece in [line, *(line.cut(one.start(), one.end()) for one in clauses if one.group() != line.text)]:
        match = _sums().match(fold(piece.text))
        if match is None:
            continue
        kind = next(name for name in _KINDS if match[name])
        if kind in ("charge", "discount") and _ACCOUNT.search(match["between"]):
            continue
        if vocabulary().patterns["total_quantity"].match(fold(piece.text).strip()):
            kind = "quantity"
        tail = fold(match["between"] + " " + match["rest"])
        if (
            kind in ("total", "subtotal")
            and re.search(r"\b(?:ttc|incl\w*|inc|inkl\w*|brutto|gross)\b", tail)
            and not re.search(r"\bexcl", tail)
        ):
            kind = "gross"
        found = numbers.readings(piece.text[match.start("number") : match.end("number")], setting.locales)
        if len(found) == 1:
            header.numbers.append(piece.text[match.start("number") : match.end("number")])
            header.sums.append((kind, next(iter(found)), piece))
        else:
            header.faults.append(Fault("total_unreadable", f"“{match['number']}” is not one amount", piece.where))
        sign = match["before"] or match["after"]
        code = currency_code(sign, setting.home_currency) if sign else None
        if code:
            header.currencies.append((code, piece))
        header.understood.append(line)
        return


def _read_currency(line: Cell, header: Header) -> None:
    """A currency named as that of the order: after its label, or standing in a line without an amount."""
    folded = fold(line.text)
    if list(amounts.prices(line.text)):
        return
    labelled = vocabulary().patterns["currency"].search(folded)
    for match in re.finditer(rf"(?<![\w]){currency_words()}(?![\w])", folded):
        code = currency_code(line.text[match.start() : match.end()], None)
        written = line.text[match.start() : match.end()]
        if code and (labelled or written.isupper() or not written.isalpha()):
            header.currencies.append((code, line))
            if labelled:
                header.understood.append(line)


@cache
def _due() -> re.Pattern[str]:
    return re.compile(
        bounded(alternatives(vocabulary().phrases["date"])) + r"[\s:.,-]*(?:the\s+|den\s+|dem\s+|el\s+|le\s+)?$"
    )


def _read_due(line: Cell, header: Header, setting: Setting) -> None:
    """A delivery date for the whole order: a date with a word for delivery in the same clause."""
    folded = fold(line.text)
    for week in dates.find_weeks(line.text):
        if _delivers(folded):
            header.faults.append(Fault("date_unreadable", f"“{week.text.strip()}” is a week, not a day", line.where))
    for place in dates.find(line.text):
        before = folded[max(0, place.start - 60) : place.start]
        if not (_due().search(before) and _delivers(folded)):
            continue
        bound = vocabulary().says("not_the_day", before)
        found = frozenset() if bound else dates.readings(place.text, setting.locales, setting.today)
        if len(found) == 1:
            header.due.append((next(iter(found)), line))
        else:
            kind = "date_ambiguous" if found else "date_unreadable"
            header.faults.append(
                Fault(kind, f"“{place.text}” is not one date as this customer writes them", line.where)
            )
        header.understood.append(line)


_DELIVERY = re.compile(
    r"\b(?:deliver\w*|livr\w*|liefer\w*|entreg\w*|toimit\w*|lever\w*|need\w* by|need|needed|required|due|ship\w*|dock|"
    r"arriv\w*|wanted|wunschtermin|bedarf\w*|termin|eintreff\w*|anlieferung|plazo|delai|gewenst\w*|onskad\w*)\b"
)


def _delivers(folded: str) -> bool:
    return bool(_DELIVERY.search(folded))


def merge(headers: Sequence[Header]) -> Header:
    """The headers of several parts as one."""
    merged = Header()
    for header in headers:
        for name in (
            "po_numbers",
            "currencies",
            "due",
            "order_dates",
            "sums",
            "ship_to",
            "references",
            "numbers",
            "faults",
            "understood",
        ):
            getattr(merged, name).extend(getattr(header, name))
        merged.line_count = header.line_count if header.line_count is not None else merged.line_count
        merged.payment = merged.payment or header.payment
        merged.delivery = merged.delivery or header.delivery
    return merged
