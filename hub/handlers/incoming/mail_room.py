"""The mail room: takes in what lies in the mailboxes, one after the other in each, and all mailboxes at a time.

A mail is taken in first and moved then. A hub that dies in between finds the mail again, as the same arrival: the
mailbox's UID names it. A mail that cannot be taken in waits where it is, longer every time, and stops no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.background import Background, end
from hub.errors import MailboxUnreachable, StoreUnavailable
from hub.handlers.incoming.intake import Intake
from hub.ports import Arrival, Mailbox

log = logging.getLogger("hub.mail")
SHORTEST, LONGEST = 1.0, 300.0
"""seconds until an unreachable mailbox is tried again; the delay doubles from one to the other"""
AGAIN, AT_MOST = 5.0, 3600.0
"""the same for a mail that cannot be taken in, from its second time on"""
Result = TypeVar("Result")


@dataclass(slots=True)
class Condition:
    """How a mailbox is doing."""

    reached: bool = False
    trouble: str = "not reached yet"
    taken: int = 0
    """mails taken in since the hub began"""
    waiting: int = 0
    """mails that could not be taken in, and are tried again"""


class MailRoom:
    """Attends to mailboxes while it runs."""

    def __init__(
        self,
        mailboxes: Sequence[Mailbox],
        intake: Intake,
        *,
        every: float,
        shortest: float = SHORTEST,
    ) -> None:
        self._attended = [_Attended(mailbox, intake, every, shortest) for mailbox in mailboxes]

    async def start(self) -> None:
        """Begin to look into the mailboxes."""
        for each in self._attended:
            await each.start()

    async def stop(self) -> None:
        """Stop looking; a mail half taken in is taken in again, as the same arrival."""
        await asyncio.gather(*(each.stop() for each in self._attended))

    @property
    def working(self) -> bool:
        """Whether all run; when not, a defect has ended one."""
        return all(each.working for each in self._attended)

    @property
    def conditions(self) -> dict[str, Condition]:
        """How each mailbox is doing."""
        return {each.name: each.condition for each in self._attended}


class _Attended(Background):
    """One mailbox and who attends to it."""

    def __init__(self, mailbox: Mailbox, intake: Intake, every: float, shortest: float) -> None:
        self.name = mailbox.name
        self.condition = Condition()
        self._mailbox, self._intake = mailbox, intake
        self._every, self._shortest = every, shortest
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mailbox")
        self._put_off: dict[str, tuple[float, int]] = {}
        """by stamp: when a mail is tried again, and how often it was tried"""

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._mailbox.interrupt()
            await end(self._task)
        await asyncio.to_thread(self._thread.shutdown)
        self._mailbox.close()

    async def _work(self) -> None:
        delay = self._shortest
        while True:
            try:
                await self._call(self._mailbox.connect)
                while True:
                    while await self._take_in():
                        continue
                    delay = self._shortest
                    await self._call(self._mailbox.wait, self._patience())
            except MailboxUnreachable as error:
                self._troubled(error.message)
                log.warning("%s; trying again in %.0f s", error, delay)
            except StoreUnavailable as error:
                log.warning("%s; mails wait in %s", error.message, self.name)
            except Exception as error:
                self._troubled(f"a defect: {type(error).__name__}")
                log.exception("the mailbox %s stumbled; it goes on in %.0f s", self.name, delay)
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST)

    async def _take_in(self) -> int:
        """Take in what is there and not put off; how many mails that were."""
        arrivals = await self._call(self._mailbox.arrivals)
        self.condition.reached, self.condition.trouble = True, ""
        there = {arrival.stamp for arrival in arrivals}
        self._put_off = {stamp: each for stamp, each in self._put_off.items() if stamp in there}
        now, done = asyncio.get_running_loop().time(), 0
        for arrival in arrivals:
            if self._put_off.get(arrival.stamp, (0.0, 0))[0] <= now:
                await self._take(arrival)
                done += 1
        self.condition.waiting = len(self._put_off)
        return done

    async def _take(self, arrival: Arrival) -> None:
        try:
            receipt = await self._intake.fetch(arrival, self._mailbox, self._call)
            await self._call(lambda: self._mailbox.put_away(arrival, failed=receipt.state == "rejected"))
        except FileNotFoundError:
            return
        except StoreUnavailable:
            raise
        except MailboxUnreachable:
            self._wait_with(arrival)
            raise
        except OSError as error:
            self._wait_with(arrival)
            log.warning("a mail in %s cannot be taken in, and stays there: %s", self.name, error)
        except Exception:
            self._wait_with(arrival)
            log.exception("%s in %s cannot be taken in, by a defect, and stays there", arrival.name, self.name)
        else:
            self._put_off.pop(arrival.stamp, None)
            self.condition.taken += 1

    def _wait_with(self, arrival: Arrival) -> None:
        """Try a mail again: at once after the first trouble, in which it may have had no part."""
        tries = self._put_off.get(arrival.stamp, (0.0, 0))[1]
        delay = min(AGAIN * 2 ** (tries - 1), AT_MOST) if tries else 0.0
        self._put_off[arrival.stamp] = asyncio.get_running_loop().time() + delay, tries + 1

    def _patience(self) -> float:
        now = asyncio.get_running_loop().time()
        again = min((when for when, _ in self._put_off.values()), default=now + self._every)
        return min(self._every, max(again - now, 0.01))

    def _troubled(self, text: str) -> None:
        self.condition.reached, self.condition.trouble = False, text

    async def _call(self, work: Callable[..., Result], *given: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)
