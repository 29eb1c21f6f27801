"""Runs of digits whose check digit python-stdnum accepts: the plainest thing that can be built on it."""

import re

DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){10,15}(?![0-9])")


def load():
    from stdnum import luhn
    from stdnum.jp import cn, in_

    def find(text):
        spans = []
        for one in DIGITS.finditer(text):
            digits = re.sub("[ -]", "", one[0])
            for type, right in (
                ("MY_NUMBER", len(digits) == 12 and in_.is_valid(digits)),
                ("CORPORATE_NUMBER", len(digits) == 13 and cn.is_valid(digits)),
                ("CREDIT_CARD", len(digits) >= 14 and luhn.is_valid(digits)),
            ):
                if right:
                    spans.append((type, one.start(), one.end()))
        return spans

    return find
