"""An encoding that somebody declared, held against what the bytes say.

Mails are sent on by programs that change the one and not the other. A reader who believes a wrong label sees nonsense
and nobody in it; so a label counts while what it gives could be text and nothing else reads better.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from kijun.inspection.files.decoding import (
    HIGH,
    Decoded,
    by_escapes,
    decode,
    first_level,
    japanese,
    strict,
)
from kijun.inspection.files.errors import UnknownFile

#: Codecs of Python that interpret what they read; and ASCII, a label that mailers put on everything.
_NO_CHARSETS: Final = frozenset(("ascii", "idna", "punycode", "raw-unicode-escape", "unicode-escape"))
_ISO_2022_JP: Final = "iso-2022-jp"
_MEANT: Final = {
    **dict.fromkeys(
        ("iso-2022-jp-ms", "cp50220", "cp50221", "csiso2022jp", "jis", "iso-2022-jp"), _ISO_2022_JP
    ),
    # ① and ㈱ are no Shift_JIS, and ’ is no ISO 8859-1
    **dict.fromkeys(("shift-jis", "sjis", "x-sjis", "ms-kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1"), "cp1252"),
}
#: Labels under which ASCII bytes mean something else.
_NOT_ASCII: Final = ("utf-7", "utf-16", "utf-32", "hz", "iso2022")
_WESTERN: Final = frozenset(("cp1252", "iso8859-1", "iso8859-15"))
_WIDE: Final = re.compile(r"[^\x00-\x7f]")
_RUN: Final = re.compile(r"[^\x00-\x7f]{2,}")
_HALF_KANA_RUN: Final = re.compile("[｡-ﾟ]{3,}")
_PLAIN: Final = re.compile("[\u3000-\u3020\u3040-\u30ff\uff01-\uff60]")
_KANA: Final = re.compile("[\u3041-\u30fe]")
_SAMPLE = 200_000  # characters by which two encodings are compared
_CLEAN = 0.9
_MOSTLY = 0.5
_BETTER = 0.1
_RUNS = 0.8
_KANA_OF_TEXT = 0.15  # sentences have half, lists of names and offices none
_NO_CHANCE = 4  # characters beyond ASCII that are UTF-8


def decode_as(data: bytes, charset: str) -> str:
    """Text whose encoding somebody declared; never an error."""
    return declared(data, charset).text


def declared(data: bytes, charset: str) -> Decoded:
    """Text whose encoding somebody declared; where the bytes belie that, by content. Never an error."""
    found = _believed(data, _codec(charset)) or _by_content(data)
    zeros = found.text.count("\x00")
    return found._replace(text=found.text.replace("\x00", ""), zeros=zeros) if zeros else found


def _codec(charset: str) -> str:
    """Python's name of what is meant; empty where there is no such encoding of text."""
    name = charset.strip().strip("\"'").lower().replace("_", "-")
    name = _MEANT.get(name, name)
    if name == _ISO_2022_JP:
        return name
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSETS else name


def _believed(data: bytes, codec: str) -> Decoded | None:
    """The text by its label, or by what belies the label; None where the label says nothing."""
    is_wide = codec.startswith(("utf-16", "utf-32"))
    if not is_wide and (escaped := by_escapes(data)) is not None:
        return escaped
    if codec in ("", _ISO_2022_JP):
        return None
    if not HIGH.search(data) and not codec.startswith(_NOT_ASCII):
        return Decoded(data.decode("ascii"), "ascii")
    try:
        found = strict(data, codec) or (strict(data, "iso8859-1") if codec == "cp1252" else None)
    except (LookupError, ValueError):  # a codec that is none of characters
        return None
    if found is None or codec == "utf-8":
        return found
    if is_wide and b"\x00" not in data:  # other text in pairs of bytes is ideographs of all kinds
        return found if _clean(found.text[:_SAMPLE]) >= _MOSTLY else None
    return next(
        (other for other in _others(data, codec) if other is not None and _belies(other, found, codec)), found
    )


def _others(data: bytes, codec: str) -> tuple[Decoded | None, ...]:
    return (strict(data, "utf-8"), strict(data, "euc_jp") if codec == "cp932" else japanese(data))


def _belies(other: Decoded, found: Decoded, codec: str) -> bool:
    """Whether another reading is clean Japanese, or UTF-8 beyond chance, and that of the label is not."""
    text = other.text[:_SAMPLE]
    wide = len(_WIDE.findall(text))
    is_western = codec in _WESTERN
    score, label = _clean(text), _clean(found.text[:_SAMPLE])
    if other.encoding == "utf-8":
        return is_western or wide >= _NO_CHANCE or score > label
    if is_western and wide:
        score += sum(map(len, _HALF_KANA_RUN.findall(text))) / wide
    if wide < 2 or score < _CLEAN or score <= label + _BETTER:
        return False
    if is_western:  # “don’t” read as CP932 is a lone kanji
        return sum(map(len, _RUN.findall(text))) >= _RUNS * wide
    return len(_KANA.findall(text)) >= _KANA_OF_TEXT * wide  # Chinese and Korean read as EUC-JP have none


def _clean(text: str) -> float:
    """The share that usual Japanese has of the characters beyond ASCII."""
    wide = len(_WIDE.findall(text))
    return (len(_PLAIN.findall(text)) + first_level(text)) / wide if wide else 0


def _by_content(data: bytes) -> Decoded:
    try:
        return decode(data)
    except UnknownFile:
        texts = {name: data.decode(name, "replace") for name in ("utf-8", "cp932", "euc_jp")}
        tries = [Decoded(text, name, text.count("\ufffd")) for name, text in texts.items()]
        return min(tries, key=lambda found: found.broken)
