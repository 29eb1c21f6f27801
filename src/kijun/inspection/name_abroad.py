"""Names of people from abroad by where they stand: in capitals as cards have them, and in katakana before さん or alone in a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.name_lists import ABROAD, GIVEN, SURNAME
from kijun.inspection.name_romaji import is_function, is_of_body, is_plain_english
from kijun.inspection.name_view import Place, View, ordinary_kana

#: Two to five words in capitals, as a residence card or a passport has a name.
_CAPITALS: Final = re.compile(
    r"(?<![A-Za-z0-9@._/&'-])(?<![A-Z],)(?<![A-Z] )[A-Z]{2,14}(?: [A-Z]{1,14}){1,4}(?![A-Za-z0-9@_/'-])"
)
_BEHIND_LABEL: Final = re.compile(
    r"(?:NAME|Name|氏名|名前|名義人?|氏名 ?\(NAME\)|世帯主|配偶者)[ :=\n]{1,3}\Z"
)
_OF_CARD: Final = re.compile(
    r"[ ,\t\n(]{1,3}(?:在留|国籍|旅券|パスポート|性別|生年月日|住居地|男|女|(?:19|20)[0-9]{2}[-/年.]|技能実習|特定技能|定住者|永住|家族滞在|留学|技術|NATIONALITY|DATE OF BIRTH|DOB|SEX|M\b|F\b|[A-Z]{2}[0-9]{8}[A-Z]{2})"
)
_LABELS: Final = re.compile(
    r"(?:[A-Z]{2,14} )*?(?:NAME|NATIONALITY|SEX|DATE|STATUS|PERIOD|ADDRESS|CARD|OF|THE|AND)\b"
)
_CALLED: Final = frozenset({"さん", "ちゃん", "くん", "君", "様", "さま"})
_LONGEST: Final = 12  # characters of a name in katakana
#: A full name in katakana at the head of a record: the line ends behind it, or what a record says next follows.
_OWNER: Final = re.compile(
    r"(?:\A|(?<=\n))(?:[・●○*-] ?|[0-9]{1,2}[.):]? )?([ァ-ヴー]{2,10}[ ・][ァ-ヴー]{2,10}(?:[ ・][ァ-ヴー]{2,10}){0,2})(?= ?(?:\n|\Z)| {1,3}(?:[^\n ]{1,6} [0-9]{2,3} [ぁ-ん] |[0-9(男女]|在留|国籍|旅券|生年))"
)


def on_cards(view: View) -> Iterator[Place]:
    """Names in capitals behind NAME or before what a card says next: YADAV PUJA　在留カード番号…"""
    text, lists = view.text, view.lists
    if "A A" not in view.scene.kinds:
        return
    for match in _CAPITALS.finditer(text):
        start, end = match.span()
        labels = _LABELS.match(text, start, end)
        if labels:
            start = labels.end() + 1
        words = text[start:end].split()
        if len(words) < 2 or is_of_body(words):
            continue
        if any(is_plain_english(word) or is_function(word) for word in words if len(word) > 2):
            continue
        known = sum(map(lists.is_romaji, words))
        labelled = (labels is not None and labels[0].endswith("NAME")) or _BEHIND_LABEL.search(
            text, max(0, start - 12), start
        )
        if labelled or (known and _OF_CARD.match(text, end)):
            yield start, end


def in_katakana(view: View) -> Iterator[Place]:
    """Names of the lists before さん and the like, and two of them at the head of a record: ソフィアちゃん, ロドリゲス ホセ　桐野 480 …"""
    text, kind, kinds = view.text, view.names.kind, view.scene.kinds
    if "k" not in kinds:
        return
    for end, word in view.after["honorific"].items():
        if word not in _CALLED or kinds[end - 1 : end] != "k":
            continue
        start = end
        while start and kinds[start - 1] == "k" and end - start < _LONGEST:
            start -= 1
        joined = start > 1 and text[start - 1] in " ・=" and kinds[start - 2] == "k"
        if not joined and kind(start, end) & ABROAD and text[start:end] not in ordinary_kana():
            yield start, end
    if "k k" not in kinds and "kdk" not in kinds:
        return
    for match in _OWNER.finditer(text):
        start, end = match.span(1)
        parts = list(re.finditer("[ァ-ヴー]+", match[1]))
        listed = [kind(start + part.start(), start + part.end()) for part in parts]
        if any(part[0] in ordinary_kana() for part in parts):
            continue
        if all(one & (GIVEN | ABROAD | SURNAME) for one in listed) and any(one & ABROAD for one in listed):
            yield start, end
