"""How a 職員番号 and a フリガナ are written so that they can be compared and sorted."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.web.kana import kana_sort_key

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]{0,19}")


def normalise_number(text: str) -> str:
    """A 職員番号 in half-width capitals without blanks; leading zeros stay, for they belong to it."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:100])).replace("−", "-").upper()


def check_number(text: str) -> str:
    """The 職員番号 as it is kept; ValidationError when it is none (1 to 20 digits, letters or hyphens)."""
    number = normalise_number(text)
    if _NUMBER.fullmatch(number) is None:
        raise ValidationError(_("職員番号は、20文字までの数字・英字・ハイフンで入力してください。例：001234"))
    return number


def kana_sort(kana: str, name: str = "") -> str:
    """五十音 order as one string of at most 240 characters; who has no フリガナ comes last, by name.

    The parts of :func:`kijun.web.kana.kana_sort_key`, joined by a character that sorts before all others.
    """
    base, voices, kinds, _text = kana_sort_key(kana or name)
    parts = (base[:80], "".join(map(str, voices[:78])), "".join(map(str, kinds[:78])))
    return "\x01".join(parts) if kana else "\u9fff" + parts[0]
