"""What of an HTML part its reader does not see as it stands: hidden, or struck out."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all|"
    r"(?:max-)?(?:height|width)\s*:\s*0(?:px|pt)?\s*(?:;|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:#fff|#(?:f[0-9a-f]){3}|white|rgb\(\s*25\d\s*,\s*25\d\s*,\s*25\d\s*\))(?![\w])",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"background", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_RULE = re.compile(r"\.([\w-]+)\s*\{[^{}]*?(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_ENCLOSING = 8
"""elements around one in which a background is looked for"""


def hiding_classes(styles: str) -> frozenset[str]:
    """The classes that a style sheet hides, in any of its rules."""
    return frozenset(_RULE.findall(styles))


def is_hidden(node: LexborNode, classes: frozenset[str] = frozenset()) -> bool:
    """Whether an element is not shown, or is white on white."""
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or _HIDDEN.search(style):
        return True
    if classes and not classes.isdisjoint((attributes.get("class") or "").split()):
        return True
    return bool(_WHITE.search(style)) and not _has_background(node)


def _has_background(node: LexborNode) -> bool:
    at: LexborNode | None = node
    for _ in range(_ENCLOSING):
        if at is None or at.tag in ("body", "html"):
            return False
        attributes = at.attributes
        if "bgcolor" in attributes or _BACKGROUND.search(attributes.get("style") or ""):
            return True
        at = at.parent
    return False


def is_struck(node: LexborNode) -> bool:
    """Whether a line is drawn through an element's text."""
    return node.tag in ("s", "strike", "del") or bool(_STRUCK.search(node.attributes.get("style") or ""))


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(text: str) -> str:
    """Raised figures as such: neither a footnote's mark nor cents are further digits of the number before them."""
    return text.translate(_RAISED)
