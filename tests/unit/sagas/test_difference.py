"""What one purchase order says otherwise than another, and what a document leaves unsaid (R8)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from hub.messages.customer_po import SubmitCustomerPo
from hub.sagas.difference import amended, between

LINE: dict[str, Any] = {
    "line": "1",
    "product": {"buyer_part": "P-1", "description": "Side plate"},
    "quantity": "10",
    "unit": "H87",
    "unit_price": "3.50",
    "price_basis": "100",
    "requested_date": "2027-01-11",
    "schedule": [{"quantity": "10", "date": "2027-01-11"}],
    "characteristics": [{"name": "grade", "value": "S355"}],
}


def po(*lines: dict[str, Any], purpose: str = "original", **more: Any) -> SubmitCustomerPo:
    data = {"po_number": "1", "purpose": purpose, "customer": {"id": "C"}, "source": {"channel": "api"}, **more}
    return SubmitCustomerPo.model_validate({**data, "lines": list(lines or (LINE,))})


def changed(line: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The fields of line 1 that a change of it alters."""
    before = po(LINE, requested_date="2027-01-04", **more.pop("was", {}))
    bare = {"line": "1", "product": {}, "quantity": "10", "unit": "H87", **line}
    found = between(before, amended(before, po(bare, purpose="change", **more)))
    return {name: values["after"] for each in found["lines"] for name, values in each["fields"].items()}


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("line", "more", "differs"),
    [
        ({}, {}, {}),
        ({"quantity": "10.00", "unit_price": "3.5", "price_basis": "100.0"}, {}, {}),
        ({"product": {"buyer_part": "P-1"}}, {}, {}),
        ({"product": {"buyer_part": "P-1", "gtin": "4012345678901"}}, {}, {"product"}),
        ({"quantity": "12"}, {}, {"quantity", "schedule"}),
        ({"requested_date": "2027-02-01"}, {}, {"requested_date"}),
        ({}, {"requested_date": "2027-02-01"}, {"requested_date"}),
        ({}, {"requested_date": "2027-01-04"}, {}),
        ({"unit_price": "4"}, {}, {"unit_price", "price_basis"}),
        ({"characteristics": [{"name": "grade", "value": "S235"}]}, {}, {"characteristics"}),
        (
            {"product": {"buyer_part": "P-2"}},
            {},
            {"product", "unit_price", "price_basis", "schedule", "characteristics"},
        ),
        ({"action": "none", "quantity": "0"}, {}, {}),
    ],
)
def test_a_change_alters_what_it_says_and_nothing_else(
    line: dict[str, Any], more: dict[str, Any], differs: Collection[str]
) -> None:
    assert set(changed(line, **more)) == set(differs)


@pytest.mark.rule("R8")
@pytest.mark.parametrize("line", [{"action": "delete", "quantity": "10"}, {"quantity": "0"}])
def test_a_line_is_removed_by_name_or_by_nothing_left(line: dict[str, Any]) -> None:
    two = po(LINE, {**LINE, "line": "2"})
    after = amended(two, po({**LINE, **line}, purpose="change"))
    assert [item.line for item in after.lines] == ["2"]


@pytest.mark.rule("R8")
def test_parties_terms_and_references_are_taken_over_one_by_one() -> None:
    contact = {"name": "Jana Weiss"}
    before = po(
        order_date="2026-11-20",
        parties=[{"role": "buyer", "name": "Holt", "contacts": [contact]}, {"role": "ship-to", "name": "Werk 2"}],
        references=[{"kind": "contract", "value": "RV-1"}],
        terms={"payment": "30 days", "delivery": "DAP"},
    )
    sent = po(
        purpose="change",
        order_date="2026-11-25",
        parties=[{"role": "buyer", "name": "Holt"}, {"role": "ship-to", "name": "Werk 3"}],
        references=[{"kind": "change-number", "value": "AE-1"}],
        terms={"delivery": "EXW"},
    )
    after = amended(before, sent)

    assert [(party.role, party.name, len(party.contacts)) for party in after.parties] == [
        ("buyer", "Holt", 1),
        ("ship-to", "Werk 3", 0),
    ]
    assert [each.kind for each in after.references] == ["contract", "change-number"]
    assert after.terms is not None
    assert (after.terms.payment, after.terms.delivery) == ("30 days", "EXW")
    assert (after.order_date, after.purpose) == ("2026-11-20", "revision")
    assert set(between(before, after)["header"]) == {"parties", "terms"}


@pytest.mark.rule("R8")
def test_the_same_change_twice_is_the_same() -> None:
    change = po({**LINE, "quantity": "12"}, {**LINE, "line": "9"}, purpose="change", requested_date="2027-05-01")
    once = amended(po(), change)
    assert amended(once, change) == once


def test_a_difference_names_old_and_new() -> None:
    found = between(po(), po({**LINE, "quantity": "12"}, {**LINE, "line": "2"}))
    assert [(each["line"], each["action"]) for each in found["lines"]] == [("1", "change"), ("2", "add")]
    assert found["lines"][0]["fields"] == {"quantity": {"before": "10", "after": "12"}}
    assert found["lines"][1]["fields"]["product"]["before"] is None
    assert found["header"] == {}
