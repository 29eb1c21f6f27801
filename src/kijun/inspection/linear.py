"""Linear models over the characters and words of a text: hashed n-grams, NumPy only. Learnt by tools/train_inspection.py.

A text becomes the set of its n-grams of one to five characters (kana, kanji, letters in small, any digit as 0, any space as one), and of its
words in Latin letters with the pairs of those that follow each other: five letters are hardly a word of English, five kana and kanji often are
a phrase. Each stands in one of 2²⁰ places by its hash, a word or pair in one of 2¹⁷ behind them; a place weighs by its rarity (idf), and the
whole is scaled to length one (Salton and Buckley 1988). A head is a logistic regression over that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

BITS, WORD_BITS = 20, 17
WORDS_FROM: Final = 1 << BITS
"""The first place of words and pairs of words."""
SIZE: Final = WORDS_FROM + (1 << WORD_BITS)
LONGEST_GRAM: Final = 5
_FIRST: Final = np.uint32(0x9E3779B1)
_NEXT: Final = np.uint32(0x85EBCA6B)
_MIX: Final = np.uint32(0x2C1B3C6D)
_SHIFT, _WORD_SHIFT = np.uint32(32 - BITS), np.uint32(32 - WORD_BITS)
#: For each letter of a word by its place what its code is multiplied with; those of a longer one are alike from there on.
_LETTERS: Final = np.cumprod(np.full(32, 0xCC9E2D51, dtype=np.uint32), dtype=np.uint32)
_HALF: Final = np.uint32(15)

Ids = NDArray[np.intp]
Array = NDArray[Any]
Codes = NDArray[np.uint32]


def codes_of(folded: str) -> Codes:
    """A folded text as the models read it: small letters, any digit as 0, any run of spaces as one; code points."""
    return codes_and_places(folded)[0]


def codes_and_places(folded: str) -> tuple[Codes, Ids | None]:
    """The codes of a text, and for each of its characters which code stands for it; None where they are the same."""
    # the small letter of İ is two characters, that of Σ depends on what follows
    if "İ" in folded or "Σ" in folded:
        folded = folded.lower()
    codes = np.frombuffer(folded.encode("utf-32-le", "replace"), dtype=np.uint32)
    if len(codes) and int(codes.max()) < len(_READ):
        codes = _READ.take(codes)
    else:
        codes = np.where(codes < len(_READ), _READ.take(codes, mode="clip"), codes)
    spaces = codes == 0x20
    repeated = spaces[1:] & spaces[:-1]
    if repeated.any():
        kept = np.concatenate(([True], ~repeated))
        return codes[kept], np.cumsum(kept) - 1
    return codes, None


def _as_read() -> Codes:
    """For each character of the first planes how the models read it."""
    text = "".join(map(chr, (*range(0xD800), *[0x20] * 0x800, *range(0xE000, 0x20000))))
    codes = np.frombuffer(text.replace("İ", "i").lower().encode("utf-32-le"), dtype=np.uint32).copy()
    codes[0xD800:0xE000] = np.arange(0xD800, 0xE000)
    codes[0x31:0x3A] = 0x30
    codes[[0x09, 0x0A]] = 0x20
    return codes


_READ: Final = _as_read()


class Words(NamedTuple):
    """The places of a text's words in Latin letters, then of the pairs that follow each other; where in its codes each word begins and ends."""

    places: Codes
    starts: Ids
    ends: Ids


class Grams(NamedTuple):
    """The places of all n-grams of a text: those of one character as they stand in it, then those of two, and so on; and its words."""

    places: Codes
    characters: int
    words: Words

    @property
    def every(self) -> Codes:
        """All places, as often as they stand there."""
        return np.concatenate((self.places, self.words.places)) if len(self.words.starts) else self.places


