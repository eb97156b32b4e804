"""What the hub itself finds out of a sender: SPF, DKIM and DMARC, in which no doubt is ever a pass."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dkim
import pytest

from adapters.email.limits import DEFAULT
from adapters.email.mail.mime import read_mail
from adapters.email.receiving import trace
from adapters.email.sender import dmarc, spf
from adapters.email.sender.authentication import verify
from adapters.email.sender.names import Kind
from adapters.email.sender.proof import IsolatedCheck, SenderCheck
from tests.support.names import TableOfNames
from tests.support.sealing import sealed

OURS = "mx.metalworks.example"
FIRM = "larkspur-conveyors.example"
HERE, ELSEWHERE = "192.0.2.10", "198.51.100.7"
MAIL = (
    b"From: Marta Quill <mquill@larkspur-conveyors.example>\r\nTo: orders@metalworks.example\r\n"
    b"Subject: PO LC-1\r\nMessage-ID: <1@larkspur-conveyors.example>\r\n\r\nPlease send 5 of A-1.\r\n"
)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("key") / "key.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", path, "1024"], check=True, capture_output=True)
    return path.read_bytes()


@pytest.fixture(scope="module")
def public(key: bytes) -> str:
    made = subprocess.run(
        ["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, check=True, capture_output=True
    ).stdout
    return f"v=DKIM1; k=rsa; p={base64.b64encode(made).decode()}"


def signed(key: bytes, content: bytes = MAIL, domain: str = FIRM, **how: object) -> bytes:
    made: bytes = dkim.sign(content, b"s1", domain.encode(), key, **how)
    return made + content


def zone(
    public: str = "", policy: str = "v=DMARC1; p=reject", sends: str = "v=spf1 ip4:192.0.2.0/24 -all"
) -> dict[tuple[str, str], Sequence[str]]:
    return {
        (f"_dmarc.{FIRM}", "TXT"): [policy] if policy else [],
        (FIRM, "TXT"): ["something else", sends],
        (f"s1._domainkey.{FIRM}", "TXT"): [public],
    }


def found(
    content: bytes, names: dict[tuple[str, str], Sequence[str]], sender: str = f"bounce@{FIRM}", address: str = HERE
) -> dict[str, str]:
    """Each method's result."""
    said = SenderCheck(OURS, TableOfNames(names)).results(content, sender, f"mail.{FIRM}", address)
    assert said.startswith(f"{OURS}; ")
    return dict(re.findall(r"(dmarc|dkim|spf)=(\w+)", said))


# ------------------------------------------------------------------------------------------------------------ together


def test_a_server_that_the_domain_names_is_enough() -> None:
    assert found(MAIL, zone()) == {"dmarc": "pass", "spf": "pass"}


def test_a_signature_of_the_domain_is_enough_wherever_it_comes_from(key: bytes, public: str) -> None:
    assert found(signed(key), zone(public), address=ELSEWHERE) == {"dmarc": "pass", "dkim": "pass", "spf": "fail"}


def test_neither_is_not(key: bytes) -> None:
    assert found(MAIL, zone(), address=ELSEWHERE) == {"dmarc": "fail", "spf": "fail"}


def test_another_domain_proves_nothing_of_this_one(key: bytes, public: str) -> None:
    names = {
        **zone(),
        ("evil.example", "TXT"): ["v=spf1 +all"],
        ("s1._domainkey.evil.example", "TXT"): [public],
    }
    result = found(signed(key, domain="evil.example"), names, "x@evil.example", ELSEWHERE)
    assert result == {"dmarc": "fail", "dkim": "pass", "spf": "pass"}


