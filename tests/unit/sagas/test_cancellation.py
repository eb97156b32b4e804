"""Cancellation (R30 to R39)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.sagas.play import Play, person


@pytest.fixture
def play() -> Play:
    """An order of two lines in fulfilment; steel is in stock."""
    return Play().in_stock().ordered(("1", "10"), ("2", "5"))


@pytest.mark.rule("R30", "R31", "R36")
def test_a_request_is_put_to_the_sales_officer_and_its_lines_are_on_hold(play: Play) -> None:
    play.cancel()
    assert play.said == ["cancellation.requested", "order.held"]
    assert (play.cancellation.state, play.order.held_lines) == ("assessing", {"1", "2"})
    assert play.task("cancellation.assess").role == "sales-officer"
    assert play.order.state == "in_fulfilment"


@pytest.mark.rule("R31")
def test_the_officer_is_told_how_far_each_lines_work_has_come(play: Play) -> None:
    play.supplied("1")
    play.cancel("1")
    facts = play.event("task.opened").facts["lines"]
    assert [(line["line"], line["work_order_state"]) for line in facts] == [("1", "ready")]
    assert facts[0]["materials"] == [{"material": "STEEL", "state": "reserved"}]


@pytest.mark.rule("R32", "R35", "R19")
def test_without_penalty_all_work_stops(play: Play) -> None:
    play.supplied("1").need("2", ("BRASS", "5"))
    play.source(2, S_ONE="5")
    play.schedule("1")
    play.cancel()
    play.assess("free")
    assert play.said == [
        "cancellation.granted",
        "order.line-cancelled",
        "order.line-cancelled",
        "work-order.cancelled",
        "work-order.cancelled",
        "material.released",
        "material.released",
        "material-po.cancel-requested",
        "order.cancelled",
    ]
    assert (play.order.state, play.asked, play.stock().reserved) == ("cancelled", [], 0)
    assert {work.state for work in play.order.work_orders.values()} == {"cancelled"}
    assert (play.work("1").start, play.cancellation.state) == (None, "none")


@pytest.mark.rule("R33")
def test_with_a_penalty_the_customer_is_asked_and_accepts(play: Play) -> None:
    play.cancel()
    play.assess("penalty")
    assert play.said == ["cancellation.penalty-proposed"]
    assert (play.cancellation.state, play.order.held, play.asked.count("cancellation.assess")) == (
        "awaiting_customer",
        True,
        0,
    )
    play.answer("accept")
    assert play.said[:2] == ["cancellation.penalty-accepted", "cancellation.granted"]
    assert play.event("cancellation.granted").penalty.amount == "100"
    assert play.order.state == "cancelled"


@pytest.mark.rule("R33")
def test_declined_work_continues(play: Play) -> None:
    play.cancel()
    play.assess("penalty")
    play.answer("decline")
    assert play.said == ["cancellation.penalty-declined", "order.released"]
    assert (play.order.state, play.order.held, play.line("1").open) == ("in_fulfilment", False, 10)


@pytest.mark.rule("R34")
def test_refused_work_continues_and_the_customer_is_told_why(play: Play) -> None:
    play.cancel()
    play.assess("refuse", reason="it is on the truck")
    assert play.said == ["cancellation.refused", "order.released"]
    assert play.event("cancellation.refused").reason == "it is on the truck"
    assert not play.order.held


@pytest.mark.rule("R31")
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({}, "verdict_missing"),
        ({"lines": [{"line": "1", "decision": "free"}]}, "verdict_missing"),
        ({"lines": [{"line": "9", "decision": "free"}]}, "unknown_line"),
        ({"decision": "penalty", "penalty": None}, "penalty_missing"),
        ({"decision": "penalty", "penalty": {"amount": "-1", "currency": "EUR"}}, "wrong_amount"),
        ({"decision": "free", "cancellation_id": "C-AAAAAAAAAAAA-9"}, "not_assessing"),
        ({"decision": "free", "by": person("shipping-clerk")}, "wrong_role"),
    ],
)
def test_an_assessment_that_does_not_fit_is_refused(play: Play, answer: dict[str, object], code: str) -> None:
    play.cancel()
    play.tell("cancellation.assess", order_id=play.order_id, **answer)
    assert play.code == code
    assert play.cancellation.state == "assessing"


@pytest.mark.rule("R36")
def test_what_is_on_hold_does_not_ship_and_ships_afterwards(play: Play) -> None:
    play.ready("1")
    play.cancel("1")
    assert "shipment.dispatch" not in play.asked
    assert play.ship(("1", "10")) == "held"
    play.assess("refuse")
    assert "shipment.dispatch" in play.asked
    play.ship(("1", "10"))
    assert play.line("1").shipped == 10


@pytest.mark.rule("R36")
def test_a_line_that_is_not_on_hold_ships(play: Play) -> None:
    play.ready("2", "5")
    play.cancel("1")
    play.ship(("2", "5"))
    assert play.line("2").shipped == 5


@pytest.mark.rule("R36")
def test_work_on_the_floor_goes_on_while_a_cancellation_is_decided(play: Play) -> None:
    play.supplied("1").schedule("1")
    play.cancel("1")
    play.start("1")
    assert play.work("1").state == "in_production"


@pytest.mark.rule("R36")
def test_new_material_pos_are_withheld_and_sent_when_the_hold_ends(play: Play) -> None:
    play.need("1", ("BRASS", "5"))
    play.cancel("1")
    play.source(1, S_ONE="5")
    assert (play.said, play.po().state, play.stock("BRASS").on_order) == ([], "withheld", 0)
    play.receive(play.po().material_po_id, "5")
    assert play.code == "not_open"
    play.assess("refuse")
    assert play.said[-1] == "material-po.issued"
    assert (play.po().state, play.stock("BRASS").on_order) == ("issued", 5)


@pytest.mark.rule("R36")
def test_what_was_withheld_is_never_sent_when_the_line_is_cancelled(play: Play) -> None:
    play.need("1", ("BRASS", "5"))
    play.cancel("1")
    play.source(1, S_ONE="5")
    play.assess("free")
    assert "material-po.issued" not in play.said
    assert play.po().state == "cancelled"


@pytest.mark.rule("R36")
def test_nothing_joins_a_material_po_for_a_line_on_hold(play: Play) -> None:
    play.need("1", ("BRASS", "5"))
    play.need("2", ("BRASS", "5"))
    play.source(1, S_ONE="5")
    play.cancel("2")
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "5", "join": play.po().material_po_id}
    play.tell("material.source", requirement_id=play.need_id(2), allocations=[join])
    assert play.code == "held"
    play.assess("refuse")
    play.tell("material.source", requirement_id=play.need_id(2), allocations=[join])
    assert len(play.po().lines) == 2


@pytest.mark.rule("R37")
def test_what_has_shipped_is_outside_the_cancellation(play: Play) -> None:
    play.ready("1")
    play.ship(("1", "10"))
    play.cancel()
    assert play.event("cancellation.requested").lines == ["2"]
    play.assess("free")
    assert (play.order.state, play.line("1").cancelled, play.line("2").cancelled) == ("completed", 0, 5)


@pytest.mark.rule("R37")
def test_named_lines_that_have_shipped_are_refused_beside_those_that_can_be_cancelled(play: Play) -> None:
    play.ready("1")
    play.ship(("1", "10"))
    play.cancel("1", "2", "2")
    assert play.event("cancellation.requested").lines == ["2"]
    refused = play.event("cancellation.refused")
    assert (refused.lines, refused.code, refused.cancellation_id) == (["1"], "too_late", None)


@pytest.mark.rule("R37")
def test_too_late_is_refused_at_once(play: Play) -> None:
    play.ready("1").ready("2", "5")
    play.ship(("1", "10"), ("2", "5"))
    play.cancel()
    assert play.said == ["cancellation.refused"]
    assert play.event("cancellation.refused").code == "too_late"


@pytest.mark.rule("R37")
def test_a_po_nobody_knows_is_refused_at_once() -> None:
    play = Play()
    play.cancel()
    assert play.event("cancellation.refused").code == "unknown_order"
    assert not play.case.orders


@pytest.mark.rule("R37")
def test_a_line_nobody_knows_is_refused_at_once(play: Play) -> None:
    play.cancel("9")
    assert play.event("cancellation.refused").code == "unknown_line"


@pytest.mark.rule("R37")
def test_lines_may_be_decided_differently(play: Play) -> None:
    play.cancel()
    play.assess(lines=[{"line": "1", "decision": "free"}, {"line": "2", "decision": "penalty"}])
    assert (play.line("1").cancelled, play.cancellation.lines) == (10, ("2",))
    assert play.cancellation.state == "awaiting_customer"
    play.answer("decline")
    assert (play.line("2").open, play.order.state) == (5, "in_fulfilment")


@pytest.mark.rule("R38")
def test_no_answer_reminds_then_continues_and_a_later_acceptance_is_refused(play: Play) -> None:
    play.cancel()
    play.assess("penalty")
    question = play.cancellation.question_id
    play.pass_time(days=5)
    assert play.cancellation.reminders == 1
    play.pass_time(days=3)
    assert play.said == ["cancellation.penalty-expired", "order.released"]
    play.answer("accept", question_id=question)
    assert play.code == "question_closed"
    assert play.last.refusal
    assert (play.last.refusal.question_id, play.last.refusal.lines) == (question, ("1", "2"))
    assert play.line("1").open == 10


@pytest.mark.rule("R38")
def test_a_second_request_for_the_same_lines_adds_nothing(play: Play) -> None:
    play.cancel()
    play.cancel("2")
    assert play.last.ignored


@pytest.mark.rule("R5", "R38")
def test_every_answer_names_the_requests_that_it_answers_as_the_customer_calls_them(play: Play) -> None:
    play.cancel("1", request="CHG-1")
    play.cancel("1", request="CHG-2")
    assert (play.said, play.code) == ([], "")
    play.cancel("2", request="CHG-3")
    assert play.event("cancellation.extended").requests == ["CHG-1", "CHG-2", "CHG-3"]
    play.assess(lines=[{"line": "1", "decision": "refuse"}, {"line": "2", "decision": "penalty"}])
    for said in ("cancellation.refused", "cancellation.penalty-proposed"):
        assert play.event(said).requests == ["CHG-1", "CHG-2", "CHG-3"]
    play.answer("accept")
    assert play.event("cancellation.granted").requests == ["CHG-1", "CHG-2", "CHG-3"]
    play.cancel("2", request="CHG-4")
    assert play.event("cancellation.refused").requests == ["CHG-4"]
    play.cancel("1")
    assert play.event("cancellation.requested").requests == []


@pytest.mark.rule("R38")
def test_other_lines_join_the_assessment_and_void_an_open_offer(play: Play) -> None:
    play.cancel("1")
    play.assess("penalty")
    question = play.cancellation.question_id
    play.cancel("2")
    assert play.said == ["cancellation.extended", "order.held"]
    assert play.event("cancellation.extended").voided_question_id == question
    assert (play.cancellation.state, play.cancellation.lines) == ("assessing", ("1", "2"))
    play.answer("accept", question_id=question)
    assert play.code == "question_closed"
    play.assess("penalty")
    play.pass_time(days=4.5)
    play.answer("accept", question_id=question)
    assert play.code == "question_closed"
    play.answer("accept", question_id=play.cancellation.question_id)
    assert play.order.state == "cancelled"


@pytest.mark.rule("R38", "R43")
@pytest.mark.parametrize(
    ("ended", "late", "says"),
    [
        ("accept", "accept", ""),
        ("accept", "decline", "was accepted, and the lines are cancelled"),
        ("decline", "decline", ""),
        ("decline", "accept", "was declined, and work on the order continues"),
        ("expire", "accept", "has expired, and work on the order continues"),
        ("expire", "decline", ""),
        ("extend", "accept", "is void, because the request or the purchase order has changed since"),
        ("extend", "decline", "is void, because the request or the purchase order has changed since"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_answer_that_comes_late_is_refused_with_what_became_of_the_offer(
    play: Play, ended: str, late: str, says: str, named: bool
) -> None:
    """What changes nothing is passed over; what asks for something else is refused, so that the customer is told."""
    play.cancel("1")
    play.assess("penalty")
    question = play.cancellation.question_id
    match ended:
        case "expire":
            play.pass_time(days=8)
        case "extend":
            play.cancel("2")
        case _:
            play.answer(ended)
    before = play.order
    play.answer(late, **({"question_id": question} if named else {}))
    assert (bool(play.last.ignored), play.code) == (not says, "question_closed" if says else "")
    assert not play.last.refusal or play.last.refusal.message == f"offer {question} {says}"
    assert play.order == before


@pytest.mark.rule("R38")
def test_an_old_answer_does_not_answer_a_new_offer(play: Play) -> None:
    play.cancel("1")
    play.assess("penalty")
    old = play.cancellation.question_id
    play.answer("decline")
    play.cancel("1")
    play.assess("penalty")
    play.answer("accept", question_id=old)
    assert (play.code, play.cancellation.state) == ("question_closed", "awaiting_customer")
    assert play.last.refusal
    assert play.last.refusal.message == f"offer {old} was declined, and work on the order continues"
    assert (play.last.refusal.question_id, play.last.refusal.lines) == (old, ("1",))
    play.answer("decline", question_id=old)
    assert (play.last.ignored, play.cancellation.state) == (
        "it was answered so before, or ended so",
        "awaiting_customer",
    )
    play.answer("accept", question_id="Q-NOBODY-1")
    assert play.code == "question_closed"
    play.answer("accept")
    assert play.line("1").cancelled == 10


@pytest.mark.rule("R37", "R38")
def test_lines_that_cannot_be_cancelled_are_refused_each_with_its_reason(play: Play) -> None:
    play.ready("1")
    play.ship(("1", "10"))
    play.cancel("1", "2", "8", "9")
    refused = [event for event, _, _ in play.last.events if event.TYPE == "cancellation.refused.v1"]
    assert [(e.lines, e.code, e.reason) for e in refused] == [
        (["8", "9"], "unknown_line", "purchase order 4711 has no line 8, 9"),
        (["1"], "too_late", "what is to be cancelled has been shipped already"),
    ]
    play.cancel("2", "9")
    assert play.said == ["cancellation.refused"]
    assert play.event("cancellation.refused").lines == ["9"]
    play.cancel("9", "1")
    assert play.said == ["cancellation.refused", "cancellation.refused"]
    assert play.cancellation.lines == ("2",)


@pytest.mark.rule("R37")
def test_a_line_that_was_cancelled_before_cannot_be_cancelled_again(play: Play) -> None:
    play.cancelled("1")
    play.cancel("1")
    assert play.event("cancellation.refused").reason == "what is to be cancelled has been cancelled already"


@pytest.mark.rule("R38")
def test_timers_of_a_question_answered_long_ago_change_nothing(play: Play) -> None:
    play.cancel()
    play.assess("penalty")
    play.answer("decline")
    play.pass_time(days=30)
    assert play.last.ignored
    assert play.order.state == "in_fulfilment"


@pytest.mark.rule("R36", "R39")
def test_a_review_asked_for_meanwhile_is_refused_and_reopened() -> None:
    play = Play()
    play.submit()
    play.cancel()
    assert play.asked == ["cancellation.assess"]
    play.review("confirm")
    assert play.code == "held"
    play.assess("refuse")
    assert play.asked == ["order.review"]


@pytest.mark.rule("R39")
@pytest.mark.parametrize("decision", ["under_review", "revise"])
def test_in_stand_by_or_under_review_there_is_less_to_stop(decision: str) -> None:
    play = Play()
    play.submit()
    if decision == "revise":
        play.review("revise", reason="x")
    play.cancel()
    play.assess("free")
    assert play.said == ["cancellation.granted", "order.line-cancelled", "order.cancelled"]
    assert (play.order.state, play.asked) == ("cancelled", [])


@pytest.mark.rule("R36", "R65")
def test_nobody_is_asked_for_a_revision_while_the_cancellation_is_decided() -> None:
    play = Play().with_rules(revision_lapse=timedelta(days=20))
    play.submit()
    play.review("revise", reason="x")
    play.cancel()
    play.pass_time(days=25)
    assert (play.order.state, play.order.reminders) == ("stand_by", 0)
    play.assess("refuse")
    play.pass_time(days=7)
    assert (play.order.state, play.order.reminders) == ("lapsed", 0)


@pytest.mark.rule("R65", "R39")
@pytest.mark.parametrize(("decision", "state"), [("free", "cancelled"), ("refuse", "lapsed")])
def test_a_lapsed_order_can_be_cancelled(decision: str, state: str) -> None:
    play = Play().with_rules(revision_lapse=timedelta(days=20))
    play.submit()
    play.review("revise", reason="x")
    play.pass_time(days=21)
    assert (play.order.state, play.order.reminders, play.asked) == ("lapsed", 2, [])
    play.cancel()
    assert play.asked == ["cancellation.assess"]
    play.assess(decision)
    assert (play.order.state, play.asked) == (state, [])
    play.submit(("1", "12"), purpose="revision")
    assert play.order.state == ("cancelled" if decision == "free" else "under_review")


@pytest.mark.rule("R65", "R4")
def test_a_revision_reopens_a_lapsed_order_which_then_runs_as_any_other() -> None:
    """Other systems close what has lapsed, and the customer's revision becomes a second order."""
    play = Play().with_rules(revision_lapse=timedelta(days=20))
    play.submit()
    play.review("revise", reason="x")
    play.pass_time(days=21)
    play.submit(("1", "12"), purpose="revision")
    assert (play.order.state, play.asked, len(play.order.revisions)) == ("under_review", ["order.review"], 2)
    play.pass_time(days=10)
    play.review("confirm")
    play.need("1")
    play.schedule("1", start="2026-12-27", end="2026-12-28")
    play.start("1")
    play.complete("1")
    play.inspect("1", "12")
    play.ship(("1", "12"))
    assert (play.order.state, len(play.case.orders)) == ("completed", 1)


