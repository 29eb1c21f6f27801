"""Names that were found for sure speak for others: the same name elsewhere, and names that stand alike in a list or table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from kijun.inspection.context import char_class
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.tokens import is_plain_noun

_ZEROS: Final = str.maketrans("123456789", "000000000")
_AND: Final = re.compile(r"(?:さん|様|氏)?[ ]?(・|、|と|,|及び|や|\()[ ]?")
_GAP: Final = re.compile("[ \n・=]+")


class Sure:
    """What the sure names of a text say of other candidates."""

    def __init__(self, scene: Scene, names: Iterable[Candidate], likely: Iterable[Candidate] = ()) -> None:
        """`likely` names speak only for those they are joined with: 浜口・戸田 are both names or neither."""
        self._scene = scene
        self._places: dict[str, tuple[int, int] | None] = {}  # None: in more than one place
        self._alike: Counter[str] = Counter()
        probable = list(likely)
        self._ends = {one.end for one in probable}
        self._starts = {one.start for one in probable}
        for one in names:
            self._alike[self._surroundings(one)] += 1
            self._ends.add(one.end)
            self._starts.add(one.start)
            for part in _parts(scene.text[one.start : one.end]):
                here = (one.start, one.end)
                self._places[part] = here if self._places.get(part, here) == here else None

    def features(self, one: Candidate, sure: bool) -> list[str]:
        """Features of one candidate; `sure` says whether it is itself among the sure names."""
        features = [f"alike={max(0, min(3, self._alike[self._surroundings(one)] - sure))}"]
        place = self._places.get(self._scene.text[one.start : one.end], (one.start, one.end))
        if (place is None or place[0] >= one.end or place[1] <= one.start) and not _is_plain(
            one, self._scene.text[one.start : one.end]
        ):
            features.append("known")
        joined = self._joined(one)
        if joined:
            features.append(f"joined={joined}")
        return features

    def _joined(self, one: Candidate) -> str:
        """By what a candidate is joined with a sure name before or after it: 畠山・小野寺, 帯刀と三木."""
        text = self._scene.text
        for length in range(1, 5):
            if one.start - length in self._ends:
                match = _AND.fullmatch(text, one.start - length, one.start)
                if match:
                    return match[1]
        after = _AND.match(text, one.end)
        return after[1] if after is not None and after.end() in self._starts else ""

    def _surroundings(self, one: Candidate) -> str:
        """How a name stands: what is right before and after it, figures as 0."""
        text = self._scene.text
        before, after = text[max(0, one.start - 2) : one.start], text[one.end : one.end + 1]
        return f"{before.translate(_ZEROS)}|{char_class(after)}|{' ' in text[one.start : one.end]}"


def _is_plain(one: Candidate, written: str) -> bool:
    """Whether a word that may be a given name is a plain one to the dictionary: 文章 and 結果, which one slip would make names everywhere."""
    return "whole=g" in one.features and is_plain_noun(written)


def _parts(written: str) -> set[str]:
    """A name whole and by its parts; one in kanji without a space is cut after two characters."""
    parts = [part for part in _GAP.split(written) if len(part) > 1]
    if len(parts) == 1 and 3 <= len(written) <= 5:
        parts += [part for part in (written[:2], written[2:]) if len(part) > 1]
    return {written, *parts}
