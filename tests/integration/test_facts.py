"""What a person has to know when a task opens, from the hub's own history and the materials file (R2, R11-R13)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from hub.settings import Settings
from hub.store import tables
from hub.store.relearning import learn_once
from tests.support.learning import learnt, learnt_anew
from tests.support.workshop import GRADE, LIST, workshop


@pytest.mark.rule("R2", "R67")
async def test_the_review_says_what_is_known_of_each_line(backing: Settings) -> None:
    async with workshop(backing) as shop:
        first = (await shop.order("PO-0", unit_price="40.00"))["facts"]
        [line] = first["lines"]
        assert first["value"] == "400"
        assert line["new_product"]
        assert line["made_before"]["times"] == 0
        assert (line["agreed_price"], line["price_differs"]) == (
            {"price": "38.75", "basis": "1", "currency": "EUR"},
            True,
        )
        assert (line["materials"], line["all_in_stock"]) == ([], False)

        await shop.made_once()
        [line] = (await shop.order("PO-2", quantity="20", characteristics=GRADE))["facts"]["lines"]
        assert not line["new_product"]
        assert not line["price_differs"]
        assert line["made_before"] == {
            "times": 1,
            "for_this_customer": 1,
            "to_other_specifications": 0,
            "last": "2026-12-10",
            "days": {"median": 17.0, "last": 17.0, "count": 1},
        }
        assert (line["listed"]["at"], line["listed"]["engineer"]) == ("2026-11-23", "Jo Brandt")
        [steel] = line["materials"]
        assert (steel["quantity"], steel["free"], steel["reserved"], steel["on_order"]) == ("60", "70", "0", "0")
        assert line["all_in_stock"]
        assert (line["load"]["work_center"], line["load"]["weeks"][-1]["week"]) == ("LASER-1", "2027-W05")

        [other] = (await shop.order("PO-3"))["facts"]["lines"]
        assert other["new_product"], "another specification is another product (R1a)"
        assert other["made_before"]["to_other_specifications"] == 1


@pytest.mark.rule("R2")
async def test_the_review_says_when_material_comes_and_what_is_planned(backing: Settings) -> None:
    async with workshop(backing) as shop:
        await shop.made_once()
        await shop.order("PO-2", characteristics=GRADE)
        await shop.answer("PO-2", "order.review", decision="confirm")
        await shop.answer("PO-2", "work-order.specify-materials", materials=LIST)
        await shop.answer("PO-2", "material.source", allocations=[{"from": "stock", "quantity": "30"}])
        plan = {"start": "2026-12-17", "end": "2026-12-21", "work_center": "LASER-1"}
        await shop.answer("PO-2", "work-order.schedule", **plan)
        shop.on("2026-12-11")
        await shop.order("PO-3", characteristics=GRADE)
        await shop.answer("PO-3", "order.review", decision="confirm")
        await shop.answer("PO-3", "work-order.specify-materials", materials=[{**LIST[0], "quantity": "50"}])
        more = {"from": "supplier", "supplier_id": "S-TWO", "quantity": "50", "requested_date": "2027-02-08"}
        await shop.answer("PO-3", "material.source", allocations=[more])

        [line] = (await shop.order("PO-4", "2026-12-24", quantity="20", characteristics=GRADE))["facts"]["lines"]

        [steel] = line["materials"]
        assert steel["quantity"] == "100", "the last list counts, scaled to the pieces"
        assert (steel["free"], steel["reserved"], steel["on_order"], steel["enough"]) == ("40", "30", "50", False)
        assert [(each["date"], each["quantity"]) for each in steel["arrivals"]] == [("2027-02-08", "50")]
        assert line["load"]["weeks"] == [
            {"week": "2026-W50", "orders": 0, "days": 0},
            {"week": "2026-W51", "orders": 1, "days": 2},
            {"week": "2026-W52", "orders": 1, "days": 1},
        ]
        assert await learnt_anew(shop.hub.database) == await learnt(shop.hub.database)


@pytest.mark.rule("R2", "R8")
async def test_a_change_says_what_more_it_would_take(backing: Settings) -> None:
    async with workshop(backing) as shop:
        await shop.made_once()
        await shop.order("PO-2", characteristics=GRADE)
        await shop.answer("PO-2", "order.review", decision="confirm")
        new = {"product": {"buyer_part": "HM-9"}, "quantity": "1", "unit": "H87", "action": "add"}
        more = {"product": {"buyer_part": "HM-4410"}, "quantity": "40", "unit": "H87", "action": "change"}
        lines = [{**more, "line": "1", "characteristics": GRADE}, {**new, "line": "2"}]
        await shop.change("PO-2", lines)

        changed, added = (await shop.asked("PO-2", "order.review-change"))["facts"]["lines"]

        assert (changed["new_product"], changed["made_before"]["times"]) == (False, 1)
        [steel] = changed["more_materials"]
        assert (steel["quantity"], steel["free"], steel["enough"]) == ("90", "70", False), "for the 30 pieces more"
        assert changed["load"]["work_center"] == "LASER-1"
        assert (added["new_product"], added["more_materials"], added["load"]) == (True, [], None)


@pytest.mark.rule("R60")
async def test_a_delay_says_how_long_the_product_usually_takes_and_what_is_planned_until_then(
    backing: Settings,
) -> None:
    async with workshop(backing) as shop:
        await shop.made_once()
        await shop.order("PO-2", "2026-12-18", characteristics=GRADE)
        await shop.answer("PO-2", "order.review", decision="confirm")
        await shop.answer("PO-2", "work-order.specify-materials", materials=LIST)
        await shop.answer("PO-2", "material.source", allocations=[{"from": "stock", "quantity": "30"}])
        plan = {"start": "2026-12-17", "end": "2026-12-22", "work_center": "LASER-1"}
        await shop.answer("PO-2", "work-order.schedule", **plan)

        facts = (await shop.asked("PO-2", "order.review-delay"))["facts"]

        assert facts["projected"] == "2026-12-22"
        assert facts["made_before"]["days"]["median"] == 17.0
        assert [each["week"] for each in facts["load"]["weeks"]] == ["2026-W50", "2026-W51", "2026-W52"]
        assert facts["load"]["weeks"][-1] == {"week": "2026-W52", "orders": 1, "days": 2}


@pytest.mark.rule("R12", "R13", "R63")
async def test_sourcing_says_what_there_is_and_how_suppliers_kept_their_dates(backing: Settings) -> None:
    async with workshop(backing) as shop:
        await shop.made_once()
        for number in ("PO-2", "PO-3"):
            await shop.order(number, characteristics=GRADE)
            await shop.answer(number, "order.review", decision="confirm")
        await shop.answer("PO-2", "work-order.specify-materials", materials=[{**LIST[0], "quantity": "200"}])
        ordered = {"from": "supplier", "supplier_id": "S-ONE", "quantity": "200", "requested_date": "2026-12-18"}
        await shop.answer("PO-2", "material.source", allocations=[ordered])
        await shop.answer("PO-3", "work-order.specify-materials", materials=LIST)

        facts = (await shop.asked("PO-3", "material.source"))["facts"]

        po = await shop.material_po("PO-2")
        coming = {"date": "2026-12-18", "quantity": "200", "supplier_id": "S-ONE", "material_po_id": po}
        stock = {"on_hand": "70", "reserved": "0", "free": "70", "on_order": "200", "arrivals": [coming]}
        assert facts["stock"] == stock
        one, two = facts["suppliers"]
        assert one["dates_kept"] == {"deliveries": 1, "on_time_share": 0.0, "median_days_late": 2.0}
        assert one["join"] == [{"material_po_id": po, "expected": "2026-12-18", "quantity": "200"}]
        assert (one["earliest_date"], one["in_time"]) == ("2026-12-17", True)
        assert (two["dates_kept"], two["join"]) == (None, [])
        assert (two["earliest_date"], two["in_time"]) == ("2027-02-08", False), "a Monday, after the line is due"


@pytest.mark.rule("R11")
async def test_the_last_list_of_materials_is_proposed_for_the_pieces_asked_for(backing: Settings) -> None:
    async with workshop(backing) as shop:
        await shop.order("PO-1", characteristics=GRADE)
        await shop.answer("PO-1", "order.review", decision="confirm")
        assert (await shop.asked("PO-1", "work-order.specify-materials"))["facts"]["proposal"] is None
        await shop.answer("PO-1", "work-order.specify-materials", materials=LIST)
        await shop.order("PO-2", quantity="7", characteristics=GRADE)
        await shop.answer("PO-2", "order.review", decision="confirm")

        proposal = (await shop.asked("PO-2", "work-order.specify-materials"))["facts"]["proposal"]

        assert proposal["materials"] == [{"material": "STEEL", "quantity": "21", "unit": "KGM"}]
        assert proposal["from"]["engineer"] == "Jo Brandt"


async def test_a_store_from_before_learns_from_its_events_when_it_is_served(backing: Settings) -> None:
    async with workshop(backing) as shop:
        await shop.made_once()
        known = await learnt(shop.hub.database)
        assert known["products_made"]
        assert known["suppliers_dates"]
        async with shop.hub.database.write() as connection:
            for table in (tables.products_made, tables.suppliers_dates):
                await connection.execute(delete(table))

        await learn_once(shop.hub.database)

        assert await learnt(shop.hub.database) == known
