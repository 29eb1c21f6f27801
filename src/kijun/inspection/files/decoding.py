"""Characters out of bytes: the encodings of Japanese text files and mails, found by content.

Python's own codecs know neither the vendor characters of ISO-2022-JP that Windows writes (①, ㈱, 髙, half-width
katakana; what Microsoft calls cp50220) nor a way to tell CP932 from EUC-JP, so both are here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from kijun.inspection.files.errors import UnknownFile

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ESCAPE: Final = re.compile(rb"\x1b(\([BIJ]|\$[@B]|\$\([@BD]|&@\x1b\$B)")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x19\x7f]")
_NOT_CP932: Final = re.compile("[\x80\xa0\uf8f0-\uf8f3]")  # what Python decodes though no such file holds it
_TWO_BYTES: Final = re.compile(rb"\x1b\$(?:[@B]|\([@BD])[!-~]")
HIGH: Final = re.compile(rb"[\x80-\xff]")
_KANA: Final = re.compile("[ぁ-んァ-ヶー、。]")
_HALF_KANA: Final = re.compile("[｡-ﾟ]")
_BROKEN: Final = "\ufffd"
_CONTROL_BYTE: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PLAIN: Final = re.compile("[\t\r\n -~\u3000-\u3020\u3040-\u30ff\uff01-\uff9f]")
_THREE_BYTES: Final = re.compile("[\u0800-\U0010ffff]")
_KANA_OR_MARK: Final = re.compile("[\r\nぁ-んァ-ヶー、。]")
_KANJI: Final = re.compile("[\u3005\u4e00-\u9fff]")
_MOSTLY_USUAL = 0.85
_NO_CHANCE = 4  # characters: one in seven kanji is of the first level
_FEW = 20  # zero bytes and broken characters are few where there are no more than one to so many
_TOLERATED = 0.05  # broken characters to bytes beyond ASCII
_MOSTLY_ASCII = 0.2
_SAMPLE = 200_000  # characters by which two encodings are compared


_Convert = Callable[[int, int], tuple[bytes, str]]


class Decoded(NamedTuple):
    """Text, the codec that gave it, how many characters could not be read, and how many zero bytes were taken out."""

    text: str
    encoding: str
    broken: int = 0
    zeros: int = 0


def decode(data: bytes) -> Decoded:
    """The text of a file; raises UnknownFile where it is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tolerant(data[len(mark) :], encoding)
    if (wide := _unmarked_utf16(data)) is not None:
        return wide
    if b"\x00" in data:
        return _without_zeros(data)
    if (escaped := by_escapes(data)) is not None:
        return escaped
    for found in (strict(data, "utf-8"), _cut_utf_8(data), japanese(data), _damaged(data)):
        if found is not None:
            return _checked(found)
    raise UnknownFile()


def by_escapes(data: bytes) -> Decoded | None:
    """ISO-2022-JP, which its escape sequences show; beside it may stand what another code wrote (the foot that a mailing list adds)."""
    if not _ESCAPE.search(data):
        return None
    is_mixed = HIGH.search(data) is not None
    if is_mixed and not _TWO_BYTES.search(data):
        return None
    text = decode_iso_2022_jp(data)
    broken = text.count(_BROKEN)
    return None if is_mixed and broken else Decoded(text, "iso-2022-jp", broken)


def decode_iso_2022_jp(data: bytes) -> str:
    """ISO-2022-JP with everything that Windows and old mailers add; what cannot be read becomes U+FFFD."""
    text: list[str] = []
    charset, at = b"(B", 0
    for escape in _ESCAPE.finditer(data):
        text.append(_segment(data[at : escape.start()], charset))
        charset, at = escape[1], escape.end()
    text.append(_segment(data[at:], charset))
    return "".join(text)


