"""What axe finds on a page: the rules of WCAG 2.2 up to AA, and its own of good practice."""

from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _script() -> str:
    return _FILE.read_text(encoding="utf-8")


def axe_problems(page: Any, *, without: str = "") -> list[str]:
    """Rule and place of everything that is wrong with the page as it stands, by all rules but ``without``.

    For speed what is right is not written down, and style sheets and media are not fetched again: only rules about
    media, of which the product has none, and about a locked orientation, which is not among these, look into them.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_script())
    options: dict[str, Any] = {"runOnly": _RULES, "resultTypes": ["violations"], "preload": False}
    if without:
        options["rules"] = {without: {"enabled": False}}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]
