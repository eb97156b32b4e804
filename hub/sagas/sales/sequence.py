"""The place of a document in its purchase order's sequence: release, then change number (R7).

Changes are told apart by (partner, PO number, release) and their change number. What comes behind a later one, or under
a number that said something else, is put to a person; what comes again is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hub.messages.customer_po import CHANGE_NUMBER, SubmitCustomerPo
from hub.sagas.difference import content
from hub.sagas.model import Order

COUNTED = frozenset({"x12"})
"""channels whose change numbers count up by definition; elsewhere they only tell changes apart"""
OTHER_RELEASE = "release_differs"
OUT_OF_SEQUENCE = "change_out_of_sequence"
NUMBER_TAKEN = "change_number_in_use"
REPEATED = "change_repeated"
CODES = frozenset({OTHER_RELEASE, OUT_OF_SEQUENCE, NUMBER_TAKEN, REPEATED})
_COUNT = re.compile("[0-9]{1,18}", re.ASCII)
_LETTER = re.compile("[A-Z]", re.ASCII)


def _rank(text: str) -> tuple[str, int] | None:
    """A counter (``2``, ``B``) as its kind and number; None for what does not count."""
    if _COUNT.fullmatch(text):
        return "number", int(text)
    return ("letter", ord(text)) if _LETTER.fullmatch(text) else None


def _release(po: SubmitCustomerPo) -> str | None:
    """The release, where it says anything: zero is none, ``002`` is 2, and ``b`` is B."""
    return (po.release or "").lstrip("0").upper() or None


def _change_number(po: SubmitCustomerPo) -> str | None:
    number = next((each.value for each in po.references if each.kind == CHANGE_NUMBER), None)
    return (number.lstrip("0") or "0") if number else None


def change_numbers(documents: Iterable[SubmitCustomerPo]) -> list[str]:
    """What their sender calls these changes, as it writes it."""
    references = (each for document in documents for each in document.references)
    return list(dict.fromkeys(each.value for each in references if each.kind == CHANGE_NUMBER))


def _taken(order: Order) -> Iterator[SubmitCustomerPo]:
    """The documents that made the order what it is, in the order in which they came, as they came."""
    for revision in order.revisions:
        yield revision.sent or revision.po
    for asked in order.change.requests:
        yield asked.sent


def states_differences(po: SubmitCustomerPo) -> bool:
    """Some quantity of it is a difference, which counts anew each time that it comes."""
    return any(line.quantity_before is not None for line in po.lines)


def came_before(order: Order, po: SubmitCustomerPo) -> bool:
    """A document that says the same has been taken before."""
    said = content(po)
    return any(each.purpose == po.purpose and content(each) == said for each in _taken(order))


def is_the_same_change(order: Order, po: SubmitCustomerPo) -> bool:
    """It has come before, and its change number says that it is the same one."""
    return _change_number(po) is not None and came_before(order, po)


def fault(order: Order, po: SubmitCustomerPo) -> tuple[str, str] | None:
    """Why a change or revision does not follow what was taken last: a code, and what is wrong; None where it does."""
    if po.purpose not in {"revision", "change"}:
        return None
    taken = [(each, _release(each) or "") for each in _taken(order)]
    standing = next((release for _, release in reversed(taken) if release), "")
    release = _release(po) or standing
    if release != standing and standing:
        last, now = _rank(standing), _rank(release)
        if last is None or now is None or last[0] != now[0]:
            return OTHER_RELEASE, f"it is about release {release}, and the order is known as release {standing}"
        if now < last:
            return OUT_OF_SEQUENCE, f"release {release} comes behind release {standing}, which was taken already"
        return None
    number = _change_number(po)
    if number is None:
        if states_differences(po) and came_before(order, po):
            return (
                REPEATED,
                "it says the same as a change before, has no change number, and its quantities would add up",
            )
        return None
    numbers = [found for each, at in taken if (at or release) == release and (found := _change_number(each))]
    if number in numbers:
        return NUMBER_TAKEN, f"change {number} of the order said something else"
    counts = [int(each) for each in numbers if _COUNT.fullmatch(each)] if po.source.channel in COUNTED else []
    if counts and _COUNT.fullmatch(number) and int(number) < max(counts):
        return OUT_OF_SEQUENCE, f"change {number} comes behind change {max(counts)}, which was taken already"
    return None