def _segment(data: bytes, charset: bytes) -> str:
    """Bytes between two escape sequences; a line end falls back to ASCII as in RFC 1468."""
    if charset in (b"(B", b"(J") or not data:
        return _one_byte(data)
    lines = data.split(b"\n")
    rest = _one_byte(b"\n".join(lines[1:]))
    if charset == b"(I":
        first = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in lines[0]).decode(
            "cp932", "replace"
        )
    elif charset == b"$(D":
        first = _pairs(lines[0], lambda high, low: (bytes((0x8F, high | 0x80, low | 0x80)), "euc_jp"))
    else:
        first = _pairs(lines[0], lambda high, low: (_shift_jis(high, low), "cp932"))
    return f"{first}\n{rest}" if len(lines) > 1 else first


def _one_byte(data: bytes) -> str:
    """What is ASCII by its escape sequence; where it is not, what it reads as."""
    if not HIGH.search(data):
        return data.decode("ascii")
    found = strict(data, "utf-8") or japanese(data)
    return found.text if found is not None else data.decode("ascii", "replace")


def _pairs(data: bytes, convert: _Convert) -> str:
    """Two bytes a character; control characters stand for themselves."""
    text: list[str] = []
    at = 0
    while at < len(data):
        high = data[at]
        if high <= 0x20:
            text.append(chr(high))
            at += 1
            continue
        if at + 1 == len(data):
            text.append(_BROKEN)
            break
        low = data[at + 1]
        if high <= 0x7E and 0x21 <= low <= 0x7E:
            code, codec = convert(high, low)
            text.append(code.decode(codec, "replace")[:1])
        else:
            text.append(_BROKEN)
        at += 2
    return "".join(text)


def _shift_jis(high: int, low: int) -> bytes:
    """The Shift_JIS code of a JIS X 0208 code."""
    lead = (high + 1) // 2 + (0x70 if high < 0x5F else 0xB0)
    if high % 2:
        return bytes((lead, low + (0x1F if low < 0x60 else 0x20)))
    return bytes((lead, low + 0x7E))


def strict(data: bytes, encoding: str) -> Decoded | None:
    """The text, or None where the bytes are none in this encoding."""
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def japanese(data: bytes) -> Decoded | None:
    """CP932 or EUC-JP; where both would do, the one that reads like Japanese."""
    cp932, euc = strict(data, "cp932"), strict(data, "euc_jp")
    if cp932 is not None and _NOT_CP932.search(cp932.text):
        cp932 = None
    if cp932 is None or euc is None:
        return cp932 or euc
    return euc if _reads_like_japanese(euc.text[:_SAMPLE], cp932.text[:_SAMPLE]) else cp932


def _reads_like_japanese(euc: str, cp932: str) -> bool:
    """EUC-JP seen as CP932 is half-width katakana, but so is true half-width katakana.

    True EUC-JP text is kana and kanji of the first level; half-width katakana seen as EUC-JP has rare kanji in a
    third of its places (lead bytes from 0xD0 on) and hardly any kana.
    """
    if not _HALF_KANA.search(cp932):
        return False
    wide = [char for char in euc if ord(char) > 0x7F]
    rare = sum(
        1 for char in wide if (code := char.encode("euc_jp", "ignore"))[:1] >= b"\xd0" or len(code) == 3
    )
    kana = len(_KANA.findall(euc))
    return rare <= 0.15 * len(wide) or (kana >= 0.25 * len(wide) and rare <= 0.3 * len(wide))


