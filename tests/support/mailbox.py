"""A partner that writes and reads mails, as its own mail program would."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage

OUR_SERVER = "mx.metalworks.example"
OURS = "orders@metalworks.example"


@dataclass
class Mailbox:
    """A person at a partner. ``sent`` counts its mails."""

    address: str
    name: str = "Marta Quill"
    sent: int = field(default=0)

    def write(self, subject: str, text: str, to: str = OURS, **headers: str) -> bytes:
        """A mail as our server hands it over, its sender authenticated."""
        self.sent += 1
        domain = self.address.rpartition("@")[2]
        message = EmailMessage(policy=email.policy.SMTP)
        message["Return-Path"] = f"<{self.address}>"
        message["Authentication-Results"] = f"{OUR_SERVER}; dmarc=pass (p=reject) header.from={domain}"
        message["From"] = f'"{self.name}" <{self.address}>'
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{self.sent}.{self.address.partition('@')[0]}@{domain}>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text, cte="quoted-printable")
        return message.as_bytes()

    def reply(self, to: bytes, text: str) -> bytes:
        """A reply to one of our mails: to its Reply-To, in its thread, what it said quoted below."""
        theirs = read(to)
        references = " ".join(filter(None, (theirs["References"], theirs["Message-ID"])))
        quoted = "\n".join(f"> {line}" for line in words(to).splitlines())
        subject = str(theirs["Subject"])
        return self.write(
            subject if subject.startswith("Re: ") else f"Re: {subject}",
            f"{text}\n\nOn Tue, Nov 24, 2026 at 2:05 PM MetalWorks Orders <{OURS}> wrote:\n\n{quoted}\n",
            str(theirs["Reply-To"] or theirs["From"]),
            In_Reply_To=str(theirs["Message-ID"]),
            References=references,
        )


def read(raw: bytes) -> EmailMessage:
    """A mail, as its receiver's program shows it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def words(raw: bytes) -> str:
    """The text of a mail."""
    body = read(raw).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
