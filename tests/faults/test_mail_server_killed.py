"""The mail server is killed and started again in the middle of 200 mails: none is lost, none is doubled."""

from __future__ import annotations

import asyncio

import pytest

from hub.app import build
from hub.settings import Settings
from tests.integration.test_mailboxes import mail, moved, of_mailboxes, subjects
from tests.support.dovecot import PrivateDovecot
from tests.support.running import documents, eventually

MAILS, KILLED_AFTER = 200, (40, 110)


@pytest.mark.faults
@pytest.mark.servers
@pytest.mark.rule("R7", "R42")
async def test_a_mail_server_killed_in_the_middle_of_200_mails_loses_and_doubles_none(
    backing: Settings, dovecot: PrivateDovecot, fresh_user: str
) -> None:
    await asyncio.to_thread(dovecot.deliver, fresh_user, [mail(number) for number in range(MAILS)])
    async with build(of_mailboxes(backing, dovecot.mailbox(fresh_user))) as hub:
        (name,) = hub.mail_room.conditions
        for number in KILLED_AFTER:

            async def so_many(number: int = number) -> bool:
                return len(await documents(hub, direction="in")) >= number

            await eventually(so_many, f"{number} mails")
            await asyncio.to_thread(dovecot.kill)
            between = len(await documents(hub, direction="in"))
            assert number <= between < MAILS

            async def noticed() -> bool:
                return not hub.mail_room.conditions[name].reached

            await eventually(noticed, "the lost connection")
            await asyncio.to_thread(dovecot.start)

        async def emptied() -> bool:
            return not await asyncio.to_thread(dovecot.mails, fresh_user)

        await eventually(emptied, "the empty mailbox")
        processed = await moved(dovecot, fresh_user, MAILS)
        rows = await documents(hub, direction="in")

    # A server that is killed while it moves a mail may leave it in both folders; the hub still knows it as one.
    everything = sorted(f"Question {number}" for number in range(MAILS))
    assert sorted(set(subjects(processed))) == everything
    assert len(processed) <= MAILS + len(KILLED_AFTER)
    assert sorted(row.title for row in rows) == everything
    assert not any(row.duplicate_of for row in rows)
