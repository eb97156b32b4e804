"""An attempt to hand a mail over: what the mail has come to by it, beside what has happened to it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.handlers.outgoing.mail_outcome import Failure
from hub.ports import Handed
from hub.store.deliveries import QueuedMail


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the server has said, of the mail as it is in the queue now."""

    mail: QueuedMail
    handed: Handed
    last: bool
    """whether it was tried long enough: whom the server would not take it for now is given up"""

    @property
    def back(self) -> Mapping[str, str]:
        """Whom the mail will not reach by what was known before: it came back from there."""
        return self.mail.refused or {}

    @property
    def later(self) -> dict[str, str]:
        """For whom the server may take it another time, each with what it said."""
        return {one: why for one, why in self.handed.later.items() if one in self.mail.recipients}

    @property
    def lost(self) -> dict[str, str]:
        """Whom it will not reach by this attempt, each with the reason."""
        refused = {one: why for one, why in self.handed.refused.items() if one not in self.back}
        return {**refused, **(self.later if self.last else {})}

    @property
    def accepted(self) -> list[str]:
        """For whom the server has taken it, now or before."""
        return [*self.mail.accepted, *(one for one in self.handed.accepted if one not in self.back)]

    @property
    def left(self) -> list[str]:
        """Whom it is still to reach."""
        over = {*self.handed.accepted, *self.handed.refused, *(self.later if self.last else ())}
        return [one for one in self.mail.recipients if one not in over]

    @property
    def said(self) -> str:
        """What the server said where it did not take it."""
        return "; ".join(f"{one}: {text}" for one, text in {**self.handed.later, **self.handed.refused}.items())

    @property
    def failure(self) -> Failure | None:
        """Why a person has to look, if anybody is lost."""
        lost = self.lost
        if not lost:
            return None
        given_up = self.last and bool(self.later)
        code = "given_up" if given_up else "too_large" if _too_large(lost) else "mail_refused"
        text = "; ".join(f"{one}: {reason}" for one, reason in lost.items())
        return Failure(code, text, whole=not (self.accepted or self.left))


def _too_large(refused: Mapping[str, str]) -> bool:
    return all(text.startswith("552") or "5.3.4" in text for text in refused.values())