@pytest.mark.parametrize(
    ("shown", "proven", "strictly", "aligned"),
    [
        (FIRM, FIRM, True, True),
        (FIRM, f"mail.{FIRM}", False, True),
        (f"sales.{FIRM}", FIRM, False, True),
        (FIRM, f"mail.{FIRM}", True, False),
        (f"sales.{FIRM}", f"mail.{FIRM}", False, True),
        (f"sales.{FIRM}", f"mail.{FIRM}", True, False),
        ("firm.co.uk", "mail.firm.co.uk", False, True),
        ("firm.co.uk", "evil.co.uk", False, False),
        ("firm.co.uk", "co.uk", False, False),
        ("co.uk", "evil.co.uk", False, False),
        ("co.uk", "co.uk", False, True),
        ("uk", "firm.co.uk", False, False),
        ("firm.github.io", "evil.github.io", False, False),
        ("github.io", "evil.github.io", False, False),
        ("www.ck", "mail.www.ck", False, True),
        ("firm.xn--55qx5d.cn", "mail.firm.xn--55qx5d.cn", False, True),
        ("firm.xn--55qx5d.cn", "evil.xn--55qx5d.cn", False, False),
        ("firm.nosuchending", "evil.nosuchending", False, False),
        (FIRM, f"not{FIRM}", False, False),
        (FIRM, "example", False, False),
        (FIRM, "", False, False),
    ],
)
def test_a_domain_proves_for_all_of_its_organization_and_no_other(
    shown: str, proven: str, strictly: bool, aligned: bool
) -> None:
    assert dmarc.is_aligned(shown, [proven], strictly=strictly) is aligned


def test_a_domain_below_a_public_suffix_proves_nothing_of_the_suffix() -> None:
    names = {("_dmarc.co.uk", "TXT"): ["v=DMARC1; p=none"], ("evil.co.uk", "TXT"): ["v=spf1 +all"]}
    content = MAIL.replace(FIRM.encode(), b"co.uk")
    assert found(content, names, "x@evil.co.uk") == {"dmarc": "fail", "spf": "pass"}


def test_a_public_suffix_has_no_policy_for_the_firms_below_it() -> None:
    names = {("_dmarc.co.uk", "TXT"): ["v=DMARC1; p=none"], ("firm.co.uk", "TXT"): ["v=spf1 +all"]}
    assert found(MAIL.replace(FIRM.encode(), b"firm.co.uk"), names, "x@firm.co.uk")["dmarc"] == "none"


@pytest.mark.parametrize(("policy", "result"), [("v=DMARC1; p=none; aspf=s", "fail"), ("v=DMARC1; p=none", "pass")])
def test_a_domain_may_want_its_very_self_proven(policy: str, result: str) -> None:
    names = {**zone(policy=policy), (f"mail.{FIRM}", "TXT"): ["v=spf1 +all"]}
    assert found(MAIL, names, f"b@mail.{FIRM}")["dmarc"] == result


def test_without_a_policy_there_is_no_result() -> None:
    assert found(MAIL, zone(policy=""))["dmarc"] == "none"
    twice = {**zone(), (f"_dmarc.{FIRM}", "TXT"): ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}
    assert found(MAIL, twice)["dmarc"] == "none"
    below = {**zone(), (f"_dmarc.west.{FIRM}", "TXT"): ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}
    assert found(MAIL.replace(b"quill@larkspur", b"quill@west.larkspur"), below)["dmarc"] == "none"


def test_the_policy_of_the_organizational_domain_holds() -> None:
    below = MAIL.replace(b"quill@larkspur", b"quill@west.larkspur")
    assert found(below, zone())["dmarc"] == "pass"
    assert found(MAIL.replace(b"quill@larkspur", b"quill@a.b.c.d.larkspur"), zone())["dmarc"] == "pass"
    between = {**zone(policy=""), (f"_dmarc.west.{FIRM}", "TXT"): ["v=DMARC1; p=none"]}
    assert found(MAIL.replace(b"quill@larkspur", b"quill@a.west.larkspur"), between)["dmarc"] == "none"


