"""Raw materials, material POs and stock (R12 to R14, R20, R21, R63, R66, R69, R70)."""

from __future__ import annotations

import pytest

from hub.sagas.case import SupplierOffer
from tests.unit.sagas.play import Play


@pytest.fixture
def play() -> Play:
    """An order whose only line needs 30 kg of steel; 20 kg are in stock."""
    play = Play().in_stock("STEEL", "20").ordered()
    play.need("1", ("STEEL", "30"))
    return play


def second_order(play: Play, quantity: str = "30") -> Play:
    """Another order comes in, and needs steel too."""
    play.another_order("BBBBBBBBBBBB").submit(po_number="4712")
    play.review("confirm")
    play.need("1", ("STEEL", quantity))
    return play


@pytest.mark.rule("R12", "R13")
def test_the_procurement_officer_is_told_of_stock_and_suppliers() -> None:
    offer = SupplierOffer("S_ONE", "One", 14, "1.85", "EUR", "50")
    play = Play().in_stock("STEEL", "20").with_rules(offers={"STEEL": (offer,)}).ordered()
    play.need("1", ("STEEL", "30"))
    facts = play.event("task.opened").facts
    assert facts["stock"] == {"on_hand": "20", "reserved": "0", "free": "20", "on_order": "0"}
    assert facts["suppliers"][0]["lead_time_days"] == 14


@pytest.mark.rule("R12")
def test_part_from_stock_and_part_from_several_suppliers(play: Play) -> None:
    play.source(1, stock="12", S_ONE="10", S_TWO="8")
    assert play.said == ["material.reserved", "material-po.issued", "material-po.issued"]
    assert (play.stock().reserved, play.stock().on_order) == (12, 18)
    assert play.requirement(1).state == "on_order"
    assert play.asked == []


@pytest.mark.rule("R12")
def test_the_same_steel_is_never_counted_on_twice(play: Play) -> None:
    play.source(1, stock="20", S_ONE="10")
    second_order(play)
    play.source(1, stock="1", S_ONE="29")
    assert play.code == "short_stock"


@pytest.mark.rule("R12")
@pytest.mark.parametrize(
    ("allocations", "code"),
    [
        ({"stock": "10"}, "too_little"),
        ({"S_ONE": "29"}, "too_little"),
        ({"stock": "0", "S_ONE": "30"}, "no_quantity"),
        ({"S_ONE": "30", "S_TWO": "1"}, "too_much"),
        ({"stock": "21", "S_ONE": "9"}, "short_stock"),
    ],
)
def test_an_allocation_that_does_not_add_up_is_refused(play: Play, allocations: dict[str, str], code: str) -> None:
    play.source(1, **allocations)
    assert play.code == code
    assert play.stock().reserved == 0


@pytest.mark.rule("R13")
def test_a_supplier_has_to_be_named_and_known(play: Play) -> None:
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[{"from": "supplier", "quantity": "30"}])
    assert play.code == "supplier_missing"
    play.with_rules(suppliers=frozenset({"S_ONE"})).source(1, S_TWO="30")
    assert play.code == "unknown_supplier"


@pytest.mark.rule("R13")
def test_a_material_po_has_the_suppliers_terms_where_none_are_agreed(play: Play) -> None:
    play.with_rules(offers={"STEEL": (SupplierOffer("S_ONE", "One", 14, "1.85", "EUR", "50"),)})
    play.source(1, S_ONE="50")
    issued = play.event("material-po.issued")
    assert (issued.currency, issued.lines[0].unit_price, issued.lines[0].quantity) == ("EUR", "1.85", "50")
    assert issued.lines[0].shares[0].quantity == "30"


@pytest.mark.rule("R14", "R21")
def test_available_is_what_is_received_in_full(play: Play) -> None:
    play.source(1, stock="20", S_ONE="10")
    po = play.po().material_po_id
    play.receive(po, "4")
    assert play.said == ["material-po.part-received"]
    assert (play.po().state, play.requirement(1).awaited, play.stock().on_order) == ("part_received", 6, 6)
    play.receive(po, "6")
    assert play.said == ["material-po.received", "material.available", "work-order.materials-available"]
    assert (play.stock().on_hand, play.stock().reserved, play.stock().on_order) == (30, 30, 0)


