"""What makes a password too weak here, said in our words. ``settings.AUTH_PASSWORD_VALIDATORS`` names these.

After NIST SP 800-63B-4, 3.1.1.2: length counts, no mixture of kinds of characters is asked for, and what is common,
repeated or made of the person's own data is refused. What is too short is told that and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHORTEST = 12
FEWEST = 5
"""Different characters in a password: less is a pattern."""


def _plain(text: str) -> str:
    """Letters and digits alone, however wide, large or separated they were typed."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


class LongEnough:
    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < SHORTEST:
            raise ValidationError(
                _("%(least)s文字以上にしてください。今は%(count)s文字です。"),
                params={"least": SHORTEST, "count": len(password)},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return _("%(least)s文字以上にしてください。") % {"least": SHORTEST}


class NoPattern:
    """No few characters over and over: aaaaaaaaaaaa, 123123123123, 001234001234."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < SHORTEST:
            return
        if len(set(password)) < FEWEST or re.fullmatch(r"(.+?)\1+", password):
            raise ValidationError(
                _("同じ文字や並びの繰り返しです。言葉をいくつか並べるなどして、推測されにくくしてください。"),
                code="password_pattern",
            )

    def get_help_text(self) -> str:
        return str(_("同じ文字や並びの繰り返しは使えません。"))


class NotCommon(password_validation.CommonPasswordValidator):
    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < SHORTEST:
            return
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError(
                _("よく使われるパスワードです。ほかの人が使わないものにしてください。"), code=error.code
            ) from error

    def get_help_text(self) -> str:
        return str(_("よく使われるものは使えません。"))


class NotAboutThePerson:
    """Nothing that is little more than the 職員番号, the name, its reading or the mail address."""

    OTHERS = 6
    """How many characters must be left when the person's own data is taken out."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or len(password) < SHORTEST:
            return
        rest = _plain(password)
        values = (user.username, user.staff_number, user.email, user.name, user.kana)
        words = {_plain(part) for value in values for part in (value, *re.split(r"[\s@.・-]+", value))}
        for word in sorted(words, key=len, reverse=True):
            if len(word) >= (3 if word.isascii() else 2):
                rest = rest.replace(word, "")
        if len(rest) < self.OTHERS:
            raise ValidationError(
                _("職員番号や氏名とほとんど同じです。ほかの言葉を加えてください。"),
                code="password_too_similar",
            )

    def get_help_text(self) -> str:
        return str(_("職員番号や氏名に似たものは使えません。"))