@pytest.mark.parametrize("silent", [f"_dmarc.{FIRM}", FIRM, f"s1._domainkey.{FIRM}"])
def test_silent_name_servers_prove_nothing(key: bytes, public: str, silent: str) -> None:
    names = {**zone(public), (silent, "silent"): [""]}
    proven = {FIRM: "pass"}.get(silent, "temperror")
    address = HERE if silent == FIRM else ELSEWHERE
    assert found(signed(key), names, address=address)["dmarc"] == proven


@pytest.mark.parametrize(
    "head",
    [
        b"From: a@evil.example\r\n",
        b"From: a@evil.example, ",
        b"X: y\rFrom: a@evil.example\r\n",
        b"From: \xff@larkspur-conveyors.example\r\n",
    ],
)
def test_two_senders_are_none(head: bytes) -> None:
    content = head + (MAIL.removeprefix(b"From: ") if head.endswith(b", ") else MAIL)
    assert found(content, zone())["dmarc"] == "permerror"


def test_a_mail_without_a_sender_is_checked_by_its_servers_name() -> None:
    names = {**zone(), (f"mail.{FIRM}", "TXT"): ["v=spf1 a -all"], (f"mail.{FIRM}", "A"): [HERE]}
    assert found(MAIL, names, "") == {"dmarc": "pass", "spf": "pass"}


# ---------------------------------------------------------------------------------------------------------------- DKIM


def test_what_was_changed_on_the_way_is_not_signed(key: bytes, public: str) -> None:
    for changed in (signed(key).replace(b"5 of", b"50 of"), signed(key).replace(b"PO LC-1", b"PO LC-2")):
        assert found(changed, zone(public), address=ELSEWHERE)["dmarc"] == "fail"


def test_a_signature_that_covers_only_part_of_the_text_does_not_count(key: bytes, public: str) -> None:
    content = signed(key, length=True)
    assert dkim.verify(content + b"And 500 of A-2.\r\n", dnsfunc=lambda name, timeout: public.encode())
    assert found(content, zone(public), address=ELSEWHERE) == {"dmarc": "fail", "dkim": "policy", "spf": "fail"}


def test_of_several_signatures_one_good_one_is_enough(key: bytes, public: str) -> None:
    broken = b"DKIM-Signature: v=1; d=x; nonsense\r\nDKIM-Signature: v=1; a=rsa-sha1; d=evil.example\r\n"
    assert found(broken + signed(key), zone(public), address=ELSEWHERE)["dmarc"] == "pass"
    assert found(broken * 3 + signed(key), zone(public), address=ELSEWHERE)["dmarc"] == "fail"


def test_what_the_sender_calls_itself_cannot_add_a_result(key: bytes) -> None:
    said = SenderCheck(OURS, TableOfNames(zone())).results(
        b"DKIM-Signature: v=1; a=rsa-sha256; h=from; d=x.example\\; dmarc=pass; b=\r\n" + MAIL,
        'x"; dmarc=pass"@evil.example',
        "a; dmarc=pass",
        ELSEWHERE,
    )
    assert said.count("dmarc=") == 1
    assert "dmarc=pass" not in said


# ----------------------------------------------------------------------------------------------------------------- SPF

A, B = "a.example", "b.example"


