"""The hub dies between a mail and its answer: the mail's server sends it again, and it is one document."""

from __future__ import annotations

import smtplib

import pytest

from hub.app import build
from hub.settings import Settings
from tests.support.crashing import DIED
from tests.support.handing import hand_over, listening
from tests.support.hubs import HubProcess
from tests.support.running import DATA, documents, eventually
from tests.support.story import by_number

ORDER = (DATA / "mail/larkspur-po.eml").read_bytes()


@pytest.mark.faults
@pytest.mark.rule("R7", "R42")
@pytest.mark.parametrize("point", ["document archived", "document taken"], ids=["before commit", "before the answer"])
async def test_a_hub_that_dies_before_it_answers_has_the_mail_once(backing: Settings, point: str) -> None:
    settings = listening(backing)
    hub = await HubProcess.start(settings, "--die", point)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        await hand_over(settings, ORDER)
    assert await hub.ended() == DIED

    async with build(settings) as again:
        kept = await documents(again, direction="in")
        assert len(kept) == (point == "document taken")
        code, said = await hand_over(settings, ORDER)
        assert code == 250
        (row,) = await documents(again, direction="in")
        assert row.document_id in said
        assert row.state == "received"
        await eventually(lambda: by_number(again, "LC-20871"), "the order")
