"""Work orders: from the list of materials to the shipment (R10 to R19, R61)."""

from __future__ import annotations

import pytest

from tests.unit.sagas.play import Play, person


@pytest.fixture
def play() -> Play:
    return Play().in_stock()


@pytest.mark.rule("R11", "R15")
def test_the_engineer_who_lists_the_materials_is_responsible(play: Play) -> None:
    play.ordered().need("1", ("STEEL", "30"))
    assert play.said == ["work-order.materials-specified", "material.required"]
    assert play.work("1").engineer == "Jo"
    assert play.work("1").state == "awaiting_materials"
    assert play.asked == ["material.source"]


@pytest.mark.rule("R11", "R14")
def test_without_materials_production_can_be_scheduled_at_once(play: Play) -> None:
    play.ordered().need("1")
    assert play.said == ["work-order.materials-specified", "work-order.materials-available"]
    assert play.asked == ["work-order.schedule"]


@pytest.mark.rule("R11")
@pytest.mark.parametrize(
    ("materials", "code"),
    [
        ([("STEEL", "0", "KGM")], "no_quantity"),
        ([("STEEL", "1", "MTR")], "wrong_unit"),
        ([("NEW", "1", "MTR"), ("NEW", "1", "KGM")], "wrong_unit"),
    ],
)
def test_a_list_that_cannot_be_is_refused(play: Play, materials: list[tuple[str, str, str]], code: str) -> None:
    listed = [{"material": name, "quantity": quantity, "unit": unit} for name, quantity, unit in materials]
    play.ordered().tell("work-order.specify-materials", work_order_id=play.work_id("1"), materials=listed)
    assert play.code == code


@pytest.mark.rule("R14")
def test_production_waits_for_every_material(play: Play) -> None:
    play.ordered().need("1", ("STEEL", "30"), ("BRASS", "5"))
    play.source(1, stock="30")
    assert play.schedule("1") == "not_ready"
    assert play.start("1") == "materials_missing"
    play.source(2, S_ONE="5")
    play.receive(play.po().material_po_id, "5")
    assert play.work("1").state == "ready"
    assert play.start("1") == "not_scheduled"


@pytest.mark.rule("R14")
def test_starting_consumes_the_materials(play: Play) -> None:
    play.ordered().supplied("1", "30").schedule("1")
    play.start("1")
    assert play.said == ["work-order.production-started", "material.consumed"]
    assert (play.stock().on_hand, play.stock().reserved) == (970, 0)


@pytest.mark.rule("R15")
def test_another_engineers_commands_are_refused(play: Play) -> None:
    play.ordered().supplied("1")
    play.schedule("1", by=person("production-engineer", "Mia"))
    assert play.code == "wrong_engineer"
    play.schedule("1", by={"system": "MES"})
    assert play.work("1").state == "scheduled"


@pytest.mark.rule("R15")
def test_reassigning_is_recorded_and_the_task_follows(play: Play) -> None:
    play.ordered().supplied("1")
    assert play.task("work-order.schedule").assignee == "Jo"
    play.tell("work-order.reassign", work_order_id=play.work_id("1"), engineer="Mia")
    assert play.event("work-order.reassigned").before == "Jo"
    assert play.event("task.assigned").assignee == "Mia"
    assert play.task("work-order.schedule").assignee == "Mia"
    assert play.schedule("1") == "wrong_engineer"
    play.schedule("1", by=person("production-engineer", "Mia"))
    assert play.work("1").state == "scheduled"


@pytest.mark.rule("R15")
def test_only_an_engineer_or_operator_reassigns(play: Play) -> None:
    play.ordered()
    play.tell("work-order.reassign", work_order_id=play.work_id("1"), engineer="Mia", by=person("shipping-clerk"))
    assert play.code == "wrong_role"


@pytest.mark.rule("R15", "R67")
def test_planning_in_the_past_is_refused_with_the_earliest_date(play: Play) -> None:
    play.ordered().supplied("1")
    play.schedule("1", start="2026-11-21")
    assert play.code == "date_in_the_past"
    assert "2026-11-22" in play.last.refusal.message  # type: ignore[union-attr]
    play.schedule("1", start="2026-12-05", end="2026-12-01")
    assert play.code == "end_before_start"


@pytest.mark.rule("R15")
def test_production_can_be_planned_anew_until_it_begins(play: Play) -> None:
    play.ordered().supplied("1").schedule("1")
    play.schedule("1", start="2026-12-08", end="2026-12-09")
    assert play.work("1").start == "2026-12-08"
    play.start("1")
    assert play.schedule("1") == "already_begun"


@pytest.mark.rule("R16")
def test_what_is_made_goes_to_the_inspector(play: Play) -> None:
    play.ordered().supplied("1").produced("1")
    assert play.task("quality.inspect").role == "quality-inspector"
    assert play.work("1").in_inspection == 10


