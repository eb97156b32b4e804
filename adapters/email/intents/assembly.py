"""From what the parts of a mail say to one normalised purchase order, with the gates that it has to pass.

Each gate is a fault with a stable code; one is enough to send the order to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from adapters.email.grammar import numbers
from adapters.email.grammar.units import PIECE
from adapters.email.grammar.vocabulary import fold, vocabulary
from adapters.email.intents.purchase import Ordered, Purpose, message_of
from adapters.email.lines.header import Header, merge
from adapters.email.lines.leftover import leftovers
from adapters.email.lines.sheet import Sheet, check_totals
from adapters.email.lines.valued import Fault, Setting, Valued
from hub.messages.customer_po import SubmitCustomerPo
from hub.partners import Partner


@dataclass(frozen=True, slots=True)
class Order:
    """What a mail orders: the command as far as it is sure, and what is not."""

    message: SubmitCustomerPo | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    po_numbers: tuple[str, ...]
    lines: tuple[Valued, ...]


def assemble(
    sheets: Sequence[Sheet],
    subject: Header,
    partner: Partner | None,
    setting: Setting,
    purpose: Purpose,
    message_id: str,
    known_number: str = "",
) -> Order:
    """Put the order together from the parts that speak of it."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    chosen = agreeing([sheet for sheet in sheets if sheet.lines], faults)
    header = merge([*(sheet.header for sheet in sheets), subject])
    lines = chosen.lines if chosen else ()
    found = po_numbers(header, known_number)
    faults.extend(_number_gate(found))
    for sheet in sheets:
        faults.extend(sheet.faults)
        faults.extend(leftovers(sheet if sheet is chosen or chosen is None else _beside(sheet, chosen)))
    faults.extend(header.faults)
    agreed = False
    if chosen is not None:
        differing, agreed = check_totals(_whole(chosen, header))
        faults.extend(differing)
    faults.extend(fault for line in lines for fault in line.faults if not (agreed and fault.code == "price_unlabelled"))
    currency = _currency(lines, header, setting.home_currency, faults, warnings)
    due = _due(lines, header, faults)
    _line_numbers(lines, header, faults)
    _units(lines, faults)
    _ship_to(header, partner, faults)
    _parts(lines, partner, faults)
    faults.extend(_corroboration(lines, header, setting))
    message = None
    if lines and len(found) == 1:
        ordered = Ordered(found[0], purpose, currency, due, lines, header, sheets, partner, message_id)
        message = message_of(ordered)
        if message is None and not faults:
            faults.append(Fault("not_normalised", "what was read does not fit the normalised order", ""))
    return Order(message, tuple(dict.fromkeys(faults)), tuple(warnings), found, lines)


def po_numbers(header: Header, known_number: str = "") -> tuple[str, ...]:
    """The different purchase order numbers named; that of the conversation last, when the mail names none itself."""
    found: dict[str, str] = {}
    for named in header.po_numbers:
        found.setdefault(fold(named.number), named.number)
    if known_number:
        found.setdefault(fold(known_number), known_number)
    return tuple(found.values())


def _number_gate(found: Sequence[str]) -> list[Fault]:
    if not found:
        return [Fault("po_number_missing", "the mail names no purchase order number", "")]
    if len(found) > 1:
        return [Fault("po_number_conflict", "the mail names several purchase order numbers: " + ", ".join(found), "")]
    return []


def agreeing(sheets: Sequence[Sheet], faults: list[Fault]) -> Sheet | None:
    """The part to take the lines from: attachments before the body. Parts that say different things are a fault."""
    if not sheets:
        return None
    ordered = sorted(sheets, key=lambda sheet: (not sheet.part.startswith("attachment"), -len(sheet.lines)))
    first = ordered[0]
    faults.extend(
        Fault("parts_disagree", f"{first.part} and {other.part} order different things", other.part)
        for other in ordered[1:]
        if _essence(first) != _essence(other)
    )
    return first


def _essence(sheet: Sheet) -> list[tuple[object, ...]]:
    return [
        (
            fold(line.part or ""),
            line.quantity,
            line.unit or PIECE,
            line.price and line.price / line.basis,
            line.due,
        )
        for line in sheet.lines
    ]


def _beside(sheet: Sheet, chosen: Sheet) -> Sheet:
    """Another part's text, held against the lines of the part that was chosen."""
    return sheet if sheet.lines else replace(sheet, lines=chosen.lines)


def _whole(chosen: Sheet, header: Header) -> Sheet:
    return replace(chosen, header=header)


