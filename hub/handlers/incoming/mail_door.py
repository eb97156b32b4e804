"""The mail door: takes in what mail servers hand over, and promises nothing that is not in the store."""

from __future__ import annotations

from dataclasses import dataclass

from hub.errors import StoreUnavailable
from hub.handlers.incoming.intake import Intake
from hub.ports import Delivery, Listener


@dataclass(slots=True)
class Doing:
    """How the door is doing since the hub began."""

    taken: int = 0
    """mails taken in, and answered so"""
    put_off: int = 0
    """mails that their servers were told to send again"""
    trouble: str = ""
    """why the last one was; empty: it was taken in"""


class MailDoor:
    """Has a listener's mails taken in, while it runs."""

    def __init__(self, listener: Listener, intake: Intake) -> None:
        self.name = listener.name
        self.doing = Doing()
        self._listener, self._intake = listener, intake
        self._begun = False

    async def start(self) -> None:
        """Begin to listen. Raises PortTaken and ConfigurationError."""
        await self._listener.start(self._take)
        self._begun = True

    async def stop(self) -> None:
        """Stop listening."""
        self._begun = False
        await self._listener.stop()

    @property
    def working(self) -> bool:
        """Whether it listens; when not, a defect has ended it."""
        return not self._begun or self._listener.listening

    async def _take(self, delivery: Delivery) -> str:
        """Take a mail in; one that was sent before, word for word, is the same arrival (R7)."""
        try:
            receipt = await self._intake.receive(delivery.raw, delivery.name, sent=delivery.digest)
        except StoreUnavailable as error:
            self._put_off(error.message)
            raise
        except Exception as error:
            self._put_off(f"a defect: {type(error).__name__}")
            raise
        self.doing.taken += 1
        self.doing.trouble = ""
        return receipt.document_id

    def _put_off(self, trouble: str) -> None:
        self.doing.put_off += 1
        self.doing.trouble = trouble
