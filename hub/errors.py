"""What can go wrong, each with a code that stays the same from version to version."""

from __future__ import annotations

from typing import ClassVar


class HubError(Exception):
    """Something the hub will not or cannot do.

    ``code`` is stable and machine-readable; the text is for the person who has to act on it; ``where`` is the
    place (a field, a segment, a line of a file); ``retryable`` says whether trying again unchanged may help.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.message} ({self.where})" if self.where else self.message


class UnreadableMessage(HubError):
    """The bytes are not a message: broken JSON, or no CloudEvents envelope around it."""

    code = "unreadable"


class RepeatedField(UnreadableMessage):
    """A JSON object names a field twice; ``where`` is the field. Readers may differ in which of the two they take."""

    code = "repeated_field"


class UnknownType(HubError):
    """No message of that type is in the catalogue."""

    code = "unknown_type"


class SchemaViolation(HubError):
    """The message does not satisfy the schema of its type; ``where`` is the path of the first fault."""

    code = "schema_violation"


class IdReused(HubError):
    """A message has the id of another that was carried out before; it says something else, and is not carried out."""

    code = "id_reused"


class Undeclared(HubError):
    """The process tables say nothing about this message in this state: a defect of the hub, never ignored."""

    code = "undeclared"


class ConfigurationError(HubError):
    """A setting, a partner profile or a materials file is wrong; ``where`` names the file and the line."""

    code = "configuration"


class StoreUnavailable(HubError):
    """The database does not answer; nothing was changed."""

    code = "store_unavailable"
    retryable = True


class MailboxUnreachable(HubError):
    """The server of a mailbox cannot be reached, has ended the connection, or refuses the login; mails wait there."""

    code = "mailbox_unreachable"
    retryable = True


class MailServerUnreachable(HubError):
    """The server that mails go out by cannot be reached, or will not talk to us; what was to be sent is kept."""

    code = "mail_server_unreachable"
    retryable = True


class BrokerUnavailable(HubError):
    """The broker does not answer or did not confirm in time; what was to be sent stays in the outbox."""

    code = "broker_unavailable"
    retryable = True


class Unroutable(HubError):
    """No queue takes this command: its type is misspelt, or no hub has ever run on this broker."""

    code = "unroutable"


class AlreadyServed(HubError):
    """Another process serves the same embedded store."""

    code = "already_served"


class NotFound(HubError):
    """What was asked for is not in the store."""

    code = "not_found"


class Unusable(HubError):
    """A file or folder cannot be read or written."""

    code = "unusable"


class Refused(HubError):
    """What was asked for is not done; the code is the one that the hub answered with."""

    code = "refused"

    def __init__(self, message: str, *, where: str = "", code: str = "refused") -> None:
        super().__init__(message, where=where)
        object.__setattr__(self, "code", code)


class Undeliverable(HubError):
    """A partner cannot be told of something: it has no profile, no address, or nothing can be written for it."""

    code = "undeliverable"

    def __init__(self, message: str, *, where: str = "", code: str = "undeliverable") -> None:
        super().__init__(message, where=where)
        object.__setattr__(self, "code", code)


class Inconsistent(HubError):
    """What was checked is not as it should be; the findings were shown."""

    code = "inconsistent"


class PortTaken(HubError):
    """HTTP or SMTP cannot listen where it is told to."""

    code = "port_taken"


class PartEnded(HubError):
    """A part of the hub has ended by a defect; a new process is better than half a hub."""

    code = "part_ended"