def _currency(
    lines: Sequence[Valued],
    header: Header,
    home: str | None,
    faults: list[Fault],
    warnings: list[Fault],
) -> str | None:
    stated = {line.currency for line in lines if line.currency} | {code for code, _ in header.currencies}
    if len(stated) > 1:
        faults.append(Fault("currency_conflict", "several currencies are named: " + ", ".join(sorted(stated)), ""))
        return None
    if not stated:
        if home is None and lines:
            faults.append(Fault("currency_missing", "no currency is named, and the partner's profile has none", ""))
        return home
    code = next(iter(stated))
    if home and code != home and not header.currencies and any(line.currency is None for line in lines):
        faults.append(Fault("currency_missing", f"some prices are in {code}, and others say no currency", ""))
    if home and code != home:
        warnings.append(Fault("currency_unusual", f"the order is in {code}, this customer's currency is {home}", ""))
    return code


def _due(lines: Sequence[Valued], header: Header, faults: list[Fault]) -> date | None:
    stated = {day for day, _ in header.due}
    own = {line.due for line in lines if line.due}
    undated = [line for line in lines if line.due is None and "date" not in line.raw.cells]
    if undated and own:
        faults.append(
            Fault("date_missing", "some lines have a delivery date and others none", undated[0].raw.place.where)
        )
    elif undated and not stated:
        faults.append(Fault("date_missing", "no delivery date is stated", undated[0].raw.place.where))
    elif len(stated) > 1 and undated:
        faults.append(Fault("date_conflict", "several delivery dates are stated for the whole order", ""))
    if own and not stated <= own:
        faults.append(
            Fault(
                "date_conflict",
                "a delivery date is stated that none of the lines has",
                header.due[0][1].where,
            )
        )
    return next(iter(stated)) if len(stated) == 1 and not own else None


def _line_numbers(lines: Sequence[Valued], header: Header, faults: list[Fault]) -> None:
    given = [line.line for line in lines if line.line]
    if given and len(given) != len(lines):
        faults.append(Fault("line_number_missing", "some lines are numbered and others are not", ""))
    twice = {number for number in given if given.count(number) > 1}
    if twice:
        faults.append(Fault("line_number_twice", "line numbers stand twice: " + ", ".join(sorted(twice)), ""))
    if header.line_count is not None and lines and header.line_count != len(lines):
        faults.append(
            Fault("line_count_differs", f"{header.line_count} lines are announced, {len(lines)} were found", "")
        )


def _units(lines: Sequence[Valued], faults: list[Fault]) -> None:
    """Pieces are meant where no unit is written at all; not where only some lines have one."""
    bare = next((line for line in lines if not line.unit_written), None)
    if bare is not None and any(line.unit_written for line in lines):
        faults.append(Fault("unit_missing", "some lines have a unit and others none", bare.raw.place.where))


def _ship_to(header: Header, partner: Partner | None, faults: list[Fault]) -> None:
    known = [fold(address) for address in (partner.email.ship_to if partner and partner.email else [])]
    text = fold(" ".join(cell.text for cell in header.ship_to))
    if not text or any(address in text for address in known) or vocabulary().says("usual", text):
        return
    name = fold(partner.name) if partner else ""
    if name and not re.search(r"[\w]", text.replace(name, "").split(":")[-1]):
        return
    faults.append(
        Fault(
            "new_ship_to",
            f"“{' '.join(cell.text.strip() for cell in header.ship_to)[:120]}” is not a known delivery address",
            header.ship_to[0].where,
        )
    )


def _parts(lines: Sequence[Valued], partner: Partner | None, faults: list[Fault]) -> None:
    numbered = [line for line in lines if re.search(r"\d", line.part or line.seller_part or "")]
    odd = next((line for line in lines if line not in numbered), None)
    if numbered and odd is not None:
        faults.append(
            Fault("product_number_missing", "some products have a number and others none", odd.raw.place.where)
        )
    if not (partner and partner.email and partner.email.known_parts_only):
        return
    known = set(partner.parts) | set(partner.parts.values()) | {price.part for price in partner.prices}
    faults.extend(
        Fault("product_unknown", f"{_called(line)} is not in the customer's cross-reference", line.raw.place.where)
        for line in lines
        if not {line.part, line.seller_part} & known
    )


def _called(line: Valued) -> str:
    return line.part or line.description or "the product"


def _corroboration(lines: Sequence[Valued], header: Header, setting: Setting) -> list[Fault]:
    """A number that means something else elsewhere counts only where another shows the sender's conventions."""
    written = [text for line in lines for text in line.numbers] + header.numbers
    doubtful = [text for text in written if numbers.two_faced(text)]
    if not doubtful or setting.settled or any(numbers.decisive(text, setting.locales) for text in written):
        return []
    return [Fault("number_uncorroborated", f"nothing else in the mail shows how “{doubtful[0]}” is meant", "")]
