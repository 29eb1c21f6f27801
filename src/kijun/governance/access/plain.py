"""Short names and reasons that people read: nothing in them that cannot be seen, or that turns about what stands around it."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.web import invisible


def wrong_name(text: str, *, lines: bool = False) -> ValidationError | None:
    """What is wrong with a short name, or None; ``lines`` lets a text have several."""
    found = invisible.first(text, lines=lines)
    if found is None:
        return None
    return ValidationError(
        _("目に見えない文字（U+%(code)s）が入っています。取り除くか、入力し直してください。"),
        params={"code": f"{ord(found):04X}"},
    )


def check_names(names: Mapping[str, str], *, lines: bool = False) -> None:
    """Refuse short names, by field; with ``lines`` reasons."""
    wrong = {
        field: [error]
        for field, text in names.items()
        if (error := wrong_name(text, lines=lines)) is not None
    }
    if wrong:
        raise ValidationError(wrong)
