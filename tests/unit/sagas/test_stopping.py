"""What stops with a cancelled line, from every state of its work order, its material and its suppliers' POs (R35)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from hub.sagas.material import STATES as REQUIREMENT_STATES
from hub.sagas.material_po import STATES as PO_STATES
from hub.sagas.stock import AWAITED_STATES, awaited_from, reserved_by
from hub.sagas.work_order import LIVE
from tests.unit.sagas.invariants import check
from tests.unit.sagas.play import Play

OURS, OTHERS = "AAAAAAAAAAAA", "BBBBBBBBBBBB"
Reach = Callable[[Play], object]


@dataclass(frozen=True)
class Situation:
    """How far line 1 (10 pieces, 20 kg of brass, 5 kg of zinc) has come, and what has to become of it."""

    work: str
    needs: tuple[str, ...]
    """states of its requirements"""
    po: str
    """state of the material PO for the brass; empty: there is none"""
    reach: tuple[Reach, ...]
    half_made: int = 0
    told: str = ""
    """what is said of the material PO when nobody else needs it"""
    leaves: str = ""
    """the state in which the material PO is left then"""
    told_shared: str = ""
    """what is said of it when another order has a share of the same PO"""

    @property
    def name(self) -> str:
        return "-".join(filter(None, (self.work, "+".join(self.needs), self.po)))


def listed(play: Play) -> None:
    play.need("1", ("BRASS", "20"), ("ZINC", "5"))


def nothing(play: Play) -> None:
    pass


def brass_reserved(play: Play) -> None:
    play.source(1, stock="20")


def brass_ordered(play: Play) -> None:
    play.source(1, S_ONE="20")


def zinc_reserved(play: Play) -> None:
    play.source(2, stock="5")


def confirmed(play: Play) -> None:
    play.acknowledge(play.po().material_po_id)


def change_proposed(play: Play) -> None:
    play.acknowledge(play.po().material_po_id, "changed", quantity="18")


def refused(play: Play) -> None:
    for line in play.po().lines:
        play.acknowledge(play.po().material_po_id, "rejected", line=line)


def part_received(play: Play) -> None:
    play.receive(play.po().material_po_id, "8")


def received(play: Play) -> None:
    play.receive(play.po().material_po_id, "20")


def refused_and_given_up(play: Play) -> None:
    refused(play)
    play.tell("material-po.review-change", material_po_id=play.po().material_po_id, line="1", decision="source-anew")


def change_given_up(play: Play) -> None:
    change_proposed(play)
    play.tell("material-po.review-change", material_po_id=play.po().material_po_id, line="1", decision="source-anew")


def scheduled(play: Play) -> None:
    play.schedule("1")


def started(play: Play) -> None:
    play.start("1")


def made(play: Play) -> None:
    play.complete("1")


def two_are_bad(play: Play) -> None:
    play.inspect("1", "8", "2")


def all_good(play: Play) -> None:
    play.inspect("1", "10")


def fixed(play: Play) -> None:
    play.decide("1", "fix")


def one_fixed_one_to_do(play: Play) -> None:
    play.decide("1", "fix", "1")


def remade(play: Play) -> None:
    play.decide("1", "remake")


def remake_supplied(play: Play) -> None:
    play.source(3, stock="4")
    play.source(4, stock="1")


def remake_ordered(play: Play) -> None:
    play.source(3, S_ONE="4")


def four_left(play: Play) -> None:
    play.ship(("1", "4"))


SUPPLIED = (listed, brass_reserved, zinc_reserved)
MADE = (*SUPPLIED, scheduled, started, made)
BAD = (*MADE, two_are_bad)
CANCEL, REDUCED, DROPPED = "material-po.cancel-requested", "material-po.reduced", "material-po.cancelled"
SITUATIONS = (
    Situation("awaiting_engineering", (), "", (nothing,)),
    Situation("awaiting_materials", ("to_source", "to_source"), "", (listed,)),
    Situation("awaiting_materials", ("reserved", "to_source"), "", (listed, brass_reserved)),
    Situation(
        "awaiting_materials", ("on_order", "to_source"), "issued", (listed, brass_ordered),
        told=CANCEL, leaves="cancel_requested", told_shared=REDUCED,
    ),
    Situation(
        "awaiting_materials", ("on_order", "reserved"), "confirmed", (listed, brass_ordered, zinc_reserved, confirmed),
        told=CANCEL, leaves="cancel_requested", told_shared=REDUCED,
    ),
    Situation(
        "awaiting_materials", ("on_order", "reserved"), "change_proposed",
        (listed, brass_ordered, zinc_reserved, change_proposed),
        told=CANCEL, leaves="cancel_requested", told_shared=REDUCED,
    ),
    Situation(
        "awaiting_materials", ("on_order", "reserved"), "refused", (listed, brass_ordered, zinc_reserved, refused),
        told=DROPPED, leaves="cancelled",
    ),
    Situation(
        "awaiting_materials", ("on_order", "reserved"), "part_received",
        (listed, brass_ordered, zinc_reserved, part_received),
        told=CANCEL, leaves="cancel_requested", told_shared=REDUCED,
    ),
    Situation(
        "awaiting_materials", ("available", "to_source"), "received", (listed, brass_ordered, received),
        leaves="received",
    ),
    Situation(
        "awaiting_materials", ("to_source", "to_source"), "cancelled", (listed, brass_ordered, refused_and_given_up),
        leaves="cancelled",
    ),
    Situation(
        "awaiting_materials", ("to_source", "to_source"), "cancel_requested", (listed, brass_ordered, change_given_up),
        leaves="cancel_requested",
    ),
    Situation("ready", ("reserved", "reserved"), "", SUPPLIED),
    Situation(
        "ready", ("available", "reserved"), "received", (listed, brass_ordered, zinc_reserved, received),
        leaves="received",
    ),
    Situation("scheduled", ("reserved", "reserved"), "", (*SUPPLIED, scheduled)),
    Situation(
        "scheduled", ("available", "reserved"), "received",
        (listed, brass_ordered, zinc_reserved, received, scheduled), leaves="received",
    ),
    Situation("in_production", ("consumed", "consumed"), "", (*SUPPLIED, scheduled, started), half_made=10),
    Situation("awaiting_inspection", ("consumed", "consumed"), "", MADE, half_made=10),
    Situation("defect_found", ("consumed", "consumed"), "", BAD, half_made=10),
    Situation("defect_found", ("consumed",) * 2, "", (*BAD, one_fixed_one_to_do), half_made=10),
    Situation("in_production", ("consumed",) * 2, "", (*BAD, fixed), half_made=10),
    Situation("awaiting_inspection", ("consumed",) * 2, "", (*BAD, fixed, made), half_made=10),
    Situation(
        "awaiting_materials", ("consumed", "consumed", "to_source", "to_source"), "", (*BAD, remade), half_made=8
    ),
    Situation(
        "awaiting_materials", ("consumed", "consumed", "on_order", "to_source"), "issued",
        (*BAD, remade, remake_ordered), half_made=8, told=CANCEL, leaves="cancel_requested", told_shared=REDUCED,
    ),
    Situation(
        "ready", ("consumed", "consumed", "reserved", "reserved"), "", (*BAD, remade, remake_supplied), half_made=8
    ),
    Situation(
        "in_production", ("consumed",) * 4, "", (*BAD, remade, remake_supplied, scheduled, started), half_made=10
    ),
    Situation("ready_to_ship", ("consumed", "consumed"), "", (*MADE, all_good), half_made=10),
    Situation("part_shipped", ("consumed", "consumed"), "", (*MADE, all_good, four_left), half_made=6),
)  # fmt: skip


def world() -> Play:
    """Two lines in fulfilment, brass and zinc in stock, a customer who takes part shipments."""
    play = Play().with_rules(part_shipments=frozenset({"C-HOLT"})).in_stock("BRASS", "100").in_stock("ZINC", "100")
    return play.ordered(("1", "10"), ("2", "5"))


def brought_to(situation: Situation) -> Play:
    play = world()
    for step in situation.reach:
        step(play)
        assert not play.code, (step, play.last.refusal)
    needs = play.order.requirements.values()
    assert play.work("1").state == situation.work
    assert tuple(need.state for need in needs) == situation.needs
    assert [po.state for po in play.case.material_pos.values()] == ([situation.po] if situation.po else [])
    return play


def test_every_state_in_which_a_line_can_be_is_looked_at() -> None:
    """A state that is added to a table has to be added here."""
    assert {each.work for each in SITUATIONS} == set(LIVE)
    assert {state for each in SITUATIONS for state in each.needs} == set(REQUIREMENT_STATES) - {"released"}
    assert {each.po for each in SITUATIONS if each.po} | {"withheld"} == set(PO_STATES)


def how_it_is_cancelled() -> Iterator[tuple[str, Reach]]:
    def free(play: Play) -> None:
        play.cancel()
        play.assess("free")

    def single_line(play: Play) -> None:
        play.cancel("1")
        play.assess("free")

    def penalty_accepted(play: Play) -> None:
        play.cancel()
        play.assess("penalty")
        play.answer("accept")

    def decided_line_by_line(play: Play) -> None:
        play.cancel()
        play.assess(lines=[{"line": "1", "decision": "free"}, {"line": "2", "decision": "refuse"}])

    yield "whole and free", free
    yield "one line of it", single_line
    yield "against a penalty", penalty_accepted
    yield "line by line", decided_line_by_line


WAYS = dict(how_it_is_cancelled())


@pytest.mark.rule("R30", "R32", "R33", "R35", "R37", "R62")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_everything_stops(situation: Situation, way: str) -> None:
    play = brought_to(situation)
    on_hand = {material: play.stock(material).on_hand for material in ("BRASS", "ZINC")}
    engineer = play.work("1").engineer
    WAYS[way](play)
    assert not play.code, play.last.refusal

    line, work = play.line("1"), play.work("1")
    assert (line.open, line.cancelled) == (0, 10 - line.shipped)
    assert work.state == "cancelled"
    assert (work.start, work.end, work.work_center) == (None, None, None)
    assert play.event("work-order.cancelled").half_made == str(situation.half_made)
    about = [task for task in play.tasks if task.target in {work.work_order_id, *play.order.requirements}]
    assert [task.kind for task in about] == (["work-order.dispose.v1"] if situation.half_made else [])
    assert [task.assignee for task in about] == ([engineer] if situation.half_made else [])

    needs = play.order.requirements.values()
    assert {need.state for need in needs} <= {"consumed", "released"}
    assert [need.state for need in needs] == ["consumed" if s == "consumed" else "released" for s in situation.needs]
    for material in on_hand:
        assert play.stock(material).reserved == sum(reserved_by(need) for need in needs) == 0
        assert play.stock(material).on_hand == on_hand[material]

    about_pos = [each for each in play.said if each.startswith("material-po.")]
    assert about_pos == ([situation.told] if situation.told else [])
    if situation.po:
        assert play.po().state == situation.leaves
        assert not [share for each in play.po().lines.values() if each.awaited for share in each.shares]
        assert not play.po().tasks
    other = play.work("2")
    assert other.state == ("cancelled" if way in {"whole and free", "against a penalty"} else "awaiting_engineering")
    if other.state == "cancelled":
        assert play.order.state == ("completed" if line.shipped else "cancelled")
    assert play.order.held_lines == frozenset()
    check(play.case)


@pytest.mark.rule("R35", "R43")
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_nothing_goes_on_afterwards_whoever_comes_late(situation: Situation) -> None:
    play = brought_to(situation)
    play.cancel()
    play.assess("free")
    stopped = play.case.orders[play.order_id]

    late = {
        play.need("1", ("BRASS", "1")),
        play.schedule("1"),
        play.start("1"),
        play.complete("1"),
        play.inspect("1", "1"),
        play.decide("1", "fix"),
        play.ship(("1", "1")),
        *(play.source(number + 1, stock="1") for number in range(len(situation.needs))),
    }
    assert "" not in late
    assert play.order == stopped
    assert play.order.state in {"cancelled", "completed"}


@pytest.mark.rule("R35", "R63")
@pytest.mark.parametrize("situation", [each for each in SITUATIONS if each.told_shared], ids=lambda each: each.name)
def test_a_material_po_that_serves_another_order_too_loses_only_this_share(situation: Situation) -> None:
    play = world().another_order(OTHERS).ordered(("1", "10"))
    play.another_order(OURS)
    joined = False
    for step in situation.reach:
        step(play)
        if play.case.material_pos and not joined:
            joined = True
            play.another_order(OTHERS)
            play.need("1", ("BRASS", "7"))
            join = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "7", "join": play.po().material_po_id}
            play.tell("material.source", requirement_id=play.need_id(1), allocations=[join])
            assert not play.code
            play.another_order(OURS)
    theirs = play.case.orders[f"O-{OTHERS}"]
    play.cancel()
    play.assess("free")

    assert [each for each in play.said if each.startswith("material-po.")] == [situation.told_shared]
    assert play.case.orders[f"O-{OTHERS}"] == theirs
    assert play.po().lines["2"].quantity == play.po().lines["2"].awaited == 7
    assert {share.order_id for line in play.po().lines.values() if line.awaited for share in line.shares} == {
        f"O-{OTHERS}"
    }
    assert play.po().state in AWAITED_STATES
    assert play.stock("BRASS").on_order == awaited_from(play.po())["BRASS"] == 7
    play.receive(play.po().material_po_id, "7", line="2")
    play.another_order(OTHERS)
    assert play.work("1").state == "ready"
    check(play.case)


@pytest.mark.rule("R35", "R36")
def test_a_material_po_that_was_withheld_never_goes_out() -> None:
    play = world()
    listed(play)
    play.cancel("1")
    brass_ordered(play)
    assert play.po().state == "withheld"
    play.assess("free")
    assert (play.po().state, play.po().version) == ("cancelled", 0)
    assert not {"material-po.issued", "material-po.cancel-requested"} & set(play.said)


@pytest.mark.rule("R21", "R35")
@pytest.mark.parametrize("received_before", ["0", "8"])
def test_a_supplier_that_will_not_cancel_delivers_to_stock(received_before: str) -> None:
    play = world()
    listed(play)
    brass_ordered(play)
    po = play.po().material_po_id
    if received_before != "0":
        play.receive(po, received_before)
    play.cancel()
    play.assess("free")
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="refused", reason="it is on the lorry")
    assert play.said == ["material-po.cancel-refused"]
    assert (play.po().state, play.stock("BRASS").on_order) == ("confirmed", 20 - Decimal(received_before))
    play.receive(po, str(20 - int(received_before)))
    assert play.event("material-po.received").receipt[0].to_stock == str(20 - int(received_before))
    brass = play.stock("BRASS")
    assert (brass.on_hand, brass.free, brass.on_order) == (120, 120, 0)


@pytest.mark.rule("R35", "R43")
def test_goods_that_cross_our_cancellation_go_to_stock() -> None:
    play = world()
    listed(play)
    brass_ordered(play)
    po = play.po().material_po_id
    play.cancel()
    play.assess("free")
    play.tell(
        "material-po.notify-dispatch", material_po_id=po, lines=[{"line": "1", "quantity": "20"}], reference="LS-1"
    )
    play.receive(po, "20")
    assert (play.po().state, play.stock("BRASS").free, play.stock("BRASS").on_order) == ("received", 120, 0)
    play.tell("material-po.answer-cancellation", material_po_id=po, answer="accepted")
    assert play.code == "not_asked"


@pytest.mark.rule("R35", "R20")
def test_a_supplier_that_refuses_the_whole_po_when_asked_to_cancel_has_cancelled_it() -> None:
    play = world()
    listed(play)
    brass_ordered(play)
    play.cancel()
    play.assess("free")
    play.acknowledge(play.po().material_po_id, "rejected")
    assert play.said == ["material-po.cancelled"]
    assert (play.po().state, play.stock("BRASS").on_order) == ("cancelled", 0)