@pytest.mark.rule("R39", "R4")
def test_a_revision_that_crosses_a_cancellation_brings_no_cancelled_line_back() -> None:
    play = Play()
    play.submit(("1", "10"), ("2", "5"))
    play.cancel("2")
    play.assess("free")
    play.submit(("1", "12"), ("2", "6"), purpose="revision")
    assert play.said == ["order.revised", "order.line-cancelled"]
    assert (play.line("2").ordered, play.line("2").cancelled, play.line("2").open) == (6, 6, 0)
    play.review("confirm")
    assert list(play.order.work_orders) == [play.work_id("1")]


@pytest.mark.rule("R39", "R19")
def test_a_revision_of_cancelled_lines_only_ends_the_order() -> None:
    play = Play()
    play.submit(("1", "10"), ("2", "5"))
    play.cancel("2")
    play.assess("free")
    play.submit(("2", "6"), purpose="revision")
    assert (play.order.state, play.asked) == ("cancelled", [])


@pytest.mark.rule("R36", "R6")
def test_a_revision_that_drops_the_line_whose_cancellation_is_being_decided_leaves_nothing_to_decide() -> None:
    play = Play()
    play.submit(("1", "10"), ("2", "5"))
    play.cancel("2")
    play.submit(("1", "12"), purpose="revision")
    assert play.said == ["order.revised", "cancellation.refused", "order.released"]
    assert (play.cancellation.state, play.asked) == ("none", ["order.review"])


