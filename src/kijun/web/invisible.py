"""Characters that cannot be seen, or that turn about what stands around them: shown as what they are, or refused."""

from __future__ import annotations

import unicodedata
from typing import Final

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and formatting characters (Unicode 4.5), also those that write from right to left; selectors of a kanji's form are none."""
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters without a shape."""
_LAID_OUT: Final = frozenset("\t\n\r")
_JOINING: Final = frozenset("\u200c\u200d")
"""What emoji and some scripts are written with: nothing of it is hidden where it is left as it is."""


def is_invisible(character: str) -> bool:
    """It has no shape, or changes how its neighbours are read."""
    return unicodedata.category(character) in _CATEGORIES or character in _FILLERS


def first(text: str, *, lines: bool = False) -> str | None:
    """The first such character; ``lines`` lets those pass by which a text has lines and columns."""
    return next((one for one in text if is_invisible(one) and not (lines and one in _LAID_OUT)), None)


def name_of(character: str) -> str:
    """U+202E."""
    return f"U+{ord(character):04X}"


def _is_told(character: str) -> bool:
    return is_invisible(character) and character not in _LAID_OUT and character not in _JOINING


def told(text: str) -> str:
    """A text in which such characters stand as ⟨U+202E⟩ and do nothing any more."""
    if text.isprintable():
        return text
    return "".join(f"⟨{name_of(one)}⟩" if _is_told(one) else one for one in text)


def marked(text: str) -> SafeString:
    """As `told`, in HTML and set apart; what is HTML already stays so."""
    if not any(_is_told(one) for one in text):
        return conditional_escape(text)
    parts = [
        format_html('<span class="invisible">⟨{}⟩</span>', name_of(one))
        if _is_told(one)
        else conditional_escape(one)
        for one in text
    ]
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped above
