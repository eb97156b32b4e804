"""A cancellation carried through on a running hub: money, pieces, material and books (R61, R62, R64)."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from hub.app import Hub, build
from hub.audit import audit
from hub.settings import Settings
from hub.store.queries import stock, tasks, whole_order
from tests.support.running import ENGINEER, INSPECTOR, SALES, SHIPPING, events, with_partners
from tests.support.story import STEEL, Story

ASKED: dict[str, Any] = {"customer_id": "C-API", "source": {"channel": "api"}}


async def on_hand(hub: Hub) -> dict[str, str]:
    return {row["material"]: row["on_hand"] for row in await stock(hub.database)}


@pytest.mark.rule("R62", "R35")
async def test_what_is_half_made_ends_in_the_books_of_the_warehouse(backing: Settings) -> None:
    """Of six pieces on the floor two go to stock, three are salvaged, one is scrap; no steel is counted twice."""
    async with build(with_partners(backing)) as hub:
        story = Story(hub)
        key = await story.order("FLOOR", ("1", "6"), ("2", "4"))
        work = f"W-{key}-1"
        await story.need(work, (STEEL, "60", "KGM"))
        await story.source(f"R-{key}-1", {"from": "stock", "quantity": "60"})
        await story.make(work, "6", inspect=False)
        await story.need(f"W-{key}-2", (STEEL, "40", "KGM"))
        await story.source(f"R-{key}-2", {"from": "stock", "quantity": "40"})
        assert (await on_hand(hub))[STEEL] == "440"

        await story.say("customer-po.cancel", po_number="FLOOR", **ASKED)
        await story.say("cancellation.assess", order_id=story.orders["FLOOR"], decision="free", by=SALES)
        [task] = await tasks(hub.database, order_id=story.orders["FLOOR"])
        assert (task["kind"], task["assignee"]) == ("work-order.dispose.v1", ENGINEER["name"])
        assert task["facts"]["recoverable"] == [{"material": STEEL, "quantity": "60", "unit": "KGM"}]
        given: dict[str, Any] = {"work_order_id": work, "by": ENGINEER}
        await story.say("work-order.dispose", **given, **{"as": "stock"}, quantity="2")
        too_much = [{"material": STEEL, "quantity": "31", "unit": "KGM"}]
        await story.say("work-order.dispose", "refused", **given, **{"as": "salvage"}, quantity="3", recovered=too_much)
        recovered = [{"material": STEEL, "quantity": "21.5", "unit": "KGM"}]
        await story.say("work-order.dispose", **given, **{"as": "salvage"}, quantity="3", recovered=recovered)
        await story.say("work-order.dispose", **given, **{"as": "scrap"})
        await story.rest()

        found = await on_hand(hub)
        assert (found[STEEL], found["C-API/part 1"]) == ("461.5", "2")
        assert not await tasks(hub.database, order_id=story.orders["FLOOR"])
        assert (await whole_order(hub.database, story.orders["FLOOR"]))["state"] == "cancelled"
        assert (await audit(hub.database)).findings == ()


@pytest.mark.rule("R62", "R43")
async def test_decisions_on_half_made_goods_that_come_together_never_exceed_what_there_is(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        story = Story(hub)
        key = await story.order("RACE", ("1", "6"))
        await story.need(f"W-{key}-1", (STEEL, "60", "KGM"))
        await story.source(f"R-{key}-1", {"from": "stock", "quantity": "60"})
        await story.make(f"W-{key}-1", "6", inspect=False)
        await story.say("customer-po.cancel", po_number="RACE", **ASKED)
        await story.say("cancellation.assess", order_id=story.orders["RACE"], decision="free", by=SALES)
        given: dict[str, Any] = {"work_order_id": f"W-{key}-1", "quantity": "4", "as": "salvage", "by": ENGINEER}

        async def decide() -> str:
            try:
                await story.say("work-order.dispose", **given)
            except AssertionError:
                return "refused"
            return "done"

        assert sorted(await asyncio.gather(decide(), decide(), decide())) == ["done", "refused", "refused"]
        await story.rest()
        assert (await on_hand(hub))[STEEL] == "480"
        assert (await audit(hub.database)).findings == ()


@pytest.mark.rule("R64", "R33")
async def test_the_settings_propose_the_penalty_and_the_offer_names_it(backing: Settings) -> None:
    settings = with_partners(backing).model_copy(update={"penalty_percent": {"scheduled": 30, "in_production": 70}})
    async with build(settings) as hub:
        story = Story(hub)
        key = await story.order("COSTLY", ("1", "6"), ("2", "4"), currency="EUR")
        await story.need(f"W-{key}-1")
        await story.make(f"W-{key}-1", "6", inspect=False)
        await story.say("customer-po.cancel", po_number="COSTLY", **ASKED)
        [task] = await tasks(hub.database, order_id=story.orders["COSTLY"], kind="cancellation.assess.v1")
        proposal = task["facts"]["penalty"]
        assert (proposal["amount"], proposal["currency"]) == ("42.00", "EUR")
        assert [(each["line"], each["step"], each["percent"]) for each in proposal["lines"]] == [
            ("1", "in_production", "70"),
            ("2", "awaiting_engineering", "0"),
        ]
        await story.say("work-order.complete-production", work_order_id=f"W-{key}-1", by=ENGINEER)
        verdicts = [{"line": "1", "decision": "penalty"}, {"line": "2", "decision": "free"}]
        await story.say("cancellation.assess", order_id=story.orders["COSTLY"], lines=verdicts, by=SALES)
        request = (await whole_order(hub.database, story.orders["COSTLY"]))["cancellation_request"]
        assert (request["lines"], request["penalty"]) == (["1"], {"amount": "42.00", "currency": "EUR"})
        assert request["question_id"].startswith("Q-")
        assert request["expires_at"]
        [offer] = await events(hub, "cancellation.penalty-proposed")
        assert orjson.loads(offer.body)["data"]["penalty"] == {"amount": "42.00", "currency": "EUR"}
        await story.say("penalty.answer", order_id=story.orders["COSTLY"], answer="accept")
        assert (await whole_order(hub.database, story.orders["COSTLY"]))["cancellation_request"] is None
        await story.rest()
        assert (await audit(hub.database)).findings == ()


@pytest.mark.rule("R61", "R17", "R36")
async def test_the_good_part_leaves_first_only_where_the_profile_says_so_and_never_on_hold(backing: Settings) -> None:
    settings = with_partners(backing)
    profiles = settings.folder / "partners.yaml"
    taker = "  - {id: C-TAKER, name: Taker, channel: api, part_shipments: true}\n"
    profiles.write_text(profiles.read_text().replace("partners:\n", "partners:\n" + taker, 1))
    async with build(settings) as hub:
        story = Story(hub)
        for number, customer in (("WHOLE", "C-API"), ("PARTS", "C-TAKER")):
            key = await story.order(number, ("1", "10"), customer=customer)
            await story.need(f"W-{key}-1")
            await story.make(f"W-{key}-1", "10", inspect=False)
            await story.say("work-order.complete-production", work_order_id=f"W-{key}-1", by=ENGINEER)
            await story.say("quality.inspect", work_order_id=f"W-{key}-1", passed="8", failed="2", by=INSPECTOR)
        items = [{"work_order_id": f"W-{story.orders['WHOLE'][2:]}-1", "quantity": "8"}]
        refused = await story.say("shipment.dispatch", "refused", items=items, by=SHIPPING)
        assert refused.code == "part_shipment_not_agreed"

        items = [{"work_order_id": f"W-{key}-1", "quantity": "8"}]
        asked = {**ASKED, "customer_id": "C-TAKER", "po_number": "PARTS"}
        await story.say("customer-po.cancel", **asked)
        assert (await story.say("shipment.dispatch", "refused", items=items, by=SHIPPING)).code == "held"
        await story.say("cancellation.assess", order_id=story.orders["PARTS"], decision="refuse", by=SALES)
        await story.say("shipment.dispatch", items=items, by=SHIPPING)
        await story.say("work-order.decide-defect", work_order_id=f"W-{key}-1", decision="fix", by=ENGINEER)
        await story.finish(f"W-{key}-1", "2")
        await story.say("shipment.dispatch", items=[{**items[0], "quantity": "2"}], by=SHIPPING)
        await story.rest()
        [line] = (await whole_order(hub.database, story.orders["PARTS"]))["lines"]
        assert (line["shipped"], [each["quantity"] for each in line["shipments"]]) == ("10", ["8", "2"])
        assert (await audit(hub.database)).findings == ()
