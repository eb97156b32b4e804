"""SPF (RFC 7208): whether a domain lets this server send mail in its name.

Only a pass is of use here, so that what is doubtful is anything but a pass: ``ptr`` never matches (the RFC
discourages it), and ``exp`` is not looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal
from urllib.parse import quote

from adapters.email.sender.names import Kind, Names, NamesSilent

Result = Literal["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"]
LOOKUPS, VOIDS, EXCHANGES = 10, 2, 10
"""terms that ask the name servers, questions without an answer, and exchanges of one name, at most"""
_QUALIFIERS: dict[str, Result] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_RECORD = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_TERM = re.compile(
    r"(?P<qualifier>[+?~-]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?P<rest>[:/].*)?", re.IGNORECASE
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE)
_LENGTHS = re.compile(r"(?:/(?P<four>\d{1,2}))?(?://(?P<six>\d{1,3}))?$")
_MACRO = re.compile(
    r"%(?:(?P<escaped>[%_-])|\{(?P<letter>[slodiphcrtv])(?P<digits>\d*)(?P<turned>r?)(?P<marks>[.+,/_=-]*)\})",
    re.IGNORECASE,
)
_ESCAPED = {"%": "%", "_": " ", "-": "%20"}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+\.?", re.IGNORECASE)


class _Wrong(Exception):
    """The domain's record cannot be understood, or asks too much."""


def check(names: Names, address: str, sender: str, helo: str) -> tuple[Result, str]:
    """The result for a server's address, the envelope sender and the name it gave itself; and the domain checked.

    A mail without an envelope sender is checked by that name.
    """
    local, _, domain = sender.rpartition("@")
    if not sender:
        local, domain = "postmaster", helo
    domain = domain.lower().rstrip(".")
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "none", domain
    plain = getattr(found, "ipv4_mapped", None) or found
    try:
        return _Check(names, plain, local or "postmaster", domain, helo).of(domain), domain
    except NamesSilent:
        return "temperror", domain
    except _Wrong:
        return "permerror", domain


