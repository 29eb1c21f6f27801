"""Where a name in Latin letters may stand: words with capitals, alone where something speaks for a name."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kijun.inspection.rule import read_yaml

if TYPE_CHECKING:
    from kijun.inspection.name_view import View

_CAPITAL: Final = re.compile("[A-ZÀ-ỹ][a-zA-ZÀ-ỹ]")
_UPPER: Final = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯẠ-Ỹ"
_LETTER: Final = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_ROMAJI: Final = re.compile(
    rf"[{_UPPER}](?<![{_LETTER}@._/-].)[{_LETTER}'’.-]{{0,17}}(?:(?:, ?| {{1,2}}|\n)(?:[{_UPPER}][{_LETTER}'’.-]{{0,17}}|da|de|dos|del|van|bin|binti|al|la)){{1,5}}(?![{_LETTER}0-9@])"
)
_ONE_ROMAJI: Final = re.compile(
    rf"[{_UPPER}](?<![{_LETTER}0-9@._/-].)[{_LETTER}'’-]{{1,17}}(?![{_LETTER}0-9@_/]|\.[A-Za-z0-9])"
)
#: Names that somebody typed without capitals, where a word beside them speaks for a name.
_SMALL: Final = re.compile(
    r"(?<![A-Za-z0-9@._/-])(?:(?:mr|ms|mrs|name|namae wa|no na wa|musuko no|musume no|kodomo no|tsuma no|otto no|haha no|chichi no)[.:]? {1,2}([a-z]{3,12}(?: [a-z]{3,12})?)(?![A-Za-z0-9@_/])|([a-z]{3,12})(?= (?:san|sama|kun|chan|desu|here)(?![a-z])))"
)
#: Of these one stands in whatever `_SMALL` finds.
SMALL_HINTS: Final = (
    "mr",
    "ms",
    "mrs",
    "name",
    "namae wa",
    "na wa",
    "musuko no",
    "musume no",
    "kodomo no",
    "tsuma no",
    "otto no",
    "haha no",
    "chichi no",
    " san",
    " sama",
    " kun",
    " chan",
    " desu",
    " here",
)
_POLITE: Final = re.compile(r"(?:(?:Dear|Hello|Hi|Mr|Ms|Mrs|Miss|Dr|Prof|Name|NAME|From|To|I['’]m)\.?,? )+")
#: The full stop of a sentence, not of an initial, and what says whose something is: Arisugawa Yuka., Lucas Brown's
_TAIL: Final = re.compile(rf"(?:'s|(?<=[{_LETTER}]{{3}})[.'’-]+)$")
#: Where a sentence ends inside words with capitals: until June. We have
_SENTENCE_END: Final = re.compile(rf"(?<![{_LETTER}])([{_LETTER}]{{3,}})\.\s")
#: Behind these a full stop ends no sentence.
_SHORTENED: Final = frozenset({"mrs", "prof", "mohd", "moh", "abd", "rev", "capt", "hon", "eng", "sra"})
#: What a program's log says of its lines, which is no part of a name behind it: INFO  Yamada Taro
_LEVEL: Final = re.compile(
    r"(?:(?:INFO|DEBUG|WARN|WARNING|ERROR|FATAL|TRACE|NOTICE|SEVERE|CRITICAL|ALERT|VERBOSE)[\s,]+)+"
)
#: A class or a function of a program: MailSender, getName; but McDonald, DeLuca and YamadaTaro are people.
_OF_CODE: Final = re.compile(
    rf"(?!Mc|Mac|De|Di|Da|Du|La|Le|Van|Fitz|O['’])[{_LETTER}]*[a-z][A-Z][{_LETTER}]*"
)
_HUMP: Final = re.compile("[A-Z][a-z]*")
_WORD: Final = re.compile(r"[^\s,]+")
_PIECE: Final = re.compile(r"[^,\n ][^,\n]*")
#: A place, whatever else its words may be: Ginowan-shi Maehara, Maehara, Ginowan-shi, Bizen City; but Lin Chih-fu is somebody.
_UNIT: Final = "-(?:shi|ku|cho|machi|mura|gun|ken|fu)"
_PLACE: Final = re.compile(
    rf"{_UNIT}(?=[ ,])|, ?[A-Z][A-Za-z]*{_UNIT}\b|\b(?:City|Town|Village|Ward|Prefecture|Plaza|Allowance)\b"
)
#: What is left of the head of a field behind its first words: Medical condition:
_NEXT_HEAD: Final = re.compile(r"(?: [a-z]{2,14}){0,2}:")
_CLOSINGS: Final = frozenset(
    ["regards", "best regards", "kind regards", "sincerely", "best", "thanks", "cheers", "yours"]
)
_HEADERS: Final = frozenset(
    ["to", "from", "date", "cc", "bcc", "re", "fwd", "subject", "sent", "author", "note", "notes"]
)
#: What is written so is no name by itself, though Ai and Iso are names.
_ACRONYMS: Final = frozenset(
    {"AI", "IT", "ISO", "IC", "ICT", "JIS", "DX", "ID", "IP", "EU", "UI", "UX", "OA", "CIO", "CDO", "CISO"}
)
#: What stands before a person in English, and in Japanese that is written in romaji.
_PERSON_BEFORE: Final = re.compile(
    r"(?i)(?:\b(?:mr|mrs|ms|miss|dr|dear|hi|hello|nurse|teacher|guardian|wife|husband|son|daughter|brother|sister|mother|father|baby|cousin|friend|neighbou?r|musuko no|musume no|kodomo no|tsuma no|otto no|haha no|chichi no|ane no|ani no|imouto no|otouto no|na wa|namae wa)[.:,]? )$|@$"
)
_BEFORE: Final = re.compile(
    r"(?i)\b(?:mr|mrs|ms|miss|dr|dear|hi|hello|from|for|by|with|and|name|re|client|patient|resident|applicant|guardian|contact|attention|attn|regards|best|thanks|sincerely|wishes|is|called|call|visit|wife|husband|son|daughter|brother|sister|mother|father|baby|cousin|friend|nurse|teacher|signed|spelling is|i am|i'm|name's|this is|[0-9]+[.)])[.:,]?\s{1,2}(?:mr\.? |mrs\.? |ms\.? )?$|\n$|\A$"
)
_BEHIND: Final = re.compile(
    r"(?i),? ?\(?(?:[0-9]{1,3}\)|born|b\.|dob|aged?\b|[0-9]{4}[-./])|'s\b|,? (?:asks?|called|calls|reported|reports|lives|came|says|said|wants|needs|has|and (?:baby|his|her))\b| ?[–/] "
)
_CALLED: Final = re.compile("-(?:san|sama|kun|chan|sensei)$")
_AFTER_ROMAJI: Final = ("さん", "-san", " san", "様", "氏", "ちゃん", "くん")


def romaji_places(view: View) -> Iterator[tuple[int, int]]:
    """Every place in Latin letters where a name may stand."""
    yield from _without_capitals(view)
    if not _CAPITAL.search(view.text):
        return
    bodies: list[tuple[int, int]] = []
    yield from _several(view, bodies)
    yield from _alone(view, bodies)


def _several(view: View, bodies: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Names of several words with capitals. Where such words name a body instead is added to ``bodies``, in order."""
    text, lists = view.text, view.lists
    ordinary = _ordinary()
    for first, end in _runs(text):
        start = first
        polite = _POLITE.match(text, start, end)
        if polite:  # Dear Mr. Robert Miller
            start = polite.end()
        level = _LEVEL.match(text, start, end)
        if level:
            start = level.end()
        words = text[start:end].replace(",", " ").split()
        if level and len(words) < 2:
            continue  # INFO  Export
        if any(_is_of_code(view, word) for word in words):
            continue
        if not words or (
            len(words) == 1 and text[start - 2 : start] == "m " and not lists.is_romaji(words[0])
        ):
            continue  # I'm Japanese
        if words[-1].lower().strip(".") in ordinary and not is_of_body(words):
            line = text.find("\n", start, end)
            if line > 0:  # the next line begins with a word of its own
                yield start, line
            continue
        if words[0] in _makers() or words[-1] in _technical():
            bodies.append((start, end))  # Google DNS
            continue
        if is_of_body(words):
            for piece in _PIECE.finditer(text, start, end):  # Yamada Hanako, Resident Tax Division
                if is_of_body(piece[0].split()):
                    bodies.append(piece.span())
                elif (
                    (not bodies or bodies[-1][0] < start)
                    and " " in piece[0]
                    and _may_be_one(view, *piece.span())
                ):
                    yield piece.span()
            continue
        if _ACRONYMS.issuperset(words) or _ordinary().issuperset(word.lower() for word in words):
            continue  # EU AI, On Mon
        line = text.find("\n", start, end)
        comma = _before_place(text, start, end) or _before_head(text, start, end)
        if comma:  # Sakuragi Nobuko, Beppu-shi
            yield start, comma
        elif line > 0 and _is_heading(text, start, line, end):
            yield from (
                (first, last)
                for first, last in _pieces(text, start, line, end)
                if _may_be_one(view, first, last)
            )
        elif _may_be_one(view, start, end):
            tail = _TAIL.search(text, start, end)
            yield start, end if tail is None else tail.start()


