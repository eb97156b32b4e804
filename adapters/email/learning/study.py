"""What a person's answer tells of a customer's layout: proved by reading the mail once more with it.

A layout is learnt only when the mail, read with it, says on every line what the person has said, contradicts
itself nowhere, and is less uncertain than before. It lifts no gate but those that it explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter

from adapters.email.grammar.headings import understood
from adapters.email.grammar.units import PIECE
from adapters.email.intents.case import Case, Outcome, examine
from adapters.email.learning.evidence import evidence, layouts
from adapters.email.limits import Limits
from adapters.email.mail.mime import read_mail
from hub.layouts import Layout, Lesson, Version
from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.ports import Context, Reader

_CONTRADICTIONS = frozenset(
    {
        "alternatives_disagree",
        "amount_differs",
        "column_twice",
        "currency_conflict",
        "date_conflict",
        "discount_stated",
        "line_count_differs",
        "line_number_twice",
        "parts_disagree",
        "total_differs",
    }
)
_MOST = 20
"""tables that are tried at most"""
Judge = Callable[[Case], Outcome]
_Proof = tuple[tuple[int, int, bool], Layout]
"""a layout that explains the mail, behind what it is judged by: doubts left, things learnt, a decimal mark settled"""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a mail says, and which gates it fails."""

    message: SubmitCustomerPo | None
    codes: frozenset[str]
    doubts: int
    """how many faults there are"""

    def says(self, said: SubmitCustomerPo) -> bool:
        """Whether that is what the person said, as far as it can stand in a table."""
        return self.message is not None and _essence(self.message) == _essence(said)


def study(
    raw: bytes, context: Context, said: SubmitCustomerPo, edi: Sequence[Reader], limits: Limits, judge: Judge
) -> Lesson:
    """What the layout of a mail is, from what a person has made of it. Raises MailTooLarge."""
    mail = read_mail(raw, limits)

    def case_of(known: Context) -> Case:
        return examine(mail, known, edi, limits)

    def read(known: Context) -> _Read:
        case = case_of(known)
        outcome = judge(case)
        found = next((each for each in outcome.messages if isinstance(each, SubmitCustomerPo)), None)
        faults = [*case.gates, *outcome.faults]
        return _Read(found, frozenset(each.code for each in faults), len(set(faults)))

    case = case_of(context)
    partner = case.partner
    if not case.verdict.certain or partner is None:
        return Lesson(None, "it is not certain who sent the mail")
    if partner.role != "customer" or partner.id != said.customer.id:
        return Lesson(None, f"the mail is from {partner.id}, and the answer orders for {said.customer.id}")
    before = read(context)
    proved: list[_Proof] = []
    for draft in _drafts(case, said):
        for layout in _completed(draft, said, partner.currency):
            known = _with(context, partner.id, layout)
            after = read(known)
            better = not before.says(said) or after.doubts < before.doubts
            if after.says(said) and better and not after.codes & _CONTRADICTIONS:
                proved.append(((after.doubts, len(layout.lessons), layout.decimal is not None), layout))
                break
    return _best(proved, before.says(said))


def _drafts(case: Case, said: SubmitCustomerPo) -> Iterator[Layout]:
    """Every layout that the tables of the mail may have."""
    partner = case.partner
    own = partner.email.columns if partner and partner.email else {}
    seen: set[Layout] = set()
    with understood(own):
        for sheet in case.found.every:
            for found in evidence(sheet.blocks, said):
                fresh = {each: None for each in layouts(found, said, case.base) if each not in seen}
                seen |= fresh.keys()
                yield from fresh
                if len(seen) >= _MOST:
                    return


def _completed(draft: Layout, said: SubmitCustomerPo, home: str | None) -> Iterator[Layout]:
    """The layout, and with what the order has that no line of it may state: unit, price basis, currency."""
    if draft.lessons:
        yield draft
    units, bases = {line.unit for line in said.lines}, {line.price_basis for line in said.lines}
    usual = {
        "unit": units.pop() if len(units) == 1 and units != {PIECE} else None,
        "price_basis": bases.pop() if len(bases) == 1 and bases != {"1"} else None,
        "currency": said.currency if home is None else None,
    }
    given = {name: value for name, value in usual.items() if value}
    for name, value in given.items():
        yield draft.model_copy(update={name: value})
    if len(given) > 1:
        yield draft.model_copy(update=given)


def _with(context: Context, partner_id: str, layout: Layout) -> Context:
    others = [each for each in context.layouts if each.layout.headings != layout.headings]
    return replace(context, layouts=(*others, Version(partner_id, 1, layout)))


def _best(proved: Sequence[_Proof], known: bool) -> Lesson:
    """The layout that leaves the fewest doubts and says least; none where two are as good."""
    if not proved:
        text = "it was read as the answer says; what was doubtful is not explained by its layout"
        return Lesson(None, text if known else "no table in it says, line by line, what the answer says")
    ranked = sorted(proved, key=itemgetter(0))
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return Lesson(None, "the answer explains it in more than one way")
    return Lesson(ranked[0][1])


def _essence(message: SubmitCustomerPo) -> tuple[object, ...]:
    return message.currency, [_of_line(line, message.requested_date) for line in message.lines]


def _of_line(line: Line, due: str | None) -> tuple[object, ...]:
    product = line.product
    numbers = (product.buyer_part, product.seller_part, product.manufacturer_part, product.gtin)
    named = numbers if any(numbers) else " ".join((product.description or "").split())
    price = Decimal(line.unit_price) / Decimal(line.price_basis) if line.unit_price is not None else None
    return named, Decimal(line.quantity), line.unit, price, line.requested_date or due