@pytest.mark.rule("R16", "R61")
@pytest.mark.parametrize(("made", "hint"), [("11", "stock.adjust"), ("9", "the inspection sorts them out"), ("0", "")])
def test_neither_more_nor_less_is_made_than_was_to_be(play: Play, made: str, hint: str) -> None:
    play.ordered().supplied("1").schedule("1")
    play.start("1")
    assert play.complete("1", quantity=made) == "wrong_quantity"
    assert play.last.refusal
    assert hint in play.last.refusal.message
    assert play.complete("1", quantity="10.0") == ""


@pytest.mark.rule("R16", "R61")
def test_good_and_bad_are_what_was_made(play: Play) -> None:
    play.ordered().supplied("1").produced("1")
    play.inspect("1", "8", "1")
    assert play.code == "wrong_quantity"
    play.inspect("1", "10")
    assert play.said == ["quality.passed", "work-order.ready-to-ship"]


@pytest.mark.rule("R17", "R61")
def test_a_fix_needs_no_material_and_is_inspected_again(play: Play) -> None:
    play.ordered().supplied("1").produced("1").inspect("1", "8", "2")
    assert play.task("work-order.decide-defect").assignee == "Jo"
    play.decide("1", "fix")
    assert (play.work("1").state, play.asked) == ("in_production", ["work-order.complete-production"])
    play.complete("1")
    assert play.work("1").in_inspection == 2
    play.inspect("1", "2")
    work = play.work("1")
    assert (work.made, work.good, work.scrapped, work.state) == (10, 10, 0, "ready_to_ship")


@pytest.mark.rule("R17", "R61", "R12")
def test_a_remake_needs_the_material_of_its_pieces_again(play: Play) -> None:
    play.ordered().supplied("1", "30").produced("1").inspect("1", "8", "2")
    play.decide("1", "remake")
    assert play.said == ["work-order.remake-ordered", "material.required"]
    assert play.requirement(2).quantity == 6
    assert play.work("1").state == "awaiting_materials"
    play.source(2, stock="6")
    play.produced("1").inspect("1", "2")
    work = play.work("1")
    assert (work.made, work.good, work.scrapped, work.state) == (12, 10, 2, "ready_to_ship")
    assert play.stock().on_hand == 964


@pytest.mark.rule("R17")
@pytest.mark.parametrize("first", ["fix", "remake"])
def test_bad_pieces_may_be_decided_on_apart(play: Play, first: str) -> None:
    play.ordered().supplied("1", "30").produced("1").inspect("1", "7", "3")
    before = play.task("work-order.decide-defect")
    play.decide("1", first, "1")
    after = play.task("work-order.decide-defect")
    assert (play.work("1").state, before.task_id != after.task_id) == ("defect_found", True)
    assert play.event("task.opened").facts["bad"] == "2"
    play.decide("1", "fix" if first == "remake" else "remake", "2")
    assert play.work("1").state == "awaiting_materials"
    assert play.decide("1", "fix") == "no_defect"


@pytest.mark.rule("R17")
def test_when_the_material_of_the_remake_is_there_before_the_last_decision_production_can_begin(play: Play) -> None:
    play.ordered().supplied("1", "30").produced("1").inspect("1", "7", "3")
    play.decide("1", "remake", "1")
    play.source(2, stock="3")
    assert play.work("1").state == "defect_found"
    play.decide("1", "fix")
    assert play.work("1").state == "ready"
    play.produced("1").inspect("1", "3")
    assert (play.work("1").made, play.work("1").scrapped, play.work("1").state) == (11, 1, "ready_to_ship")


@pytest.mark.rule("R17")
def test_a_remake_without_material_can_begin_at_once(play: Play) -> None:
    play.ordered().need("1")
    play.produced("1").inspect("1", "9", "1")
    play.decide("1", "remake")
    assert play.work("1").state == "ready"


@pytest.mark.rule("R17")
def test_a_part_of_a_material_is_never_rounded_to_nothing(play: Play) -> None:
    play.ordered(("1", "3")).need("1", ("STEEL", "0.000000001"))
    play.source(1, stock="0.000000001")
    play.produced("1").inspect("1", "2", "1")
    play.decide("1", "remake")
    assert play.event("material.required").quantity == "0.000000001"


@pytest.mark.rule("R18")
def test_a_line_ships_whatever_the_others_do(play: Play) -> None:
    play.ordered(("1", "10"), ("2", "5")).ready("1")
    play.ship(("1", "10"), carrier="DSV")
    assert play.said == ["shipment.shipped"]
    assert (play.line("1").shipped, play.line("1").open, play.line("2").open) == (10, 0, 5)
    assert play.order.state == "in_fulfilment"


