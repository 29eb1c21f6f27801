"""Single names that an English sentence makes certain: my daughters Priya and Anjali, Sofia (born 14 June), Carlos's father, Yusuf has asthma.

A word for kin or an age right beside it makes any word with a capital a name that is none of the language; else the word must be a
given name of the lists that is nothing else, and what stands behind it must say that somebody does or has something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from kijun.inspection.name_romaji import is_function, is_of_body, is_plain_english
from kijun.inspection.name_view import Place, View
from kijun.inspection.rule import read_yaml

_LETTER: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_NAME: Final = rf"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ][{_LETTER}-]{{0,14}}(?![{_LETTER}0-9@_/-]|\.[A-Za-z0-9])"
_WORD: Final = re.compile(rf"(?<![{_LETTER}0-9@._/'-]){_NAME}")
_KIN: Final = (
    "sons?|daughters?|wife|husband|spouse|partner|baby|babies|twins?|child|children|kids?|brothers?|sisters?|mother|father|mum|mom|dad"
    "|parents?|uncle|aunt|cousins?|nephews?|nieces?|grand(?:son|daughter|mother|father|child)s?|fianc[eé]e?|girlfriend|boyfriend|roommate|infant|newborn|toddler"
)
_ROLE: Final = "tenant|caregiver|carer|guardian|applicant|claimant|student|pupil|patient|client|resident"
#: In small letters: Mother Teresa and Sister City are no kin.
_BEFORE_ALL: Final = re.compile(
    rf"\b(?:{_KIN})(?:'s (?:given |first )?names?)?(?: (?:is|are|named|called)|,|:| ?-)? \Z|\b(?:mother|father|parents?|guardian|wife|husband|grandmother|grandfather|relatives?|friends?) of \Z"
)
_BEFORE_ROLE: Final = re.compile(
    rf"\b(?:(?i:{_ROLE})|[Nn]amed|[Cc]alled|names? (?:is|are)|name's|[Kk]ids|[Cc]hildren)[,:]? \Z"
)
#: A name, and what may be told of it in brackets, before the next one: Lucas (born 3 May 2017), Amelia
_NEXT: Final = re.compile(
    rf"(?: ?\([^()\n]{{1,40}}\)|, born [^,;.\n]{{4,24}}|,? aged? [0-9]{{1,2}})?(?:,? (?:and|&) |, |; ?|/)(?:(?:my|our|his|her|their|a|the) )?(?:(?:{_KIN}),? )?({_NAME})"
)
_INTRODUCED: Final = re.compile(r"\b(?:[Tt]his is|I am|I'm) \Z")
_SELF: Final = re.compile(r" (?:from|speaking|here|again|and I)\b")
_BEHIND_ALL: Final = re.compile(
    r"(?:,| ?\() ?(?:born (?:on |in )?(?:[0-9]|[A-Z])|b\. ?[0-9]|DOB|aged? [0-9]|[0-9]{1,2} (?:years?|yrs?|months?|weeks?)(?: old)?[),.;]|[0-9]{1,2} [A-Z][a-z]{2,8}\.? (?:19|20)[0-9]{2}\))| ?\([0-9]{1,2}(?: ?yo)?\)"
)
_ACTS: Final = (
    "was|has|had|is|isn't|doesn't|hasn't|wasn't|goes|went|lives|lived|works|worked|attends|attended|needs|needed|wants|wanted|came|comes|left|says|said|told|tells|asks|asked|calls|called|speaks|spoke|turned|turns|moved|moves|started|starts|stays|stayed|lost|cannot|can't|would|will|can|does|did|takes|took|gets|got|feels|felt|thinks|thought"
    "|likes|cries|cried|suffers|visited|arrived|returned|applied|receives|received|signed|wrote|missed|refused|and I|and (?:his|her|their|my|our|the)"
)
_BEHIND: Final = re.compile(
    rf" (?!is (?:an?|the) (?:novel|book|story|film|movie|cartoon|character|city|town|capital|country|company|brand|product|tool|library|framework|server|system|service|model|language|play|song|name|word|flower)\b)(?:{_ACTS})\b|'s (?=[a-z])(?!menu|website|app\b|store|shop|restaurant|products?|plays?\b|works\b)"
)
_BEFORE: Final = re.compile(
    r"\b(?:for|with|to|from|by|about|whether|that|if|says|and|tell|told|ask|asked|call|called|contact|inform|remind|visit|visited|met|meet|of|saw|see|seen|help|helps|helped|helping|for|know|knows|because|but|when|while) \Z"
)
_CLOSED: Final = re.compile(
    r"(?i)(?:thanks|thank you|regards|sincerely|faithfully|truly|wishes|cheers|best|yours)[,.!]?\n{1,2}-? ?\Z"
)
_NOT_ALONE: Final = re.compile(
    rf"(?:(?<![{_LETTER}])(?:St|Saint|San|Santa|Mt|Mount|Lake|Port|Cape|Hurricane|Typhoon|New|The|Queen|King|Pope|Saint)\.?|[A-Z][{_LETTER}]{{1,17}}) \Z"
)
_GOES_ON: Final = re.compile(r" [A-ZÀ-Þ][A-Za-zß-ÿ]")
_NEAR: Final = 32  # characters before a name that are looked at
_LATIN: Final = re.compile(r"[a-z],? [a-z]{2,}|\([0-9b]|'s [a-z]|,?\n[A-Z]")


def in_english(view: View) -> Iterator[Place]:
    """Given names that stand alone in an English sentence, and the same ones wherever they stand again."""
    text = view.text
    if "Aa" not in view.scene.kinds or not _LATIN.search(text):
        return
    words = [match.span() for match in _WORD.finditer(text)]
    found: set[Place] = set()
    for start, end in words:
        if (start, end) in found:
            continue
        if _is_told(view, start, end):
            found.add((start, end))
            found.update(_with_next(view, end, kin=_is_of_kin(text, start)))
    known = {text[start:end] for start, end in found}
    yield from found
    if known:
        also = _also_words()
        for start, end in words:
            word = text[start:end]
            if (
                word in known
                and (start, end) not in found
                and word.lower() not in also
                and _is_alone(text, start, end)
            ):
                yield start, end


def _is_told(view: View, start: int, end: int) -> bool:
    text = view.text
    word = text[start:end]
    small = word.lower()
    if _GOES_ON.match(text, end) or is_function(word) or is_plain_english(word) or is_of_body((word,)):
        return False
    if _is_of_kin(text, start):
        return True
    before = text[max(0, start - _NEAR) : start]
    if _CLOSED.search(before) and text[end : end + 1] in ("", "\n"):
        return True
    listed = view.lists.is_romaji(word)
    also = small in _also_words()
    abroad = view.lists.is_abroad(word) and not also
    if listed or also:
        if _BEFORE_ROLE.search(before) or (_INTRODUCED.search(before) and _SELF.match(text, end)):
            return True
        if _BEHIND_ALL.match(text, end):
            return _is_alone(text, start, end)
    if not abroad or not _is_alone(text, start, end):
        return False
    if _BEHIND.match(text, end):
        return True
    return bool(_BEFORE.search(before)) and not text[end : end + 1].isalnum()


def _is_of_kin(text: str, start: int) -> bool:
    return _BEFORE_ALL.search(text, max(0, start - _NEAR), start) is not None


def _with_next(view: View, end: int, *, kin: bool) -> Iterator[Place]:
    """The names that stand in one list with a name: Finn and Cormac; Lucas (born …), Amelia (…); of `kin` the lists know some."""
    text = view.text
    match = _NEXT.match(text, end)
    while match:
        start, end = match.span(1)
        word = match[1]
        if is_function(word) or is_plain_english(word) or is_of_body((word,)) or _GOES_ON.match(text, end):
            return
        if not (
            kin or view.lists.is_romaji(word) or word.lower() in _also_words() or _BEHIND_ALL.match(text, end)
        ):
            return
        yield start, end
        match = _NEXT.match(text, end)


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether no other word with a capital stands right beside it, which would make it a part of something."""
    if _GOES_ON.match(text, end):
        return False
    before = _NOT_ALONE.search(text, max(0, start - 20), start)
    return before is None or is_function(before[0].strip(" ."))


@lru_cache(maxsize=1)
def _also_words() -> frozenset[str]:
    """Given names that are words, towns or surnames as well."""
    return frozenset(map(str, read_yaml("names.yaml")["also_words"]))
