"""The material PO: what is ordered from a supplier, for one order or several (R13, R20-R22, R35, R63)."""

from __future__ import annotations

from hub.messages.material import MaterialReleased, SourceMaterial
from hub.messages.material_po import (
    AcknowledgeMaterialPo,
    AnswerMaterialPoCancellation,
    NotifyDispatch,
    ReceiveMaterial,
    ReviewMaterialPoChange,
    ReviewMaterialPoDelay,
)
from hub.messages.order import OrderReleased
from hub.sagas.procurement.delivery import (
    all_in,
    announced_before,
    dispatched,
    nothing_undecided_left,
    quantities_fit,
    question_units,
    receive,
    receive_part,
    says_another_unit,
    units_fit,
)
from hub.sagas.procurement.ordering import issue, keep_back, release, withheld
from hub.sagas.procurement.overdue import (
    ask_to_cancel_late,
    delay_facts,
    delay_fits,
    do_without_late,
    is_overdue,
    late_is_all,
    postpone,
    raise_to_procurement,
    remind,
    reminded_enough,
    still_owed,
    waits_on,
)
from hub.sagas.procurement.reduction import (
    agrees,
    ask_to_cancel,
    cancel_refused,
    cancelled,
    drop,
    leaves_no_line,
    leaves_nothing_undecided,
    leaves_what_is_in,
    minimum_keeps_all,
    reduce,
    reduce_to_what_came,
    refuses_the_rest,
    serves_nobody,
    shrink_untold,
)
from hub.sagas.procurement.sourcing import JOINABLE
from hub.sagas.procurement.supplier import (
    accept_or_reduce,
    all_accepted,
    all_rejected,
    change_facts,
    close_with_what_came,
    confirm,
    decline_change,
    drop_refused,
    leaves_nobody,
    leaves_nothing,
    leaves_what_came,
    lines_known,
    note_answers,
    propose_change,
    refused,
    review_fits,
    says_nothing_new,
    settles,
    some_questioned,
)
from hub.sagas.supply import MaterialPo
from hub.sagas.table import Table, ignore, never, on, refuse, refuse_if, waits
from hub.sagas.timers import SupplierDue

SENT = ("issued", "confirmed", "change_proposed", "part_received")
STATES = ("withheld", *SENT, "received", "refused", "cancel_requested", "cancelled")
ANSWERED = ("confirmed", "change_proposed", "part_received")
FINAL = ("received", "cancelled")
DELIVERABLE = (*SENT, "cancel_requested")
QUESTIONED = ("change_proposed", "refused")
NOT_OPEN = "this material PO is not open"


def _rest(*states: str) -> tuple[str, ...]:
    return tuple(state for state in STATES if state not in states)