def grams_of(codes: Codes) -> Grams:
    """Hash the n-grams and the words of a text."""
    count = len(codes)
    longest = min(LONGEST_GRAM, count)
    places = np.empty(longest * count - longest * (longest - 1) // 2, dtype=np.uint32)
    if not longest:
        return Grams(places, 0, _NO_WORDS)
    first = np.multiply(codes, _FIRST, out=places[:count])
    running, filled = first, count
    for length in range(2, longest + 1):
        following = places[filled : filled + count - length + 1]
        np.multiply(running[:-1], _NEXT, out=following)
        following += first[length - 1 :]
        running, filled = following, filled + count - length + 1
    _mix(places)
    places >>= _SHIFT
    return Grams(places, count, words_of(codes))


def words_of(codes: Codes) -> Words:
    """Hash the runs of Latin letters and apostrophes of a text, and the pairs of those that follow each other, whatever stands between."""
    letters = (codes - _A < _ALPHABET) | (
        codes == _APOSTROPHE
    )  # what is below a is far above z in these numbers
    at = np.flatnonzero(letters)
    if not len(at):
        return _NO_WORDS
    begins = np.empty(len(at), dtype=np.bool_)
    begins[0] = True
    np.not_equal(at[1:], at[:-1] + 1, out=begins[1:])
    firsts = np.flatnonzero(begins)
    lengths = np.empty_like(firsts)
    np.subtract(firsts[1:], firsts[:-1], out=lengths[:-1])
    lengths[-1] = len(at) - firsts[-1]
    inside = np.arange(len(at))
    inside -= firsts.repeat(lengths)
    np.minimum(inside, len(_LETTERS) - 1, out=inside)
    single = np.add.reduceat(codes[at] * _LETTERS[inside], firsts, dtype=np.uint32)
    places = np.concatenate((single, single[:-1] * _NEXT + single[1:]))
    _mix(places)
    places >>= _WORD_SHIFT
    places += np.uint32(WORDS_FROM)
    starts = at[firsts]
    return Words(places, starts, starts + lengths)


def _mix(hashed: Codes) -> None:
    hashed ^= hashed >> _HALF
    hashed *= _MIX


_A, _ALPHABET, _APOSTROPHE = np.uint32(0x61), np.uint32(26), np.uint32(0x27)
_NO_WORDS: Final = Words(np.empty(0, np.uint32), np.empty(0, np.intp), np.empty(0, np.intp))


def once(grams: Grams) -> Ids:
    """The places of a text's n-grams and words, each once, in order."""
    places = np.sort(grams.every)
    first = np.empty(len(places), dtype=np.bool_)
    first[:1] = True
    np.not_equal(places[1:], places[:-1], out=first[1:])
    return places[first].astype(np.intp)


def gram_ids(codes: Codes) -> Ids:
    """The places of a text's n-grams and words, each once, in order."""
    return once(grams_of(codes))


def language(codes: Codes) -> str:
    """``en`` where most characters are ASCII, else ``ja``."""
    return "en" if 2 * int(np.count_nonzero(codes < 0x80)) > len(codes) else "ja"


class Weighed(NamedTuple):
    """A text's length before it is scaled, and for each head that is asked of every text how much it speaks for it."""

    norm: float
    margins: dict[str, float]


class TextModels:
    """The heads over one table of rarities. Immutable; threads may share it."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        idf = arrays["idf"].astype(np.float32)
        self._prior = float(arrays.get("prior", 0.0))
        self._sparse: dict[str, tuple[Array, Array]] = {}
        self._bias: dict[str, float] = {}
        self._thresholds: dict[str, float] = {}
        self._whole: list[str] = []
        self.groups: dict[str, tuple[str, ...]] = {}
        for name, array in arrays.items():
            if name.startswith("head:"):
                places = arrays[f"at:{name[5:]}"]
                self._sparse[name[5:]] = (places, array.astype(np.float32) * idf[places])
            elif name.startswith("bias:"):
                self._bias[name[5:]] = float(array)
            elif name.startswith("threshold:"):
                self._thresholds[name[10:]] = float(array)
        for name in self._sparse:
            group, _, label = name.partition("/")
            if label:
                self.groups[group] = (*self.groups.get(group, ()), label)
            else:
                self._whole.append(name)
        # Side by side, so that one look at memory gives all that is asked of every text; rows of 16 bytes straddle no line.
        self._table = np.zeros((SIZE, -(-(1 + len(self._whole)) // 4) * 4), dtype=np.float32)
        self._table[:, 0] = idf * idf
        for column, name in enumerate(self._whole, 1):
            places, weights = self._sparse.pop(name)
            self._table[places, column] = weights

    @property
    def heads(self) -> Set[str]:
        """The heads that are asked one by one, most of them labels of a group."""
        return self._sparse.keys()

    def weigh(self, ids: Ids) -> Weighed:
        """How long a text is as a vector, and what it says to each whole head; what is short counts as longer, for a word is not a text."""
        # not a product of matrices: BLAS may divide it among threads, and sums differ from machine to machine
        sums = [0.0] * self._table.shape[1]
        if len(ids):
            sums = np.add.reduceat(self._table.take(ids, axis=0), [0], axis=0)[0].tolist()
        norm = math.sqrt(sums[0] + self._prior) or 1.0
        return Weighed(
            norm, {name: sums[column] / norm + self._bias[name] for column, name in enumerate(self._whole, 1)}
        )

    def weigh_parts(self, grams: Grams, starts: Ids, ends: Ids) -> dict[str, list[float]]:
        """What parts of a text say to each whole head, all at once; places are those of codes, ends exclusive.

        In a part an n-gram counts as often as it stands there, so that one pass over the text sums up all parts.
        """
        every, edges = grams.every, _edges(grams, starts, ends)
        rows = np.zeros((len(every) + 1, self._table.shape[1]), dtype=np.float32)
        self._table.take(every, axis=0, out=rows[:-1], mode="clip")
        between = np.add.reduceat(rows, edges.ravel(), axis=0)[::2].reshape(*edges.shape[:2], rows.shape[1])
        between[edges[:, :, 0] == edges[:, :, 1]] = 0  # for what is empty `reduceat` gives the row itself
        sums = between.sum(axis=0)
        norms = np.sqrt(sums[:, 0] + self._prior)
        norms[norms == 0] = 1.0
        return {
            name: (sums[:, column] / norms + self._bias[name]).tolist()
            for column, name in enumerate(self._whole, 1)
        }

    def margin(self, label: str, ids: Ids, norm: float) -> float:
        """How much a text of a length speaks for a label of a group (``group/label``); above zero it does."""
        places, weights = self._sparse[label]
        found = np.minimum(np.searchsorted(places, ids), len(places) - 1)
        return float(weights[found][places[found] == ids].sum()) / norm + self._bias[label]

    def threshold(self, head: str, language: str) -> float:
        """The margin above which a head's finding counts in a language: few harmless texts reach it.

        ``en`` and ``ja`` are for texts, ``en:short`` and ``ja:short`` for short ones, ``en:long`` and ``ja:long`` for windows of long ones, ``en:part`` and ``ja:part`` for
        sentences of those; where one is missing the text's counts.
        """
        own = self._thresholds.get(f"{head}:{language}")
        return self._thresholds.get(f"{head}:{language.partition(':')[0]}", 0.0) if own is None else own

    def likeliest(self, group: str, ids: Ids, norm: float) -> str:
        """Of the labels of a group the one that a text speaks for most."""
        return max(self.groups[group], key=lambda label: self.margin(f"{group}/{label}", ids, norm))


def _edges(grams: Grams, starts: Ids, ends: Ids) -> Ids:
    """For each kind of n-gram (its length, words, pairs of words) and each part where those of the part begin and end among all."""
    count = grams.characters
    lengths = np.arange(min(LONGEST_GRAM, count))[:, None]
    offsets = lengths * count - lengths * (lengths - 1) // 2
    words = len(grams.words.starts)
    edges = np.empty((len(lengths) + 2 * bool(words), len(starts), 2), dtype=np.intp)
    edges[: len(lengths), :, 0] = offsets + np.minimum(starts, count - lengths)
    edges[: len(lengths), :, 1] = np.maximum(edges[: len(lengths), :, 0], offsets + ends - lengths)
    if words:
        first = np.searchsorted(grams.words.starts, starts)
        last = np.maximum(first, np.searchsorted(grams.words.ends, ends, side="right"))
        edges[-2, :, 0], edges[-2, :, 1] = first, last
        edges[-1, :, 0] = words + np.minimum(first, words - 1)
        edges[-1, :, 1] = np.maximum(edges[-1, :, 0], words + last - 1)
        edges[-2:] += len(grams.places)
    return edges


@cache
def bundled_models() -> TextModels | None:
    """The models that come with the package; None where they were not yet learnt."""
    file = files("kijun.inspection").joinpath("data", "models.npz")
    if not file.is_file():
        return None
    with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
        return TextModels({name: arrays[name] for name in arrays.files})
