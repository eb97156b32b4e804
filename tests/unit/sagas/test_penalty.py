"""The penalty that the settings propose, and the offer that is made of it (R64, R33, R38)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub.configuration import rules_of
from hub.messages.cancellation import PenaltyStep
from hub.partners import Partner, Partners
from hub.sagas.sales.proposal import UNCONFIRMED
from hub.sagas.work_order import LIVE
from hub.settings import load_settings
from tests.unit.sagas.play import Play

TABLE = {"awaiting_engineering": Decimal(5), "in_production": Decimal("33.3"), "ready_to_ship": Decimal(100)}


def priced(*lines: tuple[str, str, str | None], currency: str | None = "EUR", **rules: Any) -> Play:
    """An order of lines of number, quantity and price, confirmed."""
    play = Play().with_rules(penalty_percent=TABLE, **rules)
    listed = [
        {
            "line": number,
            "product": {"buyer_part": f"P-{number}"},
            "quantity": quantity,
            "unit": "H87",
            "requested_date": "2027-01-11",
            **({"unit_price": price} if price else {}),
        }
        for number, quantity, price in lines
    ]
    play.submit(lines=listed, **({"currency": currency} if currency else {}))
    play.review("confirm")
    return play


def proposed(play: Play) -> dict[str, Any]:
    found: dict[str, Any] = play.event("task.opened").facts["penalty"]
    return found


def assess(play: Play, decision: str | None = "penalty", **more: Any) -> str:
    given = {"decision": decision} if decision else {}
    return play.tell("cancellation.assess", order_id=play.order_id, **given, **more)


@pytest.mark.rule("R64")
def test_the_officer_sees_what_the_table_says_and_how_it_comes_about() -> None:
    """Other systems leave the officer to work it out, and the customer to wonder."""
    play = priced(("1", "10", "12.55"), ("2", "4", "7"))
    play.need("1")
    play.schedule("1")
    play.start("1")
    play.cancel()
    assert proposed(play) == {
        "amount": "43.19",
        "currency": "EUR",
        "lines": [
            {
                "line": "1",
                "step": "in_production",
                "percent": "33.3",
                "value": "125.50",
                "amount": "41.79",
                "currency": "EUR",
            },
            {
                "line": "2",
                "step": "awaiting_engineering",
                "percent": "5",
                "value": "28.00",
                "amount": "1.40",
                "currency": "EUR",
            },
        ],
    }


@pytest.mark.rule("R64", "R33")
def test_a_penalty_without_an_amount_is_the_proposed_one() -> None:
    play = priced(("1", "10", "12.50"), ("2", "4", "7"))
    play.cancel()
    assert assess(play) == ""
    offer = play.event("cancellation.penalty-proposed")
    assert (offer.penalty.amount, offer.penalty.currency) == ("7.65", "EUR")
    assert [(each.line, each.amount) for each in offer.basis] == [("1", "6.25"), ("2", "1.40")]
    play.answer("accept")
    assert play.event("cancellation.granted").penalty.amount == "7.65"


@pytest.mark.rule("R64", "R37")
def test_only_the_lines_that_cost_something_count() -> None:
    play = priced(("1", "10", "12.50"), ("2", "4", "7"))
    play.cancel()
    assess(play, None, lines=[{"line": "1", "decision": "free"}, {"line": "2", "decision": "penalty"}])
    assert play.event("cancellation.penalty-proposed").penalty.amount == "1.40"


@pytest.mark.rule("R64")
def test_the_officer_may_ask_for_another_amount() -> None:
    play = priced(("1", "10", "12.50"))
    play.cancel()
    assess(play, penalty={"amount": "500", "currency": "USD"})
    offer = play.event("cancellation.penalty-proposed")
    assert (offer.penalty.amount, offer.penalty.currency, offer.basis) == ("500", "USD", [])


@pytest.mark.rule("R64", "R36")
def test_work_that_goes_on_while_it_is_decided_makes_cancelling_no_dearer() -> None:
    play = priced(("1", "10", "12.50"))
    play.cancel()
    play.need("1")
    play.schedule("1")
    play.start("1")
    assess(play)
    assert play.event("cancellation.penalty-proposed").penalty.amount == "6.25"


@pytest.mark.rule("R64", "R38")
def test_the_offer_stands_unchanged_until_it_expires() -> None:
    play = priced(("1", "10", "12.50"))
    play.cancel()
    assess(play)
    offer = play.cancellation
    assert assess(play, penalty={"amount": "500", "currency": "EUR"}) == "not_assessing"
    play.with_rules(penalty_percent={}, penalty_answer=play.rules.penalty_reminder)
    play.need("1")
    play.pass_time(days=5)
    assert play.event("cancellation.reminded").penalty == offer.penalty
    assert play.event("cancellation.reminded").expires_at == offer.expires_at
    play.pass_time(days=1.9)
    play.answer("accept", question_id=offer.question_id)
    assert play.event("cancellation.granted").penalty == offer.penalty


@pytest.mark.rule("R64", "R37")
def test_the_value_is_that_of_what_has_not_been_shipped() -> None:
    play = priced(("1", "10", "12.50"), part_shipments=frozenset({"C-HOLT"})).ready("1")
    play.with_rules(penalty_percent={"part_shipped": Decimal(50)}).ship(("1", "4"))
    play.cancel()
    assert (proposed(play)["amount"], proposed(play)["lines"][0]["value"]) == ("37.50", "75.00")


@pytest.mark.rule("R64")
@pytest.mark.parametrize(
    ("lines", "currency", "rules", "reason"),
    [
        ((("1", "1", "5"), ("2", "1", None)), "EUR", {}, "line 2 has no price"),
        ((("1", "1", "5"),), None, {}, "neither the purchase order nor the customer's profile names a currency"),
        ((("1", "1", "5"),), "EUR", {"penalty_percent_of": {"C-HOLT": {}}}, "the settings have no penalty table"),
        ((("1", "999999999999", "9"),), "EUR", {}, "the value of line 1 is too large to be written"),
    ],
)
def test_where_nothing_can_be_proposed_it_says_why_and_the_officer_names_the_amount(
    lines: Any, currency: str | None, rules: dict[str, Any], reason: str
) -> None:
    play = priced(*lines, currency=currency, **rules)
    play.cancel()
    assert proposed(play)["reason"] == reason
    assert assess(play) == "penalty_missing"
    assert play.last.refusal
    assert reason in play.last.refusal.message
    assert assess(play, penalty={"amount": "10", "currency": "EUR"}) == ""


@pytest.mark.rule("R64", "R39")
def test_before_there_is_work_the_table_asks_for_nothing() -> None:
    play = Play().with_rules(penalty_percent=TABLE)
    play.submit(currency="EUR")
    play.cancel()
    assert proposed(play)["lines"][0]["step"] == UNCONFIRMED
    play.order_id = "O-BBBBBBBBBBBB"
    play = priced(("1", "10", "12.50"), penalty_percent_of={"C-HOLT": {"scheduled": Decimal(10)}})
    play.cancel()
    assert proposed(play)["amount"] == "0.00"
    assert assess(play) == "penalty_missing"
    assert "free" in (play.last.refusal.message if play.last.refusal else "")


@pytest.mark.rule("R64", "R38")
def test_a_line_that_joins_brings_its_own_share_and_the_first_keeps_its_figure() -> None:
    play = priced(("1", "10", "12.50"), ("2", "4", "7"))
    play.cancel("1")
    play.need("1")
    play.schedule("1")
    play.start("1")
    play.cancel("2")
    assert [(each["line"], each["step"]) for each in proposed(play)["lines"]] == [
        ("1", "awaiting_engineering"),
        ("2", "awaiting_engineering"),
    ]


@pytest.mark.rule("R64")
@pytest.mark.parametrize(("currency", "amount"), [("JPY", "6"), ("KWD", "6.250"), ("USD", "6.25")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str) -> None:
    play = priced(("1", "10", "12.50"), currency=currency)
    play.cancel()
    assert proposed(play)["amount"] == amount


@pytest.mark.rule("R64")
def test_the_table_is_a_setting_and_a_customer_may_have_its_own() -> None:
    settings = load_settings(penalty_percent={"scheduled": 12.5})
    own = Partner(id="C-OWN", name="Own", currency="SEK", penalty_percent={"ready": 1})
    rules = rules_of(settings, Partners([own, Partner(id="C-ANY", name="Any")]))
    assert rules.penalty_percent == {"scheduled": Decimal("12.5")}
    assert rules.penalty_percent_of == {"C-OWN": {"ready": Decimal("1.0")}}
    assert rules.currencies == {"C-OWN": "SEK"}
    assert load_settings().penalty_percent["in_production"] == 70


def test_every_state_of_a_work_order_is_a_step() -> None:
    assert set(PenaltyStep.__args__) == {UNCONFIRMED, *LIVE}
