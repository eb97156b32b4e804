"""Every rule of the process is carried out somewhere and proved by a test that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.pages import rulebook
from hub.pages.rules import RULES

ROOT = Path(__file__).parents[2]


def test_every_rule_is_proved_by_a_test_that_is_marked_with_it_and_no_test_is_with_another() -> None:
    assert set(rulebook.tests_by_rule(ROOT)) == set(RULES)


def test_every_rule_is_carried_out_by_something_that_says_so() -> None:
    assert set(RULES) - set(rulebook.rows_by_rule()) - set(rulebook.code_by_rule(ROOT)) == set()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("The hold (R36, R37)", {"R36", "R37"}),
        ("From R2-R4 and R12-14", {"R2", "R3", "R4", "R12", "R13", "R14"}),
        ("What a line specifies (R1a)", {"R1a"}),
        ("R999, PR2 and R2D2 are no rules", set()),
    ],
)
def test_rules_are_found_in_text(text: str, rules: set[str]) -> None:
    assert rulebook.named(text) == rules


def test_marks_count_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(
        "pytestmark = pytest.mark.rule('R1')\n"
        "@pytest.mark.rule('R2')\n"
        "class TestIt:\n"
        "    @pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.rule('R3'))])\n"
        "    async def test_all(self): ...\n"
        "    def helper(self): ...\n"
        "def test_one(): ...\n"
    )
    names = {rule: [place.name for place in places] for rule, places in rulebook.tests_by_rule(tmp_path).items()}
    assert names == {"R1": ["test_all", "test_one"], "R2": ["test_all"], "R3": ["test_all"]}
