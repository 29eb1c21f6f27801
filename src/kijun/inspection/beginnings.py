"""Where, at the end of a text that still grows, something may have begun that is not yet there as a whole.

Words hold together what may be one value: a run of kanji and kana, a number, a mail address. A name, an address or a number
can also go on over a space or a line break (山田 太郎, 1-2-3 Nishi-Shinjuku, Shinjuku-ku), but not over 。、「」 and the like.
"""

from __future__ import annotations

import re
from typing import Final

#: How many words one value may have: an address in English, a name of four parts with its title.
_WORDS: Final = 6
#: Marks that no value goes on over. ``?`` ``!`` ``;`` do stand inside URLs and passwords: what follows them decides.
_MARKS: Final = (
    r"[。、「」『』【】〈〉《》〔〕…‥“”]|[！？；，](?=[^！-～])|[!?;\"](?=\s|[^\x00-\x7f])|\n[^\S\n]*\n"
)
#: Words of the language that stand in no name and no address. Not が (霞が関), の (松の木町), から (たから), より (ひより), こと (まこと).
_WORDS_BETWEEN: Final = (
    r"を|(?<=[一-龥ァ-ヴー0-9０-９）)])(?:は|に|で|には|では|とは|へは|にも|でも|との|での|への|または|および)(?=[一-龥ァ-ヴ])"
    r"|(?<=[一-龥])(?:する(?![がす])|した(?!ま)|して|しない|され[たてるま]|でき[なるま])"
    r"|ください|下さい|ました|ません|ます(?![み美])|です|でした|について|において|によって|に関する|に関して|に対して|のため|ので|まで|ている|ていま|てお[りき]|という|場合"
)
#: English words that stand in no name and no address.
_ENGLISH_BETWEEN: Final = r"(?<![A-Za-z'’-])(?:the|is|are|was|were|that|this|these|it|you|your|we|our|they|their|please|can|will|would|should|must|may|have|has|had|not|if|how|what|when|which|be|been|as|do|does|about|because|after|before) "
_ENDS: Final = re.compile(f"{_MARKS}|{_WORDS_BETWEEN}|{_ENGLISH_BETWEEN}")
#: Marks that a value may go on over, bars of boxes, and hyphens and dots that stand apart (10 . 31 . 7 . 4).
_JOINTS: Final = re.compile(r"(?:[\s・（）：|｜│┃]|(?<=\s)[-.‐‑‒–—−－ー．](?=\s|\Z))+")
_SENTENCE_END: Final = re.compile(r"[。！？!?\n]|\.(?=\s)")


def unfinished(text: str, reach: int) -> int:
    """From where on a text may be the beginning of a value; the text's length where nothing is open.

    Looks back `reach` characters at most, and answers ``len(text) - reach`` where all of these are one run.
    """
    floor = max(0, len(text) - reach)
    start = floor
    for mark in _ENDS.finditer(text, floor):
        start = mark.end()
    if start == len(text):
        return start
    words, until = 1, len(text)
    for joint in reversed(list(_JOINTS.finditer(text, start))):
        alone, until = until - joint.end() == 1, joint.start()
        # Digits are also written one by one (0 9 0 1 2 …), and whatever stands in boxes: ツ | ジ | モ | ト
        figures = text[until - 1 : until].isdigit() and text[joint.end() : joint.end() + 1].isdigit()
        if alone or figures:
            continue
        words += 1
        if words > _WORDS:
            return joint.end()
    return start


def sentence_ends(text: str, start: int) -> bool:
    """Whether a sentence or a line ends at or after a place of a text."""
    return _SENTENCE_END.search(text, max(0, start)) is not None


def context_start(text: str, end: int, most: int) -> int:
    """Where to cut off what lies left of `end`, for `most` characters at most to remain: at a line break, else between words.

    Looks for one in the farther half, for the nearer half is kept in any case.
    """
    first = max(0, end - most)
    if first == 0:
        return 0
    middle = end - most // 2
    line = text.find("\n", first - 1, middle)
    if line >= 0:
        return line + 1
    between = _JOINTS.search(text, first, middle) or _ENDS.search(text, first, middle)
    return between.end() if between else first