def _cut_utf_8(data: bytes) -> Decoded | None:
    """UTF-8 with a few broken bytes, or an end inside a character: three bytes make none of its characters by chance."""
    text = data.decode("utf-8", "replace")
    broken = text.count(_BROKEN)
    sure = len(_THREE_BYTES.findall(text)) - broken
    return Decoded(text, "utf-8", broken) if sure >= _NO_CHANCE and broken <= max(1, sure // _FEW) else None


def _damaged(data: bytes) -> Decoded | None:
    """Text with a few broken bytes, or a European language in one of its old encodings."""
    high = len(HIGH.findall(data))
    tries = [
        Decoded(
            text := data.decode(name, "replace"), name, text.count(_BROKEN) + len(_NOT_CP932.findall(text))
        )
        for name in ("utf-8", "cp932", "euc_jp")
    ]
    best = min(tries, key=lambda found: found.broken)
    if best.broken <= max(1, _TOLERATED * high):
        return best
    if high <= _MOSTLY_ASCII * len(data):
        return strict(data, "cp1252")
    return None


def _tolerant(data: bytes, encoding: str) -> Decoded:
    """What a byte order mark promises, with a few broken characters forgiven."""
    text = data.decode(encoding, "replace")
    broken = text.count(_BROKEN)
    if broken > 1 and broken > _TOLERATED * len(text):
        raise UnknownFile()
    return _checked(Decoded(text, encoding, broken))


def _unmarked_utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark, where it reads like Japanese or English; without a zero byte only where nothing else does.

    One zero byte in a CP932 file says nothing: read as UTF-16 such a file is kanji of all kinds, hardly any of which
    Japanese text has.
    """
    has_zero = b"\x00" in data
    if len(data) % 2 or not (has_zero or HIGH.search(data) or _CONTROL_BYTE.search(data)):
        return None
    ways = [found for name in ("utf-16-le", "utf-16-be") if (found := strict(data, name)) is not None]
    best = max(ways, key=lambda found: _usual(found.text), default=None)
    if best is None or _CONTROL.search(best.text) or (share := _usual(best.text)) < _MOSTLY_USUAL:
        return None
    if has_zero:
        return best
    is_sure = share == 1 and len(best.text) >= _NO_CHANCE  # 山田太郎 without a line end
    if not (is_sure or _CONTROL_BYTE.search(data) or _KANA_OR_MARK.search(best.text)):
        return None
    return None if _otherwise(data) >= (1 if is_sure else _MOSTLY_USUAL) else best


def _otherwise(data: bytes) -> float:
    """How usual bytes without a zero are as text in one of the other codes."""
    if by_escapes(data) is not None:
        return 1
    found = strict(data, "utf-8") or japanese(data)
    return _usual(found.text) if found is not None and not _CONTROL.search(found.text) else 0


def _usual(text: str) -> float:
    """The share of characters that usual Japanese and English text is made of; kanji only of the first level."""
    sample = text[:_SAMPLE]
    return (len(_PLAIN.findall(sample)) + first_level(sample)) / max(1, len(sample))


def first_level(text: str) -> int:
    """How many kanji are of the first level of JIS X 0208, those that nearly all Japanese text is made of."""
    kanji = "".join(_KANJI.findall(text)).encode("shift_jis", "ignore")
    return sum(1 for lead in kanji[::2] if lead <= 0x98)


def _without_zeros(data: bytes) -> Decoded:
    """A text into which a few zero bytes came (a broken transfer, a field that was padded), or a file's padded end.

    They are taken out, for they part names and numbers, and counted.
    """
    kept = data.rstrip(b"\x00")
    if kept.count(0) * _FEW <= len(data) and kept:
        try:
            found = decode(kept.replace(b"\x00", b""))
        except UnknownFile:
            found = None
        if found is not None and not _CONTROL.search(found.text):
            return found._replace(zeros=data.count(0))
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 == 0 and min(even, odd) * _FEW <= max(even, odd) and max(even, odd) * 10 >= len(data):
        other = strict(
            data, "utf-16-be" if even > odd else "utf-16-le"
        )  # another script; these are its spaces
        if other is not None and not _CONTROL.search(other.text):
            return other
    raise UnknownFile()


def _checked(found: Decoded) -> Decoded:
    """Text has hardly any control characters, and never a zero."""
    controls = len(_CONTROL.findall(found.text))
    if "\x00" in found.text or controls > 2 + len(found.text) // 200:
        raise UnknownFile()
    return found