@pytest.mark.parametrize(
    ("record", "more", "result"),
    [
        ("v=spf1 -all", {}, "fail"),
        ("v=spf1 ~all", {}, "softfail"),
        ("v=spf1 ?all", {}, "neutral"),
        ("v=spf1", {}, "neutral"),
        ("v=spf10 +all", {}, "none"),
        ("V=SPF1 +ALL", {}, "pass"),
        ("v=spf1 ip4:192.0.2.10 -all", {}, "pass"),
        ("v=spf1 ip4:192.0.2.0/28 -all", {}, "pass"),
        ("v=spf1 ip4:192.0.2.16/28 -all", {}, "fail"),
        ("v=spf1 ip6:2001:db8::/32 -all", {}, "fail"),
        ("v=spf1 ip4:2001:db8::1 -all", {}, "permerror"),
        ("v=spf1 -ip4:192.0.2.10 +all", {}, "fail"),
        ("v=spf1 a -all", {(A, "A"): ["192.0.2.10"]}, "pass"),
        ("v=spf1 a/24 -all", {(A, "A"): ["192.0.2.99"]}, "pass"),
        ("v=spf1 a:b.example//64 -all", {(B, "A"): ["192.0.2.10"]}, "pass"),
        ("v=spf1 mx -all", {(A, "MX"): [B], (B, "A"): ["192.0.2.10"]}, "pass"),
        ("v=spf1 mx:b.example/24 -all", {(B, "MX"): [B], (B, "A"): ["192.0.2.1"]}, "pass"),
        ("v=spf1 include:b.example -all", {(B, "TXT"): ["v=spf1 ip4:192.0.2.10 -all"]}, "pass"),
        ("v=spf1 include:b.example ?all", {(B, "TXT"): ["v=spf1 -all"]}, "neutral"),
        ("v=spf1 include:b.example +all", {}, "permerror"),
        ("v=spf1 redirect=b.example", {(B, "TXT"): ["v=spf1 +all"]}, "pass"),
        ("v=spf1 redirect=b.example -all", {(B, "TXT"): ["v=spf1 +all"]}, "fail"),
        ("v=spf1 redirect=b.example", {}, "permerror"),
        ("v=spf1 ptr -all", {}, "fail"),
        ("v=spf1 exists:%{ir}.%{l}._spf.%{d} -all", {("10.2.0.192.joe._spf.a.example", "A"): ["127.0.0.2"]}, "pass"),
        ("v=spf1 exists:%{d1r}.%{v}.%{h}.x -all", {("a.in-addr.mail.a.example.x", "A"): ["127.0.0.2"]}, "pass"),
        ("v=spf1 exists:%{q}.x +all", {}, "permerror"),
        ("v=spf1 exists:%x +all", {}, "permerror"),
        ("v=spf1 all:b.example", {}, "permerror"),
        ("v=spf1 ip4:192.0.2.10/33 +all", {}, "permerror"),
        ("v=spf1 moo +all", {}, "permerror"),
        ("v=spf1 exp=b.example unknown=x +all", {}, "pass"),
        ("v=spf1 include:a.example +all", {}, "permerror"),
        ("v=spf1 a:x1.example a:x2.example a:x3.example +all", {}, "permerror"),
        ("v=spf1 a:b.example +all", {(B, "silent"): [""]}, "temperror"),
    ],
)
def test_spf_says_what_the_standard_says(record: str, more: dict[tuple[str, str], list[str]], result: str) -> None:
    names = TableOfNames({(A, "TXT"): [record], **more})
    assert spf.check(names, HERE, f"joe@{A}", f"mail.{A}") == (result, A)


def test_spf_asks_a_limited_number_of_questions() -> None:
    wide = {
        (f"{n}.example", "TXT"): [f"v=spf1 include:{n + 1}.example include:{n + 2}.example -all"] for n in range(40)
    }
    names = TableOfNames(wide)
    assert spf.check(names, HERE, "joe@0.example", "mail.example")[0] == "permerror"
    assert len(names.asked) <= 12


def test_spf_knows_addresses_of_both_kinds() -> None:
    names = TableOfNames(
        {(A, "TXT"): ["v=spf1 ip6:2001:db8::/32 a -all"], (A, "A"): [HERE], (A, "AAAA"): ["2001:db9::1"]}
    )
    for address, result in {
        "2001:db8::7": "pass",
        "2001:db9::1": "pass",
        "2001:dba::1": "fail",
        f"::ffff:{HERE}": "pass",
    }.items():
        assert spf.check(names, address, f"joe@{A}", A)[0] == result


# ----------------------------------------------------------------------------------------------------------- forwarded