MATERIAL_PO: Table[MaterialPo] = Table(
    name="material PO",
    module=__name__,
    initial="new",
    states=("new", *STATES),
    final=FINAL,
    rows=(
        on("new", SourceMaterial, keep_back, to="withheld", when=withheld),
        on("new", SourceMaterial, issue, to="issued"),
        on(JOINABLE, SourceMaterial, issue, to="issued"),
        never(_rest(*JOINABLE), SourceMaterial, "a requirement joins only a material PO that is open"),
        on("withheld", OrderReleased, release, to="issued"),
        ignore(_rest("withheld"), OrderReleased, "it was not withheld"),
        #
        refuse_if(DELIVERABLE, AcknowledgeMaterialPo, lines_known),
        ignore(ANSWERED, AcknowledgeMaterialPo, "the supplier has said so before", when=says_nothing_new),
        on(("issued", "confirmed", "change_proposed"), AcknowledgeMaterialPo, confirm, "confirmed", all_accepted),
        on("part_received", AcknowledgeMaterialPo, confirm, when=all_accepted),
        on(SENT, AcknowledgeMaterialPo, refused, "refused", all_rejected),
        on(SENT, AcknowledgeMaterialPo, propose_change, "change_proposed", some_questioned),
        on("change_proposed", AcknowledgeMaterialPo, note_answers, to="issued"),
        on(("issued", "confirmed", "part_received"), AcknowledgeMaterialPo, note_answers),
        on("cancel_requested", AcknowledgeMaterialPo, cancelled, "cancelled", refuses_the_rest),
        ignore("cancel_requested", AcknowledgeMaterialPo, "it has been asked to cancel"),
        ignore("received", AcknowledgeMaterialPo, "everything has come"),
        refuse(("withheld", "refused", "cancelled"), AcknowledgeMaterialPo, "not_open", NOT_OPEN),
        #
        refuse_if(QUESTIONED, ReviewMaterialPoChange, review_fits),
        on(QUESTIONED, ReviewMaterialPoChange, drop_refused, "cancelled", leaves_nothing),
        on(QUESTIONED, ReviewMaterialPoChange, close_with_what_came, "received", leaves_what_came),
        on("change_proposed", ReviewMaterialPoChange, decline_change, "cancel_requested", leaves_nobody),
        on("change_proposed", ReviewMaterialPoChange, accept_or_reduce, "confirmed", settles),
        on("change_proposed", ReviewMaterialPoChange, accept_or_reduce, "change_proposed"),
        on("refused", ReviewMaterialPoChange, accept_or_reduce, "refused"),
        refuse(
            _rest(*QUESTIONED),
            ReviewMaterialPoChange,
            "nothing_to_decide",
            "no change of the supplier waits for a decision",
        ),
        #
        on(DELIVERABLE, SupplierDue, raise_to_procurement, when=reminded_enough),
        on(DELIVERABLE, SupplierDue, remind, when=still_owed),
        ignore(STATES, SupplierDue, "the supplier has answered or delivered, or has longer now"),
        refuse_if(DELIVERABLE, ReviewMaterialPoDelay, delay_fits),
        on(DELIVERABLE, ReviewMaterialPoDelay, postpone, when=waits_on),
        on("cancel_requested", ReviewMaterialPoDelay, cancelled, to="cancelled"),
        on(SENT, ReviewMaterialPoDelay, ask_to_cancel_late, to="cancel_requested", when=late_is_all),
        on(SENT, ReviewMaterialPoDelay, do_without_late),
        refuse(_rest(*DELIVERABLE), ReviewMaterialPoDelay, "nothing_to_decide", "nothing of it is overdue"),
        #
        ignore(STATES, NotifyDispatch, "this ship notice came before", when=announced_before),
        refuse_if(DELIVERABLE, NotifyDispatch, quantities_fit),
        on(SENT, NotifyDispatch, question_units, to="change_proposed", when=says_another_unit),
        on(DELIVERABLE, NotifyDispatch, dispatched),
        refuse(_rest(*DELIVERABLE), NotifyDispatch, "not_open", "nothing of this material PO is awaited"),
        refuse_if(_rest("withheld"), ReceiveMaterial, quantities_fit),
        refuse_if(_rest("withheld"), ReceiveMaterial, units_fit),
        on((*DELIVERABLE, "refused"), ReceiveMaterial, receive, to="received", when=all_in),
        on(("issued", "confirmed", "part_received"), ReceiveMaterial, receive_part, to="part_received"),
        on("change_proposed", ReceiveMaterial, receive_part, to="part_received", when=nothing_undecided_left),
        on(("change_proposed", "refused", "cancel_requested"), ReceiveMaterial, receive_part),
        on(FINAL, ReceiveMaterial, receive),
        refuse("withheld", ReceiveMaterial, "not_open", "this material PO has not been sent"),
        #
        on("withheld", MaterialReleased, drop, to="cancelled", when=leaves_no_line),
        on("withheld", MaterialReleased, shrink_untold),
        on(SENT, MaterialReleased, ask_to_cancel, to="cancel_requested", when=serves_nobody),
        on((*SENT, "refused"), MaterialReleased, reduce_to_what_came, to="received", when=leaves_what_is_in),
        on(SENT, MaterialReleased, shrink_untold, when=minimum_keeps_all),
        on(("change_proposed", "refused"), MaterialReleased, drop, to="cancelled", when=leaves_no_line),
        on("change_proposed", MaterialReleased, reduce, to="confirmed", when=leaves_nothing_undecided),
        on("change_proposed", MaterialReleased, reduce, to="change_proposed"),
        on(("issued", "confirmed", "part_received"), MaterialReleased, reduce),
        on("refused", MaterialReleased, shrink_untold, to="refused"),
        ignore((*FINAL, "cancel_requested"), MaterialReleased, "nothing is awaited from it"),
        #
        on("cancel_requested", AnswerMaterialPoCancellation, cancelled, to="cancelled", when=agrees),
        on("cancel_requested", AnswerMaterialPoCancellation, cancel_refused, to="confirmed"),
        ignore("cancelled", AnswerMaterialPoCancellation, "it is cancelled", when=agrees),
        refuse(
            _rest("cancel_requested"),
            AnswerMaterialPoCancellation,
            "not_asked",
            "it has not been asked to cancel",
        ),
    ),
    waits=(
        waits(QUESTIONED, ReviewMaterialPoChange, "procurement-officer", change_facts),
        waits(DELIVERABLE, ReviewMaterialPoDelay, "procurement-officer", delay_facts, when=is_overdue, beside=True),
    ),
)
