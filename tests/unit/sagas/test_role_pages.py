"""The pages of the roles say what the tables do, in words for whoever has the role."""

from __future__ import annotations

import re

import orjson
import pytest

from hub.messages.shipment import DispatchShipment
from hub.pages import roles
from hub.pages.words import sentence, words
from hub.sagas.address import TABLES
from hub.sagas.table import On


@pytest.mark.parametrize("role", roles.INTRODUCTIONS)
def test_a_page_of_a_role_names_no_module_and_says_its_conditions_in_sentences(role: str) -> None:
    page = roles.page(role)
    assert "hub.sagas" not in page
    guards = {row.guard for table in TABLES for row in table.rows if isinstance(row, On) and row.guard}
    names = {words(guard.__name__) for guard in guards if sentence(guard) != words(guard.__name__)}
    assert {name for name in names if f"| {name} |" in page} == set()


def test_the_answer_shown_to_a_shipping_clerk_needs_no_ids() -> None:
    (line,) = re.findall(r"hub answer TASK '(.*)' --by shipping-clerk:NAME", roles.page("shipping-clerk"))
    assert orjson.loads(line) == {name: DispatchShipment.EXAMPLE[name] for name in ("carrier", "tracking")}


def test_an_answer_that_concerns_another_table_says_which() -> None:
    page = roles.page("sales-officer")
    assert "| order: `in_fulfilment` | The review has accepted something |" in page


def test_what_a_role_may_do_unasked_is_shown_in_its_own_name() -> None:
    assert '"role":"operator"' in roles.page("operator")
    assert '"role":"production-engineer"' in roles.page("production-engineer")