@pytest.mark.rule("R36", "R6", "R38")
def test_a_revision_voids_an_offer_made_for_other_terms() -> None:
    play = Play()
    play.submit(("1", "10"), ("2", "5"))
    play.cancel()
    play.assess("penalty")
    play.submit(("1", "12"), purpose="revision")
    assert play.said == ["order.revised", "order.released", "cancellation.extended"]
    assert (play.cancellation.lines, play.asked) == (("1",), ["cancellation.assess"])
    play.pass_time(days=30)
    assert play.cancellation.state == "assessing"


@pytest.mark.rule("R19", "R39")
def test_an_order_that_a_revision_ends_has_no_cancellation_left_to_decide() -> None:
    play = Play()
    play.submit(("1", "10"), ("2", "5"))
    play.cancel("1")
    play.assess("free")
    play.cancel("2")
    play.submit(("1", "12"), purpose="revision")
    assert (play.order.state, play.cancellation.state, play.asked) == ("cancelled", "none", [])


@pytest.mark.rule("R35")
def test_shared_stock_is_free_again_for_others(play: Play) -> None:
    play.supplied("1", "900")
    play.cancel("1")
    play.assess("free")
    assert play.stock().free == 1000


@pytest.mark.rule("R19", "R35")
def test_the_rest_is_cancelled_after_a_part_has_left() -> None:
    play = Play().with_rules(part_shipments=frozenset({"C-HOLT"})).ordered(("1", "10")).ready("1")
    play.ship(("1", "4"))
    play.cancel()
    play.assess("free")
    line = play.line("1")
    assert (line.shipped, line.cancelled, line.open, play.order.state) == (4, 6, 0, "completed")
    assert play.work("1").half_made == 6
