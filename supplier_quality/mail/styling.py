"""Styles written into the tags of a mail, because many mail programs throw style sheets away.

What the inliner does depends on tags and classes only, never on the words between them. So it runs once per form of a mail:
words and addresses are taken out, the bare form is styled and kept, and the words of each mail are put back.
"""

import re
from functools import cache, lru_cache

import css_inline

_TAG = re.compile(r"(<[^>]*>)")
_ADDRESS = re.compile(r'(?<= href=")[^"]*')
# Private-use characters: they are in no template, and what people type is taken out before they are put in.
_HOLE = "\ue000{}\ue001"
_HOLES = re.compile("\ue000([0-9]+)\ue001")


def inline_styles(html: str) -> str:
    """The page with the rules of its style block in ``style`` attributes; the block stays, for its media queries."""
    words: list[str] = []

    def hole(text: str) -> str:
        words.append(text)
        return _HOLE.format(len(words) - 1)

    pieces = _TAG.split(html)
    # Words and tags take turns: words stand at even places.
    for place in range(0, len(pieces), 2):
        inside_style = place > 0 and pieces[place - 1].startswith("<style")
        if not inside_style and pieces[place].strip():
            pieces[place] = hole(pieces[place])
    for place in range(1, len(pieces), 2):
        if " href=" in pieces[place]:
            pieces[place] = _ADDRESS.sub(lambda found: hole(found[0]), pieces[place])
    styled = list(_styled("".join(pieces)))
    styled[1::2] = [words[int(number)] for number in styled[1::2]]
    return "".join(styled)


@lru_cache(maxsize=200)
def _styled(form: str) -> tuple[str, ...]:
    """The styled form, cut at its holes: markup and numbers of holes take turns."""
    return tuple(_HOLES.split(_inliner().inline(form)))


@cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries cannot be inlined, so the style block stays; nothing is loaded from anywhere.
    return css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
