"""Proper nouns as SudachiDict sees them: surnames, given names, places and the boundaries of words."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final, NamedTuple

from sudachipy import Dictionary, SplitMode
from sudachipy.tokenizer import Tokenizer

#: What a token is to us. OTHER words matter for their ends and their part of speech.
SURNAME, GIVEN, NAME, PLACE, ENTITY, NOUN, SUFFIX, PARTICLE, OTHER = range(9)


class Token(NamedTuple):
    """One word of a text: its place in the folded text and what it is."""

    start: int
    end: int
    kind: int


_LIMIT: Final = 16_000  # characters; Sudachi refuses 49,149 bytes and more
_here = threading.local()


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="core")


@cache
def _kinds() -> tuple[int, ...]:
    return tuple(_kind(*part[:4]) for part in _dictionary().pos_matcher(lambda part: True))


def _kind(first: str, second: str, third: str, fourth: str) -> int:
    if first == "名詞" and second == "固有名詞":
        if third == "人名":
            return {"姓": SURNAME, "名": GIVEN}.get(fourth, NAME)
        return PLACE if third == "地名" else ENTITY
    if first == "名詞":
        return NOUN
    if first == "接尾辞":
        return SUFFIX
    return PARTICLE if first == "助詞" else OTHER


def _tokenizer() -> Tokenizer:
    """One tokenizer a thread, for Sudachi's are not to be shared."""
    tokenizer = getattr(_here, "tokenizer", None)
    if tokenizer is None:
        tokenizer = _here.tokenizer = _dictionary().tokenizer(mode=SplitMode.C, fields={"pos"})
    return tokenizer


def tokenise(text: str, offset: int = 0) -> list[Token]:
    """The words of a piece of text, in order; `offset` is where the piece begins."""
    kinds = _kinds()
    found: list[Token] = []
    base = 0
    while base < len(text):
        piece = text[base : base + _LIMIT]
        if base + _LIMIT < len(text):  # cut at a line or a sentence, so that no word is cut
            cut = max(piece.rfind("\n"), piece.rfind("。")) + 1
            piece = piece[: cut or _LIMIT]
        for word in _tokenizer().tokenize(piece):
            found.append(
                Token(
                    offset + base + word.begin(), offset + base + word.end(), kinds[word.part_of_speech_id()]
                )
            )
        base += len(piece)
    return found
