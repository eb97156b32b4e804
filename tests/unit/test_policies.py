"""Policies answer only what their facts leave no doubt about (R40, R67)."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from hub.configuration import policies_of
from hub.errors import ConfigurationError
from hub.messages.envelope import check_data
from hub.messages.task import TaskOpened
from hub.partner_files import load_partners
from hub.partners import Partner, Partners
from hub.policies import KINDS, Policies, Policy
from hub.settings import Settings, load_settings

TODAY = date(2026, 11, 23)
POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)
LINE: dict[str, Any] = {
    "line": "1",
    "requested_date": "2027-01-11",
    "new_product": False,
    "price_differs": False,
    "in_the_past": False,
    "product_named_twice": False,
    "made_before": {"times": 3, "for_this_customer": 2},
    "all_in_stock": True,
}
FACTS: dict[str, dict[str, Any]] = {
    "confirm-order": {"customer_id": "C-HOLT", "value": "5000", "currency": "EUR", "remarks": [], "lines": [LINE]},
    "repeat-materials": {
        "customer_id": "C-HOLT",
        "made_before": {"times": 3, "for_this_customer": 2},
        "proposal": {
            "materials": [{"material": "STEEL", "quantity": "30", "unit": "KGM"}],
            "from": {"engineer": "Jo Brandt"},
        },
    },
    "take-from-stock": {
        "customer_id": "C-HOLT",
        "material": "STEEL",
        "quantity": "30",
        "stock": {"free": "30"},
        "suppliers": [],
    },
    "order-material": {
        "material": "STEEL",
        "quantity": "30",
        "stock": {"free": "10"},
        "suppliers": [
            {"supplier_id": "S-ONE", "price": "2.00", "minimum": "15", "in_time": True, "earliest_date": "2026-12-01"}
        ],
    },
    "accept-later-date": {
        "supplier_id": "S-ONE",
        "lines": [
            {
                "line": "1",
                "quantity": "100",
                "unit": "KGM",
                "unit_price": "2.00",
                "answer": {"answer": "changed", "promised_date": "2026-12-04"},
                "days_later": 3,
                "keeps_promise": True,
            }
        ],
    },
}
GIVEN: dict[str, dict[str, Any]] = {
    "confirm-order": {"up_to": "5000", "currency": "EUR", "days_ahead": 49},
    "repeat-materials": {"made": 2},
    "take-from-stock": {},
    "order-material": {"up_to": "40"},
    "accept-later-date": {"days": 3},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "confirm-order": {"decision": "confirm"},
    "repeat-materials": {
        "materials": [{"material": "STEEL", "quantity": "30", "unit": "KGM"}],
        "engineer": "Jo Brandt",
    },
    "take-from-stock": {"allocations": [{"from": "stock", "quantity": "30"}]},
    "order-material": {
        "allocations": [
            {"from": "stock", "quantity": "10"},
            {
                "from": "supplier",
                "supplier_id": "S-ONE",
                "quantity": "20",
                "unit_price": "2.00",
                "requested_date": "2026-12-01",
            },
        ]
    },
    "accept-later-date": {"line": "1", "decision": "accept"},
}


def answer(kind: str, facts: dict[str, Any], **given: Any) -> dict[str, Any] | None:
    policy = POLICY.validate_python({"name": "mine", "kind": kind, **GIVEN[kind], **given})
    return KINDS[kind].answer(policy, facts, "S-ONE", TODAY)


def changed(facts: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Facts in which one thing is different."""
    found = facts = deepcopy(facts)
    *way, last = path.split(".")
    for step in way:
        found = found[int(step)] if step.isdigit() else found[step]  # type: ignore[call-overload]
    found[last] = value
    return facts


@pytest.mark.rule("R40")
@pytest.mark.parametrize("kind", KINDS)
def test_at_its_very_limits_a_policy_answers(kind: str) -> None:
    assert answer(kind, FACTS[kind]) == ANSWERS[kind]


@pytest.mark.rule("R40")
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_a_command_in_order(kind: str) -> None:
    ids = {"order_id": "O-1", "work_order_id": "W-1", "requirement_id": "R-1", "material_po_id": "M-1"}
    fields = {"order.review.v1": ["order_id"], "work-order.specify-materials.v1": ["work_order_id"]}
    names = fields.get(
        KINDS[kind].answers, ["requirement_id" if "material.source" in KINDS[kind].answers else "material_po_id"]
    )
    data = {**ANSWERS[kind], **{name: ids[name] for name in names}, "by": {"policy": "mine"}}
    assert check_data(KINDS[kind].answers, data)


NEVER = ["new_product", "price_differs", "in_the_past", "product_named_twice"]


@pytest.mark.rule("R67")
@pytest.mark.parametrize("doubt", NEVER)
def test_some_things_no_policy_confirms(doubt: str) -> None:
    second = {**LINE, "line": "2", doubt: True}
    assert answer("confirm-order", {**FACTS["confirm-order"], "lines": [LINE, second]}, up_to="999999") is None


@pytest.mark.rule("R67")
def test_no_policy_passes_over_a_remark_that_says_something() -> None:
    remark = {"kind": "note", "line": None, "text": "Thank you. Treat the small ones as samples.", "says": []}
    assert answer("confirm-order", {**FACTS["confirm-order"], "remarks": [remark]})
    remark["says"] = ["Treat the small ones as samples"]
    assert answer("confirm-order", {**FACTS["confirm-order"], "remarks": [remark]}) is None


