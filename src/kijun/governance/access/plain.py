"""Short names that people read: nothing in them that cannot be seen, or that turns about what stands around it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and formatting characters (Unicode 4.5), also those that write from right to left; selectors of a kanji's form are none."""
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters without a shape."""


def wrong_name(text: str) -> ValidationError | None:
    """What is wrong with a short name, or None."""
    found = next((one for one in text if unicodedata.category(one) in _CATEGORIES or one in _FILLERS), None)
    if found is None:
        return None
    return ValidationError(
        _("目に見えない文字（U+%(code)s）が入っています。取り除くか、入力し直してください。"),
        params={"code": f"{ord(found):04X}"},
    )


def check_names(names: Mapping[str, str]) -> None:
    """Refuse short names, by field."""
    wrong = {field: [error] for field, text in names.items() if (error := wrong_name(text)) is not None}
    if wrong:
        raise ValidationError(wrong)