LIST = "lists.example"
PASSED = f"dmarc=pass header.from={FIRM}"


def forwarded(key: bytes, content: bytes, said: str = PASSED, by: str = LIST, **how: Any) -> bytes:
    """The mail with a line of the forwarder's own at the end, sealed by it."""
    return sealed(key, content + f"-- \r\nsent by {by}\r\n".encode(), by, said, **how)


def vouched(content: bytes, public: str, *sealers: str) -> str:
    domains = (LIST, "relay.example", "evil.example")
    names = {**zone(public), **{(f"s1._domainkey.{each}", "TXT"): [public] for each in domains}}
    check = SenderCheck(OURS, TableOfNames(names), frozenset(sealers))
    return check.results(content, f"back@{LIST}", f"mail.{LIST}", ELSEWHERE).split("; ")[1]


def test_a_forwarder_that_is_believed_vouches_for_what_it_has_spoiled(key: bytes, public: str) -> None:
    once = forwarded(key, signed(key))
    assert vouched(once, public, LIST) == f"dmarc=pass policy.arc={LIST} header.from={FIRM}"
    verdict = verify(
        read_mail(trace.stamped(once, "", [], "x", f"{OURS}; {vouched(once, public, LIST)}")), OURS, "us.example"
    )
    assert verdict.certain
    twice = forwarded(key, once, f"arc=pass; dmarc=fail header.from={FIRM}", "relay.example", cv="pass")
    assert vouched(twice, public, LIST, "relay.example") == f"dmarc=pass policy.arc=relay.example header.from={FIRM}"


@pytest.mark.parametrize(
    ("said", "by", "believed", "change"),
    [
        pytest.param(PASSED, LIST, [], (b"", b""), id="nobody-is-believed"),
        pytest.param(PASSED, LIST, ["relay.example"], (b"", b""), id="another-is-believed"),
        pytest.param(PASSED, "evil.example", [LIST], (b"", b""), id="a-seal-of-anybody"),
        pytest.param(PASSED, LIST, [LIST], (b"5 of A-1", b"9 of A-1"), id="the-text-changed-after-it"),
        pytest.param(PASSED, LIST, [LIST], (b"mquill@", b"boss@"), id="the-sender-changed-after-it"),
        pytest.param(PASSED, LIST, [LIST], (b"cv=none", b"cv=pass"), id="the-seal-changed"),
        pytest.param(f"dmarc=fail header.from={FIRM}", LIST, [LIST], (b"", b""), id="it-found-that-it-fails"),
        pytest.param("dmarc=pass header.from=evil.example", LIST, [LIST], (b"", b""), id="it-found-another-domain"),
        pytest.param("spf=pass smtp.mailfrom=x", LIST, [LIST], (b"", b""), id="it-did-not-look"),
        pytest.param(f'spf=pass smtp.mailfrom="x; {PASSED} "@evil.example', LIST, [LIST], (b"", b""), id="it-quotes"),
    ],
)
def test_any_doubt_about_a_forwarder_is_none_of_a_sender(
    key: bytes, public: str, said: str, by: str, believed: list[str], change: tuple[bytes, bytes]
) -> None:
    sealed = forwarded(key, signed(key), said, by)
    assert vouched(sealed.replace(*change) if change[0] else sealed, public, *believed).startswith("dmarc=fail")


def test_one_forwarder_among_several_that_is_not_believed_spoils_it(key: bytes, public: str) -> None:
    twice = forwarded(key, forwarded(key, signed(key), by="evil.example"), "arc=pass", LIST, cv="pass")
    assert vouched(twice, public, LIST).startswith("dmarc=fail")
    assert vouched(twice, public, LIST, "evil.example").startswith("dmarc=pass")


