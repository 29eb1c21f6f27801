"""URLs that let in whoever has them: with a token, a key, a signature or a password in the query, in the path or before the host."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple
from urllib.parse import unquote

_URL: Final = re.compile(
    r"(?i)(?:https?|ftp|sftp|wss?|otpauth|rtsp|postgres(?:ql)?|mysql|mariadb|mssql|mongodb(?:\+srv)?|rediss?|amqps?|smb|ldaps?)://[!#-&(-;=?-_a-~]{3,600}(?:\n[!#-&(-;=?-_a-~]{3,200})?"
)
#: What a program sets on the line below a URL: AZURE_OPENAI_KEY=…
_SETS: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,60}[=:][^=\s]")
_URL_END: Final = re.compile(r"[)\]}>\"'`,.;、。」]+$")
_KEYS: Final = re.compile(
    r"(?i)[?&#;/](?:[a-z0-9_.-]{0,24})?(?:token|api_?key|apikey|access_?key|secret|signature|sig|pw|pwd|passwd|password|pass|passcode|mtid|auth|authkey|session|sessionid|sessid|sid|jwt|code|key|k|t|hash|ticket|invite|otp|nonce|sv|st|credential|csrf|state|uuid|confirm|verify|hmac|s)=([^&#\s]{6,400})"
)
_WEAK_KEYS: Final = re.compile(
    r"(?i)[?&#;/](?:code|key|k|t|s|sid|state|hash|pass|ticket|uuid|st|sv|confirm|verify|invite)="
)
_QUERY: Final = re.compile(r"[?&#;]([A-Za-z0-9_.-]{1,24})=([A-Za-z0-9_.~%+/=-]{8,200}+)")
#: What a query calls something that nobody need keep: where somebody came from, what is looked for, which page is shown
_NO_KEY: Final = re.compile(
    r"(?i)(?:utm_.*|.*clid|mc_.*|_g[al].*|.*id|id_.*|v|ll|q|query|search|keyword|text|page|file.*|name|title|lang|date|version|ver|cache|hash|rev|commit|sha|etag|build|usp|from|ref|src|path|url|redirect.*|return.*|format|type|cat.*|tag)\Z"
)
#: What a page is called that does something for whoever has its link
_DOES: Final = re.compile(
    r"(?i)/(?:unsub|opt-?out|activat|confirm|verif|reset|invit|join|magic|otl|onetime|one-time|sign-?in|signup|sso)"
)
_USER: Final = re.compile(r"(?i)^[a-z+]+://[^/\s:@]{0,64}:([^/\s@]{3,100})@")
#: The password among the settings of a connection: postgresql://db/kaigo?user=a&password=…
_IN_QUERY: Final = re.compile(r"(?i)[?&;](?:password|passwd|pwd)=([^&;#\s]{4,100})")
_PATH_KEY: Final = re.compile(
    r"(?i)/(?:reset|invite|shared?|s|d|dl|download|verify[a-z-]{0,12}|confirm[a-z-]{0,12}|activat[a-z]{1,4}|unsub[a-z]{0,8}|opt-?out|otl|one-?time|magic-?link|join|resume|session|key|token|t|hooks?|services|webhooks?|webhookb2)/(?:[A-Za-z0-9_-]{1,24}/){0,3}([A-Za-z0-9_.-]{16,200}+)(?:[@/?#]|$)"
)
#: What such pages are called that let in, of which a shorter key is one: /invite/0kHPtqnyVyJF, /reset/9b7c2f41e8
_PATH_LETS_IN: Final = re.compile(
    r"(?i)(?:/(?:reset|invite|invitation|magic-?login|magic-?link|magic|guest|hooks?|services(?=/[^/]{4,24}/[^/]{4,24}/)|webhooks?|webhookb2|activate|auto-?login|one-?click)/(?:[A-Za-z0-9@_-]{1,80}/){0,4}|://(?:www\.)?discord\.(?:gg|com/invite)/)([A-Za-z0-9_.-]{8,200}+)(?:[/?#]|$)"
)
_PARTS: Final = re.compile(r"[/=](?:s!)?([A-Za-z0-9_-]{10,200}+)(?![A-Za-z0-9_.%-])")
#: Where people put files for others, who need nothing but the link, and where they let others join
_SHARING: Final = re.compile(
    r"(?i)://(?:[a-z0-9-]{1,40}\.){0,3}(?:gigafile|firestorage|wetransfer|transfer|okurin|datadeliver|dropbox|1drv|onedrive|[a-z0-9-]{0,30}\.?sharepoint|line)\.[a-z.]{2,20}/"
)
#: A bot's key, and the address of a calendar that only its owner knows
_IN_PATH: Final = re.compile(
    r"/owa/calendar/[0-9a-f]{16,64}|/bot[0-9]{6,12}:[A-Za-z0-9_-]{20,60}|/(?:private|secret)[-_/](?=[a-z]{0,15}[0-9])[0-9a-f]{12,64}"
)
#: A form is open to everybody
_OPEN: Final = re.compile(r"(?i)://[^/]{3,80}/forms?/")
#: Words joined by hyphens in the path of a page: nyuuen-annai-2026-07-r8
_SLUG: Final = re.compile(
    r"(?:[a-z]{2,30}|[0-9]{1,8}|[a-z]{1,3}[0-9]{1,4})(?:[-_](?:[a-z]{1,30}|[0-9]{1,8}|[a-z]{1,3}[0-9]{1,4})){1,20}$"
)
#: What stands for one in an example: https://user:password@…, ?token=<token>, ?token=XXXXXXXX
_STAND_IN: Final = re.compile(
    r"(?i)(?:[<{\[(*$]|your|(?:user|name|pass|passwd|password|pw|pwd|secret|token|key)\Z|x{3,}|(.)\1{4,}\Z)"
)
_DATED: Final = re.compile(r"[a-z]{3,30}[0-9]{1,4}\Z")  # seminar2026
_FILE: Final = re.compile(r"\.[A-Za-z]{2,5}\Z")
_MARKS: Final = re.compile(r"[-_]")


class UrlToken(NamedTuple):
    """A URL with a key, or where `type` is SECRET the password of a connection."""

    type: str
    start: int
    end: int
    score: float


def url_tokens(text: str) -> Iterator[UrlToken]:
    """The URLs of a text that carry a key, and the passwords in those of databases and the like."""
    for match in _URL.finditer(text):
        written = match[0]
        if "\n" in written and not _continues(written):
            written = written.split("\n", 1)[0]
        if "(" in written and ")" not in written:
            written = written.partition("(")[0]  # …/dl/7f3k92mp(7日間有効)
        tail = _URL_END.search(written)
        if tail:
            written = written[: tail.start()]
        user = _USER.match(written)
        if not written.lower().startswith(("http", "ws")):
            user = user or _IN_QUERY.search(written)
        if user and _STAND_IN.match(user[1]):
            continue
        if user and not written.lower().startswith(("http", "otpauth")):
            start = match.start() + user.start(1)
            yield UrlToken("SECRET", start, start + len(user[1]), 0.9)
        elif user or _carries_key(written.replace("\n", "")):
            yield UrlToken("URL_TOKEN", match.start(), match.start() + len(written), 0.95)


def _continues(written: str) -> bool:
    """Whether the line after a URL is its rest: the URL stopped in the middle of a query."""
    first, second = written.split("\n", 1)
    if first[-1] not in "&?" and _SETS.match(second):
        return False
    return bool(first[-1] in "&?=/-_%" or second[0] in "&?=") and not second.startswith(("http", "//"))


def _carries_key(url: str) -> bool:
    for match in _KEYS.finditer(url):
        value = match[1]
        if _STAND_IN.match(value):
            continue
        if _WEAK_KEYS.match(match[0]):
            if len(value) >= 8 and _is_mixed(value, 2.6):
                return True
        elif any(char.isalnum() for char in value):
            return True
    does = _DOES.search(url) is not None
    for name, value in _QUERY.findall(url):
        if _NO_KEY.match(name) or _SLUG.match(value) or _STAND_IN.match(value):
            continue
        said = unquote(value)  # tel=090%2D1234%2D5678 and q=%E5%B1%B1 are no keys
        if said.isascii() and (does or len(said) >= 16) and _is_mixed(said, 2.6 if does else 3.2):
            return True
    return _path_carries_key(url.partition("?")[0])


def _path_carries_key(url: str) -> bool:
    if _OPEN.search(url):
        return False
    path = _PATH_KEY.search(url)
    if path and not _SLUG.match(path[1]) and _is_mixed(path[1], 3.2):
        return True
    if _IN_PATH.search(url):
        return True
    short = _PATH_LETS_IN.search(url)
    if (
        short
        and not _SLUG.match(short[1])
        and not _DATED.match(short[1])
        and not _FILE.search(short[1])
        and _is_mixed(short[1], 2.6)
    ):
        return True
    sharing = _SHARING.search(url) is not None
    for part in _PARTS.findall(url):
        if _SLUG.match(part):
            continue
        if sharing and _is_mixed(part, 2.6) and _turns(part) * 4 >= len(part):
            return True
        if len(part) >= 20 and _is_random(part):
            return True
    return False


def _is_mixed(value: str, bits: float) -> bool:
    """Whether letters and figures stand in a value, and not the same over and over."""
    return (
        any(char.isdigit() for char in value)
        and any(char.isalpha() for char in value)
        and entropy(value) > bits
    )


def _is_random(part: str) -> bool:
    """Whether small letters, capitals and figures change as in no word and no name of a file."""
    return (
        any(char.islower() for char in part)
        and any(char.isupper() for char in part)
        and any(char.isdigit() for char in part)
        and len(_MARKS.findall(part)) * 6 <= len(part)
        and _turns(part) * 3 >= len(part)
        and entropy(part) > 3.6
    )


def _turns(part: str) -> int:
    kinds = ["0" if char.isdigit() else "A" if char.isupper() else "a" for char in part]
    return sum(one != two for one, two in pairwise(kinds))


def entropy(value: str) -> float:
    """Shannon's entropy of the characters of a value, in bits a character."""
    size = len(value)
    return -sum((count := value.count(char)) / size * math.log2(count / size) for char in set(value))
