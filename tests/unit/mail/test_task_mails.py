"""Mails to our own people: what is to be decided, by when and how, in each language."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from adapters.email import EmailWriter
from adapters.email.sending.wording import TEMPLATES
from hub.messages.base import ROLES
from hub.ports import News, Notice
from hub.sagas.address import TABLES

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LANGUAGES = sorted(path.name for path in TEMPLATES.iterdir())
KINDS = sorted({wait.kind.TYPE for table in TABLES for wait in table.waits})
LINE = {"line": "1", "product": {"buyer_part": "HM-4410"}, "quantity": "24", "unit": "H87", "unit_price": "38.75"}


def task(kind: str = "order.review.v1", number: int = 1, **facts: Any) -> dict[str, Any]:
    given = {"po_number": "4711", "customer_id": "C-HOLT", "currency": "EUR", **facts}
    return {
        "task_id": f"T-7K3M9QX2WDRT-{number}",
        "kind": kind,
        "role": "sales-officer",
        "due_at": "2026-11-26T12:00:00Z",
        "work_order_id": None,
        "material_po_id": None,
        "document_id": None,
        "assignee": None,
        "facts": given,
    }


def told(*tasks: tuple[News, dict[str, Any]], language: str = "en", console: str = "") -> tuple[EmailMessage, str, str]:
    notice = Notice("sales-officer", ("a@x.example", "b@x.example"), language, tasks, "1", console_url=console)
    mail = message_from_bytes(EmailWriter().tasks.write(notice, NOW).content, policy=default)
    assert isinstance(mail, EmailMessage)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return mail, str(text.get_content()), str(html.get_content())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_decision_has_its_words_in_every_language(language: str, kind: str) -> None:
    mail, text, html = told(("opened", task(kind)), language=language)
    plain = kind.removesuffix(".v1")
    assert plain not in mail["Subject"]
    assert "4711" in mail["Subject"]
    for said in ("T-7K3M9QX2WDRT-1", "hub answer T-7K3M9QX2WDRT-1"):
        assert said in text
        assert said in html
    assert mail["Content-Language"] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_has_a_name_in_every_language(language: str) -> None:
    for role in ROLES:
        notice = Notice(role, ("a@x.example",), language, (("opened", task()), ("overdue", task(number=2))), "1")
        assert role not in EmailWriter().tasks.write(notice, NOW).title


def test_a_task_tells_what_is_asked_by_when_with_its_lines_and_how_to_answer() -> None:
    mail, text, html = told(("opened", task(lines=[LINE])), console="https://hub.example/")
    assert mail["Subject"] == "Review a purchase order: 4711, C-HOLT"
    assert (mail["To"], mail["Auto-Submitted"]) == ("a@x.example, b@x.example", "auto-generated")
    assert "by 2026-11-26 12:00 UTC" in text
    assert "HM-4410" in text
    assert "38.75 EUR" in text
    assert 'hub answer T-7K3M9QX2WDRT-1 \'{"decision":"confirm"}\'' in text
    assert "https://hub.example/tasks/T-7K3M9QX2WDRT-1" in html


def test_a_document_shows_why_a_person_is_asked_and_what_is_in_it_makes_no_markup() -> None:
    reasons = [{"message": "<b>no</b> such\r\nX-Evil: user %%lines%%"}]
    mail, text, html = told(("opened", task("document.classify.v1", reasons=reasons, form={}, name="Re: <i>PO</i>")))
    assert "<b>no</b> such X-Evil: user" in text
    assert "&lt;b&gt;no" in html
    assert "<i>" not in html
    assert mail["X-Evil"] is None
    assert '{"as":"discard"}' in text


def test_many_tasks_are_one_mail_with_what_is_new_of_each() -> None:
    news: list[tuple[News, dict[str, Any]]] = [("withdrawn", task()), ("overdue", task(number=2))]
    news += [("opened", task(number=number)) for number in range(3, 80)]
    mail, text, _ = told(*news)
    assert mail["Subject"] == "79 tasks for Sales"
    assert "no longer needed" in text
    assert "overdue" in text
    assert all(f"T-7K3M9QX2WDRT-{number}" in text for number in range(1, 80))
