"""DMARC (RFC 7489): whether what SPF and DKIM prove is proven of the domain that From shows.

Unless the domain's record wants its very self proven, what counts is the organizational domain of both (3.2): one
label more than the longest public suffix (``uk`` and ``co.uk`` are suffixes, ``firm.co.uk`` is somebody's). The list
of suffixes comes with the library that is installed; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from publicsuffixlist import PublicSuffixList

from adapters.email.sender.names import Names


def organizational(domain: str) -> str:
    """The organizational domain, in small letters and ASCII as the domain is; empty for a public suffix itself."""
    return _list().privatesuffix(domain) or ""


def policy(names: Names, domain: str) -> dict[str, str] | None:
    """The tags of the record that holds for a domain: its own, else its organizational domain's (6.6.3).

    Several records of one domain are none. Raises NamesSilent.
    """
    for each in dict.fromkeys((domain, organizational(domain))):
        records = _records(names, each) if each else []
        if records:
            return _tags(records[0]) if len(records) == 1 else None
    return None


def is_aligned(shown: str, proven: Iterable[str], *, strictly: bool) -> bool:
    """Whether one of the proven domains proves the one shown (3.1)."""
    organization = "" if strictly else organizational(shown)
    return any(each == shown or (organization and organizational(each) == organization) for each in proven if each)


def _records(names: Names, domain: str) -> list[str]:
    return [text for text in names.look_up(f"_dmarc.{domain}", "TXT") if text.replace(" ", "").startswith("v=DMARC1")]


def _tags(record: str) -> dict[str, str]:
    tags = dict[str, str]()
    for part in record.split(";"):
        name, _, value = part.partition("=")
        tags.setdefault(name.strip().lower(), value.strip().lower())
    return tags


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()
