"""The purchase order under review: R1 to R6, and R7 as far as the order can tell."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.sagas.play import Play, person


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.mark.rule("R1")
def test_a_po_that_names_one_product_twice_is_two_lines_and_the_task_says_so(play: Play) -> None:
    line = {"product": {"buyer_part": "P"}, "quantity": "1", "unit": "H87"}
    play.submit(lines=[{**line, "line": "1"}, {**line, "line": "2"}])
    assert list(play.order.lines) == ["1", "2"]
    assert [each["product_named_twice"] for each in play.event("task.opened").facts["lines"]] == [True, True]


@pytest.mark.rule("R1")
@pytest.mark.parametrize(
    ("numbers", "quantity", "code"), [(("1", "1"), "1", "duplicate_line"), (("1",), "0", "no_quantity")]
)
def test_a_po_whose_lines_make_no_sense_is_refused(
    play: Play, numbers: tuple[str, ...], quantity: str, code: str
) -> None:
    play.submit(*((number, quantity) for number in numbers))
    assert play.code == code
    assert not play.case.orders


def test_a_po_without_a_known_customer_is_refused(play: Play) -> None:
    play.submit(customer={"name": "somebody"})
    assert play.code == "unknown_customer"


@pytest.mark.rule("R1a", "R10")
def test_what_a_line_specifies_reaches_the_work_order(play: Play) -> None:
    grade = {"name": "grade", "value": "S355J2"}
    line = {"line": "1", "product": {}, "quantity": "1", "unit": "H87", "characteristics": [grade]}
    play.submit(lines=[{**line, "attachments": ["D-1"]}])
    play.review("confirm")
    item = play.event("task.opened").facts["item"]
    assert item["characteristics"] == [grade]
    assert item["attachments"] == ["D-1"]


@pytest.mark.rule("R2")
def test_a_po_is_put_to_the_sales_officer(play: Play) -> None:
    play.submit()
    assert play.order.state == "under_review"
    assert play.said == ["order.received"]
    assert (play.task("order.review").role, play.asked) == ("sales-officer", ["order.review"])


@pytest.mark.rule("R3", "R10", "R60")
def test_confirmed_every_line_gets_a_work_order_and_its_date_is_promised(play: Play) -> None:
    play.submit(("1", "10"), ("2", "5"))
    play.review("confirm")
    assert play.order.state == "in_fulfilment"
    assert play.said == ["order.confirmed", "work-order.created", "work-order.created"]
    assert [work.quantity for work in play.order.work_orders.values()] == [10, 5]
    line = play.line("1")
    assert {line.requested, line.first_confirmed, line.confirmed, line.projected} == {"2027-01-11"}


@pytest.mark.rule("R3")
def test_rejected_it_is_over(play: Play) -> None:
    play.submit()
    play.review("reject", reason="we do not forge titanium")
    assert (play.order.state, play.said, play.asked) == ("rejected", ["order.rejected"], [])


@pytest.mark.rule("R3")
def test_asking_to_revise_says_why_or_what_instead(play: Play) -> None:
    play.submit()
    play.review("revise")
    assert play.code == "reason_missing"
    play.review("revise", proposals=[{"line": "7", "requested_date": "2027-02-01"}])
    assert play.code == "unknown_line"
    play.review("revise", proposals=[{"line": "1", "requested_date": "2027-02-01"}])
    assert play.said == ["order.revision-requested"]


@pytest.mark.rule("R4")
def test_stand_by_ends_with_a_revision_which_is_reviewed_again_as_often_as_it_takes(play: Play) -> None:
    play.submit(("1", "10"))
    for quantity in ("9", "8", "7"):
        play.review("revise", reason="too many")
        assert (play.order.state, play.asked) == ("stand_by", [])
        play.submit(("1", quantity), purpose="revision")
        assert (play.order.state, play.asked) == ("under_review", ["order.review"])
    play.review("confirm")
    assert play.order.state == "in_fulfilment"
    assert play.work("1").quantity == 7
    assert [revision.po.lines[0].quantity for revision in play.order.revisions] == ["10", "9", "8", "7"]


@pytest.mark.rule("R6")
def test_a_revision_under_review_supersedes_and_withdraws_the_open_task(play: Play) -> None:
    play.submit(("1", "10"))
    first = play.task("order.review")
    play.submit(("1", "12"), purpose="revision")
    assert [event.TYPE for event, _, _ in play.last.events][1:] == ["task.withdrawn.v1", "task.opened.v1"]
    play.review("confirm", task_id=first.task_id)
    assert play.code == "task_closed"
    assert len(play.order.revisions) == 2


@pytest.mark.rule("R7")
def test_the_same_po_again_starts_nothing(play: Play) -> None:
    play.submit()
    play.submit()
    assert play.last.ignored
    play.review("confirm")
    play.submit()
    assert play.last.ignored


@pytest.mark.rule("R7")
def test_a_late_copy_of_an_earlier_revision_starts_nothing(play: Play) -> None:
    play.submit(("1", "10"))
    play.submit(("1", "12"), purpose="revision")
    play.submit(("1", "10"))
    assert play.last.ignored
    assert play.line("1").ordered == 12


@pytest.mark.rule("R7")
def test_other_content_under_a_known_number_is_not_taken_for_a_revision(play: Play) -> None:
    play.submit(("1", "10"))
    play.submit(("1", "12"))
    assert (play.code, play.line("1").ordered, play.order.state) == ("", 10, "under_review")
    [task] = play.questions
    assert (task.kind, task.role) == ("document.classify.v1", "sales-officer")


@pytest.mark.rule("R43")
def test_a_revision_that_comes_before_its_po_waits_for_it(play: Play) -> None:
    play.submit(purpose="revision")
    assert play.last.unknown == play.order_id
    assert not play.case.orders


@pytest.mark.rule("R40")
@pytest.mark.parametrize("by", [person("production-engineer"), person("shipping-clerk")])
def test_the_wrong_role_changes_nothing(play: Play, by: dict[str, str]) -> None:
    play.submit()
    play.review("confirm", by=by)
    assert play.code == "wrong_role"
    assert play.order.state == "under_review"


@pytest.mark.rule("R40")
@pytest.mark.parametrize(
    "by", [{"system": "ERP"}, {"policy": "known products"}, {"role": "senior-sales-officer", "name": "Max"}]
)
def test_a_system_a_policy_or_a_senior_may_decide_and_is_recorded(play: Play, by: dict[str, str]) -> None:
    play.submit()
    play.review("confirm", by=by)
    assert play.event("order.confirmed").by.model_dump() == by
    assert play.event("task.closed").by.model_dump() == by


@pytest.mark.rule("R65")
def test_stand_by_is_reminded_of_a_set_number_of_times(play: Play) -> None:
    play.submit()
    play.review("revise", reason="too many")
    play.pass_time(days=365)
    assert play.order.reminders == 3
    assert play.order.state == "stand_by"


@pytest.mark.rule("R65")
def test_a_reminder_that_comes_late_is_ignored(play: Play) -> None:
    play.submit()
    play.review("revise", reason="too many")
    play.submit(("1", "9"), purpose="revision")
    play.pass_time(days=365)
    assert play.order.reminders == 0


@pytest.mark.rule("R67")
def test_a_date_in_the_past_is_a_fact_of_the_review(play: Play) -> None:
    play.submit(requested_date="2020-01-01", lines=[{"line": "1", "product": {}, "quantity": "1", "unit": "H87"}])
    assert play.event("task.opened").facts["lines"][0]["in_the_past"] is True


@pytest.mark.rule("R41")
def test_events_of_an_order_are_numbered_without_a_gap(play: Play) -> None:
    numbers = []
    for step in (
        play.submit,
        lambda: play.review("revise", reason="x"),
        lambda: play.submit(("1", "9"), purpose="revision"),
    ):
        step()
        numbers += [number for _, _, number in play.last.events]
    assert numbers == list(range(1, len(numbers) + 1))
    assert play.line("1").ordered == Decimal(9)


@pytest.mark.rule("R65")
def test_stand_by_lapses_where_the_settings_say_so_and_a_later_revision_opens_it_again(play: Play) -> None:
    play.with_rules(revision_lapse=timedelta(days=30)).submit()
    play.review("revise", reason="too many")
    play.pass_time(days=31)
    assert (play.order.state, play.said) == ("lapsed", ["order.lapsed"])
    play.submit(("1", "9"), purpose="revision")
    assert (play.order.state, play.asked) == ("under_review", ["order.review"])


@pytest.mark.rule("R65")
def test_by_default_it_never_lapses(play: Play) -> None:
    play.submit()
    play.review("revise", reason="too many")
    play.pass_time(days=3650)
    assert play.order.state == "stand_by"


@pytest.mark.rule("R4")
def test_after_some_rounds_a_senior_sales_officer_reviews(play: Play) -> None:
    play.with_rules(senior_after=2).submit()
    assert play.task("order.review").role == "sales-officer"
    play.review("revise", reason="too many")
    play.submit(("1", "9"), purpose="revision")
    assert play.task("order.review").role == "senior-sales-officer"
    assert play.review("confirm") == "wrong_role"
    assert play.review("confirm", by={"role": "senior-sales-officer", "name": "Max"}) == ""
