"""Policies: answers to tasks that need no person, given by what a profile or the settings say (R40).

A policy looks at nothing but the facts of the task. When they leave a doubt it says nothing, and the task waits for a
person. What is never confirmed by a policy stands in `needs_a_person` (R67).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.messages.base import Currency, Material, Money, Name
from hub.messages.material import SourceMaterial
from hub.messages.material_po import ReviewMaterialPoChange
from hub.messages.order import ReviewOrder
from hub.messages.task import TaskOpened
from hub.messages.work_order import SpecifyMaterials
from hub.sagas.numbers import same_unit
from hub.sagas.sales.remarks import says_more

Facts = dict[str, Any]
Answer = dict[str, Any]
"""the command's data, without who decides and the ids of the task"""
Place = Literal["customer", "supplier", "settings"]


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    """what it is called where its answers are shown: ``by: {policy: NAME}``"""


class ConfirmOrder(_Policy):
    """Confirms purchase orders of known products."""

    kind: Literal["confirm-order"]
    up_to: Money
    """the value of the purchase order, at most"""
    currency: Currency
    """of that value; a purchase order in another currency is for a person"""
    days_ahead: Annotated[int, Field(ge=0)]
    """how many days from today every requested date has to lie away, at least"""
    in_stock: bool = True
    """whether the material, by the last list for each product, has to be free in stock"""


class RepeatMaterials(_Policy):
    """Lists the materials of the last time for a product that was made before for this customer."""

    kind: Literal["repeat-materials"]
    made: Annotated[int, Field(ge=1)] = 1
    """how often it has to have been made for this customer, at least"""


class TakeFromStock(_Policy):
    """Reserves a material where all that is needed is free in stock."""

    kind: Literal["take-from-stock"]
    materials: list[Material] = []
    """only these; absent: all"""


class OrderMaterial(_Policy):
    """Orders a material from this supplier where it is not free in stock; what is free is reserved first."""

    kind: Literal["order-material"]
    up_to: Money
    """what the order may come to, in the currency of the supplier's offer"""
    materials: list[Material] = []
    """only these; absent: all that the supplier offers"""


class AcceptLaterDate(_Policy):
    """Accepts a supplier's later date where nothing else changes and no promise to a customer is moved."""

    kind: Literal["accept-later-date"]
    days: Annotated[int, Field(ge=1)]
    """by how many days it may be later"""


Policy = Annotated[
    ConfirmOrder | RepeatMaterials | TakeFromStock | OrderMaterial | AcceptLaterDate, Field(discriminator="kind")
]


# ------------------------------------------------------------------------------------------- one function per kind


def needs_a_person(facts: Facts) -> bool:
    """What no policy confirms: a new product, another price than agreed, a past date, a product named twice, a remark
    of the customer's that is neither a courtesy nor one that its orders commonly bear (R67).
    """
    return says_more(facts["remarks"]) or any(
        line["new_product"] or line["price_differs"] or line["in_the_past"] or line["product_named_twice"]
        for line in facts["lines"]
    )


def confirm_order(policy: ConfirmOrder, facts: Facts, owner: str, today: date) -> Answer | None:
    """Confirm a purchase order of products made before for this customer, small enough and far enough away."""
    value = facts.get("value")
    if needs_a_person(facts) or value is None or facts["currency"] != policy.currency:
        return None
    if Decimal(value) > Decimal(policy.up_to):
        return None
    soonest = (today + timedelta(days=policy.days_ahead)).isoformat()
    for line in facts["lines"]:
        requested = line.get("requested_date")
        if not line["made_before"]["for_this_customer"] or requested is None or requested < soonest:
            return None
        if policy.in_stock and not line["all_in_stock"]:
            return None
    return {"decision": "confirm"}


def repeat_materials(policy: RepeatMaterials, facts: Facts, owner: str, today: date) -> Answer | None:
    """Repeat the last list for a product that has proved itself; its engineer is responsible again (R15)."""
    proposal = facts.get("proposal")
    if proposal is None or facts["made_before"]["for_this_customer"] < policy.made:
        return None
    return {"materials": proposal["materials"], "engineer": proposal["from"]["engineer"]}


def take_from_stock(policy: TakeFromStock, facts: Facts, owner: str, today: date) -> Answer | None:
    """Reserve the whole quantity, where it is free."""
    if policy.materials and facts["material"] not in policy.materials:
        return None
    if Decimal(facts["stock"]["free"]) < Decimal(facts["quantity"]):
        return None
    return {"allocations": [{"from": "stock", "quantity": facts["quantity"]}]}