def _alone(view: View, bodies: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Names of one word, where what stands beside it says so or a list knows it."""
    text, lists = view.text, view.lists
    for match in _ONE_ROMAJI.finditer(text):
        called = _CALLED.search(match[0])
        if called:  # Kawaharada-san
            yield match.start(), match.start() + called.start()
            continue
        word = match[0].removesuffix("'s")
        end = match.start() + len(word)
        if word.lower() in _HEADERS and text[end : end + 1] == ":":
            continue  # To: of a mail
        if word in _ACRONYMS:
            continue
        if (
            is_spoken_to(text, match.start())
            or text.startswith(_AFTER_ROMAJI, end)
            or _is_field(view, match.start())
            or (lists.is_romaji(word) and not is_function(word) and not _is_within(bodies, match.start()))
        ):
            yield match.start(), end


def _is_of_code(view: View, word: str) -> bool:
    """Whether a word is written as programs name their parts, and no part of it is a name."""
    return _OF_CODE.fullmatch(word) is not None and not any(
        len(hump) > 2 and view.lists.is_romaji(hump) for hump in _HUMP.findall(word)
    )


def _is_within(bodies: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a place lies in one of some stretches, which stand in order."""
    number = bisect_right(bodies, (place, sys.maxsize))
    return number > 0 and place < bodies[number - 1][1]


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Words with capitals side by side, cut where a sentence ends and at words that stand in no name."""
    functions = _functions()
    for match in _ROMAJI.finditer(text):
        cuts = [
            (end.end(1), end.end())
            for end in _SENTENCE_END.finditer(text, *match.span())
            if end[1].lower() not in _SHORTENED
        ]
        for word in _WORD.finditer(text, *match.span()):
            bare = word[0].rstrip(".")
            if word[0] == "I" or (bare.lower() in functions and (bare != bare.upper() or len(bare) > 2)):
                cuts.append(word.span())
        if not cuts:
            yield match.span()
            continue
        start = match.start()
        for first, last in (*sorted(cuts), (match.end(), match.end())):
            end = first
            while end > start and text[end - 1] in " \n,":
                end -= 1
            while start < end and text[start] in " \n,":
                start += 1
            if len(text[start:end].split()) > 1:
                yield start, end
            start = max(start, last)


def _before_place(text: str, start: int, end: int) -> int:
    """Where a name ends that a comma divides from a place; 0 where there is none."""
    place = _PLACE.search(text, start, end)
    comma = text.rfind(",", start, place.end()) if place else -1
    return comma if comma > start and " " in text[start:comma] else 0


def _before_head(text: str, start: int, end: int) -> int:
    """Where a name of two words ends that a comma divides from the head of the next field: John Miller, Religion: …; 0 where there is none."""
    if text.count(",", start, end) != 1 or "\n" in text[start:end] or not _NEXT_HEAD.match(text, end):
        return 0
    comma = text.index(",", start, end)
    return comma if " " in text[start:comma] else 0


def _is_heading(text: str, start: int, line: int, end: int) -> bool:
    """Whether a line break ends a name or a heading, and what follows is something else: RENTS/Rents are due, Mei Sorensen/Cc:."""
    before, after = text[start:line], text[line + 1 : end]
    return (
        before.isupper() != after.isupper()
        or _NEXT_HEAD.match(text, end) is not None
        or before.lower() in _CLOSINGS
    )


def _pieces(text: str, start: int, line: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands before the line break, and what behind it where that is more than the one word that begins a sentence or a field."""
    yield start, line
    if " " in text[line + 1 : end]:
        yield line + 1, end


def _may_be_one(view: View, start: int, end: int) -> bool:
    """Whether some words with capitals may be a name: one of them is in the lists, or none is an English word and somebody is spoken of."""
    text, lists = view.text, view.lists
    words = text[start:end].replace(",", " ").split()
    if _PLACE.search(text, start, end) or text.count(",", start, end) > 1 or is_of_body(words):
        return False
    if any(lists.is_romaji(word) and word not in _ACRONYMS for word in words):
        return True
    plain = _ordinary().intersection(word.lower().strip(".") for word in words)
    return not plain and (not text.isascii() or _is_spoken_of(text, start, end))


def _is_spoken_of(text: str, start: int, end: int) -> bool:
    """Whether what stands beside words with capitals says that they are a person: Mr, from, wife, (29), born."""
    return bool(_BEFORE.search(text, max(0, start - 24), start) or _BEHIND.match(text, end))


def _without_capitals(view: View) -> Iterator[tuple[int, int]]:
    """Names of the lists that were typed small beside a word that speaks for a name: kinjo san, namae wa shimizu desu."""
    text = view.text
    if not view.scene.words("small-name"):
        return
    for match in _SMALL.finditer(text):
        start = match.start(match.lastindex or 0)
        words = text[start : match.end(match.lastindex or 0)].split()
        while words and not view.lists.is_romaji(words[-1]):  # namae wa shimizu desu
            words.pop()
        if words:
            yield start, start + len(" ".join(words))


def _is_field(view: View, place: int) -> bool:
    """Whether a label of persons or a word for kin stands right before a place."""
    if place in view.cued_starts:
        return True
    label = view.scene.label(place)
    return label is not None and label.type == "PERSON"


def is_spoken_to(text: str, place: int) -> bool:
    """Whether a word right before a place says that somebody follows: Mr., my wife."""
    return _PERSON_BEFORE.search(text, max(0, place - 16), place) is not None


def is_plain_english(words: str) -> bool:
    """Whether words of English, of SQL or of a table's head are no name by themselves: Thanks, SELECT, Status."""
    return all(word in _ordinary() or word in _programs() for word in words.lower().split())


def stands_in_no_name(word: str) -> bool:
    """Whether a word of English is a name in no language: We, If, Each."""
    return word.lower() in _functions()


def is_function(word: str) -> bool:
    """Whether a word of English is no name by itself, whatever it is in other languages: We, If, You, June."""
    return stands_in_no_name(word) or word.lower() in _pronouns()


def is_of_body(words: Sequence[str]) -> bool:
    """Whether one of some words says that they are a body, a building or a prize, or two of them are a town abroad: Kirino Shinkin Bank, San Jose."""
    plain = [word.lower().strip(".,").removesuffix("'s") for word in words]
    return not _bodies().isdisjoint(plain) or any(
        " ".join(plain[place : place + length]) in _towns_abroad()
        for length in (2, 3)
        for place in range(len(plain) - length + 1)
    )


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["ordinary"]))


@lru_cache(maxsize=1)
def _programs() -> frozenset[str]:
    """Words of SQL, of the heads of tables and of the keys of settings, which are no names in whatever letters."""
    return frozenset(map(str, read_yaml("names.yaml")["programs"]))


@lru_cache(maxsize=1)
def _makers() -> frozenset[str]:
    """Whose products are named after them."""
    return frozenset(map(str, read_yaml("names.yaml")["makers"]))


@lru_cache(maxsize=1)
def _technical() -> frozenset[str]:
    """What the names of technical things end in."""
    return frozenset(map(str, read_yaml("names.yaml")["technical"]))


@lru_cache(maxsize=1)
def _functions() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["functions"]))


@lru_cache(maxsize=1)
def _pronouns() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["pronouns"]))


@lru_cache(maxsize=1)
def _bodies() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["bodies"]))


@lru_cache(maxsize=1)
def _towns_abroad() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["towns_abroad"]))
