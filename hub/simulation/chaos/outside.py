"""Everybody outside the hub: customers with their documents, suppliers, people; and a subscriber who sees all.

They hear each event as the broker hands it on, repeats too. What they answer depends on the event alone, and so do
the ids of their answers. Some answer late, twice, wrongly or not at all.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterable
from datetime import date
from typing import Any

from hub.bus.topology import COMMANDS_EXCHANGE
from hub.messages.base import Message, Person
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, Source, SubmitCustomerPo
from hub.messages.envelope import Letter, derived_id, open_letter, to_bytes, write_letter
from hub.messages.material_po import ReceiveMaterial
from hub.messages.order import ReviewChange
from hub.messages.task import TaskClosed, TaskOpened, TaskWithdrawn
from hub.partners import Partners
from hub.simulation.chaos.broker import Broker
from hub.simulation.chaos.post import Post
from hub.simulation.chaos.stage import START, Stage
from hub.simulation.choices import Choices
from hub.simulation.orders import purchase_order
from hub.simulation.outsiders import Customers, Suppliers
from hub.simulation.people import People
from hub.simulation.robots import places
from hub.simulation.samples import filled, packaged
from hub.simulation.script import Script, materials_known

SOURCE = "outside"
BY_DOCUMENT = ("summit-850.edi", "morvan-orders.edi", "holt-orders.edi", "kestrel-order.eml", "bridgeport-850.edi")
MEDDLER = Person(role="shipping-clerk", name="Eve")


class Outside:
    """Sends what they all send, and keeps what the subscriber has seen."""

    def __init__(self, stage: Stage, post: Post, partners: Partners) -> None:
        fate = stage.fate
        self._stage, self._post = stage, post
        self.broker: Broker
        self.seen: list[Letter] = []
        self.sent: dict[str, str] = {}
        """type of each command, by id"""
        self.tasks: dict[str, TaskOpened] = {}
        self._busy: dict[asyncio.Task[None], None] = {}
        self._context = contextvars.copy_context()
        """its own life: what it does goes on when the hub dies that it heard"""
        self._heard: set[str] = set()
        shares = (0.0, 0.1, 0.5)
        script = Script(
            revise=fate.one(shares),
            reject=fate.one((0.0, 0.05)),
            defect=fate.one(shares),
            cancel=fate.one((0.0, 0.5, 1.0)),
            supplier_changes=fate.one(shares),
            supplier_refuses_cancel=fate.one(shares),
            from_stock=fate.one(shares),
            materials=materials_known(partners.materials.values()),
        )
        choices = Choices(fate.seed)
        self._choices = choices
        self._people = People(choices, script, self._today)
        self._customers = Customers(choices, script)
        self._suppliers = Suppliers(choices, script, self._today)

    def _today(self) -> date:
        return self._stage.now().date()

    @property
    def busy(self) -> bool:
        """Whether anybody is about to say something."""
        return bool(self._busy)

    # ---------------------------------------------------------------------------------------------- sending

    def order(self, place: int) -> None:
        """A customer orders: by message, with a revision that may overtake it, or by a document that may come twice."""
        fate = self._stage.fate
        if fate.happens(0.5):
            po = purchase_order(self._choices, str(fate.seed), place, START.date())
            self.send(po, f"order {place}")
            if fate.happens(0.3):
                self.send(po.model_copy(update={"purpose": "revision", "notes": ["urgent"]}), f"revision {place}")
            return
        template = fate.one(BY_DOCUMENT)
        values: dict[str, str | int | date] = {
            "po": f"{fate.seed % 100000}{place:02}",
            "control": fate.seed % 1000 + place,
            "day": START.date(),
        }
        content = filled(packaged(template), values)
        for copy in range(2 if fate.happens(fate.weather.twice) else 1):
            self._later(self._put_in(f"{copy}-{template}", content))

    async def _put_in(self, name: str, content: bytes) -> None:
        await asyncio.sleep(self._stage.fate.pause())
        self._post.arrive(name, content)

    def send(self, message: Message, message_id: str) -> None:
        """Send a command, so often and so late as fate will have it."""
        letter = write_letter(message, message_id=message_id, source=SOURCE, time=self._stage.now())
        self.sent[message_id] = message.TYPE
        for _ in range(2 if self._stage.happens(self._stage.fate.weather.twice) else 1):
            self._later(self._publish(message.TYPE, to_bytes(letter.envelope), message_id))

    async def _publish(self, message_type: str, body: bytes, message_id: str) -> None:
        """Publish, once there are queues to take it."""
        await asyncio.sleep(self._stage.fate.pause())
        await self.broker.declared.wait()
        self._stage.note(f"sends {message_type} {message_id}")
        if not self.broker.publish(COMMANDS_EXCHANGE, message_type, body):
            self._stage.defects.append(f"no queue takes {message_type}")

    def _later(self, doing: Any) -> None:
        task = asyncio.create_task(doing, context=self._context.copy())
        self._busy[task] = None
        task.add_done_callback(lambda done: self._busy.pop(done, None), context=self._context)

    # ---------------------------------------------------------------------------------------------- hearing

    def hear(self, body: bytes) -> None:
        """An event is handed to the subscriber, and to everybody whom it concerns."""
        letter = open_letter(body)
        self.seen.append(letter)
        message = letter.message
        if isinstance(message, TaskOpened):
            self.tasks.setdefault(message.task_id, message)
        replies = [*self._customers.hear(letter), *self._suppliers.hear(letter), *self._answers(message)]
        for place, reply in places(replies):
            if isinstance(reply, AnswerPenalty | SubmitCustomerPo) and self._silent(letter, place):
                continue
            self.send(reply, derived_id(SOURCE, letter.envelope.id, place))
        if letter.envelope.id not in self._heard:
            self._heard.add(letter.envelope.id)
            self._meddle(letter)

    def _silent(self, letter: Letter, place: str) -> bool:
        """Whether a customer leaves a question unanswered; hearing it again makes no difference."""
        return self._choices.happens(self._stage.fate.weather.silent, "silent", letter.envelope.id, place)

    def _answers(self, message: Message) -> Iterable[Message]:
        if isinstance(message, TaskOpened):
            answer = self._people.answer(message)
            if answer is not None:
                yield answer

    def _meddle(self, letter: Letter) -> None:
        """Somebody answers who must not, or answers what is closed."""
        message, meddling = letter.message, self._stage.fate.weather.meddling
        if not isinstance(message, TaskOpened | TaskClosed | TaskWithdrawn) or not self._stage.happens(meddling):
            return
        task = self.tasks.get(message.task_id)
        answer = self._people.answer(task) if task else None
        if answer is not None:
            wrong = answer.model_copy(update={"by": MEDDLER}) if isinstance(message, TaskOpened) else answer
            self.send(wrong, derived_id(SOURCE, letter.envelope.id, "meddling"))

    # -------------------------------------------------------------------------------------- bringing to an end

    def answer_again(self, task_ids: Iterable[str], attempt: int) -> None:
        """People look through the list of what they are asked, and answer what is left."""
        for task_id in task_ids:
            task = self.tasks.get(task_id)
            if task is None:  # nobody has heard of it: an event was lost
                continue
            stock = {**task.facts.get("stock", {}), "free": "0"}
            answer = self._people.answer(task, stock=stock)
            if isinstance(answer, ReviewChange):  # what could be accepted then has been overtaken
                too_late = {"decision": "refuse", "lines": [], "reason": "too late"}
                answer = answer.model_copy(update=too_late)
            if answer is not None:
                self.send(answer, derived_id(SOURCE, task_id, f"attempt {attempt}"))

    def deliver(self, material_po_id: str, lines: Iterable[tuple[str, str]], attempt: int) -> None:
        """A supplier delivers what is awaited."""
        data = {
            "material_po_id": material_po_id,
            "lines": [{"line": line, "quantity": quantity} for line, quantity in lines],
            "by": {"role": "warehouse-clerk", "name": "Sam Ode"},
        }
        self.send(ReceiveMaterial.model_validate(data), derived_id(SOURCE, material_po_id, f"attempt {attempt}"))

    def cancel(self, order_id: str, customer_id: str, po_number: str, attempt: int) -> None:
        """A customer gives an order up."""
        said = CancelCustomerPo(
            po_number=po_number, customer_id=customer_id, reason="no answer", source=Source(channel="api")
        )
        self.send(said, derived_id(SOURCE, order_id, f"attempt {attempt}"))