@pytest.mark.rule("R21")
def test_what_arrives_beyond_need_goes_to_stock(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.receive(play.po().material_po_id, "34")
    assert play.event("material-po.received").receipt[0].to_stock == "4"
    assert play.stock().free == 24
    play.receive(play.po().material_po_id, "5")
    assert play.event("material-po.received").receipt[0].to_stock == "5"
    assert play.stock().free == 29


@pytest.mark.rule("R21")
def test_nothing_received_is_no_receipt(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.receive(play.po().material_po_id, "0")
    assert play.code == "no_quantity"
    play.receive(play.po().material_po_id, "1", line="9")
    assert play.code == "unknown_line"


@pytest.mark.rule("R66")
def test_in_full_has_a_tolerance(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.receive(play.po().material_po_id, "28.5")
    assert (play.po().state, play.requirement(1).state, play.work("1").state) == ("received", "available", "ready")
    assert (play.stock().reserved, play.stock().on_order) == (28.5, 0)


@pytest.mark.rule("R66")
def test_a_supplier_without_tolerance_has_none(play: Play) -> None:
    play.with_rules(tolerance_percent={"S_ONE": 0.0}).source(1, S_ONE="30")
    play.receive(play.po().material_po_id, "29.9")
    assert play.po().state == "part_received"


@pytest.mark.rule("R66", "R63")
def test_the_tolerance_holds_for_everybody_who_is_served() -> None:
    """5 % of the whole are not to be taken from him who needs least."""
    play = Play().ordered()
    play.need("1", ("STEEL", "97"))
    play.source(1, S_ONE="97")
    second_order(play, "3")
    po = play.po().material_po_id
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "3", "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    play.tell(
        "material-po.receive",
        material_po_id=po,
        lines=[{"line": "1", "quantity": "97"}, {"line": "2", "quantity": "0.5"}],
    )
    assert play.requirement(1).state == "on_order"


@pytest.mark.rule("R20")
def test_accepted_the_dates_are_promised(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.acknowledge(play.po().material_po_id, promised_date="2026-12-10")
    assert play.said == ["material-po.confirmed"]
    assert (play.po().state, play.po().lines["1"].promised_date) == ("confirmed", "2026-12-10")


@pytest.mark.rule("R20")
def test_a_changed_date_is_put_to_procurement_and_may_be_accepted(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, "changed", promised_date="2027-01-05")
    assert (play.said, play.asked) == (["material-po.change-proposed"], ["material-po.review-change"])
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    assert (play.said, play.po().state, play.asked) == (["material-po.change-accepted"], "confirmed", [])
    assert play.po().lines["1"].promised_date == "2027-01-05"
    assert play.requirement(1).state == "on_order"


@pytest.mark.rule("R20")
@pytest.mark.parametrize(
    ("answer", "terms", "state"),
    [
        ("accepted", {"quantity": "30.0"}, "confirmed"),
        ("changed", {"quantity": "30"}, "confirmed"),
        ("accepted", {"quantity": "29"}, "change_proposed"),
        ("accepted", {"unit_price": "9.99"}, "change_proposed"),
        ("changed", {"promised_date": "2027-01-05"}, "change_proposed"),
        ("changed", {"reason": "please call"}, "change_proposed"),
    ],
)
def test_terms_count_and_not_the_word_for_them(play: Play, answer: str, terms: dict[str, str], state: str) -> None:
    play.source(1, S_ONE="30")
    play.acknowledge(play.po().material_po_id, answer, **terms)
    assert play.po().state == state


@pytest.mark.rule("R20")
def test_a_smaller_quantity_accepted_reopens_sourcing_for_the_rest(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, "changed", quantity="18")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    assert play.requirement(1).state == "to_source"
    assert play.event("material.required").quantity == "12"
    play.source(1, stock="12")
    play.receive(po, "18")
    assert (play.requirement(1).state, play.work("1").state) == ("available", "ready")


@pytest.mark.rule("R20")
def test_an_answer_in_another_unit_is_never_taken_as_a_plain_quantity(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, quantity="30", unit="LBR", promised_date="2026-12-20")
    assert (play.said, play.po().state) == (["material-po.change-proposed"], "change_proposed")
    (line,) = play.event("task.opened").facts["lines"]
    assert (line["unit"], line["answer"]["unit"], line["answer"]["quantity"]) == ("KGM", "LBR", "30")
    play.acknowledge(po, "changed", quantity="66.1", unit="LBR", unit_price="0.80", promised_date="2026-12-20")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    line = play.po().lines["1"]
    assert (line.quantity, line.unit_price, line.promised_date) == (30, None, "2026-12-20")
    assert (play.po().state, play.stock().on_order) == ("confirmed", 30)


@pytest.mark.rule("R20")
def test_less_than_came_in_another_unit_is_no_refusal(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.receive(po, "10")
    play.acknowledge(po, "changed", quantity="5", unit="LBR")
    assert play.po().lines["1"].status == "changed"


@pytest.mark.rule("R20")
def test_an_answer_in_the_unit_ordered_or_in_none_is_as_before(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, quantity="30.0", unit="KGM")
    assert play.said == ["material-po.confirmed"]
    play.acknowledge(po, "changed", quantity="30", reason="other mill")
    assert play.po().state == "change_proposed"


@pytest.mark.rule("R43")
def test_a_ship_notice_that_comes_again_says_nothing_new(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id

    def announce(reference: str | None, date: str) -> list[str]:
        sent = {"material_po_id": po, "expected_date": date, "lines": [{"line": "1", "quantity": "30"}]}
        play.tell("material-po.notify-dispatch", **sent, **({"reference": reference} if reference else {}))
        return play.said

    assert announce("LS-1", "2026-12-18") == ["material-po.dispatched"]
    assert announce("LS-1", "2026-12-18") == []
    assert announce("LS-1", "2026-12-19") == ["material-po.dispatched"]
    assert announce("LS-2", "2026-12-19") == announce(None, "2026-12-19") == ["material-po.dispatched"]
    play.receive(po, "30")
    assert announce("LS-1", "2026-12-19") == []
    assert (announce("LS-3", "2026-12-19"), play.code) == ([], "not_open")


def announced(play: Play, quantity: str, date: str | None, reference: str = "LS-1") -> None:
    """A ship notice of the supplier's first PO."""
    po = play.po().material_po_id
    day = {"expected_date": date} if date else {}
    lines = [{"line": "1", "quantity": quantity}]
    play.tell("material-po.notify-dispatch", material_po_id=po, reference=reference, lines=lines, **day)


def promised(play: Play) -> tuple[str | None, str | None]:
    """When the line of the supplier's PO comes: as it says itself, and as the requirement counts on it."""
    return play.po().lines["1"].promised_date, play.requirement(1).sources[0].expected


@pytest.mark.rule("R20", "R43", "R60")
@pytest.mark.parametrize("later_said", ["2026-12-10", "2026-12-24", None])
def test_an_acceptance_behind_the_ship_notice_moves_no_date(play: Play, later_said: str | None) -> None:
    play.source(1, S_ONE="30")
    announced(play, "30", "2026-12-18")
    play.acknowledge(play.po().material_po_id, promised_date=later_said)
    assert play.po().state == "confirmed"
    assert promised(play) == ("2026-12-18", "2026-12-18")


@pytest.mark.rule("R20", "R43")
def test_other_terms_behind_the_ship_notice_are_for_a_person(play: Play) -> None:
    play.source(1, S_ONE="30")
    announced(play, "30", "2026-12-18")
    play.acknowledge(play.po().material_po_id, "changed", promised_date="2026-12-24")
    assert play.said == ["material-po.change-proposed"]
    assert promised(play)[0] == "2026-12-18"


@pytest.mark.rule("R20", "R43")
def test_an_earlier_date_behind_the_ship_notice_is_no_change(play: Play) -> None:
    play.source(1, S_ONE="30")
    announced(play, "30", "2026-12-18")
    play.acknowledge(play.po().material_po_id, "changed", promised_date="2026-12-16")
    assert (play.po().state, promised(play)[0]) == ("confirmed", "2026-12-18")


@pytest.mark.rule("R20", "R21", "R60")
def test_a_ship_notice_of_part_leaves_the_date_of_the_rest(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.acknowledge(play.po().material_po_id, promised_date="2026-12-20")
    announced(play, "10", "2026-12-12")
    assert promised(play) == ("2026-12-20", "2026-12-20")
    play.acknowledge(play.po().material_po_id, promised_date="2026-12-22")
    assert promised(play) == ("2026-12-22", "2026-12-22")
    announced(play, "20", "2026-12-16", "LS-2")
    assert promised(play) == ("2026-12-16", "2026-12-16")
    announced(play, "20", "2026-12-17", "LS-2")
    assert promised(play) == ("2026-12-17", "2026-12-17")


@pytest.mark.rule("R20", "R60")
def test_a_ship_notice_without_a_day_leaves_it_to_the_answer(play: Play) -> None:
    play.source(1, S_ONE="30")
    announced(play, "30", None)
    play.acknowledge(play.po().material_po_id, promised_date="2026-12-19")
    assert promised(play) == ("2026-12-19", "2026-12-19")


@pytest.mark.rule("R35", "R43")
def test_a_supplier_that_agrees_to_a_cancellation_twice_says_nothing_new(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.cancel()
    play.assess("free")
    agreed = {"material_po_id": play.po().material_po_id, "answer": "accepted"}
    play.tell("material-po.answer-cancellation", **agreed)
    assert play.said == ["material-po.cancelled"]
    play.tell("material-po.answer-cancellation", **agreed)
    assert (play.said, play.code) == ([], "")
    play.tell("material-po.answer-cancellation", **{**agreed, "answer": "refused"})
    assert play.code == "not_asked"


@pytest.mark.rule("R20", "R21")
def test_a_notice_or_receipt_in_another_unit_is_for_a_person(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    sent = {"material_po_id": po, "reference": "LS-1", "expected_date": "2026-12-18"}
    play.tell("material-po.notify-dispatch", **sent, lines=[{"line": "1", "quantity": "66", "unit": "LBR"}])
    assert play.said == ["material-po.dispatched", "material-po.change-proposed"]
    assert (play.po().state, play.asked) == ("change_proposed", ["material-po.review-change"])
    assert play.event("material-po.change-proposed").answers[0].reason == (
        "ship notice LS-1 in another unit than was ordered"
    )
    for said in ("material-po.dispatched", "material-po.change-proposed"):
        assert [line.promised_date for line in play.event(said).lines] == ["2026-12-18"]
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    assert (play.po().state, play.po().lines["1"].promised_date) == ("confirmed", "2026-12-18")
    play.tell("material-po.receive", material_po_id=po, lines=[{"line": "1", "quantity": "66", "unit": "LBR"}])
    assert play.code == "other_unit"
    play.tell("material-po.receive", material_po_id=po, lines=[{"line": "1", "quantity": "30", "unit": "KGM"}])
    assert play.po().state == "received"
    play.tell("material-po.notify-dispatch", **sent, lines=[{"line": "1", "quantity": "67", "unit": "LBR"}])
    assert play.code == "not_open"


@pytest.mark.rule("R20", "R63")
def test_declining_a_change_asks_the_supplier_to_cancel_and_reopens_sourcing(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, "changed", promised_date="2027-03-05")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert play.said == ["material-po.cancel-requested", "material.required"]
    assert (play.po().state, play.stock().on_order) == ("cancel_requested", 30)
    assert play.asked == ["material.source"]
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="accepted")
    assert (play.po().state, play.stock().on_order) == ("cancelled", 0)
    assert play.line("1").open == 10


@pytest.mark.rule("R20")
def test_a_refused_po_is_sourced_anew(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, "rejected", reason="no capacity")
    assert (play.said, play.po().state, play.stock().on_order) == (["material-po.refused"], "refused", 0)
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    assert play.code == "nothing_to_accept"
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert play.said == ["material-po.cancelled", "material.required"]
    assert (play.po().state, play.asked) == ("cancelled", ["material.source"])
    play.source(1, S_TWO="30")
    play.receive(play.po(2).material_po_id, "30")
    assert play.work("1").state == "ready"


@pytest.mark.rule("R20")
def test_each_line_is_decided_on_by_itself(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    second_order(play)
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    play.tell(
        "material-po.acknowledge",
        material_po_id=po,
        lines=[{"line": "1", "answer": "rejected"}, {"line": "2", "answer": "changed", "promised_date": "2027-01-02"}],
    )
    assert play.po().state == "change_proposed"
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert play.said == ["material-po.reduced", "material.required"]
    assert (play.po().state, play.stock().on_order) == ("change_proposed", 30)
    opened = [event for event, _, _ in play.last.events if event.TYPE == "task.opened.v1"][-1]
    assert [line["line"] for line in opened.facts["lines"]] == ["2"]  # type: ignore[attr-defined]
    play.tell("material-po.review-change", material_po_id=po, line="2", decision="accept")
    assert play.po().state == "confirmed"
    play.receive(po, "30", line="2")
    assert play.po().state == "received"


@pytest.mark.rule("R20")
def test_a_supplier_that_refuses_and_delivers_all_the_same(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, "rejected")
    play.receive(po, "30")
    assert (play.po().state, play.requirement(1).state, play.asked) == (
        "received",
        "available",
        ["work-order.schedule"],
    )


@pytest.mark.rule("R20")
def test_the_rest_of_a_part_delivery_may_come_from_elsewhere(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.receive(po, "10")
    play.acknowledge(po, "changed", quantity="10")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert (play.po().state, play.requirement(1).unsourced) == ("received", 20)
    play.source(1, stock="20")
    assert play.work("1").state == "ready"
    assert play.stock().reserved == 30


@pytest.mark.rule("R63")
def test_a_po_that_serves_two_orders_loses_only_the_cancelled_share(play: Play) -> None:
    play.source(1, S_ONE="40")
    po = play.po().material_po_id
    second_order(play)
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30", "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    again = play.event("material-po.issued")
    assert (again.version, [(line.line, line.quantity) for line in again.lines]) == (2, [("1", "40"), ("2", "30")])
    play.another_order("AAAAAAAAAAAA").cancel()
    play.assess("free")
    assert play.event("material-po.reduced").version == 3
    assert [line.quantity for line in play.po().lines.values()] == [10, 30]
    assert play.stock().on_order == 40
    play.receive(po, "10")
    assert play.stock().free == 30
    play.receive(po, "30", line="2")
    assert play.another_order("BBBBBBBBBBBB").requirement(1).state == "available"
    assert play.po().order_ids == ("O-AAAAAAAAAAAA", "O-BBBBBBBBBBBB")


@pytest.mark.rule("R35", "R63")
@pytest.mark.parametrize(
    ("lines", "said"), [((), "material-po.cancel-requested"), (("1", "2"), "material-po.reduced")], ids=["all", "two"]
)
def test_a_supplier_is_told_once_of_all_that_an_order_gives_up(lines: tuple[str, ...], said: str) -> None:
    play = Play().ordered(("1", "10"), ("2", "10"), ("3", "10"))
    for number in (1, 2, 3):
        play.need(str(number), ("STEEL", "30"))
        need = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "30"}
        join = {"join": play.po().material_po_id} if number > 1 else {}
        play.tell("material.source", requirement_id=play.need_id(number), allocations=[{**need, **join}])
    assert play.stock().on_order == 90
    play.cancel(*lines)
    play.assess("free")
    assert [each for each in play.said if each.startswith("material-po.")] == [said]
    left = {each.line: each.quantity for each in play.event(said).lines}
    assert left == ({"1": "0", "2": "0", "3": "30"} if lines else {"1": "30", "2": "30", "3": "30"})
    assert play.stock().on_order == (30 if lines else 90)
    if not lines:
        play.tell("material-po.answer-cancellation", material_po_id=play.po().material_po_id, answer="accepted")
        assert play.stock().on_order == 0


def with_minimum(play: Play, minimum: str) -> str:
    """A material PO with a line of 30 kg for each of two orders, at a supplier with a minimum."""
    return two_lines(play.with_rules(offers={"STEEL": (SupplierOffer("S_ONE", "One", 14, "1", "EUR", minimum),)}))


@pytest.mark.rule("R63")
def test_what_a_minimum_quantity_leaves_over_goes_to_stock(play: Play) -> None:
    po = with_minimum(play, "50")
    play.another_order("AAAAAAAAAAAA").cancel()
    play.assess("free")
    assert "material-po.reduced" in play.said
    assert [line.quantity for line in play.po().lines.values()] == [20, 30]
    play.receive(po, "20")
    assert (play.stock().free, play.another_order("BBBBBBBBBBBB").requirement(1).awaited) == (40, 30)


@pytest.mark.rule("R63")
def test_where_the_minimum_leaves_nothing_to_reduce_the_supplier_hears_nothing(play: Play) -> None:
    po = with_minimum(play, "60")
    play.another_order("AAAAAAAAAAAA").cancel()
    play.assess("free")
    assert not [name for name in play.said if name.startswith("material-po.")]
    assert (play.po().state, play.stock().on_order) == ("issued", 60)
    play.receive(po, "30")
    play.receive(po, "30", line="2")
    assert (play.po().state, play.stock().free) == ("received", 50)


@pytest.mark.rule("R63")
def test_a_supplier_that_takes_less_than_its_minimum_is_told_of_still_less(play: Play) -> None:
    with_minimum(play, "61")
    play.another_order("AAAAAAAAAAAA").cancel()
    play.assess("free")
    assert "material-po.reduced" in play.said
    assert play.stock().on_order == 30


@pytest.mark.rule("R63")
def test_a_minimum_keeps_no_po_that_nobody_needs(play: Play) -> None:
    with_minimum(play, "60")
    for key in ("AAAAAAAAAAAA", "BBBBBBBBBBBB"):
        play.another_order(key).tell(
            "customer-po.cancel",
            customer_id="C-HOLT",
            po_number="4711" if key[0] == "A" else "4712",
            source={"channel": "api"},
        )
        play.assess("free")
    assert play.po().state == "cancel_requested"


@pytest.mark.rule("R63", "R70")
def test_two_lines_of_one_po_for_one_requirement_are_kept_apart(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    second_order(play, "10")
    join = {"from": "supplier", "supplier_id": "S_ONE", "join": po}
    play.tell(
        "material.source",
        requirement_id=play.need_id(1),
        allocations=[{**join, "quantity": "4"}, {**join, "quantity": "6"}],
    )
    play.receive(po, "4", line="2")
    assert (play.requirement(1).in_house, play.requirement(1).awaited) == (4, 6)
    play.receive(po, "6", line="3")
    assert play.requirement(1).state == "available"


@pytest.mark.rule("R13", "R36")
@pytest.mark.parametrize("state", ["cancelled", "other supplier", "unknown"])
def test_a_po_that_is_not_open_is_not_joined(play: Play, state: str) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    if state == "cancelled":
        play.cancel()
        play.assess("free")
    second_order(play)
    join = {
        "from": "supplier",
        "supplier_id": "S_TWO" if state == "other supplier" else "S_ONE",
        "quantity": "30",
        "join": "M-NOBODY" if state == "unknown" else po,
    }
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    assert play.code == "not_joinable"


@pytest.mark.rule("R35", "R21")
def test_a_supplier_that_will_not_cancel_delivers_to_stock(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.cancel()
    play.assess("free")
    assert (play.po().state, play.order.state) == ("cancel_requested", "cancelled")
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="refused")
    assert (play.said, play.po().state) == (["material-po.cancel-refused"], "confirmed")
    play.receive(po, "30")
    assert (play.po().state, play.stock().free) == ("received", 50)


@pytest.mark.rule("R21")
def test_goods_for_a_cancelled_po_go_to_stock(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.cancel()
    play.assess("free")
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="accepted")
    play.receive(po, "30")
    assert (play.po().state, play.stock().free, play.stock().on_order) == ("cancelled", 50, 0)


@pytest.mark.rule("R70")
def test_a_lost_source_stays_linked(play: Play) -> None:
    play.source(1, S_ONE="30")
    first = play.po().material_po_id
    play.acknowledge(first, "rejected")
    play.tell("material-po.review-change", material_po_id=first, line="1", decision="source-anew")
    assert [each.material_po_id for each in play.requirement(1).sources] == [first]
    assert play.order_id in play.po().order_ids


@pytest.mark.rule("R43")
def test_a_delivery_for_a_po_nobody_knows_waits(play: Play) -> None:
    play.receive("M-NOBODY", "1")
    assert play.last.unknown == "M-NOBODY"


def test_a_dispatch_is_noted(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.tell(
        "material-po.notify-dispatch", material_po_id=play.po().material_po_id, lines=[{"line": "1", "quantity": "30"}]
    )
    assert play.said == ["material-po.dispatched"]


def test_stock_is_corrected_by_a_quantity_or_a_count() -> None:
    play = Play().in_stock("STEEL", "20")
    play.tell("stock.adjust", material="STEEL", quantity="-2.5", unit="KGM")
    assert play.event("stock.changed").change == "-2.5"
    play.tell("stock.adjust", material="STEEL", quantity="-20", unit="KGM")
    assert play.code == "below_zero"
    play.tell("stock.adjust", material="STEEL", count="20", unit="MTR")
    assert play.code == "wrong_unit"


def two_lines(play: Play, second: str = "30") -> str:
    """A material PO with a line for each of two orders, the second for this quantity."""
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    second_order(play)
    join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": second, "join": po}
    play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
    return po


@pytest.mark.rule("R20")
def test_a_change_that_is_overtaken_by_the_delivery_is_decided_on_no_more(play: Play) -> None:
    po = two_lines(play)
    play.acknowledge(po, "changed", promised_date="2027-02-01")
    play.receive(po, "30")
    assert (play.po().state, "material-po.review-change" in play.asked) == ("part_received", False)


@pytest.mark.rule("R20")
def test_a_change_that_the_supplier_takes_back_is_decided_on_no_more(play: Play) -> None:
    po = two_lines(play)
    play.acknowledge(po, "changed", promised_date="2027-02-01")
    play.acknowledge(po, "accepted")
    assert (play.po().state, "material-po.review-change" in play.asked) == ("issued", False)
    play.acknowledge(po, "accepted", line="2")
    assert play.po().state == "confirmed"


@pytest.mark.rule("R20", "R69")
def test_a_quantity_accepted_after_more_has_come_is_what_has_come(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, "changed", quantity="10")
    play.receive(po, "12")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="accept")
    assert (play.po().state, play.po().lines["1"].quantity, play.requirement(1).unsourced) == ("received", 12, 18)


@pytest.mark.rule("R20")
def test_a_change_to_nothing_is_a_refusal(play: Play) -> None:
    play.source(1, S_ONE="30")
    play.acknowledge(play.po().material_po_id, "changed", quantity="0")
    assert (play.po().state, play.said) == ("refused", ["material-po.refused"])


@pytest.mark.rule("R35")
@pytest.mark.parametrize("answer", ["changed", "rejected"])
def test_what_the_supplier_questions_is_dropped_with_the_line_that_needs_it(play: Play, answer: str) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, answer, promised_date="2027-02-01")
    play.cancel()
    play.assess("free")
    assert play.po().state == ("cancel_requested" if answer == "changed" else "cancelled")
    assert play.asked == []


@pytest.mark.rule("R35", "R63")
def test_a_released_share_leaves_what_came_for_others(play: Play) -> None:
    po = two_lines(play)
    play.receive(po, "30", line="2")
    play.another_order("AAAAAAAAAAAA").cancel()
    play.assess("free")
    assert (play.po().state, play.stock().on_order) == ("cancel_requested", 30)
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="accepted")
    assert play.another_order("BBBBBBBBBBBB").requirement(1).state == "available"


def a_surplus_nobody_needs(play: Play) -> str:
    """A material PO whose line 1 somebody needs, and of whose line 2 only what was ordered beyond need is left."""
    po = two_lines(play, second="40")
    play.another_order("BBBBBBBBBBBB").cancel()
    play.assess("free")
    play.another_order("AAAAAAAAAAAA")
    assert [line.quantity for line in play.po().lines.values()] == [30, 10]
    return po


@pytest.mark.rule("R20", "R63", "R69")
@pytest.mark.parametrize("surplus", ["changed", "rejected"])
def test_a_po_that_nobody_needs_any_more_is_settled_line_by_line(play: Play, surplus: str) -> None:
    """What the supplier refuses has ended; what he changed stands as ordered until he agrees to cancel it."""
    po = a_surplus_nobody_needs(play)
    play.tell(
        "material-po.acknowledge",
        material_po_id=po,
        lines=[
            {"line": "1", "answer": "changed", "promised_date": "2027-03-01"},
            {"line": "2", "answer": surplus, "quantity": "5"},
        ],
    )
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert play.po().state == "cancel_requested"
    assert not any(line.undecided for line in play.po().lines.values())
    assert play.asked == ["material.source"]
    assert play.stock().on_order == sum(line.awaited for line in play.po().lines.values())


@pytest.mark.rule("R20", "R63")
def test_a_po_is_done_when_the_supplier_refuses_what_is_left_for_nobody(play: Play) -> None:
    po = a_surplus_nobody_needs(play)
    play.tell("material-po.acknowledge", material_po_id=po, lines=[{"line": "2", "answer": "rejected"}])
    play.acknowledge(po, "rejected")
    play.tell("material-po.review-change", material_po_id=po, line="1", decision="source-anew")
    assert (play.po().state, play.stock().on_order) == ("cancelled", 0)
    assert play.asked == ["material.source"]


@pytest.mark.rule("R20")
@pytest.mark.parametrize(("price", "state"), [("102", "confirmed"), ("98", "confirmed"), ("102.1", "change_proposed")])
def test_a_price_is_the_same_within_the_tolerance_of_the_settings(play: Play, price: str, state: str) -> None:
    play.with_rules(
        supplier_price_tolerance_percent=2.0, offers={"STEEL": (SupplierOffer("S_ONE", "", 1, "100", "EUR", "0"),)}
    )
    play.source(1, S_ONE="30")
    play.acknowledge(play.po().material_po_id, unit_price=price)
    assert (play.po().state, play.po().lines["1"].unit_price) == (state, price if state == "confirmed" else "100")


@pytest.mark.rule("R20", "R43")
@pytest.mark.parametrize("answer", ["accepted", "changed"])
def test_an_answer_that_comes_twice_says_nothing_new(play: Play, answer: str) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, answer, promised_date="2027-01-05")
    tasks = [task.task_id for task in play.tasks]
    play.acknowledge(po, answer, promised_date="2027-01-05")
    assert play.last.ignored == "the supplier has said so before"
    assert [task.task_id for task in play.tasks] == tasks


@pytest.mark.rule("R20")
def test_an_answer_changed_after_it_was_given_is_decided_on(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.acknowledge(po, promised_date="2027-01-05")
    play.acknowledge(po, "changed", quantity="20")
    assert (play.po().state, play.asked) == ("change_proposed", ["material-po.review-change"])


@pytest.mark.rule("R20", "R43")
def test_an_answer_after_the_delivery_is_late_and_harmless(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.receive(po, "30")
    play.acknowledge(po, "rejected")
    assert (play.last.ignored, play.po().state) == ("everything has come", "received")


@pytest.mark.rule("R20")
def test_a_change_of_what_is_cancelled_is_refused(play: Play) -> None:
    play.source(1, S_ONE="30")
    po = play.po().material_po_id
    play.cancel()
    play.assess("free")
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="accepted")
    play.acknowledge(po, "changed", promised_date="2027-01-05")
    assert play.code == "not_open"