@pytest.mark.rule("R19")
def test_the_order_is_complete_when_every_line_is_shipped(play: Play) -> None:
    play.ordered(("1", "10"), ("2", "5")).ready("1").ready("2", "5")
    play.ship(("1", "10"), ("2", "5"))
    assert play.said == ["shipment.shipped", "order.completed"]
    assert (play.order.state, play.asked) == ("completed", [])


@pytest.mark.rule("R18", "R61")
def test_what_is_not_ready_does_not_ship(play: Play) -> None:
    play.ordered(("1", "10")).need("1")
    assert play.ship(("1", "10")) == "not_ready"
    play.produced("1").inspect("1", "10")
    assert play.ship(("1", "11")) == "wrong_quantity"
    assert play.ship(("1", "4")) == "part_shipment_not_agreed"
    assert play.ship(("1", "10"), ("1", "10")) == "unknown_item"


@pytest.mark.rule("R61")
def test_part_shipments_where_the_customer_allows_them(play: Play) -> None:
    play.with_rules(part_shipments=frozenset({"C-HOLT"})).ordered(("1", "10")).ready("1")
    play.ship(("1", "4"))
    assert (play.work("1").state, play.line("1").open, play.order.state) == ("part_shipped", 6, "in_fulfilment")
    assert play.asked == ["shipment.dispatch"]
    play.ship(("1", "6"))
    assert (play.work("1").state, play.order.state) == ("shipped", "completed")
    assert play.order.shipments == ("S-AAAAAAAAAAAA-1", "S-AAAAAAAAAAAA-2")


@pytest.mark.rule("R18", "R43")
def test_a_shipment_leaves_once(play: Play) -> None:
    play.ordered(("1", "10"), ("2", "5")).ready("1").ready("2", "5")
    play.ship(("1", "10"), shipment_id="S-AAAAAAAAAAAA-2")
    assert play.ship(("2", "5"), shipment_id="S-AAAAAAAAAAAA-2") == "duplicate_shipment"
    play.ship(("2", "5"))
    assert len(set(play.order.shipments)) == 2


@pytest.mark.rule("R40")
def test_an_answer_is_about_its_own_task(play: Play) -> None:
    play.ordered(("1", "10"), ("2", "5")).ready("1").ready("2", "5")
    second = play.tasks[-1]
    assert play.ship(("1", "10"), task_id=second.task_id) == "wrong_task"
    assert play.ship(("2", "5"), task_id=second.task_id) == ""


@pytest.mark.rule("R43")
def test_a_command_for_a_work_order_not_yet_known_waits(play: Play) -> None:
    play.submit()
    play.schedule("1")
    assert play.last.unknown == play.work_id("1")


@pytest.mark.rule("R61", "R18")
def test_the_good_part_leaves_while_the_rest_is_made_again(play: Play) -> None:
    play.with_rules(part_shipments=frozenset({"C-HOLT"})).ordered().supplied("1", "30").produced("1")
    play.inspect("1", "8", "2")
    assert play.asked == ["shipment.dispatch", "work-order.decide-defect"]
    play.ship(("1", "8"))
    assert (play.work("1").state, play.line("1").open) == ("defect_found", 2)
    play.decide("1", "remake")
    assert play.ship(("1", "1")) == "not_ready"
    play.source(2, stock="6")
    play.produced("1").inspect("1", "2")
    assert play.event("work-order.ready-to-ship").quantity == "2"
    play.ship(("1", "2"))
    assert play.order.state == "completed"


@pytest.mark.rule("R61", "R35")
def test_what_has_left_before_a_cancellation_is_not_half_made(play: Play) -> None:
    play.with_rules(part_shipments=frozenset({"C-HOLT"})).ordered().supplied("1", "30").produced("1")
    play.inspect("1", "8", "2")
    play.ship(("1", "8"))
    play.cancel()
    play.assess("free")
    assert (play.work("1").half_made, play.line("1").cancelled, play.order.state) == (2, 2, "completed")


@pytest.mark.rule("R61")
def test_the_good_part_waits_for_the_rest_where_the_customer_wants_it_so(play: Play) -> None:
    play.ordered().supplied("1", "30").produced("1").inspect("1", "8", "2")
    assert play.asked == ["work-order.decide-defect"]
    assert play.ship(("1", "8")) == "part_shipment_not_agreed"
    play.decide("1", "fix")
    assert play.ship(("1", "8")) == "part_shipment_not_agreed"
    assert play.produced_again("1").inspect("1", "1", "1") == ""
    assert play.work("1").state == "defect_found"
    play.decide("1", "fix")
    assert play.produced_again("1").inspect("1", "1") == ""
    assert play.ship(("1", "10")) == ""
