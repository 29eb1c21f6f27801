"""Pictures, sound and files as they stand inside of JSON: base64, mostly as data URLs (RFC 2397)."""

from __future__ import annotations

import re
from string import ascii_letters, digits
from typing import Any, Final

from kijun.gateway.names import spelled

_MEDIA: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,100}", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"base64|(?:charset|codecs)=[a-z0-9_.-]{1,40}", re.IGNORECASE)
_UNREADABLE: Final = ("image/", "audio/", "video/", "application/octet-stream")
_WITHOUT_TYPE: Final = "application/octet-stream"
_LETTERS: Final = f"{ascii_letters}{digits}+/-_".encode()
#: From this many characters on, base64 is not by chance a word or a number.
_LONG: Final = 200


def media_type(given: str) -> str:
    """A content type without what was written beside it: names of files stand there, and nobody needs them."""
    kind, *parameters = (one.strip() for one in given.split(";"))
    if not _MEDIA.fullmatch(kind) or spelled(kind):
        kind = _WITHOUT_TYPE if kind else ""
    kept = [one for one in parameters if _PARAMETER.fullmatch(one) and not spelled(one)]
    return ";".join([kind, *kept])


def bare(url: str) -> str:
    """A data URL without the parameters that nobody needs; any other text as it is."""
    if not is_data(url):
        return url
    comma = url.find(",")
    if comma < 0:
        return url
    head = media_type(url[5:comma])
    return url if head == url[5:comma] else f"data:{head}{url[comma:]}"


def bare_all(value: Any) -> None:
    """The same for all data URLs in some JSON."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(inner, str):
            value[key] = bare(inner)
        elif isinstance(inner, (dict, list)):
            bare_all(inner)


def is_data(text: str) -> bool:
    """Whether a text is a data URL."""
    return text[:5].lower() == "data:"


def is_document(url: str) -> bool:
    """Whether a data URL holds what can be read: a text, a PDF file."""
    return is_data(url) and not url[5 : 5 + len(_WITHOUT_TYPE)].lower().startswith(_UNREADABLE)


def is_payload(text: str) -> bool:
    """Whether a text is a picture, sound or another file, and nothing to be read. A data URL has to be `bare`."""
    if is_data(text):
        head, _, body = text.partition(",")
        if is_document(text) or not head.lower().endswith(";base64"):
            return False
        return _is_base64(body) and (len(body) >= _LONG or not spelled(f"a{body}"))
    return len(text) >= _LONG and _is_base64(text)


def _is_base64(text: str) -> bool:
    """Whether a text has base64's letters only, of either alphabet, in lines or in one."""
    if not text.isascii():
        return False
    others = text.encode().translate(None, _LETTERS)
    return (
        not others.strip(b" \t\r\n=") and len(others) <= 3 + len(text) // 30
    )  # words have more spaces than lines have ends