def order_material(policy: OrderMaterial, facts: Facts, owner: str, today: date) -> Answer | None:
    """Order from the supplier what is not free in stock, if it comes before the line is due and is cheap enough."""
    if policy.materials and facts["material"] not in policy.materials:
        return None
    offer = next((each for each in facts["suppliers"] if each["supplier_id"] == owner), None)
    if offer is None or offer.get("in_time") is not True:
        return None
    needed, free = Decimal(facts["quantity"]), max(Decimal(0), Decimal(facts["stock"]["free"]))
    if free >= needed:
        return None
    ordered = max(needed - free, Decimal(offer["minimum"]))
    if ordered * Decimal(offer["price"]) > Decimal(policy.up_to):
        return None
    order = {
        "from": "supplier",
        "supplier_id": owner,
        "quantity": f"{ordered:f}",
        "unit_price": offer["price"],
        "requested_date": offer["earliest_date"],
    }
    reserved = [{"from": "stock", "quantity": f"{free:f}"}] if free else []
    return {"allocations": [*reserved, order]}


def accept_later_date(policy: AcceptLaterDate, facts: Facts, owner: str, today: date) -> Answer | None:
    """Accept the first line that waits, if only its date has changed, by little, and every promise is kept."""
    line = facts["lines"][0]
    answer = line.get("answer") or {}
    if answer.get("answer") != "changed" or line.get("keeps_promise") is not True:
        return None
    if not 0 < (line.get("days_later") or 0) <= policy.days or not _only_the_date(line, answer):
        return None
    return {"line": line["line"], "decision": "accept"}


def _only_the_date(line: Facts, answer: Facts) -> bool:
    """Whether quantity and price are what was ordered, in the same unit, and no words say more."""
    if answer.get("reason") or not same_unit(line["unit"], answer.get("unit")):
        return False
    return all(
        answer.get(name) is None or (line.get(name) is not None and Decimal(answer[name]) == Decimal(line[name]))
        for name in ("quantity", "unit_price")
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of policy: which tasks it answers, how, and where it may stand."""

    answers: str
    """type of the command"""
    answer: Callable[[Any, Facts, str, date], Answer | None]
    """given the policy, the task's facts, the partner in whose profile it stands (else empty), and the day"""
    stands_in: tuple[Place, ...]


KINDS: Mapping[str, Kind] = {
    "confirm-order": Kind(ReviewOrder.TYPE, confirm_order, ("customer", "settings")),
    "repeat-materials": Kind(SpecifyMaterials.TYPE, repeat_materials, ("customer", "settings")),
    "take-from-stock": Kind(SourceMaterial.TYPE, take_from_stock, ("customer", "settings")),
    "order-material": Kind(SourceMaterial.TYPE, order_material, ("supplier",)),
    "accept-later-date": Kind(ReviewMaterialPoChange.TYPE, accept_later_date, ("supplier", "settings")),
}


def misplaced(policies: Iterable[Policy], place: Place) -> str:
    """Why one of these policies can't stand in such a place; empty where all can."""
    where = {"customer": "a customer's profile", "supplier": "a supplier's profile", "settings": "the settings"}
    for policy in policies:
        allowed = KINDS[policy.kind].stands_in
        if place not in allowed:
            fits = " or ".join(where[each] for each in allowed)
            return f"policy {policy.name}: {policy.kind} belongs in {fits}, not in {where[place]}"
    return ""


# ------------------------------------------------------------------------------------------------- all policies


@dataclass(frozen=True)
class Policies:
    """All policies: those of the profiles by partner, and those of the settings, which are asked last."""

    of_partners: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    general: tuple[Policy, ...] = ()

    def answer(self, task: TaskOpened, today: date) -> tuple[Policy, Answer] | None:
        """The first answer that a policy gives to a task, and the policy."""
        for owner, policy in self._asked(task.facts):
            kind = KINDS[policy.kind]
            if kind.answers == task.kind and (answer := kind.answer(policy, task.facts, owner, today)) is not None:
                return policy, answer
        return None

    def _asked(self, facts: Facts) -> Iterable[tuple[str, Policy]]:
        """The policies of the partners that a task is about, in the order in which it names them, then the others."""
        offering = [offer["supplier_id"] for offer in facts.get("suppliers", ())]
        for owner in dict.fromkeys((facts.get("customer_id"), facts.get("supplier_id"), *offering)):
            for policy in self.of_partners.get(owner or "", ()):
                yield owner or "", policy
        for policy in self.general:
            yield "", policy
