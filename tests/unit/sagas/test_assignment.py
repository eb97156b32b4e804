"""Tasks are given to persons (R40), except where the work order has its engineer (R15)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sagas.play import Play, person


@pytest.fixture
def play() -> Play:
    return Play()


def assign(play: Play, kind: str, assignee: str | None = "Ben", **more: Any) -> str:
    """Give the open task of this kind to somebody."""
    task = play.task(kind)
    return play.tell("task.assign", task_id=task.task_id, assignee=assignee, **{"by": person(task.role), **more})


@pytest.mark.rule("R40")
def test_a_task_is_given_to_a_person_to_another_and_back_to_all(play: Play) -> None:
    play.submit()
    assert not assign(play, "order.review")
    said = play.event("task.assigned")
    assert (said.assignee, said.by.name, said.order_id, said.kind) == ("Ben", "Ada", play.order_id, "order.review.v1")
    assert play.last.events[0][2] == play.order.sequence, "it has its number among the order's events"
    assert play.task("order.review").assignee == "Ben"
    assert not assign(play, "order.review", "Cleo")
    assert play.task("order.review").assignee == "Cleo"
    assert not assign(play, "order.review", None)
    assert play.task("order.review").assignee is None
    assert play.event("task.assigned").assignee is None


@pytest.mark.rule("R40")
def test_whoever_has_the_role_may_answer_a_task_that_is_anothers(play: Play) -> None:
    play.submit()
    assign(play, "order.review")
    play.review("confirm")
    assert play.order.state == "in_fulfilment"
    assert play.event("task.closed").by.name == "Ada"
    assert play.event("task.closed").assignee == "Ben"


@pytest.mark.rule("R40")
def test_it_stays_given_while_other_things_happen_to_the_order(play: Play) -> None:
    play.ordered(("1", "10"), ("2", "5"))
    play.in_stock().need("1", ("STEEL", "20"))
    assign(play, "material.source")
    play.need("2", ("STEEL", "10"))
    assert [task.assignee for task in play.order.tasks.values() if task.kind == "material.source.v1"] == ["Ben", None]


@pytest.mark.rule("R40", "R43")
def test_the_same_again_changes_nothing(play: Play) -> None:
    play.submit()
    assign(play, "order.review")
    assign(play, "order.review")
    assert play.last.ignored == "it is Ben's already"


@pytest.mark.rule("R40")
def test_a_task_that_has_ended_is_given_to_nobody(play: Play) -> None:
    play.submit()
    task = play.task("order.review").task_id
    play.review("confirm")
    for task_id in (task, "T-NOBODY-1"):
        assert play.tell("task.assign", task_id=task_id, assignee="Ben", by=person("sales-officer")) == "task_closed"
        assert play.last.refusal.where == "task_id"  # type: ignore[union-attr]


@pytest.mark.rule("R40")
@pytest.mark.parametrize(
    ("role", "code"), [("shipping-clerk", "wrong_role"), ("operator", ""), ("senior-sales-officer", "")]
)
def test_it_is_for_the_role_its_senior_and_the_operator_to_give(play: Play, role: str, code: str) -> None:
    play.submit()
    assert assign(play, "order.review", by=person(role, "Somebody")) == code


@pytest.mark.rule("R15", "R40")
def test_a_work_order_without_its_engineer_is_given_to_one_and_then_stays_with_who_examined_it(play: Play) -> None:
    play.in_stock().ordered()
    assert not assign(play, "work-order.specify-materials", "Mia")
    assert play.task("work-order.specify-materials").assignee == "Mia"
    play.supplied("1")
    assert play.task("work-order.schedule").assignee == "Jo"
    assert assign(play, "work-order.schedule", "Mia") == "has_its_engineer"
    assert "work-order.reassign" in play.last.refusal.message  # type: ignore[union-attr]


@pytest.mark.rule("R40")
def test_a_suppliers_change_is_given_to_a_person_too(play: Play) -> None:
    play.ordered().need("1", ("STEEL", "20"))
    play.source(1, S_ONE="20")
    play.acknowledge(play.po().material_po_id, "changed", promised_date="2027-02-01")
    assert not assign(play, "material-po.review-change")
    assert play.event("task.assigned").material_po_id == play.po().material_po_id
    assert play.task("material-po.review-change").assignee == "Ben"
