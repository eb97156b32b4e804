"""What becomes of what is half made when its line is cancelled (R62)."""

from __future__ import annotations

import pytest

from tests.unit.sagas.play import Play, person


@pytest.fixture
def play() -> Play:
    """Ten pieces are in production, for which 30 kg of steel and 5 kg of zinc were taken from stock."""
    play = Play().in_stock().in_stock("ZINC", "5").ordered(("1", "10"), ("2", "5"))
    play.need("1", ("STEEL", "30"), ("ZINC", "5"))
    play.source(1, stock="30")
    play.source(2, stock="5")
    play.schedule("1")
    play.start("1")
    return play


@pytest.mark.rule("R35", "R62")
def test_it_is_put_to_the_engineer_with_what_there_is_to_decide_by(play: Play) -> None:
    play.complete("1")
    play.inspect("1", "8", "2")
    play.cancelled("1")
    task = play.task("work-order.dispose")
    assert (task.role, task.assignee, task.target) == ("production-engineer", "Jo", play.work_id("1"))
    facts = next(e for e, _, _ in play.last.events if getattr(e, "task_id", "") == task.task_id).facts
    assert (facts["half_made"], facts["finished"], facts["stock_id"]) == ("10", "8", "C-HOLT/P-1")
    assert facts["recoverable"] == [
        {"material": "STEEL", "quantity": "30", "unit": "KGM"},
        {"material": "ZINC", "quantity": "5", "unit": "KGM"},
    ]


@pytest.mark.rule("R62")
def test_what_is_finished_to_stock_stands_in_stock_under_its_product(play: Play) -> None:
    """Other systems cancel the order and leave the pieces in nobody's books."""
    play.cancelled("1")
    play.dispose("1", "stock")
    assert play.event("work-order.disposed").to_stock[0].material == "C-HOLT/P-1"
    product = play.stock("C-HOLT/P-1")
    assert (product.on_hand, product.unit, product.free) == (10, "H87", 10)
    assert (play.stock("STEEL").on_hand, play.stock("ZINC").on_hand) == (970, 0)
    assert "work-order.dispose" not in play.asked


@pytest.mark.rule("R62")
def test_what_stands_in_stock_can_be_taken_for_another_order(play: Play) -> None:
    play.cancelled("1").dispose("1", "stock")
    play.another_order("BBBBBBBBBBBB").ordered(("1", "10"))
    needed = [{"material": "C-HOLT/P-1", "quantity": "10", "unit": "H87"}]
    play.tell("work-order.specify-materials", work_order_id=play.work_id("1"), materials=needed)
    assert not play.source(1, stock="10")
    assert play.work("1").state == "ready"


@pytest.mark.rule("R62")
def test_salvage_puts_back_what_the_engineer_recovers_and_no_more_than_was_taken(play: Play) -> None:
    play.cancelled("1")
    steel = {"material": "STEEL", "quantity": "9.5", "unit": "KGM"}
    assert play.dispose("1", "salvage", "4", recovered=[{**steel, "quantity": "12.1"}]) == "too_much"
    assert play.dispose("1", "salvage", "4", recovered=[{**steel, "unit": "LBR"}]) == "wrong_unit"
    assert play.dispose("1", "salvage", "4", recovered=[{**steel, "material": "GOLD"}]) == "unknown_material"
    assert play.dispose("1", "salvage", "4", recovered=[steel, steel]) == "unknown_material"
    assert play.dispose("1", "scrap", "4", recovered=[steel]) == "not_salvaged"
    assert play.dispose("1", "salvage", "4", recovered=[steel]) == ""
    assert (play.stock("STEEL").on_hand, play.stock("ZINC").on_hand) == (979.5, 0)
    assert play.dispose("1", "salvage", "6") == ""
    assert (play.stock("STEEL").on_hand, play.stock("ZINC").on_hand) == (997.5, 3)


@pytest.mark.rule("R62")
def test_scrap_puts_nothing_back_and_material_is_counted_once(play: Play) -> None:
    play.cancelled("1")
    play.dispose("1", "scrap", "4")
    assert (play.work("1").half_made, play.event("work-order.disposed").to_stock) == (6, [])
    assert play.dispose("1", "scrap", "7") == "wrong_quantity"
    play.dispose("1", "scrap")
    assert play.dispose("1", "scrap") == "nothing_to_dispose"
    assert (play.stock("STEEL").on_hand, play.stock("STEEL").reserved) == (970, 0)


@pytest.mark.rule("R62")
def test_the_quantities_of_several_decisions_add_up(play: Play) -> None:
    play.cancelled("1")
    play.dispose("1", "stock", "5")
    play.dispose("1", "salvage", "2", recovered=[])
    assert "work-order.dispose" in play.asked
    play.dispose("1", "scrap", "3")
    assert "work-order.dispose" not in play.asked
    assert (play.stock("C-HOLT/P-1").on_hand, play.stock("STEEL").on_hand) == (5, 970)


@pytest.mark.rule("R62")
def test_material_not_yet_consumed_returns_to_stock_beside_what_is_half_made(play: Play) -> None:
    """A remake is under way: the first material is gone, the second is only set aside."""
    play.complete("1")
    play.inspect("1", "8", "2")
    play.decide("1", "remake")
    play.source(3, stock="6")
    assert (play.stock("STEEL").on_hand, play.stock("STEEL").reserved) == (970, 6)
    play.cancelled("1")
    assert (play.stock("STEEL").on_hand, play.stock("STEEL").free) == (970, 970)
    work = play.work("1")
    assert (work.half_made, work.scrapped) == (8, 2)
    play.dispose("1", "salvage")
    assert play.stock("STEEL").on_hand == 994


@pytest.mark.rule("R62", "R61")
def test_of_a_line_partly_shipped_and_partly_made_only_the_rest_is_disposed_of() -> None:
    play = Play().with_rules(part_shipments=frozenset({"C-HOLT"})).in_stock().ordered().supplied("1", "30")
    play.produced("1").inspect("1", "8", "2")
    play.ship(("1", "5"))
    play.decide("1", "fix", "1")
    play.decide("1", "remake", "1")
    play.source(2, stock="3")
    play.schedule("1")
    play.start("1")
    play.cancelled("1")
    line, work = play.line("1"), play.work("1")
    assert (line.shipped, line.cancelled, line.open, play.order.state) == (5, 5, 0, "completed")
    assert (work.half_made, work.scrapped, play.asked) == (5, 1, ["work-order.dispose"])
    play.dispose("1", "stock")
    assert (play.stock("C-HOLT/P-1").on_hand, play.stock().on_hand, play.asked) == (5, 967, [])


@pytest.mark.rule("R15", "R62")
def test_another_engineer_can_take_over_what_is_left_half_made(play: Play) -> None:
    play.cancelled("1")
    assert play.dispose("1", "scrap", by=person("production-engineer", "Mia")) == "wrong_engineer"
    assert play.tell("work-order.reassign", work_order_id=play.work_id("1"), engineer="Mia") == ""
    assert play.task("work-order.dispose").assignee == "Mia"
    assert play.dispose("1", "scrap", by=person("production-engineer", "Mia")) == ""
    assert play.tell("work-order.reassign", work_order_id=play.work_id("1"), engineer="Jo") == "already_ended"


@pytest.mark.rule("R62")
def test_a_product_kept_in_another_unit_is_not_mixed_in(play: Play) -> None:
    play.tell("stock.adjust", material="C-HOLT/P-1", count="3", unit="KGM")
    play.cancelled("1")
    assert play.dispose("1", "stock") == "wrong_unit"
    assert play.dispose("1", "scrap") == ""
