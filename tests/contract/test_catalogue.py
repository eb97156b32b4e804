"""The catalogue holds the messages of the contract, no more and no fewer."""

from __future__ import annotations

from hub.messages.catalogue import COMMANDS, EVENTS

CONTRACT_COMMANDS = """
customer-po.submit customer-po.cancel document.classify order.review order.review-change order.review-delay
work-order.specify-materials material.source material-po.acknowledge material-po.review-change
material-po.review-delay material-po.notify-dispatch material-po.receive material-po.answer-cancellation
work-order.schedule work-order.start-production work-order.complete-production quality.inspect
work-order.decide-defect work-order.dispose work-order.reassign shipment.dispatch cancellation.assess
penalty.answer stock.adjust task.assign
"""

CONTRACT_EVENTS = {
    "document": "received duplicate rejected quarantined classified sent acknowledged unacknowledged reissued "
    "delivery-failed",
    "order": "received revised confirmed revision-requested reminded rejected lapsed change-requested "
    "changed change-refused delay-projected delay-averted delay-confirmed "
    "held released line-cancelled cancelled completed",
    "work-order": "created changed materials-specified materials-available scheduled production-started "
    "produced fix-ordered remake-ordered ready-to-ship reassigned cancelled disposed",
    "material": "required reserved released available consumed short",
    "material-po": "issued confirmed change-proposed change-accepted refused dispatched part-received "
    "received reminded overdue postponed reduced cancel-requested cancelled cancel-refused",
    "quality": "passed defect-found",
    "shipment": "shipped",
    "cancellation": "requested extended refused penalty-proposed reminded penalty-accepted penalty-declined "
    "penalty-expired granted",
    "layout": "learnt accepted dropped",
    "task": "opened assigned closed withdrawn",
    "stock": "changed",
    "command": "refused",
    "message": "set-aside retried discarded",
}


def test_commands_are_those_of_the_contract() -> None:
    assert set(COMMANDS) == {f"{name}.v1" for name in CONTRACT_COMMANDS.split()}


def test_events_are_those_of_the_contract() -> None:
    assert set(EVENTS) == {
        f"{subject}.{verb}.v1" for subject, verbs in CONTRACT_EVENTS.items() for verb in verbs.split()
    }
