"""Inspection, and the decision on what is bad (R16, R17, R61)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hub.messages.quality import DefectFound, Inspect, QualityPassed
from hub.messages.work_order import DecideDefect, FixOrdered, MaterialsAvailable, ReadyToShip, RemakeOrdered
from hub.sagas.case import Scene, by_of
from hub.sagas.model import WorkOrder
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.production.run import needs_for
from hub.sagas.table import Refusal, Step, step


def count_fits(work: WorkOrder, count: Inspect, scene: Scene) -> Refusal | None:
    """Good and bad pieces are together what was inspected (R61)."""
    counted = decimal(count.passed) + decimal(count.failed)
    if counted != work.in_inspection:
        text = f"passed and failed have to be {plain(work.in_inspection)} together, not {plain(counted)}"
        return Refusal("wrong_quantity", text, "passed")
    return None


def none_bad(work: WorkOrder, count: Inspect, scene: Scene) -> bool:
    """Every piece is good."""
    return decimal(count.failed) == ZERO


def accept(work: WorkOrder, count: Inspect, scene: Scene) -> Step[WorkOrder]:
    """All is good: what is ready may leave (R16, R18)."""
    passed = decimal(count.passed)
    work = replace(work, good=work.good + passed, in_inspection=ZERO, to_make=ZERO, to_fix=ZERO)
    ready = ReadyToShip(**work.names, quantity=plain(work.good - work.shipped))
    return step(work, QualityPassed(**work.names, by=by_of(count), passed=plain(passed)), ready)


def find_defect(work: WorkOrder, count: Inspect, scene: Scene) -> Step[WorkOrder]:
    """Bad pieces are reported to the engineer (R17)."""
    work = replace(
        work,
        good=work.good + decimal(count.passed),
        bad=decimal(count.failed),
        in_inspection=ZERO,
        to_make=ZERO,
        to_fix=ZERO,
        to_remake=ZERO,
    )
    event = DefectFound(
        **work.names,
        by=by_of(count),
        passed=plain(decimal(count.passed)),
        failed=plain(work.bad),
        defect=count.defect,
    )
    return step(work, event)


def defect_fits(work: WorkOrder, answer: DecideDefect, scene: Scene) -> Refusal | None:
    """No more is decided on than is bad (R17)."""
    if not ZERO < _decided(work, answer) <= work.bad:
        return Refusal("wrong_quantity", f"{plain(work.bad)} bad pieces are to be decided on", "quantity")
    return None


def _decided(work: WorkOrder, answer: DecideDefect) -> Decimal:
    return decimal(answer.quantity) if answer.quantity is not None else work.bad


def leaves_some(work: WorkOrder, answer: DecideDefect, scene: Scene) -> bool:
    """Some bad pieces are still to be decided on."""
    return _decided(work, answer) < work.bad


def remakes_some(work: WorkOrder, answer: DecideDefect, scene: Scene) -> bool:
    """Some pieces are to be made again."""
    return answer.decision == "remake" or work.to_remake > ZERO


def decide(work: WorkOrder, answer: DecideDefect, scene: Scene) -> Step[WorkOrder]:
    """Fix, or scrap and make again; the scrapped pieces are recorded (R17)."""
    pieces = _decided(work, answer)
    if answer.decision == "fix":
        work = replace(work, bad=work.bad - pieces, to_fix=work.to_fix + pieces, to_make=work.to_make + pieces)
        return step(work, FixOrdered(**work.names, by=by_of(answer), quantity=plain(pieces)))
    needs = needs_for(work, scene, pieces)
    before = work.requirements if work.to_remake > ZERO else ()
    work = replace(
        work,
        bad=work.bad - pieces,
        scrapped=work.scrapped + pieces,
        to_remake=work.to_remake + pieces,
        to_make=work.to_make + pieces,
        requirements=(*before, *(need.requirement_id for need in needs)),
    )
    return step(work, RemakeOrdered(**work.names, by=by_of(answer), quantity=plain(pieces), materials=needs))


def remake_is_supplied(work: WorkOrder, answer: DecideDefect, scene: Scene) -> bool:
    """The material of what is to be made again, decided on before, is there already."""
    needs = scene.order.requirements
    supplied = all(needs[number].state in {"reserved", "available"} for number in work.requirements)
    return answer.decision == "fix" and work.to_remake > ZERO and supplied


def decide_and_make_ready(work: WorkOrder, answer: DecideDefect, scene: Scene) -> Step[WorkOrder]:
    """Decide on the last bad pieces; what is to be made again can begin."""
    decided = decide(work, answer, scene)
    return step(decided.saga, *decided.says, MaterialsAvailable(**work.names))


def remake_needs_nothing(work: WorkOrder, ordered: RemakeOrdered, scene: Scene) -> bool:
    """The remake needs no material, because the work order has none."""
    return not work.requirements
