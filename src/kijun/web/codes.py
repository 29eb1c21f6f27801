"""全国地方公共団体コード: six digits, of which the last is a check digit."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from kijun.web.refusals import Refusal


class CodeError(Refusal):
    """The text is no 全国地方公共団体コード."""


def municipality_check_digit(five: str) -> str:
    """The check digit of five digits: weights 6 to 2, (11 - sum mod 11) mod 10 (総務省のコード仕様)."""
    if re.fullmatch(r"[0-9]{5}", five) is None:
        raise ValueError("five digits are needed")
    total = sum(weight * int(digit) for weight, digit in zip(range(6, 1, -1), five, strict=True))
    return str((11 - total % 11) % 10)


def check_municipality_code(text: str) -> str:
    """The code as six half-width digits; raises :class:`CodeError`. Blanks and hyphens are ignored."""
    if len(text) > 100:
        raise CodeError(_("全国地方公共団体コードは6桁の数字です。例：131016"))
    code = re.sub(r"[\s\-‐–−ー]", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"[0-9]*", code) is None:
        raise CodeError(
            _("全国地方公共団体コードに数字でない文字が入っています。6桁の数字で入力してください。例：131016")
        )
    if len(code) == 5:
        raise CodeError(
            _(
                "全国地方公共団体コードが5桁です。最後の検査数字まで6桁で入力してください。"
                "先頭の0が消えていないかも確かめてください。"
            )
        )
    if len(code) != 6:
        raise CodeError(_("全国地方公共団体コードは6桁の数字です。例：131016"))
    if not "01" <= code[:2] <= "47":
        raise CodeError(_("先頭の2桁が都道府県（01から47）ではありません。総務省の一覧で確かめてください。"))
    if municipality_check_digit(code[:5]) != code[5]:
        raise CodeError(
            _("最後の1桁（検査数字）が合いません。総務省の全国地方公共団体コード一覧で確かめてください。")
        )
    return code
