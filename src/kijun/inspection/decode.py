"""What stands behind an encoding: the pieces of a text that are written so that only a machine reads them."""

from __future__ import annotations

import binascii
import codecs
import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from kijun.inspection.readable import from_base64, readable
from kijun.inspection.scene import Scene
from kijun.inspection.scripts import kinds_of


class Decoded(NamedTuple):
    """A piece in clear: where it stood in the folded text, how it was written, what it says."""

    start: int
    end: int
    how: str
    text: str


_BASE64: Final = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{4}[ \n]?){4,2000}[A-Za-z0-9+/_-]{0,3}={0,2}"
)
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[ ,:\n]{0,2}){8,4000}(?![0-9A-Za-z])")
_HEX_PAIR: Final = re.compile(r"(?:0x|\\x)?([0-9A-Fa-f]{2})")
_PERCENT: Final = re.compile(r"(?:[A-Za-z0-9_.~-]{0,20}%[0-9A-Fa-f]{2}){4,2000}[A-Za-z0-9_.~-]{0,40}")
_UNICODE: Final = re.compile(r"(?:[ A-Za-z0-9.,]{0,12}\\?[uU]\+?\{?[0-9A-Fa-f]{4,6}\}?[ ]?){4,2000}")
_UNICODE_ONE: Final = re.compile(r"\\?[uU]\+?\{?([0-9A-Fa-f]{4,6})\}?[ ]?")
_ENTITY: Final = re.compile(r"(?:[A-Za-z0-9 ]{0,12}&#?[xX]?[0-9A-Za-z]{2,8};){3,2000}")
_DECIMAL: Final = re.compile(r"(?<![0-9])(?:[0-9]{2,3}[ ,]{1,2}){7,2000}[0-9]{2,3}(?![0-9])")
_BINARY: Final = re.compile(r"(?<![01])(?:[01]{8}[ ,\n]{0,2}){4,2000}(?![01])")
_MORSE: Final = re.compile(r"(?:[.\-・ー−]{1,6}[ /\n]{1,3}){8,2000}[.\-・ー−]{0,6}")
_SPACED: Final = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][ .\-_*|/]{1,2}){5,500}[A-Za-z](?![A-Za-z])")
_SPACED_JA: Final = re.compile(r"(?:[ぁ-んァ-ヴー一-龥][ .\-_*|/・、\n]{1,2}){6,500}[ぁ-んァ-ヴー一-龥]")
#: Over the kinds of characters: so many of ASCII in a row that they may hide something.
_ASCII: Final = re.compile("[^hjkdml]{11,}")
_LONG: Final = re.compile(r"[A-Za-z0-9+/_-]{14}")
_GROUPS: Final = re.compile(r"[0-9A-Fa-f]{2,8}[ ,:]{1,2}[0-9A-Fa-f]{2,8}[ ,:]{1,2}[0-9A-Fa-f]{2,8}[ ,:]")
_HEXES: Final = re.compile(r"[0-9A-Fa-f]{16}|0x[0-9A-Fa-f]{2}")
_SIGNS: Final = re.compile(r"[.\-・ー−]{1,6}[ /][.\-・ー−]{1,6}[ /][.\-・ー−]{1,6}[ /]")
_APART: Final = re.compile(r"[ .\-_*|/・、\n][^ ][ .\-_*|/・、\n][^ ][ .\-_*|/・、\n][^ ][ .\-_*|/・、\n]")
#: How what is written in Unicode's invisible tag characters is called; its place is found in the given text.
TAGS: Final = "tag-characters"
_LETTERS: Final = re.compile(r"[A-Za-z]{3,}")
#: Four words and more of Latin letters, or of figures and marks that stand for letters.
_PHRASE: Final = re.compile(r"(?:[A-Za-z0-9@$!|'’]{2,24}+[ ,.;:!?\n]{1,3}+){3,400}[A-Za-z0-9@$!|'’]{2,24}")
_PERCENTS: Final = re.compile(r"%[0-9A-Fa-f]{2}[A-Za-z0-9_.~-]{0,20}%[0-9A-Fa-f]{2}")
_ESCAPES: Final = re.compile(r"[uU]\+?\{?[0-9A-Fa-f]{4}")
_TAGS: Final = re.compile("[\U000e0020-\U000e007e]{4,}")
_COMMON: Final = frozenset(
    [
        "the",
        "and",
        "you",
        "your",
        "all",
        "of",
        "to",
        "in",
        "is",
        "ignore",
        "instructions",
        "rules",
        "previous",
        "system",
        "prompt",
        "tell",
        "me",
        "show",
        "this",
        "that",
        "with",
        "for",
        "not",
        "please",
        "from",
        "any",
        "what",
        "how",
        "will",
        "are",
        "now",
        "do",
    ]
)
_MORSE_LETTERS: Final = dict(
    zip(
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
            "-----",
            ".----",
            "..---",
            "...--",
            "....-",
            ".....",
            "-....",
            "--...",
            "---..",
            "----.",
        ],
        "abcdefghijklmnopqrstuvwxyz0123456789",
        strict=True,
    )
)
_LEET: Final = str.maketrans("01345789@$!|", "oleastbgasil")
#: Letters of other scripts that look like Latin ones (Unicode confusables, the common ones).
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁɡһӏкмтвнгАВЕКМНОРСТХІЈЅαοινρτυχκηΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdghlkmtbhrABEKMHOPCTXIJSaoivptuxknABEZHIKMNOPTYX",
)
_FOREIGN: Final = re.compile(r"[Ͱ-ԯ]")


