"""Mails in the user's own words: a folder of templates over the hub's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.email import EmailWriter
from adapters.email.sending.wording import FALLBACK, TEMPLATES
from hub.errors import ConfigurationError
from hub.partners import EmailProfile, Partner
from hub.ports import Occasion
from tests.unit.mail.test_writing import NOW, NoNumbers, event, parse

CONFIRMED = """\
{% extends "en/layout.j2" %}
{% block subject %}Ours: {{ po_number }}{% endblock %}
{% block body %}
We are glad to confirm {{ po_number }} <b>today</b>.
%%confirmed%%
{% endblock %}
"""


def written(folder: Path, language: str = "en", name: str = "order.confirmed.v1") -> tuple[str, str, str]:
    """Subject, text and HTML of a mail that is made with the templates in a folder."""
    profile = EmailProfile.model_validate({"addresses": ["buyer@thornbury.example"], "language": language})
    to = Partner(id="P-1", name="Thornbury", email=profile, currency="EUR")
    message, text, html = parse(EmailWriter(templates=folder).compose(Occasion(event(name), to), NoNumbers(), NOW))
    return str(message["Subject"]), text, html


def put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_template_of_the_users_replaces_ours_and_all_others_stay(tmp_path: Path) -> None:
    put(tmp_path, "en/order.confirmed.j2", CONFIRMED)
    subject, text, html = written(tmp_path)
    assert subject == "Ours: 4500119034"
    assert "glad to confirm 4500119034" in text
    assert "&lt;b&gt;today" in html
    assert "Unit price" in text
    assert "Ours" not in written(tmp_path, "de")[0]
    assert written(tmp_path, name="order.rejected.v1") == written(TEMPLATES, name="order.rejected.v1")


def test_a_word_and_a_layout_can_be_replaced_alone(tmp_path: Path) -> None:
    put(tmp_path, "de/words.yaml", "price: Preis je Einheit\n")
    layout = (TEMPLATES / "de/layout.j2").read_text(encoding="utf-8")
    put(tmp_path, "de/layout.j2", layout + "\nIhr Team aus Halle 3\n")
    _, text, _ = written(tmp_path, "de")
    assert "Preis je Einheit" in text
    assert "Halle 3" in text
    assert "Menge" in text


def test_a_language_is_one_folder_and_what_it_lacks_is_english(tmp_path: Path) -> None:
    put(tmp_path, "it/order.confirmed.j2", CONFIRMED.replace("We are glad to confirm", "Confermiamo"))
    put(tmp_path, "it/words.yaml", "quantity: Quantità\n")
    assert "it" in EmailWriter(templates=tmp_path).languages
    _, text, html = written(tmp_path, "it")
    assert "Confermiamo 4500119034" in text
    assert "Quantità" in text
    assert 'lang="it"' in html
    assert written(tmp_path, "it", "order.rejected.v1") == written(tmp_path, "en", "order.rejected.v1")


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("en/order.confirmd.j2", CONFIRMED, "order.confirmd.j2"),
        ("en/order.confirmed.j2", "{% block subject %}", "order.confirmed.j2, line 1"),
        ("en/words.yaml", "- a\n- b\n", "words.yaml"),
        ("en/words.yaml", "price: [", "words.yaml"),
    ],
)
def test_a_wrong_file_is_named_at_start(tmp_path: Path, name: str, text: str, place: str) -> None:
    put(tmp_path, name, text)
    with pytest.raises(ConfigurationError) as raised:
        EmailWriter(templates=tmp_path)
    assert raised.value.where.endswith(place)


def test_a_folder_that_is_not_there_is_named_at_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        EmailWriter(templates=tmp_path / "none")


@pytest.mark.parametrize("hostile", ["{{ nothing_of_this_name }}", "{{ ''.__class__.__mro__ }}"])
def test_a_template_that_asks_for_what_there_is_not_is_an_error_with_its_name(tmp_path: Path, hostile: str) -> None:
    put(tmp_path, "en/order.confirmed.j2", CONFIRMED.replace("{{ po_number }}", hostile))
    with pytest.raises(ConfigurationError, match="template cannot be used"):
        written(tmp_path)


def test_every_language_of_ours_has_every_template() -> None:
    names = {path.name for path in (TEMPLATES / FALLBACK).iterdir()}
    for folder in TEMPLATES.iterdir():
        assert {path.name for path in folder.iterdir()} == names, folder.name
