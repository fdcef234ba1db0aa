"""Icons, written into the page: no request, no script, and the colour of the text around them."""

import re
from functools import cache, lru_cache

from markupsafe import Markup

from supplier_quality import resources

_SYMBOL = re.compile(r'<symbol\b[^>]*?viewBox="([^"]+)"[^>]*?\bid="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
_SYMBOL_ID_FIRST = re.compile(r'<symbol\b[^>]*?\bid="([^"]+)"[^>]*?viewBox="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL)


@cache
def icon(name: str, label: str | None = None) -> Markup:
    """The drawing of that name from bootstrap-icons. Without ``label`` it is decoration beside a word.

    Raises KeyError for an unknown name, so that a misspelt icon fails the page's test.
    """
    box, drawing = _sprite()[name]
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" viewBox="{}" width="16" height="16" fill="currentColor" {}>{}</svg>').format(
        box,
        said,
        Markup(drawing),  # noqa: S704 - from the installed package of icons
    )


_TONES = {
    "open": "circle",
    "waiting": "hourglass-split",
    "soon": "clock",
    "bad": "x-octagon",
    "done": "check-circle",
    "held": "pause-circle",
}
_OTHER_TONES = {
    "due": "soon",
    "overdue": "bad",
    "rejected": "bad",
    "good": "done",
    "final": "done",
    "waiting_supplier": "waiting",
}


def status_chip(label: object, tone: str = "open", symbol: str | None = None) -> Markup:
    """A state told by icon, word and colour. ``tone``: open, waiting, soon, bad, done, held, or a tone of a process file."""
    return _chip(label if isinstance(label, Markup) else str(label), tone, symbol)


@lru_cache(maxsize=1024)
def _chip(label: str, tone: str, symbol: str | None) -> Markup:
    tone = _OTHER_TONES.get(tone, tone)
    tone = tone if tone in _TONES else "open"
    return Markup('<span class="chip tone-{}">{}{}</span>').format(tone, icon(symbol or _TONES[tone]), label)


@cache
def _sprite() -> dict[str, tuple[str, str]]:
    path = resources.static() / "vendor" / "bootstrap-icons" / "bootstrap-icons.svg"
    text = path.read_text(encoding="utf-8")
    found = {match[2]: (match[1], match[3].strip()) for match in _SYMBOL.finditer(text)}
    for match in _SYMBOL_ID_FIRST.finditer(text):
        found.setdefault(match[1], (match[2], match[3].strip()))
    return found
