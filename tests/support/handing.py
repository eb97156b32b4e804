"""Handing mails over to the hub by SMTP, as another mail server does."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hub.settings import Settings
from tests.support.processes import free_port
from tests.support.running import with_partners

OURS = "orders@metalworks.example"
SENDER = "mquill@larkspur-conveyors.example"


def listening(settings: Settings, **other: Any) -> Settings:
    """The settings of a hub that listens; what this machine hands over is believed unless said otherwise."""
    given: dict[str, Any] = {"smtp_listen": f"127.0.0.1:{free_port()}", "smtp_gateways": ["127.0.0.1/32"], **other}
    return with_partners(settings).model_copy(update=given)


@contextmanager
def session(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection to the hub that listens so."""
    host, _, port = settings.smtp_listen.rpartition(":")
    with smtplib.SMTP(host, int(port), local_hostname="mail.sender.example", timeout=30) as open_session:
        yield open_session


async def hand_over(
    settings: Settings, mail: bytes, sender: str = SENDER, to: tuple[str, ...] = (OURS,)
) -> tuple[int, str]:
    """Hand a mail over; the answer to it."""

    def talk() -> tuple[int, str]:
        with session(settings) as open_session:
            open_session.ehlo()
            open_session.docmd("MAIL", f"FROM:<{sender}>")
            for each in to:
                code, said = open_session.docmd("RCPT", f"TO:<{each}>")
                if code >= 400:
                    return code, said.decode()
            code, said = open_session.data(mail)
            return code, said.decode()

    return await asyncio.to_thread(talk)
