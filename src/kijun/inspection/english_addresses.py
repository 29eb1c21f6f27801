"""Addresses in Latin letters: 2-11-8 Minamiowari, Nagoya-shi; Room 301, 1-14-6 Nishihama, Kirino City; 48 Harbour Street, Sydney NSW."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.scene import Candidate, Scene

PREFECTURES: Final = [
    "Hokkaido",
    "Aomori",
    "Iwate",
    "Miyagi",
    "Akita",
    "Yamagata",
    "Fukushima",
    "Ibaraki",
    "Tochigi",
    "Gunma",
    "Saitama",
    "Chiba",
    "Tokyo",
    "Kanagawa",
    "Niigata",
    "Toyama",
    "Ishikawa",
    "Fukui",
    "Yamanashi",
    "Nagano",
    "Gifu",
    "Shizuoka",
    "Aichi",
    "Mie",
    "Shiga",
    "Kyoto",
    "Osaka",
    "Hyogo",
    "Nara",
    "Wakayama",
    "Tottori",
    "Shimane",
    "Okayama",
    "Hiroshima",
    "Yamaguchi",
    "Tokushima",
    "Kagawa",
    "Ehime",
    "Kochi",
    "Fukuoka",
    "Saga",
    "Nagasaki",
    "Kumamoto",
    "Oita",
    "Miyazaki",
    "Kagoshima",
    "Okinawa",
]
#: By these words the lexicon tells that an address in Latin letters may stand in a text.
UNITS: Final = ("-shi", "-ku", "-cho", "-machi", "-mura", "-gun", "-ken", "-fu", "-to", "-son")
STREETS: Final = (
    *("street", "road", "avenue", "lane", "drive", "boulevard", "court", "terrace", "crescent", "parade"),
    *("square", "highway", " rue ", "straße", "strasse", " st,", " st.", " rd,", " ave,", " blvd"),
    *(" city", " town", " ward", " village", " prefecture"),
    *(f", {prefecture.lower()}" for prefecture in PREFECTURES),
)
_ROMAJI: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:[0-9]{1,5}(?:-[0-9A-Za-z]{1,5}){0,4}|[A-Z][A-Za-z'-]{1,20}(?: [A-Z]?[A-Za-z0-9'-]{1,15}){0,2} ?[0-9]{0,4}),? ){1,3}"
    r"(?:[A-Z][A-Za-z-]{1,20}(?:-?(?:shi|ku|cho|machi|mura|gun|ken|fu|to))?,? ?){1,5}(?:[0-9]{1,5}(?:-[0-9A-Za-z]{1,5}){1,4}(?: [0-9]{1,5}(?:-[0-9A-Za-z]{1,5}){1,3})?)?"
)
#: What somebody says before an address that begins with its number: We live at 2-31-7 …
_SAID_BEFORE: Final = re.compile(r"(?:[A-Za-z',-]+ )*?(?:at|in|is|to|from|of|near|on)[: ] ?(?=[0-9])")
_ROMAJI_UNIT: Final = re.compile(r"(?i)-(?:shi|ku|cho|machi|mura|gun|ken|fu|to|son)\b")

_HOME: Final = r"(?:Room|Rm\.?|Apartment|Apt\.?|Unit|Flat|Suite|No\.|#) ?[0-9A-Z-]{1,6}"
_NAME: Final = r"[A-Z][a-z'-]{1,20}"
_NAMES: Final = rf"{_NAME}(?: {_NAME}){{0,2}}"
_KIND: Final = "(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Terrace|Crescent|Parade|Square|Highway|Hwy|Way|Place|Close)"
#: Figures with a street of another country, or the figures of a house in Japan with its town
_STREET: Final = rf"[1-9][0-9]{{0,4}}[A-Z]?,? (?:{_NAME} ){{1,3}}{_KIND}\b\.?"
_RUE: Final = r"[1-9][0-9]{0,3},? (?:[Rr]ue|[Aa]venue|[Bb]oulevard)(?: [A-Za-zÀ-ÿ']{1,15}){1,5}"
_HOUSE: Final = rf"[1-9][0-9]{{0,3}}(?:-[0-9]{{1,4}}){{1,3}},? {_NAMES}"
_TOWN: Final = (
    rf",? (?:[0-9]{{4,5}} )?{_NAMES}(?:,? [A-Z]{{2,3}}\b)?(?:,? [0-9]{{4,5}}(?:-[0-9]{{4}})?\b(?!-))?"
)
_ENGLISH: Final = re.compile(
    rf"(?<![A-Za-z0-9#-])(?:(?P<home>{_HOME}),? )?(?:(?P<street>{_STREET}|{_RUE})|{_HOUSE})(?P<town>(?:{_TOWN}){{0,3}})"
)
_JAPANESE: Final = re.compile(
    rf"(?:City|Town|Ward|Village|-shi|-ku|-machi|-cho|-mura)\b|, (?:Japan|{'|'.join(PREFECTURES)}|[A-Z][a-z]+(?: Prefecture|-ken))\b"
)
_TOLD: Final = re.compile(
    r"(?i)(?:\b(?:live[sd]?|living|resid(?:e[sd]?|ing)|moved(?: in)?|moving|stay(?:s|ed|ing)?)(?: with [a-z ]{1,20})? (?:at|in|to|near|from)|\b(?:address|residence)(?: is| was|:)|\b(?:mine|it) is|住所[は:]?|住まい[は:]?)[: ]{0,2}$"
)
_IS_HOME: Final = re.compile(
    r"(?i)[ ,]{0,2}(?:is (?:my|our|his|her|their) (?:new |old |home )?(?:place|home|address|house)|在住|に在住|に住)"
)
#: Whose address it is where it is nobody's own
_OFFICE: Final = re.compile(
    r"(?i)\b(?:hall|library|office|school|hospital|clinic|cent(?:er|re)|museum|station|hotel|embassy|consulate|university|college|bank|board|division|department|ministry|bureau|agency|council|committee|association|counter|inc|ltd|co|corp|company|shop|store|park|church|temple)\b"
)
#: Whose it may be, in the sentences before it: The holder asked us to send a copy to …
_SOMEBODY: Final = re.compile(
    r"(?i)\b(?:holder|applicant|tenant|claimant|patient|client|asked us|she|he|her|his|my|wife|husband|son|daughter|mother|father|mr|ms|mrs)\b"
)
_SAID_WITHIN: Final = 120
_BEFORE: Final = 40  # characters before an address in which an office may be named whose it is


def in_latin(scene: Scene, rule: str) -> Iterator[Candidate]:
    """Addresses in Latin letters, where words of the lexicon tell that one may stand there."""
    if scene.words("romaji-unit"):
        yield from _romaji(scene, rule)
    if scene.words("street") or scene.words("romaji-unit"):
        yield from _english(scene, rule)


def _romaji(scene: Scene, rule: str) -> Iterator[Candidate]:
    for match in _ROMAJI.finditer(scene.text):
        if not _ROMAJI_UNIT.search(match[0]):
            continue
        end = match.start() + len(match[0].rstrip(" ,"))
        said = _SAID_BEFORE.match(scene.text, match.start(), end)
        start = match.start() if said is None else said.end()
        if _OFFICE.search(match[0]):
            continue  # Kirino City Library, 5-3 Sakae-cho
        figures = any(char.isdigit() for char in match[0])
        features = ("form=romaji", f"figures={figures}", f"told={'romaji' if figures else 'no'}")
        yield Candidate("ADDRESS", start, end, 0.5, rule, features)


def _english(scene: Scene, rule: str) -> Iterator[Candidate]:
    text = scene.text
    for match in _ENGLISH.finditer(text):
        town = match["town"] or ""
        if match["street"] is None and not _JAPANESE.search(town):
            continue
        start, end = match.span()
        line = scene.line(start)
        before = text[max(line[0], start - _BEFORE) : start]
        if match["home"] or _TOLD.search(before) or _IS_HOME.match(text, end):
            yield Candidate("ADDRESS", start, end, 0.8, rule)
        elif (
            _OFFICE.search(before)
            or _OFFICE.search(text, end, min(line[1], end + _BEFORE))
            or _OFFICE.search(town)
        ):
            continue
        elif _is_somebodys(scene, start):
            yield Candidate("ADDRESS", start, end, 0.7, rule)


def _is_somebodys(scene: Scene, place: int) -> bool:
    """Whether its label or its line says that somebody lives there."""
    label = scene.label(place)
    if label is not None and label.type == "ADDRESS" and label.strength > 0.8:
        return True
    start, _ = scene.line(place)
    if _SOMEBODY.search(scene.text, max(start, place - _SAID_WITHIN), place):
        return True
    return bool(scene.count("individual", start, place) or scene.found_within("PERSON", start, place))
