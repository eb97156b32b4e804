"""What a message waits for is named as its sender knows it."""

from __future__ import annotations

import pytest

from hub.messages.base import Message
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo
from hub.store.batch import called

BY_NUMBER = {"customer_id": "C-HOLT", "po_number": "47", "answer": "accept"}


@pytest.mark.rule("R42")
@pytest.mark.parametrize(
    ("message", "named"),
    [
        (AnswerPenalty.model_validate({**BY_NUMBER, "question_id": "Q-ABC-1"}), "question Q-ABC-1"),
        (AnswerPenalty.model_validate(BY_NUMBER), "purchase order 47"),
        (AnswerPenalty(order_id="O-ABC", answer="accept"), "O-ABC"),
        (CancelCustomerPo.model_validate(CancelCustomerPo.EXAMPLE), "purchase order 4500119034"),
    ],
)
def test_what_is_awaited_is_named_as_its_sender_knows_it(message: Message, named: str) -> None:
    assert called(message, "O-ABC") == named