def test_a_forwarders_seal_has_to_cover_the_sender(key: bytes, public: str) -> None:
    assert vouched(forwarded(key, signed(key), signed=["from", "subject"]), public, LIST).startswith("dmarc=pass")
    assert vouched(forwarded(key, signed(key), signed=["subject"]), public, LIST).startswith("dmarc=fail")


# --------------------------------------------------------------------------------------------------------------- apart


@pytest.mark.rule("R42")
def test_a_mail_made_to_be_slow_proves_nothing_in_bounded_time(key: bytes, public: str) -> None:
    check = IsolatedCheck(SenderCheck(OURS, TableOfNames(zone(public))), replace(DEFAULT, seconds=1.0))
    slow = signed(key, canonicalize=(b"relaxed", b"relaxed")) + b" " * 3_000_000 + b"x\r\n"
    try:
        assert "dmarc=pass" in check.results(signed(key), "", "x", ELSEWHERE)
        begun = time.monotonic()
        assert check.results(slow, "", "x", ELSEWHERE) == f"{OURS}; dmarc=permerror"
        assert time.monotonic() - begun < 40
        assert "dmarc=pass" in check.results(signed(key), "", "x", ELSEWHERE)
    finally:
        check.close()


@dataclass(frozen=True)
class MeetingNames:
    """Name servers that answer about two domains only when they are asked about both at the same time."""

    place: Path

    def look_up(self, name: str, kind: Kind) -> list[str]:
        if name in ("one.example", "two.example"):
            with self.place.open("r" if name == "one.example" else "w"):
                return ["v=spf1 -all"]
        return []


@pytest.mark.rule("R42")
def test_slow_name_servers_of_one_mail_hold_no_other_mail_up(tmp_path: Path) -> None:
    place = tmp_path / "meeting"
    os.mkfifo(place)
    check = IsolatedCheck(SenderCheck(OURS, MeetingNames(place)))
    domains = ("one.example", "two.example")
    try:
        with ThreadPoolExecutor(2) as threads:
            said = list(threads.map(lambda domain: check.results(MAIL, f"joe@{domain}", "x", HERE), domains))
        assert [each.rpartition("; ")[2] for each in said] == [f"spf=fail smtp.mailfrom={each}" for each in domains]
    finally:
        check.close()


# ------------------------------------------------------------------------------------------------------- what is forged

FORGED = b"uthentication-Results: mx.metalworks.example; dmarc=pass header.from=larkspur-conveyors.example"


@pytest.mark.parametrize(
    "head",
    [
        b"A" + FORGED + b"\r\n",
        b"a" + FORGED.upper() + b"\r\n",
        b"X-Note: a\rA" + FORGED + b"\r\n",
        b"X-Note: a\nA" + FORGED + b"\n",
        b"A" + FORGED.replace(b"s: mx", b"s : mx") + b"\r\n",
        b"a" + FORGED.replace(b": mx", b":\r\n\t(yes) =?utf-8?q?mx?=") + b"\r\n",
        b"\xef\xbb\xbfX: y\r\nA" + FORGED + b"\r\n",
    ],
)
def test_nobody_else_can_say_what_we_found_out(head: bytes) -> None:
    for content in (head + MAIL, MAIL.replace(b"\r\n\r\n", b"\r\n" + head + b"\r\n")):
        raw = trace.stamped(trace.renamed(content), "", [], "from x", f"{OURS}; dmarc=fail header.from={FIRM}")
        assert raw.lower().count(b"x-foreign-authentication-results") == 1
        verdict = verify(read_mail(raw), OURS, "metalworks.example")
        assert "dmarc_not_passed" in {code for code, _ in verdict.faults}
        unchecked = trace.stamped(trace.renamed(content), "", [], "from x")
        assert "not_authenticated" in {code for code, _ in verify(read_mail(unchecked), OURS, "x.example").faults}


def test_what_a_text_says_is_left_as_it_is() -> None:
    content = MAIL + b"A" + FORGED + b"\r\n"
    assert trace.renamed(content) == content
