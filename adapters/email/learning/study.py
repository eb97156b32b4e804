"""What a person's answer tells of a customer's layout: proved by reading the mail once more with it.

A layout is learnt only when the mail, read with it, says on every line what the person has said, contradicts
itself nowhere, and is less uncertain than before. It lifts no gate but those that it explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter

from adapters.email.grammar.headings import understood
from adapters.email.grammar.units import PIECE
from adapters.email.intents.case import Case, Outcome, examine
from adapters.email.learning.evidence import CONVENTIONS, evidence, layout_of
from adapters.email.limits import Limits
from adapters.email.lines.header import label_before
from adapters.email.lines.records import label_kind
from adapters.email.mail.document import Cell
from adapters.email.mail.mime import Mail, read_mail
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


@dataclass(frozen=True, slots=True)
class _Read:
    """What a mail says, and which gates it fails."""

    message: SubmitCustomerPo | None
    codes: frozenset[str]
    doubts: int
    """how many faults there are"""

    @property
    def number(self) -> str:
        """The order's."""
        return self.message.po_number if self.message else ""

    def says(self, said: SubmitCustomerPo) -> bool:
        """Whether that is what the person said, as far as it can stand in a table."""
        return self.message is not None and _essence(self.message) == _essence(said)


@dataclass(frozen=True, slots=True)
class _Study:
    """One mail, and what a person has made of it."""

    mail: Mail
    context: Context
    said: SubmitCustomerPo
    edi: Sequence[Reader]
    limits: Limits
    judge: Judge
    home: str | None
    """the currency of the partner's profile"""

    def case(self, layout: Layout | None = None) -> Case:
        """The mail, read with this layout beside those that hold already."""
        known = self.context
        if layout is not None:
            version = Version(self.said.customer.id or "", 1, layout)
            others = [each for each in known.layouts if not each.layout.same_headings(layout)]
            known = replace(known, layouts=(*others, version))
        return examine(self.mail, known, self.edi, self.limits)

    def read(self, layout: Layout | None = None) -> _Read:
        """What it says so. Where it names no order's number, the person's is taken; that is a doubt all the same."""
        case = self.case(layout)
        outcome = self.judge(case)
        faults = {*case.gates, *outcome.faults}
        codes = frozenset(each.code for each in faults)
        if "po_number_missing" in codes and not case.located.conversation:
            numbered = replace(case.located, conversation={"po_number": self.said.po_number})
            outcome = self.judge(replace(case, located=numbered))
        found = next((each for each in outcome.messages if isinstance(each, SubmitCustomerPo)), None)
        return _Read(found, codes, len(faults))

    def explains(self, layout: Layout) -> _Read | None:
        """What the mail says with the layout, when that is what the person has said, and nothing contradicts it."""
        after = self.read(layout)
        return after if after.says(self.said) and not after.codes & _CONTRADICTIONS else None


def study(
    raw: bytes, context: Context, said: SubmitCustomerPo, edi: Sequence[Reader], limits: Limits, judge: Judge
) -> Lesson:
    """What the layout of a mail is, from what a person has made of it. Raises MailTooLarge."""
    mail = read_mail(raw, limits)
    case = examine(mail, context, edi, limits)
    partner = case.partner
    if not case.verdict.certain or partner is None:
        return Lesson(None, "it is not certain who sent the mail")
    if partner.role != "customer" or partner.id != said.customer.id:
        return Lesson(None, f"the mail is from {partner.id}, and the answer orders for {said.customer.id}")
    studied = _Study(mail, context, said, edi, limits, judge, partner.currency)
    before = studied.read()
    with understood(partner.email.columns if partner.email else {}):
        tables = [found for sheet in case.found.every for found in evidence(sheet.blocks, said)]
    proved: dict[Layout, int] = {}
    for conventions in CONVENTIONS:
        for table in dict.fromkeys(tables[:_MOST]):
            with understood(partner.email.columns if partner.email else {}):
                draft = layout_of(table, said, case.base, conventions)
            if draft is not None:
                proved.update(_proved(studied, draft, before))
        if 0 in proved.values():
            break
    return _best(proved, before.says(said))


def _proved(studied: _Study, draft: Layout, before: _Read) -> Iterator[tuple[Layout, int]]:
    """The draft, completed as far as it has to be to explain the mail; and the doubts left, fewer than before."""
    for layout in _completed(draft, studied.said, studied.home):
        after = studied.explains(layout)
        if after is None:
            continue
        for more in _settling(studied, layout, after):
            settled = studied.explains(more)
            if settled is not None and settled.doubts < after.doubts and settled.number == studied.said.po_number:
                layout, after = more, settled
        if not before.says(studied.said) or after.doubts < before.doubts:
            yield layout, after.doubts
        return


def _completed(draft: Layout, said: SubmitCustomerPo, home: str | None) -> Iterator[Layout]:
    """The layout, and with what the order has that no line of it may state: unit, price basis, currency."""
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


def _settling(studied: _Study, layout: Layout, read: _Read) -> Iterator[Layout]:
    """The layout with what would settle a doubt that is left: how bare numbers are meant, where the number stands."""
    case = studied.case(layout)
    decimals = {locale.decimal for locale in case.setting.locales}
    if "number_uncorroborated" in read.codes and len(decimals) == 1:
        layout = Layout.model_validate({**layout.model_dump(), "bare_numbers": True, "decimal": decimals.pop()})
        yield layout
    if "po_number_missing" in read.codes:
        places = [Cell(case.subject_text, "subject"), *(cell for sheet in case.sheets for cell in sheet.rest)]
        labels = {label_before(studied.said.po_number, place) for place in places} - {""}
        if len(labels) == 1 and not any(map(label_kind, labels)):
            yield layout.model_copy(update={"po_label": labels.pop()})


def _best(proved: Mapping[Layout, int], known: bool) -> Lesson:
    """The layout that leaves the fewest doubts and says least; none where two are as good."""
    judged = [((left, len(layout.lessons), layout.decimal is not None), layout) for layout, left in proved.items()]
    ranked = sorted(judged, key=itemgetter(0))
    if not ranked:
        text = "it was read as the answer says; what was doubtful is not explained by its layout"
        return Lesson(None, text if known else "no table in it says, line by line, what the answer says")
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
