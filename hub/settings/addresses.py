"""Where the hub listens for mail servers, and whom it believes, as the settings name them."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

FORM = "such as 0.0.0.0:25, [::]:25 or 127.0.0.1:2525"
Network = IPv4Network | IPv6Network


def host_and_port(text: str, port: int | None = None) -> tuple[str, int]:
    """Host and port of ``host:port``; ``port`` is taken where none is said. Raises ValueError."""
    try:
        parts = urlsplit(f"//{text}")
        host, found = parts.hostname or "", parts.port if parts.port is not None else port
    except ValueError:
        host, found = "", None
    if not host or found is None or parts.netloc != text or "@" in text:
        raise ValueError(f"is no place to listen: write it {FORM}")
    return host, found


def network(text: str) -> Network:
    """A network, or the one address. Raises ValueError."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is neither an address nor a network such as 10.0.0.0/8") from None


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address belongs to one of the networks."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in each for each in networks)


def mail_address(text: str) -> str:
    """A mail address in small letters. Raises ValueError."""
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or not local or not domain or not text.strip().isprintable() or any(each in text for each in " <>,;"):
        raise ValueError(f"{text!r} is no mail address")
    return f"{local}@{domain}"
