"""Text from the office: HTML cleaned to a small safe set of tags, and its plain twin (R83)."""

import html
import re

import nh3

_TAGS = {"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h3", "h4", "blockquote"}
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|li|h3|h4|blockquote|ul|ol)>", re.IGNORECASE)
_RUNS = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n\s*\n+")


def cleaned(told: str | None) -> str | None:
    """What of this rich text may stand on a customer's page? None where nothing of it may."""
    if not told:
        return None
    safe = nh3.clean(told, tags=_TAGS, attributes={}, strip_comments=True).strip()
    return safe or None


def plain(told: str | None) -> str | None:
    """What does this rich text say, without its markup? None where it says nothing."""
    safe = cleaned(told)
    if safe is None:
        return None
    broken = _BREAKS.sub("\n", safe)
    text = html.unescape(nh3.clean(broken, tags=set()))
    lines = _RUNS.sub(" ", text.replace("\N{NO-BREAK SPACE}", " "))
    joined = "\n".join(line.strip() for line in lines.splitlines())
    return _GAPS.sub("\n\n", joined).strip() or None
