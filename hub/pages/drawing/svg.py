"""SVG from a laid-out graph, in one hand: a card with a background of its own, so that it reads on dark pages too."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
INK, QUIET, LINE, PAPER = "#1f2328", "#59636e", "#6e7781", "#ffffff"
RED = "#b54708"

STYLE = f"""
text {{ font-family: {FONT}; fill: {INK}; text-anchor: middle; }}
.title {{ font-size: 17px; font-weight: 600; text-anchor: start; }}
.under {{ font-size: 12px; fill: {QUIET}; text-anchor: start; }}
.state {{ font-size: 13px; font-weight: 600; }}
.role {{ font-size: 11px; fill: {QUIET}; }}
.label {{ font-size: 11.5px; }}
.guard {{ font-size: 10.5px; fill: {QUIET}; }}
.event {{ font-style: italic; }}
.stop {{ fill: {RED}; }}
.box {{ fill: #f6f8fa; stroke: {LINE}; stroke-width: 1.2; }}
.asks {{ fill: #ddf4ff; stroke: #0969da; }}
.final {{ fill: #eaeef2; }}
.blue {{ fill: #ddf4ff; stroke: #0969da; }}
.green {{ fill: #e6f6ea; stroke: #2f8f4e; }}
.amber {{ fill: #fff6d6; stroke: #a9780b; }}
.ochre {{ fill: #ffece0; stroke: {RED}; }}
.ring {{ fill: none; stroke: {LINE}; stroke-width: 1; }}
.beside {{ text-anchor: start; }}
.any {{ fill: {PAPER}; stroke: {LINE}; stroke-dasharray: 4 3; }}
.arrow {{ fill: none; stroke: {LINE}; stroke-width: 1.4; }}
.arrow.stop {{ stroke: {RED}; fill: none; }}
.frame {{ fill: none; stroke: #d0d7de; stroke-width: 1; }}
.patch {{ fill: {PAPER}; }}
"""

_NARROW, _WIDE = set("iljtfrI.,:;|'!()[] -"), set("mwMWQO@%")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is: a little more than in the usual fonts, so that nothing runs over."""
    ems = sum(
        0.34 if char in _NARROW else 0.92 if char in _WIDE else 0.72 if char.isupper() else 0.575 for char in text
    )
    return ems * size * (1.06 if bold else 1.0)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def text(x: float, y: float, content: str, kind: str) -> str:
    """A line of text, its middle (or start) at a point."""
    return f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}">{escape(content)}</text>'


def rectangle(x: float, y: float, width: float, height: float, kind: str, radius: float = 8) -> str:
    """A rectangle around its middle."""
    left, top = _number(x - width / 2), _number(y - height / 2)
    size = f'width="{_number(width)}" height="{_number(height)}"'
    return f'<rect class="{kind}" x="{left}" y="{top}" {size} rx="{_number(radius)}"/>'


def curve(points: Iterable[tuple[float, float]], kind: str) -> str:
    """An arrow through points, upright at each."""
    (x, y), *rest = points
    parts = [f"M{_number(x)},{_number(y)}"]
    for next_x, next_y in rest:
        if abs(next_x - x) < 0.5:
            parts.append(f"L{_number(next_x)},{_number(next_y)}")
        else:
            bend = (next_y - y) * 0.55
            ends = ((x, y + bend), (next_x, next_y - bend), (next_x, next_y))
            parts.append("C" + " ".join(f"{_number(a)},{_number(b)}" for a, b in ends))
        x, y = next_x, next_y
    return arrow(" ".join(parts), kind)


def arrow(path: str, kind: str) -> str:
    """A path with a head at its end."""
    head = "stop" if "stop" in kind.split() else "go"
    return f'<path class="{kind}" d="{path}" marker-end="url(#{head})"/>'


def _head(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7.5" markerHeight="7.5" '
        f'orient="auto-start-reverse"><path d="M0,0.8 L10,5 L0,9.2 z" fill="{colour}"/></marker>'
    )


def page(width: float, height: float, title: str, body: Iterable[str]) -> str:
    """The whole picture."""
    size = f'width="{_number(width)}" height="{_number(height)}" viewBox="0 0 {_number(width)} {_number(height)}"'
    card = f'<rect x="0.5" y="0.5" width="{_number(width - 1)}" height="{_number(height - 1)}" rx="10"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f"<defs>{_head('go', LINE)}{_head('stop', RED)}</defs>",
        f'{card} fill="{PAPER}" stroke="#d0d7de"/>',
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
