"""The text and the HTML of a mail stay readable, however long the words and however many the lines."""

from __future__ import annotations

import re

from adapters.email.sending.body import as_html, as_text, one_line

LONG = "Verschraubungssatzhalterungsblech" * 4
TABLE = (("Pos.", "Produkt", "Menge"), *((str(n), LONG if n % 2 else "Blech", "24 Stk") for n in range(60)))


def test_a_text_table_is_no_wider_than_a_screen_and_loses_nothing() -> None:
    lines = as_text(["%%items%%"], {"items": TABLE}).splitlines()
    assert max(map(len, lines)) <= 60
    assert set(lines[1]) == {"-", " "}
    together = "".join(re.findall(r"[A-Za-z]{5,}", "".join(lines[2:])))
    assert together.count(LONG) == 30
    assert sum("24 Stk" in line for line in lines) == 60


def test_a_heading_of_several_lines_stands_above_its_rule() -> None:
    head = "A heading that is far too long for a column of plain text"
    lines = as_text(["%%t%%"], {"t": ((head, "B"), ("1", "2"))}).splitlines()
    assert "".join(lines[:2]).replace(" ", "").startswith("Aheadingthatisfartoolong")
    assert set(lines[2]) == {"-", " "}
    assert lines[3].split() == ["1", "2"]


def test_html_breaks_long_words_and_no_dates() -> None:
    html = as_html(["%%t%%"], {"t": (("A", "B"), (LONG, "11.01.2027"))}, "de")
    assert "overflow-wrap:anywhere" in html.partition("<table")[0]
    assert re.search(r"<td [^>]*nowrap[^>]*>11\.01\.2027<", html)
    assert not re.search(rf"<td [^>]*nowrap[^>]*>{LONG}<", html)
    assert 'name="viewport"' in html


def test_a_new_line_in_a_paragraph_is_the_templates_and_never_a_partners() -> None:
    said = one_line("Yours%%newline%%truly")
    paragraphs = [f"Regards%%newline%%MetalWorks, to {said}"]
    assert as_text(paragraphs, {}) == "Regards\nMetalWorks, to Yours% %newline% %truly\n"
    assert as_html(paragraphs, {}, "en").count("<br>") == 1
