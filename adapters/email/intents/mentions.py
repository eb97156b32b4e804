"""What a mail names that the hub may know: reply tokens, our Message-IDs, numbers of orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from adapters.email.intents.case import Case
from adapters.email.lines.header import Named
from adapters.email.mail.bounces import bounced_ids
from adapters.email.mail.conversation import message_ids, tokens
from adapters.email.mail.document import Cell
from adapters.email.mail.machines import is_bounce
from hub.messages.base import Command
from hub.ports import Mentions

TOKENS, IDS, NUMBERS = 20, 200, 2000
"""how many are looked up at most"""
LONGEST = 80
"""characters of a purchase order's number"""
NUMBER = re.compile(r"(?=[\w./-]*\d)\w[\w./-]{2,}\w")
"""what looks like a number of something: no spaces, a digit in it"""


def mentions(case: Case, messages: Sequence[Command]) -> Mentions:
    """What to look up. Numbers that are called a purchase order's come before what merely looks like one."""
    if is_bounce(case.mail):
        return Mentions(message_ids=tuple(bounced_ids(case.mail, case.context.our_domain))[:IDS])
    return Mentions(
        tokens=tuple(sorted(tokens(case.mail, case.context.our_domain)))[:TOKENS],
        message_ids=tuple(message_ids(case.mail))[-IDS:],
        numbers=tuple(_distinct(_numbers(case, messages)))[:NUMBERS],
    )


def _numbers(case: Case, messages: Sequence[Command]) -> Iterable[str]:
    for header in (case.subject, *(sheet.header for sheet in case.sheets)):
        yield from (named.number for named in header.po_numbers)
    for message in messages:
        yield from filter(None, (getattr(message, name, None) for name in ("po_number", "material_po_id")))
    yield from NUMBER.findall(case.subject_text)
    yield from NUMBER.findall(case.own_text)
    yield from NUMBER.findall(case.rest_text)


def _distinct(numbers: Iterable[str]) -> Iterable[str]:
    return (number for number in dict.fromkeys(numbers) if len(number) <= LONGEST)


def known_numbers(case: Case) -> list[Named]:
    """Numbers of this customer's known orders that the mail holds without calling them so."""
    places = [Cell(case.subject_text, "subject", 0), *(cell for sheet in case.sheets for cell in sheet.rest)]
    return [
        Named(match.group(), place)
        for place in places
        for match in NUMBER.finditer(place.text)
        if case.known_order(match.group()) is True
    ]
