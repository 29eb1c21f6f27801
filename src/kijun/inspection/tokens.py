"""Proper nouns as SudachiDict sees them: surnames, given names, places and the boundaries of words."""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from typing import Final

from sudachipy import Dictionary, SplitMode
from sudachipy.tokenizer import Tokenizer

#: What a token is to us. OTHER words matter for their ends and their part of speech.
SURNAME, GIVEN, NAME, PLACE, ENTITY, NOUN, SUFFIX, PARTICLE, OTHER = range(9)


class Tokens:
    """The words of a text in order, as parallel lists: places in the folded text, and what each is to us."""

    __slots__ = ("_at", "_until", "ends", "kinds", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.kinds: list[int] = []
        self._at: dict[int, int] | None = None
        self._until: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def at(self) -> dict[int, int]:
        """The number of the word that begins at a place."""
        if self._at is None:
            self._at = dict(zip(self.starts, range(len(self.starts)), strict=True))
        return self._at

    @property
    def until(self) -> dict[int, int]:
        """The number of the word that ends at a place."""
        if self._until is None:
            self._until = dict(zip(self.ends, range(len(self.ends)), strict=True))
        return self._until

    def add(self, text: str, offset: int) -> None:
        """Cut a piece of text that begins at `offset` into words and add them."""
        kinds = _kinds()
        base = 0
        while base < len(text):
            piece = text[base : base + _LIMIT]
            if base + _LIMIT < len(text):  # cut at a line or a sentence, so that no word is cut
                cut = max(piece.rfind("\n"), piece.rfind("。")) + 1
                piece = piece[: cut or _LIMIT]
            shift = offset + base
            first = len(self.starts)
            for word in _tokenizer().tokenize(piece):
                begin = word.begin()
                if begin == word.end():  # one that the dictionary sees inside a ligature: the 成 of ㍻
                    continue
                self.starts.append(shift + begin)
                self.kinds.append(kinds[word.part_of_speech_id()])
            base += len(piece)
            if len(self.starts) > first:  # a word ends where the next begins
                self.ends += self.starts[first + 1 :]
                self.ends.append(offset + base)


@lru_cache(maxsize=4096)
def is_plain_noun(word: str) -> bool:
    """Whether a word by itself is one plain noun of the dictionary."""
    tokens = Tokens()
    tokens.add(word, 0)
    return tokens.kinds == [NOUN]


@lru_cache(maxsize=4096)
def is_place(word: str) -> bool:
    """Whether a word by itself is the name of a place to the dictionary, as rare surnames often are: 美瑛, 余市."""
    tokens = Tokens()
    tokens.add(word, 0)
    return tokens.kinds == [PLACE]


@lru_cache(maxsize=4096)
def is_state(word: str) -> bool:
    """Whether a word says how somebody is or what is done rather than who it is, though it is also a given name: 元気, 充実, 唯一."""
    words = _tokenizer().tokenize(word)
    return len(words) == 1 and words[0].part_of_speech_id() in _states()


_LIMIT: Final = 12_000  # characters of up to four bytes; Sudachi refuses more than 49,149 bytes
_here = threading.local()


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


@cache
def _kinds() -> tuple[int, ...]:
    return tuple(_kind(*part[:4]) for part in _dictionary().pos_matcher(lambda part: True))


@cache
def _states() -> frozenset[int]:
    parts = _dictionary().pos_matcher(lambda part: True)
    return frozenset(
        number
        for number, part in enumerate(parts)
        if part[0] in ("形状詞", "副詞")
        or (part[:2] == ("名詞", "普通名詞") and part[2] != "一般")
        or part[1] == "数詞"
    )


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
