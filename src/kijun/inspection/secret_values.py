"""Whether what stands where a secret may stand is one, and not a word, a mask, an amount, an example, or the place where one is kept."""

from __future__ import annotations

import re
from typing import Final

from kijun.inspection.spoken_secrets import TALK

_KANJI_FIGURES: Final = frozenset("〇一二三四五六七八九")
UNITS: Final = re.compile(
    r"[ ]?(?:文字|桁|回|日|分|時間|年|か月|ヶ月|件|円|人|名|秒|台|個|点|%|トークン|tokens?|characters)"
)
#: What makes figures an amount or a time, where a sentence leads to them
AMOUNT: Final = re.compile(
    rf"{UNITS.pattern}|[月号階時]|[ ]?に(?:増|減|上が|下が)|[ ]?(?:以上|以下|以内|まで)"
)
#: Dates and telephone numbers
OTHER_FIGURES: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}(?![0-9])|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}$"
)
#: Where a secret is kept, which is none: ${DB_PASS}, $DB_PASS, %DB_PASS%, $(cat …), a look into os.environ
_ELSEWHERE: Final = re.compile(
    r"\$[({]|\$[A-Z_][A-Z0-9_]{1,40}$|%[A-Z_]{2,40}%?$|@@?[A-Z_]{2,40}@@?$|(?:os\.)?(?:environ|getenv)\b|process\.env\b|ENV\[|System\.getenv|(?:vault|secrets?|env|ssm|keyvault)[.:][A-Za-z_/.-]+$|!(?:Ref|Sub|GetAtt|vault|secret)\b"
)
#: A look into a program's own settings, which is none: config["password"], settings.DB_PASSWORD, get_secret("db")
_CODE: Final = re.compile(
    r"(?:await )?[A-Za-z_$][A-Za-z_$]{0,30}(?:(?:\.|->|::|\?\.)[A-Za-z_$][A-Za-z0-9_$]{0,40}){0,5}[\[(](?:[\"')\]]|[A-Za-z_]{2})"
    r"|(?:ConvertTo|ConvertFrom|Get|Read|New|Import)-[A-Z][A-Za-z]{2,30}$"
    r"|(?:self|this|settings|config|conf|cfg|args|opts|options|params?|request|req|vars?|local|data|module|credentials?|creds|context|ctx|\.?[Vv]alues|props|state|event|input|form)(?:\.|->|::|\?\.)[A-Za-z_]"
)
#: What stands for one in an example: your-password, change_me, YOUR_API_KEY_1
_STAND_IN: Final = re.compile(
    r"(?i)(?:your[-_]?|(?:enter|insert|put|replace)[-_])(?:own[-_]|strong[-_]|new[-_]|real[-_]|db[-_]|secret[-_]|api[-_])*+(?:pass|pwd|pw|secret|token|key|here)|change[-_]?me|(?:dummy|placeholder)[-_]?[0-9]*$"
)
#: What is said to be none but an example
_EXAMPLE: Final = re.compile(
    r"(?:例えば|たとえば|例[:)は]|例として|悪い例|良い例|e\.g\.|[Ff]or example)[^\n。]{0,16}\Z"
)
_AS_EXAMPLE: Final = re.compile(
    r"[」』\"']?(?:のよう[なに]|みたいな|といった|[やと]「[^」\n]{1,30}」(?:のような|など)|など(?:の|は)(?:簡単|単純|推測|弱|避)|[。(]?[(]?これは例)"
)
#: Another setting of the same query, call or file, a host and a time: &page=2, DB_PASSWORD=…, otp=None, --instance=db1, @git.example.jp
_NEXT: Final = re.compile(
    r"&[A-Za-z_]{1,20}=|[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-9]|[a-z_]{1,30}=(?:None|True|False|null|true|false|\"\"|'')?$|[A-Z]{2,20}(?:_[A-Z0-9]{2,20}){1,4}=|--?[a-z]{2,20}[=-]|@[A-Za-z0-9-]{1,40}\.[A-Za-z0-9.-]{2,60}(?:/|$)|(?:[A-Za-z_]{2,30}\.){1,4}[A-Za-z_]{2,40}\([0-9]{0,4}\)?$"
)
#: A measure, a version, a moment, a part of a setting, a variable with what follows, an English word: 0.95, v1.2.0, 2026-12-01T09:12:33Z, messages[0].content, $BASE/v1, municipality's
_OTHER: Final = re.compile(
    r"0\.[0-9]{1,4}\Z|v[0-9]{1,3}(?:\.[0-9]{1,4}){1,3}\Z|[12][0-9]{3}-[01][0-9]-[0-3][0-9](?:T[0-9:.Z+-]{1,20})?\Z|[A-Za-z_]{2,30}(?:\[[0-9]{0,3}\]?|=\[)|\$[A-Z_]{2,30}[/.]|[A-Za-z]{3,30}'(?:s|t|re|ve|ll|d)\Z"
)
#: What passwords are written or kept with
_TECHNICAL: Final = re.compile(
    r"(?i)(?:yubikey[0-9]{0,2}|fido2?|utf-?(?:8|16)|sha-?[0-9]{1,3}|md5|base64|aes-?[0-9]{0,3}|wpa[23]?|pbkdf2|argon2[a-z]{0,2}|bcrypt|scrypt|tls[0-9.]{0,4}|totp|oauth2?|ascii)(?![A-Za-z0-9])"
)


def looks_said(text: str, start: int, end: int) -> bool:
    """Whether a value that sentences lead to is one: no amount, no time and no lone word."""
    value = text[start:end]
    named = not value.isascii() or " " in value or looks_secret(value)
    return named and not OTHER_FIGURES.match(value) and not AMOUNT.match(text, end)


def looks_secret(value: str) -> bool:
    """Whether a value after a label is one: figures or mixed characters, not a word or a mask."""
    bare = value.replace("\u200b", "")
    if len(bare) < 4 or len(set(bare)) < 3 or is_none(bare):
        return False
    digits = sum(char.isdigit() for char in bare)
    if re.fullmatch(r"[0-9](?:[-ー. −]{0,2}[0-9]){3,11}", bare):
        return True
    letters = sum(char.isalpha() for char in bare)
    marks = len(bare) - digits - letters
    if not bare.isascii():
        return digits > 0 or marks > 0 or sum(char in _KANJI_FIGURES for char in bare) > 2
    mixed = any(char.islower() for char in bare) and any(char.isupper() for char in bare[1:])
    return bool(
        digits
        or (marks and letters and not re.fullmatch(r"[a-z]+[._/-][a-z]+(?:[._/-][a-z]+)?", bare))
        or (mixed and len(bare) >= 8)
    )


def is_none(value: str) -> bool:
    """Whether a value is plainly no secret: talk, the beginning of something else, the place where one is kept, what stands for one."""
    return (
        value.lower() in TALK
        or "://" in value
        or value[0] in "<{[("
        or value.startswith("//")
        or any(pattern.match(value) for pattern in (_ELSEWHERE, _NEXT, _CODE, _STAND_IN, _TECHNICAL, _OTHER))
    )


def is_example(text: str, start: int, end: int) -> bool:
    """Whether a value is said to be none but an example: 例：「Abc12345」, 12345678のような単純なもの."""
    return bool(_EXAMPLE.search(text, max(0, start - 30), start) or _AS_EXAMPLE.match(text, end))