@pytest.mark.rule("R40")
@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("confirm-order", "value", "5000.01"),
        ("confirm-order", "value", None),
        ("confirm-order", "currency", "USD"),
        ("confirm-order", "lines.0.requested_date", "2027-01-10"),
        ("confirm-order", "lines.0.requested_date", None),
        ("confirm-order", "lines.0.all_in_stock", False),
        ("confirm-order", "lines.0.made_before.for_this_customer", 0),
        ("repeat-materials", "proposal", None),
        ("repeat-materials", "made_before.for_this_customer", 1),
        ("take-from-stock", "stock.free", "29.99"),
        ("order-material", "stock.free", "30"),
        ("order-material", "quantity", "30.01"),
        ("order-material", "suppliers.0.minimum", "21"),
        ("order-material", "suppliers.0.in_time", False),
        ("order-material", "suppliers.0.in_time", None),
        ("order-material", "suppliers.0.supplier_id", "S-TWO"),
        ("accept-later-date", "lines.0.days_later", 4),
        ("accept-later-date", "lines.0.days_later", None),
        ("accept-later-date", "lines.0.keeps_promise", False),
        ("accept-later-date", "lines.0.keeps_promise", None),
        ("accept-later-date", "lines.0.answer.quantity", "99"),
        ("accept-later-date", "lines.0.answer.unit_price", "2.01"),
        ("accept-later-date", "lines.0.answer.answer", "rejected"),
        ("accept-later-date", "lines.0.answer.unit", "LBR"),
        ("accept-later-date", "lines.0.answer.reason", "substitute MG X-1"),
    ],
)
def test_beyond_its_limits_a_policy_says_nothing(kind: str, path: str, value: Any) -> None:
    assert answer(kind, changed(FACTS[kind], path, value)) is None


def test_a_policy_may_be_for_certain_materials_and_not_ask_for_stock() -> None:
    for kind in ("take-from-stock", "order-material"):
        assert answer(kind, FACTS[kind], materials=["BRASS"]) is None
        assert answer(kind, FACTS[kind], materials=["STEEL"])
    short = changed(FACTS["confirm-order"], "lines.0.all_in_stock", False)
    assert answer("confirm-order", short, in_stock=False)


def test_the_partners_policies_are_asked_before_those_of_the_settings() -> None:
    def named(name: str, **given: Any) -> Policy:
        return POLICY.validate_python({"name": name, "kind": "confirm-order", **GIVEN["confirm-order"], **given})

    task = TaskOpened.model_validate(
        {
            "task_id": "T-1",
            "kind": "order.review.v1",
            "role": "sales-officer",
            "opened_at": "2026-11-23T08:00:00Z",
            "facts": FACTS["confirm-order"],
        }
    )
    general = (named("general"),)

    def who(**of_partners: tuple[Policy, ...]) -> str:
        found = Policies({"C-HOLT": (), **{k.replace("_", "-"): v for k, v in of_partners.items()}}, general).answer(
            task, TODAY
        )
        return found[0].name if found else ""

    assert who() == "general"
    assert who(C_HOLT=(named("small", up_to="1"), named("theirs"))) == "theirs"
    assert who(C_OTHER=(named("others"),)) == "general"


# ------------------------------------------------------------------------------------------------ where they stand


def load(folder: Path, *lines: str) -> None:
    path = folder / "partners.yaml"
    path.write_text("\n".join(("partners:", *lines)))
    load_partners(path)


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (
            ["  - id: C", "    name: C", "    policies:", "      - {name: p, kind: confirm-order, days_ahead: 3}"],
            5,
            "up_to",
        ),
        (
            ["  - id: C", "    name: C", "    policies:", "      - name: p", "        kind: confirm-all"],
            5,
            "confirm-all",
        ),
        (
            ["  - id: C", "    name: C", "    policies:", '      - {name: p, kind: order-material, up_to: "5"}'],
            4,
            "order-material belongs in a supplier's profile, not in a customer's profile",
        ),
        (
            [
                "  - id: C",
                "    name: C",
                "    policies:",
                "      - name: p",
                "        kind: confirm-order",
                "        up_to: lots",
                "        currency: EUR",
                "        days_ahead: 3",
            ],
            7,
            "plain decimal",
        ),
    ],
)
def test_a_fault_in_a_policy_is_named_with_its_line(tmp_path: Path, lines: list[str], line: int, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as error:
        load(tmp_path, *lines)
    assert error.value.where == f"{tmp_path}/partners.yaml:{line}"


def test_a_fault_in_the_settings_policies_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_POLICIES", raising=False)
    Path("hub.yaml").write_text(
        "http_port: 0\npolicies:\n  - name: p\n    kind: take-from-stock\n    material: [STEEL]\n"
    )
    with pytest.raises(ConfigurationError, match=r"HUB_POLICIES\.0\.take-from-stock\.material") as error:
        load_settings()
    assert error.value.where == "hub.yaml:5"
    with pytest.raises(ConfigurationError, match="belongs in a supplier's profile, not in the settings"):
        load_settings(policies=[{"name": "p", "kind": "order-material", "up_to": "5"}])


def test_names_are_given_once(tmp_path: Path) -> None:
    stock = POLICY.validate_python({"name": "p", "kind": "take-from-stock"})
    partners = Partners([Partner(id="C", name="C", policies=[stock])])
    assert policies_of(Settings(), partners).of_partners == {"C": (stock,)}
    with pytest.raises(ConfigurationError, match="two policies are called p"):
        policies_of(Settings(policies=[stock]), partners)
