"""Damaged and hostile mails: never an exception, never an order that differs from what was sent."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from adapters.email import EmailReader
from adapters.email.limits import DEFAULT, MailTooLarge
from adapters.email.mail.charset import decode
from adapters.email.mail.document import Cell
from adapters.email.mail.document import lines as lines_of
from adapters.email.mail.mime import looks_like_mail, read_mail
from adapters.email.mail.quoting import split
from tests.unit.mail.files import with_files
from tests.unit.mail.support import DATA, codes, context, lines, mail, order, read
from tests.unit.mail.test_orders import PLATE_AND_BAR, TABLES


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "de-DE", "fr-FR"])
@pytest.mark.parametrize("kind", ["blanked", "replaced"])
def test_an_order_with_one_word_missing_is_the_same_order_or_for_a_person(locale: str, kind: str) -> None:
    text = TABLES[locale]
    for word in re.finditer(r"\S+", text):
        instead = " " * len(word.group()) if kind == "blanked" else "xyz"
        reading = order(text[: word.start()] + instead + text[word.end() :], locale, "4711-88")
        if reading.intent == "new_po":
            read_lines = [(line[0].replace("xyz", word.group()), *line[1:]) for line in lines(reading)]
            assert read_lines == PLATE_AND_BAR, word.group()


@pytest.mark.parametrize("seed", range(3))
def test_no_damage_breaks_the_reader(seed: int) -> None:
    rnd = random.Random(seed)
    seeds = [path.read_bytes() for path in sorted(DATA.glob("*.eml"))]
    seeds.append(with_files("de-DE", "4711-88", "x\n", (b"a;b\n1;2\n", "text/csv", "b.csv"), html="<table><tr><td>1"))
    reader, known = EmailReader(), context()
    for _ in range(120):
        raw = bytearray(rnd.choice(seeds))
        for _ in range(rnd.randint(1, 6)):
            at = rnd.randrange(len(raw))
            raw[at : at + rnd.randint(0, 40)] = bytes(rnd.randrange(256) for _ in range(rnd.randint(0, 20)))
        reading = reader.read(bytes(raw), "mail.eml", known)
        assert "unreadable" not in {finding.code for finding in reading.findings}, bytes(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 50,
        b"From: \xff\xfe\n\n",
        b"Content-Type: multipart/mixed; boundary=\n\n--\n",
        b"Subject: =?utf-8?B?!!!?= =?x-unknown?Q?=FF?=\nFrom: <>\n\nx",
        b'To: "unclosed <a@b\nFrom: a@b, c@d\nContent-Type: text/plain; charset=base64\n\nPO 1',
        b"Content-Type: text/plain; charset=utf-7\n\n+ADw-",
        b"Content-Transfer-Encoding: base64\nContent-Type: text/plain\n\n!!!!",
    ],
)
def test_no_mail_is_too_strange(raw: bytes) -> None:
    reading = EmailReader().read(raw, "mail.eml", context())
    assert reading.messages == ()
    assert "unreadable" not in codes(reading)


SMALL = replace(DEFAULT, message_bytes=10_000, header_bytes=2_000, parts=5, nesting=3)


def nested(depth: int) -> bytes:
    head = b"From: a@b.example\nTo: c@d.example\n"
    for level in range(depth):
        head += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
    return head + b"\nx"


@pytest.mark.parametrize(
    ("where", "raw"),
    [
        ("message", b"From: a@b.example\n\n" + b"x" * 20_000),
        ("header", b"From: a@b.example\nX: " + b"x" * 5_000 + b"\n\nx"),
        ("nesting", nested(6)),
        ("nesting", nested(150)),
        ("parts", b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 20),
    ],
)
def test_limits_hold_before_anything_is_parsed(where: str, raw: bytes) -> None:
    with pytest.raises(MailTooLarge) as caught:
        read_mail(raw, SMALL)
    assert caught.value.where == where
    reading = EmailReader(limits=SMALL).read(raw, "mail.eml", context())
    assert (reading.intent, codes(reading)) == ("quarantine", {"limit_exceeded"})


def test_mails_are_recognised() -> None:
    reader = EmailReader()
    assert reader.recognises((DATA / "larkspur-po.eml").read_bytes(), "x")
    assert reader.recognises(b"whatever", "x.EML")
    assert not reader.recognises(b"ISA*00*          *00*", "x.txt")
    assert not looks_like_mail(b"UNB+UNOC:3+A+B'\nFrom: x\n")


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        ("Größe €".encode("cp1252"), "iso-8859-1", "Größe €"),
        ("Größe €".encode("cp1252"), "", "Größe €"),
        ("Größe €".encode("cp1252"), "utf-8", "Größe €"),
        ("Größe €".encode(), "us-ascii", "Größe €"),
        ("Größe €".encode("utf-16"), "utf-8", "Größe €"),
        ("Größe €".encode("utf-8-sig"), "cp1252", "Größe €"),
        ("Größe".encode("iso-8859-15"), "iso-8859-15", "Größe"),
        (b"\x81\x8d", "", "\x81\x8d"),
        (b"+ADw-", "utf-7", "+ADw-"),
        (b"abc", "zlib", "abc"),
        (b"abc", "no such thing", "abc"),
    ],
)
def test_charsets(content: bytes, declared: str, text: str) -> None:
    assert decode(content, declared) == text


def parted(text: str) -> tuple[str, str]:
    found = split(lines_of(text, "body"))
    own = "\n".join(block.text for block in found.own if isinstance(block, Cell))
    quoted = "\n".join(block.text for block in found.quoted if isinstance(block, Cell))
    return own.strip(), quoted.strip()


@pytest.mark.parametrize(
    "quote",
    [
        "On Fri, Nov 20, 2026 at 4:12 PM A B <a@b.example> wrote:\n> old",
        "On Fri, Nov 20, 2026 at 4:12 PM A B\n<a@b.example> wrote:\n\nold",
        "Am 20.11.2026 um 09:02 schrieb A B:\n> old",
        "Le ven. 20 nov. 2026 à 09:02, A B <a@b.example> a écrit :\n> old",
        "El vie, 20 nov 2026 a las 9:02, A B (<a@b.example>) escribió:\n> old",
        "Op vr 20 nov 2026 om 09:02 schreef A B:\n> old",
        "Den fre 20 nov. 2026 kl 09:02 skrev A B:\n> old",
        "-----Original Message-----\nFrom: A\nold",
        "-----Ursprüngliche Nachricht-----\nVon: A\nold",
        "________________________________\nVon: A <a@b.example>\nGesendet: Freitag\nAn: B\nBetreff: x\n\nold",
        "De : A\nEnvoyé : vendredi\nÀ : B\nObjet : x\n\nold",
        "> old",
    ],
)
def test_quotes_are_recognised(quote: str) -> None:
    own, quoted = parted(f"new\n\n{quote}\n")
    assert own == "new"
    assert "old" in quoted


@pytest.mark.parametrize(
    "text",
    [
        "______________________________\nFrom: stock\n1  X-100  10 EA",
        "From: stock\nTo: you\n1  X-100  10 EA",
        "1  X-100  10 EA\n----------\nTotal",
        "Tom wrote the order:\n1  X-100  10 EA",
    ],
)
def test_what_is_no_quote(text: str) -> None:
    assert parted(text) == (text, "")


def test_an_answer_below_the_quote_is_the_senders_own() -> None:
    own, _ = parted("On Fri, Nov 20, 2026 A <a@b.example> wrote:\n> old\n\nACCEPT\n")
    assert own == "ACCEPT"


def test_a_line_above_an_announcement_is_not_taken_with_it() -> None:
    own, _ = parted("2  X-200  10 EA\nOn Fri, Nov 20, 2026 A <a@b.example> wrote:\n> old\n")
    assert own == "2  X-200  10 EA"


def test_a_torn_mail_is_for_a_person() -> None:
    whole = with_files("de-DE", "4711-88", TABLES["de-DE"], (b"a;b\n1;2\n", "text/csv", "b.csv"))
    assert "mail_torn" in codes(read(whole[: whole.rindex(b"--==")]))


def test_headers_and_titles_hold_no_line_breaks() -> None:
    reading = read(mail("x\n", subject="=?utf-8?Q?a=0D=0ABcc:_x?="))
    assert "\n" not in reading.title
    assert "\r" not in reading.title
