"""Who really sent a mail: what our own mail server found, and what the From header shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from adapters.email.mail.mime import Mail

_TOKEN = re.compile(r"\\.|[^\\]", re.DOTALL)
"""a character, with the backslash before it"""
_METHOD = re.compile(
    r"^\s*(?P<method>[a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*(?P<result>[a-z]+)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PROPERTY = re.compile(r"([a-z]+\.[a-z0-9_-]+)\s*=\s*\"?([^\s\";]+)\"?", re.IGNORECASE)


def _clauses(value: str) -> list[str]:
    """What stands between the semicolons, without comments.

    A semicolon in quotation marks or in a comment, where strangers may have put it, ends nothing.
    """
    found, quoted, depth = [""], False, 0
    for each in _TOKEN.findall(value):
        if quoted or (each == '"' and not depth):
            quoted ^= each == '"'
            found[-1] += each
        elif each in "()":
            depth = max(0, depth + (1 if each == "(" else -1))
            found[-1] += " "
        elif each == ";" and not depth:
            found.append("")
        elif not depth:
            found[-1] += each
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of the sender; ``faults`` are (code, text) pairs, none when the sender is certain."""

    address: str
    domain: str
    faults: tuple[tuple[str, str], ...]

    @property
    def certain(self) -> bool:
        """Whether the From address may be believed."""
        return not self.faults


def _results(value: str, authserv_id: str) -> list[tuple[str, str, dict[str, str]]] | None:
    """The methods, results and properties of one header, or nothing when another server wrote it."""
    words = _clauses(value)[0].split()
    return methods(value) if words and words[0].lower() == authserv_id.lower() else None


def methods(value: str) -> list[tuple[str, str, dict[str, str]]]:
    """The methods, results and properties that a value of Authentication-Results names, whoever wrote it."""
    found = []
    for clause in _clauses(value)[1:]:
        match = _METHOD.match(clause)
        if match:
            properties = {name.lower(): text.lower() for name, text in _PROPERTY.findall(match["rest"])}
            found.append((match["method"].lower(), match["result"].lower(), properties))
    return found


def verify(mail: Mail, authserv_id: str, our_domain: str) -> Verdict:
    """What our own mail server (exactly this authserv-id) found out about the sender."""
    faults: list[tuple[str, str]] = []
    froms = mail.all("from")
    addresses = mail.addresses("from")
    if len(froms) != 1 or len(addresses) != 1:
        faults.append(("from_not_single", f"the mail has {len(froms)} From headers with {len(addresses)} addresses"))
    address = addresses[0] if addresses else ""
    domain = address.rpartition("@")[2]
    ours = [
        found
        for found in (_results(value, authserv_id) for value in mail.all("authentication-results"))
        if found is not None
    ]
    verdicts = [entry for found in ours for entry in found if entry[0] == "dmarc"]
    if not ours:
        faults.append(("not_authenticated", f"no Authentication-Results of {authserv_id}"))
    elif not verdicts:
        faults.append(("dmarc_absent", "our mail server reports no DMARC result"))
    elif any(result != "pass" for _, result, _ in verdicts):
        worst = next(result for _, result, _ in verdicts if result != "pass")
        faults.append(("dmarc_not_passed", f"DMARC result is {worst}"))
    elif any(properties.get("header.from", domain) != domain for _, _, properties in verdicts):
        faults.append(("dmarc_other_domain", "DMARC was passed for another domain than that of From"))
    if domain and (domain == our_domain.lower() or domain.endswith("." + our_domain.lower())):
        faults.append(("own_domain", "the mail claims to come from our own domain"))
    return Verdict(address, domain, tuple(faults))


_ALIKE = str.maketrans(
    {
        "0": "o",
        "1": "l",
        "i": "l",
        "5": "s",
        "3": "e",
        "а": "a",
        "е": "e",
        "о": "o",
        "р": "p",
        "с": "c",
        "х": "x",
    }
)


def _skeleton(domain: str) -> str:
    try:
        shown = domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    except UnicodeError:
        shown = domain
    plain = "".join(c for c in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(c)).lower()
    plain = plain.replace("rn", "m").replace("vv", "w")
    return re.sub(r"[^a-z0-9]", "", plain.translate(_ALIKE))


def _distance(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(two, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def looks_like(domain: str, known: Iterable[str]) -> str:
    """The known domain that this one could be mistaken for, or nothing."""
    shape = _skeleton(domain)
    for candidate in known:
        if candidate == domain:
            continue
        label = candidate.partition(".")[0]
        if domain.endswith("." + candidate) or (len(label) > 5 and label in domain):
            return candidate
        if len(shape) > 6 and _distance(shape, _skeleton(candidate)) <= 2:
            return candidate
    return ""
