"""A change after confirmation: asked for, decided line by line, carried out in place (R8, R60, R69)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.sagas.invariants import check
from tests.unit.sagas.play import Play

ONE = {"line": "1", "quantity": "10"}


def sourced(**allocations: str) -> Play:
    """Ten pieces that need 30 kg of steel, from where it is said."""
    play = Play().in_stock(quantity="20").ordered(("1", "10"))
    play.need("1", ("STEEL", "30"))
    assert not play.source(1, **allocations)
    return play


def quantity(play: Play, pieces: str) -> Play:
    play.changed({"line": "1", "quantity": pieces})
    check(play.case)
    return play


# ------------------------------------------------------------------------------------------------- asking for it


@pytest.mark.rule("R8")
def test_a_change_after_confirmation_is_a_request_of_its_own() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    assert not play.change({"line": "1", "quantity": "12", "action": "change"})

    assert play.said == ["order.change-requested"]
    event = play.event("order.change-requested")
    assert (event.change_id, [each.line for each in event.lines]) == ("H-AAAAAAAAAAAA-1", ["1"])
    assert event.po.purpose == "change"
    assert (play.order.state, play.order.change.state, play.line("1").ordered) == ("in_fulfilment", "requested", 10)
    facts = play.event("task.opened").facts
    (line,) = facts["lines"]
    assert line["fields"] == {"quantity": {"before": "10", "after": "12"}}
    assert (line["can_be_altered"], line["work_order_state"]) == (True, "awaiting_engineering")
    assert play.task("order.review-change").role == "sales-officer"


@pytest.mark.rule("R8")
def test_a_revision_names_all_lines_and_what_it_leaves_out_is_to_go() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    play.submit(("1", "10"), ("3", "7"), purpose="revision")

    lines = play.event("order.change-requested").lines
    assert [(each.line, each.action) for each in lines] == [("2", "delete"), ("3", "add")]


@pytest.mark.rule("R7", "R8")
def test_a_document_that_changes_nothing_asks_for_nothing() -> None:
    play = Play().ordered(("1", "10"))
    play.change({"line": "1", "quantity": "10.0"})
    assert play.last.ignored
    play.change({"line": "1", "quantity": "12"})
    play.change({"line": "1", "quantity": "12"})
    assert play.last.ignored
    assert len(play.order.change.requests) == 1


@pytest.mark.rule("R8", "R11")
def test_a_change_to_another_unit_is_decided_by_people() -> None:
    play = sourced(stock="20", S_ONE="10")
    play.change({"line": "1", "quantity": "25", "unit": "KGM"})
    (line,) = play.event("task.opened").facts["lines"]
    assert line["fields"]["unit"] == {"before": "H87", "after": "KGM"}
    assert line["engineer_is_asked_anew"]
    play.review_change("accept")
    assert (play.work("1").state, play.work("1").unit, play.line("1").item.unit_price) == (
        "awaiting_engineering",
        "KGM",
        None,
    )


@pytest.mark.rule("R8")
def test_a_price_stays_only_in_its_unit() -> None:
    play = Play()
    line = {"line": "1", "product": {"buyer_part": "P-1"}, "quantity": "10", "unit": "H87", "unit_price": "3.50"}
    play.submit(lines=[line])
    play.review("confirm")
    play.change({"line": "1", "quantity": "12"})
    assert play.event("order.change-requested").lines[0].after.unit_price == "3.50"
    play.change({"line": "1", "quantity": "12", "unit": "KGM"})
    assert play.event("order.change-requested").lines[0].after.unit_price is None


@pytest.mark.rule("R8")
def test_what_a_change_does_not_say_stays_as_it_was() -> None:
    play = Play()
    line = {
        "line": "1",
        "product": {"buyer_part": "P-1", "description": "Side plate"},
        "quantity": "10",
        "unit": "H87",
        "unit_price": "3.50",
        "requested_date": "2027-01-11",
        "characteristics": [{"name": "grade", "value": "S355"}],
    }
    play.submit(lines=[line])
    play.review("confirm")
    play.changed({"line": "1", "quantity": "12"})

    item = play.line("1").item
    assert (item.quantity, item.unit_price, item.requested_date) == ("12", "3.50", "2027-01-11")
    assert (item.product.description, item.characteristics[0].value) == ("Side plate", "S355")
    assert play.work("1").state == "awaiting_engineering"


@pytest.mark.rule("R8")
def test_a_second_change_is_decided_together_with_the_first() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    play.change({"line": "1", "quantity": "12"})
    first = play.task("order.review-change").task_id
    play.change({"line": "2", "quantity": "6"})

    event = play.event("order.change-requested")
    assert (event.change_id, event.supersedes) == ("H-AAAAAAAAAAAA-2", "H-AAAAAAAAAAAA-1")
    assert [(each.line, each.after.quantity) for each in event.lines] == [("1", "12"), ("2", "6")]
    assert play.event("task.withdrawn").task_id == first
    assert [each.outcome for each in play.order.change.requests] == ["superseded", "requested"]
    assert play.tell("order.review-change", order_id=play.order_id, change_id="H-AAAAAAAAAAAA-1", decision="accept")
    assert play.code == "no_change"
    play.review_change("accept")
    assert (play.line("1").ordered, play.line("2").ordered) == (12, 6)


@pytest.mark.rule("R5", "R8")
def test_an_answer_names_the_changes_that_it_answers_as_the_customer_calls_them() -> None:
    def named(number: str) -> dict[str, Any]:
        return {"references": [{"kind": "change-number", "value": number}]}

    play = Play().ordered(("1", "10"), ("2", "5"))
    play.change({"line": "1", "quantity": "12"}, **named("CHG-1"))
    play.change({"line": "2", "quantity": "6"}, **named("CHG-2"))
    play.review_change(L1="accept", L2="refuse")
    assert play.event("order.changed").requests == ["CHG-1", "CHG-2"]
    play.change({"line": "2", "quantity": "7"}, **named("CHG-3"))
    play.review_change("refuse")
    assert play.event("order.change-refused").requests == ["CHG-3"]


@pytest.mark.rule("R8")
def test_a_change_can_be_taken_back() -> None:
    play = Play().ordered(("1", "10"))
    play.change({"line": "1", "quantity": "12"})
    play.change({"line": "1", "quantity": "10"})

    assert play.said == ["order.change-requested", "order.change-refused"]
    assert play.event("order.change-refused").lines == ["1"]
    assert (play.order.change.state, play.asked) == ("none", ["work-order.specify-materials"])


@pytest.mark.rule("R6")
@pytest.mark.parametrize("stand_by", [False, True])
def test_a_change_of_what_is_under_review_touches_only_the_lines_that_it_names(stand_by: bool) -> None:
    play = Play()
    play.submit(("1", "10"), ("2", "5"), ("3", "4"))
    if stand_by:
        play.review("revise", reason="too soon")
    play.change({"line": "2", "quantity": "6"}, {"line": "3", "action": "delete"})

    assert play.said == ["order.revised"]
    assert {number: line.ordered for number, line in play.order.lines.items()} == {"1": 10, "2": 6}
    play.change({"line": "2", "quantity": "6"})
    assert play.last.ignored
    assert play.change({"line": "1", "action": "delete"}, {"line": "2", "action": "delete"}) == "nothing_left"


@pytest.mark.rule("R8")
def test_what_comes_after_the_end_of_an_order_is_refused_and_the_customer_told() -> None:
    play = Play().ordered(("1", "10")).ready("1")
    play.ship(("1", "10"))
    assert not play.change({"line": "1", "quantity": "12"})

    assert play.said == ["order.change-requested", "order.change-refused"]
    assert play.event("order.change-refused").reason == "the order is completed already"
    assert play.order.change.requests[0].outcome == "refused"
    check(play.case)


# -------------------------------------------------------------------------------------------------- deciding it


@pytest.mark.rule("R8")
def test_each_line_is_decided_and_the_customer_told_line_by_line() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    play.change({"line": "1", "quantity": "12"}, {"line": "2", "quantity": "50"}, {"line": "3", "quantity": "1"})
    assert play.review_change(L1="accept") == "verdict_missing"
    assert play.review_change(L1="accept", L2="refuse", L3="accept", L9="accept") == "unknown_line"
    assert not play.review_change(L1="accept", L2="refuse", L3="accept")

    event = play.event("order.changed")
    assert ([each.line for each in event.lines], event.refused, event.revision) == (["1", "3"], ["2"], 2)
    assert (play.line("1").ordered, play.line("2").ordered, play.line("3").ordered) == (12, 5, 1)
    assert [item.quantity for item in play.order.revisions[1].po.lines] == ["12", "5", "1"]
    assert [item.quantity for item in play.order.revisions[0].po.lines] == ["10", "5"]
    check(play.case)


@pytest.mark.rule("R8")
def test_a_change_that_is_refused_leaves_everything_as_it_was() -> None:
    play = Play().ordered(("1", "10"))
    before = play.order.lines, play.order.work_orders, play.order.revisions
    play.change({"line": "1", "quantity": "12"})
    assert not play.review_change("refuse")

    assert play.said == ["order.change-refused"]
    assert (play.order.lines, play.order.work_orders, play.order.revisions) == before


@pytest.mark.rule("R8", "R31")
@pytest.mark.parametrize("line", [{"line": "1", "quantity": "12"}, {"line": "1", "action": "delete"}])
def test_a_line_whose_production_has_begun_keeps_its_terms(line: dict[str, Any]) -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    play.need("1")
    play.schedule("1")
    play.start("1")
    play.change(line, {"line": "2", "quantity": "6"})
    facts = play.event("task.opened").facts["lines"][0]
    assert (facts["can_be_altered"], facts["why_not"]["code"]) == (False, "in_production")

    assert play.review_change("accept") == "in_production"
    assert play.last.refusal is not None
    assert "line 1" in play.last.refusal.message
    assert play.review_change(L2="accept", L1="accept") == "in_production"
    assert play.last.refusal.where == "lines.1.decision"
    assert not play.review_change(L1="refuse", L2="accept")
    event = play.event("order.changed")
    assert (event.refused, event.reasons[0].line) == (["1"], "1")
    assert "production of line 1 has begun" in event.reasons[0].reason


@pytest.mark.rule("R8", "R17")
def test_a_line_that_is_made_again_has_been_in_production() -> None:
    play = Play().ordered(("1", "10"))
    play.need("1")
    play.produced("1").inspect("1", "8", "2")
    play.decide("1", "remake")
    assert play.work("1").state == "ready"
    play.change({"line": "1", "quantity": "12"})
    assert play.review_change("accept") == "in_production"


@pytest.mark.rule("R8")
def test_what_has_shipped_or_was_cancelled_is_not_changed() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"), ("3", "4")).ready("1")
    play.ship(("1", "10"))
    play.cancel("2")
    play.assess("free")
    play.change({"line": "1", "quantity": "12"}, {"line": "2", "quantity": "6"}, {"line": "9", "action": "delete"})
    why = [line["why_not"]["code"] for line in play.event("task.opened").facts["lines"]]
    assert why == ["line_closed", "line_closed", "unknown_line"]
    assert play.review_change("accept") == "line_closed"
    assert not play.review_change("refuse")
    play.submit(("3", "4"), purpose="revision")
    assert play.last.ignored, "what has left, or was cancelled, need not be named any more"


@pytest.mark.rule("R40")
def test_the_review_is_for_sales() -> None:
    play = Play().ordered(("1", "10"))
    play.change({"line": "1", "quantity": "12"})
    who = {"role": "production-engineer", "name": "Jo"}
    data = {"order_id": play.order_id, "change_id": play.order.change.change_id, "decision": "accept"}
    assert play.tell("order.review-change", **data, by=who) == "wrong_role"
    play.review_change("accept")
    assert play.review_change("accept") == "no_change"


# ----------------------------------------------------------------------------------- dates and what is beside


@pytest.mark.rule("R60")
def test_a_new_date_is_confirmed_and_the_first_promise_kept_in_mind() -> None:
    play = Play().ordered(("1", "10"))
    play.changed({"line": "1", "quantity": "10", "requested_date": "2027-03-01"})

    line = play.line("1")
    dates = line.requested, line.first_confirmed, line.confirmed, line.projected
    assert dates == ("2027-03-01", "2027-01-11", "2027-03-01", "2027-03-01")
    assert play.work("1").due == "2027-03-01"
    assert play.event("order.changed").dates[0].confirmed == "2027-03-01"


@pytest.mark.rule("R8", "R60")
def test_a_delay_that_was_decided_on_is_looked_at_anew_for_a_new_date() -> None:
    play = sourced(S_ONE="30")
    play.acknowledge(play.po().material_po_id, "accepted", promised_date="2027-03-01")
    assert "order.delay-projected" in play.said
    play.tell("order.review-delay", order_id=play.order_id, line="1", confirmed_date="2027-02-20")
    assert play.line("1").projected != play.line("1").confirmed
    assert play.order.lines["1"].delay.state == "none"

    play.changed({"line": "1", "quantity": "10", "requested_date": "2027-02-01"})
    assert "order.delay-projected" in play.said
    assert play.event("order.delay-projected").confirmed == "2027-02-01"
    check(play.case)


@pytest.mark.rule("R8")
def test_a_new_price_is_carried_to_the_line_and_nothing_is_made_otherwise() -> None:
    play = sourced(stock="20", S_ONE="10")
    play.changed({"line": "1", "quantity": "10", "unit_price": "4"})
    assert play.said == ["order.changed", "work-order.changed"]
    assert play.line("1").item.unit_price == play.work("1").item.unit_price == "4"  # type: ignore[union-attr]
    check(play.case)


@pytest.mark.rule("R8")
def test_what_concerns_the_order_as_a_whole_can_be_changed_too() -> None:
    play = Play().ordered(("1", "10"))
    works = [{"role": "ship-to", "name": "Werk 3"}]
    play.change({"line": "1", "action": "none"}, parties=works)
    assert play.event("task.opened").facts["header"] == ["parties"]
    assert play.review_change() == "verdict_missing"
    play.review_change("accept")
    assert (play.order.po.parties[0].name, play.event("order.changed").lines) == ("Werk 3", [])
    assert len(play.order.po.lines) == 1


# -------------------------------------------------------------------------------------- lines added and removed


@pytest.mark.rule("R8", "R10")
def test_a_line_that_is_added_gets_a_work_order() -> None:
    play = Play().ordered(("1", "10"))
    play.changed({"line": "7", "quantity": "3", "action": "add", "requested_date": "2027-02-01"})

    assert play.said == ["order.changed", "work-order.created"]
    assert (play.work("7").quantity, play.work("7").due, play.work("7").state) == (
        3,
        "2027-02-01",
        "awaiting_engineering",
    )
    assert play.line("7").first_confirmed == "2027-02-01"
    assert play.work_id("7") == "W-AAAAAAAAAAAA-2"
    check(play.case)


def examined(play: Play) -> None:
    play.need("1", ("STEEL", "30"))


def reserved(play: Play) -> None:
    examined(play)
    play.source(1, stock="30")


def on_order(play: Play) -> None:
    examined(play)
    play.source(1, stock="10", S_ONE="20")


def part_received(play: Play) -> None:
    on_order(play)
    play.receive(play.po().material_po_id, "5")


def scheduled(play: Play) -> None:
    reserved(play)
    play.schedule("1")


@pytest.mark.rule("R8", "R35")
@pytest.mark.parametrize("so_far", [lambda play: None, examined, reserved, on_order, part_received, scheduled])
def test_a_line_that_is_removed_is_stopped_as_in_a_cancellation(so_far: Callable[[Play], None]) -> None:
    play = Play().in_stock(quantity="30").ordered(("1", "10"), ("2", "5"))
    so_far(play)
    on_hand = play.stock().on_hand
    play.changed({"line": "1", "action": "delete"})

    event = play.event("order.line-cancelled")
    assert (event.line, event.quantity, event.change_id) == ("1", "10", "H-AAAAAAAAAAAA-1")
    assert (play.line("1").open, play.work("1").state) == (0, "cancelled")
    assert (play.stock().reserved, play.stock().free) == (0, on_hand)
    assert play.asked == ["work-order.specify-materials"]
    assert [po.state for po in play.case.material_pos.values()] in ([], ["cancel_requested"])
    assert [item.line for item in play.order.po.lines] == ["2"]
    check(play.case)


@pytest.mark.rule("R8", "R19")
def test_an_order_of_which_every_line_is_removed_is_cancelled() -> None:
    play = Play().ordered(("1", "10"))
    play.changed({"line": "1", "action": "delete"})
    assert play.order.state == "cancelled"
    assert play.said[-1] == "order.cancelled"
    check(play.case)


@pytest.mark.rule("R8", "R19")
@pytest.mark.parametrize(("decision", "state"), [("accept", "in_fulfilment"), ("refuse", "completed")])
def test_an_order_is_not_complete_while_its_customer_asks_for_more(decision: str, state: str) -> None:
    play = Play().ordered(("1", "10")).ready("1")
    play.change({"line": "2", "quantity": "5"})
    play.ship(("1", "10"))
    assert play.order.state == "in_fulfilment"
    check(play.case)
    play.review_change(decision)
    assert play.order.state == state
    check(play.case)


# ---------------------------------------------------------------------------------------- quantities (R69)


@pytest.mark.rule("R69")
def test_before_the_engineer_has_looked_only_the_quantity_changes() -> None:
    play = quantity(Play().ordered(("1", "10")), "12")
    assert (play.work("1").quantity, play.work("1").to_make) == (12, 12)
    assert play.event("task.opened").facts["quantity"] == "12"
    assert len(play.order.work_orders) == 1


@pytest.mark.rule("R69")
def test_more_before_a_source_is_found_is_sourced_at_once() -> None:
    play = Play().ordered(("1", "10"))
    play.need("1", ("STEEL", "30"))
    quantity(play, "20")

    assert play.requirement(1).quantity == 60
    assert play.event("task.opened").facts["quantity"] == "60"
    event = play.event("work-order.changed")
    assert (event.quantity_before, event.quantity, event.materials[0].quantity) == ("10", "20", "60")


@pytest.mark.rule("R69")
def test_more_after_all_came_from_stock_reopens_sourcing_for_the_shortfall_alone() -> None:
    play = Play().in_stock(quantity="30").ordered(("1", "10")).supplied("1")
    play.schedule("1")
    quantity(play, "12")

    assert (play.work("1").state, play.work("1").start) == ("awaiting_materials", None)
    need = play.requirement(1)
    assert (need.state, need.quantity, need.in_house, need.unsourced) == ("to_source", 36, 30, 6)
    assert play.event("material.required").quantity == "6"
    play.source(1, S_ONE="6")
    play.receive(play.po().material_po_id, "6")
    assert (play.work("1").state, play.stock().reserved) == ("ready", 36)
    check(play.case)


@pytest.mark.rule("R69")
def test_more_after_a_material_po_was_issued_leaves_it_alone() -> None:
    play = sourced(stock="20", S_ONE="10")
    po = play.po()
    quantity(play, "11")

    assert play.po() is po
    assert (play.requirement(1).state, play.requirement(1).unsourced) == ("to_source", 3)
    play.source(1, S_TWO="3")
    assert len(play.case.material_pos) == 2
    check(play.case)


@pytest.mark.rule("R69")
def test_less_gives_reserved_stock_back_first() -> None:
    play = sourced(stock="20", S_ONE="10")
    quantity(play, "4")

    need = play.requirement(1)
    assert (need.quantity, need.in_house, need.awaited, need.state) == (12, 2, 10, "on_order")
    assert (play.stock().reserved, play.stock().free) == (2, 18)
    event = play.event("material.released")
    assert (event.quantity, event.from_stock, event.left, event.material_po_ids) == ("18", "18", "12", [])
    assert "material-po.reduced" not in play.said


@pytest.mark.rule("R69", "R63")
def test_less_than_what_is_on_order_orders_less() -> None:
    play = sourced(stock="20", S_ONE="10")
    play.acknowledge(play.po().material_po_id)
    quantity(play, "2")

    line = play.po().lines["1"]
    assert (line.quantity, line.awaited, line.shares[0].quantity) == (6, 6, 6)
    assert (play.po().state, play.po().version) == ("confirmed", 2)
    assert play.event("material-po.reduced").lines[0].quantity == "6"
    assert (play.requirement(1).in_house, play.stock().reserved, play.stock().on_order) == (0, 0, 6)
    play.receive(play.po().material_po_id, "6")
    assert play.work("1").state == "ready"
    check(play.case)


@pytest.mark.rule("R69", "R21")
def test_less_than_what_has_come_keeps_what_is_needed_and_stocks_the_rest() -> None:
    play = sourced(S_ONE="30")
    play.receive(play.po().material_po_id, "18")
    quantity(play, "5")

    need = play.requirement(1)
    assert (need.quantity, need.in_house, need.awaited, need.state) == (15, 15, 0, "available")
    assert (play.po().state, play.work("1").state) == ("cancel_requested", "ready")
    assert (play.stock().on_hand, play.stock().reserved) == (38, 15)
    assert play.said.count("material.available") == 1


@pytest.mark.rule("R69")
def test_less_can_make_a_work_order_ready() -> None:
    play = sourced(stock="20", S_ONE="10")
    po = play.po().material_po_id
    play.acknowledge(po, "rejected")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert play.requirement(1).state == "to_source"
    quantity(play, "6")
    assert (play.requirement(1).state, play.work("1").state, play.stock().reserved) == ("available", "ready", 18)


@pytest.mark.rule("R69")
def test_less_of_what_is_planned_stays_planned() -> None:
    play = Play().in_stock(quantity="30").ordered(("1", "10")).supplied("1")
    play.schedule("1")
    task = play.task("work-order.start-production").task_id
    quantity(play, "5")

    assert (play.work("1").state, play.work("1").start, play.stock().reserved) == ("scheduled", "2026-12-01", 15)
    assert play.task("work-order.start-production").task_id != task
    play.start("1")
    assert play.event("material.consumed").quantity == "15"


@pytest.mark.rule("R15", "R69")
@pytest.mark.parametrize("line", [{"quantity": "12"}, {"quantity": "10", "requested_date": "2026-12-02"}])
def test_what_no_longer_fits_its_plan_is_planned_anew(line: dict[str, str]) -> None:
    play = Play().ordered(("1", "10"))
    play.need("1")
    play.schedule("1")
    play.changed({"line": "1", **line})
    assert (play.work("1").state, play.work("1").start) == ("ready", None)
    check(play.case)


@pytest.mark.rule("R63", "R69")
def test_what_others_count_on_stays_ordered() -> None:
    play = sourced(S_ONE="30")
    po = play.po().material_po_id
    play.another_order("BBBBBBBBBBBB").submit(("1", "10"), customer={"id": "C-B"})
    play.review("confirm")
    play.need("1", ("STEEL", "7"))
    found = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "7", "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[found])
    play.another_order("AAAAAAAAAAAA")
    quantity(play, "5")

    assert [line.quantity for line in play.po().lines.values()] == [15, 7]
    assert play.case.orders["O-BBBBBBBBBBBB"].requirements["R-BBBBBBBBBBBB-1"].awaited == 7
    play.changed({"line": "1", "quantity": "8"})
    assert play.requirement(1).unsourced == Decimal(9)


# -------------------------------------------------------------------------- the engineer's list no longer fits


GRADE = {"line": "1", "quantity": "10", "characteristics": [{"name": "grade", "value": "S235"}]}


@pytest.mark.rule("R8", "R11")
def test_other_specifications_go_back_to_the_engineer_and_nothing_is_bought_meanwhile() -> None:
    play = Play().ordered(("1", "10"))
    play.need("1", ("STEEL", "30"))
    play.changed(GRADE)

    assert (play.work("1").state, play.asked) == ("awaiting_engineering", ["work-order.specify-materials"])
    assert play.event("work-order.changed").state == "awaiting_engineering"
    assert play.source(1, S_ONE="30") == "list_open"
    check(play.case)
    play.need("1", ("STEEL", "40"))
    assert (play.requirement(1).quantity, play.asked) == (40, ["material.source"])
    assert len(play.order.requirements) == 1
    check(play.case)


@pytest.mark.rule("R69")
def test_a_list_made_anew_goes_on_with_what_it_still_names_and_gives_up_the_rest() -> None:
    play = Play().in_stock(quantity="30").in_stock("BRASS", "9").ordered(("1", "10"))
    play.need("1", ("STEEL", "30"), ("BRASS", "9"))
    play.source(1, S_ONE="30")
    play.source(2, stock="9")
    play.changed(GRADE)
    play.receive(play.po().material_po_id, "30")
    assert play.work("1").state == "awaiting_engineering"
    play.need("1", ("STEEL", "20"), ("TUBE", "2"))

    assert [need.state for need in play.order.requirements.values()] == ["available", "released", "to_source"]
    assert (play.requirement(1).in_house, play.stock().reserved, play.stock("BRASS").reserved) == (20, 20, 0)
    assert play.work("1").requirements == (play.need_id(1), play.need_id(3))
    play.source(3, S_TWO="2")
    play.receive(play.po(2).material_po_id, "2")
    assert play.work("1").state == "ready"
    check(play.case)


@pytest.mark.rule("R11")
def test_the_same_list_again_makes_what_was_ready_ready() -> None:
    play = Play().in_stock(quantity="30").ordered(("1", "10")).supplied("1")
    play.schedule("1")
    play.changed(GRADE)
    assert (play.work("1").state, play.work("1").start) == ("awaiting_engineering", None)
    play.need("1", ("STEEL", "30"))
    assert play.work("1").state == "ready"
    assert play.said == ["work-order.materials-specified", "work-order.materials-available"]
    check(play.case)


# ------------------------------------------------------------------------------------ beside a cancellation


@pytest.mark.rule("R8", "R36")
def test_a_change_waits_while_a_cancellation_is_decided() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    play.change({"line": "1", "quantity": "12"})
    play.cancel("2")
    assert "order.review-change" not in play.asked
    assert play.review_change("accept") == "held"
    play.assess("refuse")
    assert "order.review-change" in play.asked
    assert not play.review_change("accept")
    check(play.case)


@pytest.mark.rule("R8")
def test_lines_that_are_cancelled_drop_out_of_the_change() -> None:
    play = Play().ordered(("1", "10"), ("2", "5"), ("3", "4"))
    play.cancel("2")
    play.change({"line": "1", "quantity": "12"}, {"line": "2", "quantity": "6"})
    assert "order.review-change" not in play.asked
    play.assess("free")
    assert [line["line"] for line in play.event("task.opened").facts["lines"]] == ["1"]
    play.review_change("accept")
    assert (play.line("1").ordered, play.line("2").ordered) == (12, 5)
    check(play.case)


@pytest.mark.rule("R8")
@pytest.mark.parametrize("lines", [(), ("1",)])
def test_a_change_of_what_is_cancelled_ends_and_the_customer_is_told(lines: tuple[str, ...]) -> None:
    play = Play().ordered(("1", "10"), ("2", "5"))
    added = [] if lines else [{"line": "3", "quantity": "1"}]
    play.change({"line": "1", "quantity": "12"}, *added)
    play.cancel(*lines)
    play.assess("free")
    assert play.said.count("order.change-refused") == 1
    assert play.order.change.state == "none"
    assert play.order.state == ("in_fulfilment" if lines else "cancelled")
    check(play.case)


@pytest.mark.rule("R8", "R31")
def test_what_was_changed_can_be_cancelled() -> None:
    play = sourced(stock="20", S_ONE="10")
    quantity(play, "4")
    play.cancel()
    play.assess("free")
    assert (play.line("1").ordered, play.line("1").cancelled, play.order.state) == (4, 4, "cancelled")
    assert (play.stock().reserved, play.po().state) == (0, "cancel_requested")
    check(play.case)