class _Check:
    def __init__(self, names: Names, address: IPv4Address | IPv6Address, local: str, domain: str, helo: str) -> None:
        self._names, self._address = names, address
        self._local, self._domain, self._helo = local, domain, helo
        self._lookups, self._voids = LOOKUPS, VOIDS

    def of(self, domain: str) -> Result:
        """The result of one domain's record. Raises _Wrong and NamesSilent."""
        if len(domain) > 253 or not _HOST.fullmatch(domain):
            return "none"
        records = [text for text in self._names.look_up(domain, "TXT") if _RECORD.match(text)]
        if not records:
            return "none"
        if len(records) > 1 or not records[0].isascii():
            raise _Wrong("several records")
        mechanisms, redirect = _parsed(records[0])
        for result, name, rest in mechanisms:
            if self._matches(name, rest, domain):
                return result
        if redirect is None:
            return "neutral"
        self._count()
        result = self.of(self._expanded(redirect, domain))
        if result == "none":
            raise _Wrong("redirected to nothing")
        return result

    def _matches(self, name: str, rest: str, domain: str) -> bool:
        if name == "all":
            return True
        if name in ("ip4", "ip6"):
            return self._in_network(name, rest)
        self._count()
        if name == "ptr":
            return False
        if name == "include":
            return self._included(self._target(rest, domain)[0])
        target, four, six = self._target(rest, domain)
        if name == "exists":
            return bool(self._asked(target, "A"))
        hosts = [target]
        if name == "mx":
            hosts = self._asked(target, "MX")
            if len(hosts) > EXCHANGES:
                raise _Wrong("too many exchanges")
        return any(self._is_of(host, four, six) for host in hosts)

    def _included(self, domain: str) -> bool:
        result = self.of(domain)
        if result == "none":
            raise _Wrong("an included domain has no record")
        return result == "pass"

    def _in_network(self, name: str, rest: str) -> bool:
        try:
            network = ip_network(rest.removeprefix(":"), strict=False)
        except ValueError:
            raise _Wrong("no network") from None
        if network.version != int(name[-1]) or not rest.startswith(":"):
            raise _Wrong("no network of that version")
        return self._address.version == network.version and self._address in network

    def _target(self, rest: str, domain: str) -> tuple[str, int, int]:
        """The domain that a term names, and the lengths of its networks."""
        lengths = _LENGTHS.search(rest)
        assert lengths is not None  # noqa: S101  # it matches nothing too
        spec = rest[: lengths.start()]
        four, six = int(lengths["four"] or 32), int(lengths["six"] or 128)
        if four > 32 or six > 128 or (spec and (not spec.startswith(":") or len(spec) == 1)):
            raise _Wrong("no domain")
        return self._expanded(spec[1:], domain) if spec else domain, four, six

    def _is_of(self, host: str, four: int, six: int) -> bool:
        kind: Kind = "A" if self._address.version == 4 else "AAAA"
        length = four if self._address.version == 4 else six
        return any(self._address in ip_network(f"{each}/{length}", strict=False) for each in self._asked(host, kind))

    def _asked(self, name: str, kind: Kind) -> list[str]:
        found = self._names.look_up(name, kind)
        if not found:
            self._voids -= 1
            if self._voids < 0:
                raise _Wrong("too many names that do not exist")
        return found

    def _count(self) -> None:
        self._lookups -= 1
        if self._lookups < 0:
            raise _Wrong("too many lookups")

    def _expanded(self, spec: str, domain: str) -> str:
        """A domain with its macros replaced, the last 253 characters of it."""
        if "%" in _MACRO.sub("", spec):
            raise _Wrong("no macro")
        text = _MACRO.sub(lambda found: self._macro(found, domain), spec).rstrip(".")
        while len(text) > 253 and "." in text:
            text = text.partition(".")[2]
        return text

    def _macro(self, found: re.Match[str], domain: str) -> str:
        if found["escaped"]:
            return _ESCAPED[found["escaped"]]
        letter = found["letter"]
        value = {
            "s": f"{self._local}@{self._domain}",
            "l": self._local,
            "o": self._domain,
            "d": domain,
            "i": _dotted(self._address),
            "p": "unknown",
            "v": "in-addr" if self._address.version == 4 else "ip6",
            "h": self._helo,
        }.get(letter.lower())
        if value is None or (found["digits"] and not int(found["digits"])):
            raise _Wrong("a macro that has no place here")
        parts = re.split(f"[{re.escape(found['marks'] or '.')}]", value)
        if found["turned"]:
            parts.reverse()
        if found["digits"]:
            parts = parts[-int(found["digits"]) :]
        value = ".".join(parts)
        return quote(value, safe="") if letter.isupper() else value


def _dotted(address: IPv4Address | IPv6Address) -> str:
    return str(address) if address.version == 4 else ".".join(address.exploded.replace(":", ""))


def _parsed(record: str) -> tuple[list[tuple[Result, str, str]], str | None]:
    """The mechanisms with their results, and where the record redirects to. Raises _Wrong."""
    mechanisms, redirects = [], []
    for term in _terms(record):
        modifier = _MODIFIER.fullmatch(term)
        if modifier:
            if modifier["name"].lower() == "redirect":
                redirects.append(modifier["value"])
            continue
        found = _TERM.fullmatch(term)
        name, rest = (found["name"].lower(), found["rest"] or "") if found else ("", "")
        if found is None or (name == "all" and rest) or (name in ("include", "exists") and not rest.startswith(":")):
            raise _Wrong("an unknown term")
        mechanisms.append((_QUALIFIERS[found["qualifier"] or "+"], name, rest))
    if len(redirects) > 1 or redirects == [""]:
        raise _Wrong("redirected to several")
    return mechanisms, redirects[0] if redirects else None


def _terms(record: str) -> Iterator[str]:
    return (term for term in record.split(" ")[1:] if term)