def decoded(scene: Scene, given: str) -> Iterator[Decoded]:
    """Every piece that reads as text once it is decoded. Two layers deep, bounded."""
    text = scene.text
    for piece in _pieces(text, scene.kinds):
        yield piece
        clear = piece.text[:4000]
        for inner in _pieces(clear, kinds_of(clear)):
            yield Decoded(piece.start, piece.end, f"{piece.how}+{inner.how}", inner.text)
    if scene.folded.offsets is not None and _TAGS.search(given):  # folding takes them away
        hidden = "".join(chr(ord(char) - 0xE0000) for char in given if 0xE0020 <= ord(char) <= 0xE007E)
        yield Decoded(0, len(text), TAGS, hidden)
    if _FOREIGN.search(text):
        yield Decoded(0, len(text), "homoglyph", text.translate(_LOOKALIKES))


def reads_in_clear(run: str) -> bool:
    """Whether something that can be read stands behind a run of letters and figures."""
    return any(from_base64(match[0]) for match in _BASE64.finditer(run)) or any(
        readable(binascii.unhexlify("".join(_HEX_PAIR.findall(match[0])))) for match in _HEX.finditer(run)
    )


def _pieces(text: str, kinds: str) -> Iterator[Decoded]:
    for match in _ASCII.finditer(kinds):
        start, end = match.span()
        for found in _in_ascii(text[start:end]):
            yield Decoded(start + found.start, start + found.end, found.how, found.text)
    if (" " in text or "/" in text) and _SIGNS.search(text):
        yield from _morse(text)
    if _APART.search(text):
        for match in _SPACED_JA.finditer(text):
            yield _closed_up(match)
    if not text.isascii() and not _FORWARD.search(text) and _FORWARD.search(text[::-1]):
        yield Decoded(0, len(text), "reversed", text[::-1])


def _in_ascii(text: str) -> Iterator[Decoded]:
    """What is written in characters of ASCII alone."""
    long, groups = _LONG.search(text), _GROUPS.search(text) or "\\x" in text
    for match in _BASE64.finditer(text, max(0, long.start() - 40)) if long else ():
        clear = from_base64(match[0])
        if clear:
            yield Decoded(*match.span(), "base64", clear)
    for match in _HEX.finditer(text) if groups or _HEXES.search(text) else ():
        pairs = "".join(_HEX_PAIR.findall(match[0]))
        clear = readable(binascii.unhexlify(pairs))
        if clear:
            yield Decoded(*match.span(), "hex", clear)
    if _PERCENTS.search(text):
        for match in _PERCENT.finditer(text):
            clear = readable(unquote_to_bytes(match[0].replace("+", " ")))
            if clear:
                yield Decoded(*match.span(), "percent", clear)
    if _ESCAPES.search(text):
        for match in _UNICODE.finditer(text):
            yield Decoded(*match.span(), "unicode-escape", _UNICODE_ONE.sub(_code_point, match[0]))
    if "&" in text and ";" in text:
        for match in _ENTITY.finditer(text):
            yield Decoded(*match.span(), "html-entity", html.unescape(match[0]))
    if groups or _HEXES.search(text):
        yield from _figures(text)
    yield from _letters(text)


def _figures(text: str) -> Iterator[Decoded]:
    for match in _BINARY.finditer(text):
        bits = re.sub("[^01]", "", match[0])
        clear = readable(bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits) - 7, 8)))
        if clear:
            yield Decoded(*match.span(), "binary", clear)
    for match in _DECIMAL.finditer(text):
        values = [int(value) for value in re.findall("[0-9]+", match[0])]
        if all(value < 256 for value in values):
            clear = readable(bytes(values))
            if clear:
                yield Decoded(*match.span(), "decimal", clear)


def _morse(text: str) -> Iterator[Decoded]:
    for match in _MORSE.finditer(text):
        words = match[0].replace("・", ".").replace("ー", "-").replace("−", "-").split("/")
        clear = " ".join("".join(_MORSE_LETTERS.get(sign, "") for sign in word.split()) for word in words)
        if len(clear) >= 6:
            yield Decoded(*match.span(), "morse", clear)


def _closed_up(match: re.Match[str]) -> Decoded:
    return Decoded(*match.span(), "spaced", re.sub(r"[ .\-_*|/・、\n]", "", match[0]))


def _letters(text: str) -> Iterator[Decoded]:
    for match in _SPACED.finditer(text) if _APART.search(text) else ():
        yield _closed_up(match)
    for match in _PHRASE.finditer(text):
        written = match[0]
        words = _LETTERS.findall(written)
        if sum(word.lower() in _COMMON for word in words) >= max(1, len(words) // 8):
            continue  # it reads as English already
        for how, clear in (
            ("rot13", codecs.encode(written, "rot13")),
            ("reversed", written[::-1]),
            ("leet", written.translate(_LEET)),
        ):
            found = [word.lower() for word in _LETTERS.findall(clear)]
            if sum(word in _COMMON for word in found) >= max(2, len(found) // 6):
                yield Decoded(*match.span(), how, clear)


_FORWARD: Final = re.compile(r"して|ください|します|する|です|ました|ない|てくれ|って")


def _code_point(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
