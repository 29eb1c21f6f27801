"""Names that what stands with them makes certain: rows of surnames, one kanji before 様, split fields, who speaks, a role right before.

Each has a word for why it is certain; the rule of names says how sure that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from kijun.inspection.name_abroad import in_katakana, on_cards
from kijun.inspection.name_chats import in_chats
from kijun.inspection.name_english import in_english
from kijun.inspection.name_lists import COMMON, GIVEN, SURNAME
from kijun.inspection.name_rolls import rolls
from kijun.inspection.name_rows import rows
from kijun.inspection.name_told import (
    in_cells,
    in_documents,
    in_fields,
    in_slashes,
    introduced,
    on_duty,
    signatures,
    teachers,
    without_marks,
)
from kijun.inspection.name_view import Place, View, elderly, ordinary_kana, towns
from kijun.inspection.scripts import KANJI
from kijun.inspection.tokens import is_plain_noun, is_state

_HONORIFICS: Final = frozenset({"様", "さま", "さん", "氏", "殿"})
#: Surnames of one kanji that are rather words of the language before an honorific: 奥様, 神様, 今様, 平氏.
_NO_ONE: Final = frozenset({"奥", "神", "今", "見", "城"})
_CLANS: Final = frozenset({"平", "橘", "秦", "藤", "菅"})
#: What goes on as another word: 西様式, 東さんぽ, 関氏名簿.
_GOES_ON: Final = re.compile(
    r"様(?:式|子(?![ど供])|々|態|相|似|な|だ)|さん(?:ぽ|ごの|ご礁|まの|通り(?![魔すがか])|坂|橋|公園|祭|まつり)|氏(?:名|神|子|族|姓|家|が?の?(?:栄華|滅亡))|殿(?:下|堂|様)"
)
_KATAKANA_NAME: Final = re.compile(
    rf"[ :=]{{1,3}}([{KANJI}]{{1,4}}[ァ-ヴー]{{2,4}}[子江美代枝恵乃世]?)(?![{KANJI}ァ-ヴー])"
)
_AGED: Final = re.compile(r"(?<=[ァ-ヴー子江美代枝恵乃世])\([0-9]{1,3}(?:[)、,]|歳|才)")
_ENDING: Final = frozenset("子江美代枝恵乃世")
_ROLE: Final = re.compile(r"[者人主員長師士告]$")
_OWN: Final = frozenset({"本名", "通称", "通称名", "氏名", "姓名", "お名前", "旧姓", "旧氏"})
_ACCUSED: Final = frozenset({"容疑者", "被告"})
_RUN: Final = re.compile(rf"[{KANJI}]{{2,6}}?(?:(?=[氏様殿](?![{KANJI}]))|(?![{KANJI}ァ-ヴー]))")
#: 氏名　林　　太　郎
_STRETCHED: Final = re.compile(
    rf" {{0,4}}([{KANJI}](?: {{1,3}}[{KANJI}]){{2,5}})(?![{KANJI}ぁ-んァ-ヴー])(?! [{KANJI}])"
)
_AFTER_GAP: Final = re.compile(rf"[ :=]{{1,3}}([{KANJI}]{{3,6}})(?![{KANJI}ァ-ヴー])")
_TWO: Final = re.compile(rf"(?:は|が|:)? ?([{KANJI}]{{1,3}}) ([{KANJI}]{{1,3}})(?![{KANJI}ァ-ヴー])")
_GIVEN_BEHIND: Final = re.compile(rf" ([{KANJI}]{{1,3}})(?![{KANJI}ァ-ヴー])")
_GOES_TO: Final = frozenset("のがはにをへとも、。()[]「」\n :/・")
#: The heads of a surname's and a given name's column or field.
_SURNAME_HEAD: Final = r"(?:姓|氏|苗字|名字|sei|last_?name|family_?name|surname)"
_GIVEN_HEAD: Final = r"(?:名前|名|mei|first_?name|given_?name)"
_SPLIT_HEAD: Final = re.compile(
    rf"(?i)(?:\A|\n)([^\n]{{0,80}}?(?<![^\s,;|\"'])){_SURNAME_HEAD}[\"']?([,\t;|])[\"']?{_GIVEN_HEAD}[\"']?(?=[,\t;|\n])"
)
_FIELD: Final = re.compile(
    rf"(?i)[\"'<](?:{_SURNAME_HEAD}|{_GIVEN_HEAD})[\"'>] ?[:=]? ?[\"']?([{KANJI}]{{1,4}})[\"'<]"
)
#: 姓：三浦　名：健
_SAID: Final = re.compile(
    rf"(?:姓|苗字|名字) ?[:=] ?([{KANJI}]{{1,4}})[ 、,/\n]{{1,3}}名(?:前)? ?[:=] ?([{KANJI}]{{1,3}})(?![{KANJI}ァ-ヴー])"
)
_SPLIT_HINTS: Final = ("姓", "氏", "苗字", "名字", "sei", "name", "Name", "NAME", "SEI")
_CELL: Final = re.compile(rf"[{KANJI}]{{1,4}}|[ぁ-ん]{{1,6}}|[ァ-ヴー]{{1,8}}")
#: Who speaks: [山口]: はい, ヤマダ：はい, 【三浦】資料2について
_SPEAKER: Final = re.compile(
    rf"(?:\A|\n)(?:[\[【<]([{KANJI}]{{2,4}})[\]】>]( ?:)?(?!の?(?:地区|地域|地内|集落|校区|市|町|村|区|県))|([ァ-ヴー]{{3,6}}) ?:) ?"
)
_SPEECH: Final = re.compile(
    r"(?:了解|承知|はい|ハイ|いいえ|お疲|おつかれ|ありがと|すみません|すいません|お願い|おねが|よろしく|わかりました|わかった|分かりました|確認します|では|じゃあ|OK|こんにちは|おはよう|今日|明日)"
)
_GREETED: Final = re.compile(r"(?:^|[\n.!?>] ?)(?:Hi|Hello|Hey|Dear) ([A-Z][a-z]{1,11})(?=[,!\n]|$)")
_SMALL_TWO: Final = re.compile(
    r"(?<![A-Za-z0-9@._/-])([a-z]{3,12} [a-z]{3,12})(?=です|と申|といい|さん|様|氏)"
)
_READ: Final = re.compile(rf"\((?<=[{KANJI}]\()([ぁ-んー]{{4,12}}|[ァ-ヴー]{{4,12}})\)")


def certain(view: View) -> dict[Place, str]:
    """Where names stand for certain, and why: row, called, named, role, cell, field, speaker, introduced, signed, kana, read, roll, card, abroad, english."""
    found: dict[Place, str] = {}
    for why, look in _LOOKS:
        for place in look(view):
            found[place] = why
    return found


def _of_one_kanji(view: View) -> Iterator[Place]:
    """Usual surnames of one kanji before 様, さん, 氏: 西様, 堀氏に確認."""
    text, kinds = view.text, view.scene.kinds
    for place, word in view.after["honorific"].items():
        start = place - 1
        if (
            start < 0
            or word not in _HONORIFICS
            or not view.names.kind(start, place) & COMMON
            or text[start] in _NO_ONE
            or (word == "氏" and text[start] in _CLANS)
            or (start and (kinds[start - 1] in "jk0" or text[start - 1] in "おごゝ"))
            or _GOES_ON.match(text, place)
        ):
            continue
        yield start, place


def _in_katakana(view: View) -> Iterator[Place]:
    """A surname in kanji with a given name in katakana: 宮内トメ様, 浅井 トシ子様, 庄内ヨシ江（91）."""
    text, kinds = view.text, view.scene.kinds
    if "jk" not in kinds and "j k" not in kinds:
        return
    aged = {match.start() for match in _AGED.finditer(text)} if "(" in text else set()
    for place, word in (*view.after["honorific"].items(), *((end, "") for end in view.aged | aged)):
        if word and word not in _HONORIFICS:
            continue
        middle = place - 1 if place and text[place - 1] in _ENDING else place
        first = middle
        while first and middle - first < 5 and kinds[first - 1] == "k":
            first -= 1
        gap = first
        while gap and first - gap < 2 and text[gap - 1] == " ":
            gap -= 1
        start = gap
        while start and gap - start < 5 and kinds[start - 1] == "j":
            start -= 1
        if _is_so_named(view, start, first, middle, place, old=not word):
            yield start, place
    for label in view.scene.words("label"):
        if label.value != "PERSON" or label.end - label.start < 2:
            continue
        if text[label.end : label.end + 1] not in (" ", ":", "="):
            continue
        match = _KATAKANA_NAME.match(text, label.end)
        if match is None:
            continue
        start, place = match.span(1)
        middle = place - 1 if kinds[place - 1] == "j" else place
        first = middle
        while kinds[first - 1] == "k":
            first -= 1
        if _is_so_named(view, start, first, middle, place, old=True):
            yield start, place


def _is_so_named(view: View, start: int, first: int, middle: int, end: int, *, old: bool) -> bool:
    """Whether what stands from `start` is a surname, and from `first` on a given name; `old` where no firm can stand."""
    text, kind = view.text, view.names.kind
    last = first
    while last > start and text[last - 1] == " ":
        last -= 1
    if start == last or not 1 < middle - first < 5:
        return False
    surname = kind(start, last)
    if last < first and not (surname & COMMON or (surname & SURNAME and last - start > 1)):
        return False  # 児 ミン
    written = text[first:middle]
    if (
        not (surname & SURNAME or (first - start == 2 and _is_of_place(view, start, first)))
        or written in ordinary_kana()
        or first in view.after["thing"]
        or first in view.after["honorific"]
    ):
        return False
    given = bool(kind(first, end) & GIVEN or kind(first, middle) & GIVEN or written in elderly())
    if middle < end and middle - first < 4:
        return True
    return given or (old and bool(surname & COMMON) and middle - first < 4)


def _is_of_place(view: View, start: int, end: int) -> bool:
    """Whether a word that no list has for a surname may be one: 庄内, but not 本日, 患者, 市内, 青森."""
    word = view.text[start:end]
    return not (
        (word[1] in "内県市区町村" and word[0] in "市町村区県都国校庁館社案当本同各")
        or word in view.prefectures
        or end in view.ahead
        or end in view.label_ends
        or is_plain_noun(word)
        or is_state(word)
    )


def _behind_roles(view: View) -> Iterator[Place]:
    """What stands right behind a word for who somebody is: 滞納者片桐の, 債務者片桐修に, 本名金 明洙; also 氏名佐々木健, which a form had stretched."""
    text = view.text
    for group in ("label", "kin", "honorific"):
        for hit in view.scene.words(group):
            if (group == "label" and hit.value != "PERSON") or hit.end - hit.start < 2:
                continue
            if group == "honorific" and hit.value not in _ACCUSED:
                continue
            word = text[hit.start : hit.end]
            own = word in _OWN
            if not own and not _ROLE.search(word):
                continue
            two = _TWO.match(text, hit.end) if own else None
            if two is not None and _is_pair(view, two):
                yield two.start(1), two.end()
                continue
            stretched = _STRETCHED.match(text, hit.end) if own else None
            if stretched is not None and _is_cut(view, stretched[1]):
                yield stretched.span(1)
                continue
            run = _RUN.match(text, hit.end)
            if run is not None:
                given = _GIVEN_BEHIND.match(text, run.end())
                if given is None:
                    if _is_of_role(view, *run.span(), own=own):
                        yield run.span()
                elif view.names.kind(*run.span()) & SURNAME and view.names.is_given(*given.span(1)):
                    yield run.start(), given.end()
            apart = _AFTER_GAP.match(text, hit.end) if own and run is None else None
            if apart is not None and view.names.cut(*apart.span(1)).startswith("S"):
                yield apart.span(1)


def _is_cut(view: View, spaced: str) -> bool:
    """Whether characters that stand apart are a usual surname and a given name."""
    joined = spaced.replace(" ", "")
    return view.lists.find(joined).cut(0, len(joined)).startswith("S")


def _is_pair(view: View, two: re.Match[str]) -> bool:
    """Whether two words are a surname and what may be a given name, and not characters that stand apart."""
    text = view.text
    apart = two.end() - two.start(1) == 3 or (
        text[two.end() : two.end() + 1] == " " and view.scene.kinds[two.end() + 1 : two.end() + 2] in "jhk"
    )
    return bool(view.names.kind(*two.span(1)) & SURNAME) and not apart


def _is_of_role(view: View, start: int, end: int, *, own: bool) -> bool:
    """Whether all the kanji behind a role are a usual surname, alone or with a given name."""
    text = view.text
    after = text[end : end + 1]
    if after and after not in _GOES_TO and end not in view.after["honorific"]:
        return False
    cut = view.names.cut(start, end)
    if end - start > 2 and cut.startswith("S") and (own or cut != "S1"):
        return True
    word = text[start:end]
    return bool(
        view.names.kind(start, end) & COMMON
        and word not in view.prefectures
        and word not in towns()
        and not is_plain_noun(word)
    )


def _split(view: View) -> Iterator[Place]:
    """A surname and a given name in two columns or two fields: 姓,名, {"sei": …, "mei": …}."""
    text = view.text
    if not any(hint in text for hint in _SPLIT_HINTS):
        return
    for match in _SAID.finditer(text):
        yield match.span(1)
        yield match.span(2)
    fields = list(_FIELD.finditer(text)) if any(mark in text for mark in "\"'<") else []
    if len(fields) > 1:
        for match in fields:
            if view.names.kind(*match.span(1)) & (SURNAME | GIVEN) or view.names.is_given(*match.span(1)):
                yield match.span(1)
    line = -1
    for head in _SPLIT_HEAD.finditer(text):
        if head.end() < line:
            continue  # a row of the table above
        mark = head[2]
        column = head[1].count(mark)
        line = text.find("\n", head.end())
        while 0 <= line < len(text):
            end = text.find("\n", line + 1)
            end = len(text) if end < 0 else end
            cells = list(_cells(text, line + 1, end, mark))
            if len(cells) < column + 2:
                break
            surname, given = cells[column], cells[column + 1]
            if _is_cell(text, surname) and _is_cell(text, given) and view.names.kind(*surname) & SURNAME:
                yield surname
                yield given
            line = end


def _cells(text: str, start: int, end: int, mark: str) -> Iterator[Place]:
    """The cells of a line, without quotes and spaces."""
    while start <= end:
        stop = text.find(mark, start, end)
        stop = end if stop < 0 else stop
        first, last = start, stop
        while first < last and text[first] in " \"'":
            first += 1
        while last > first and text[last - 1] in " \"'":
            last -= 1
        yield first, last
        start = stop + len(mark)


def _is_cell(text: str, place: Place) -> bool:
    return _CELL.fullmatch(text, *place) is not None


def _speakers(view: View) -> Iterator[Place]:
    """Who speaks at the beginning of a line of minutes or of a chat."""
    text = view.text
    if not any(mark in text for mark in ":】]"):
        return
    spoken = list(_SPEAKER.finditer(text))
    chat = any(_SPEECH.match(text, match.end()) for match in spoken)
    for match in spoken:
        group = 1 if match[1] else 3
        word = match[group]
        kind = view.names.kind(*match.span(group))
        if group == 3:
            if chat and kind & SURNAME and word not in ordinary_kana():
                yield match.span(3)
        elif kind & COMMON and (
            (match[2] and chat) or (word not in view.prefectures and word not in towns())
        ):
            yield match.span(1)


def _in_latin(view: View) -> Iterator[Place]:
    """Hi Ken, and miura kenです."""
    text, lists, kinds = view.text, view.lists, view.scene.kinds
    if "H" in text or "Dear" in text:
        for match in _GREETED.finditer(text):
            if lists.is_romaji(match[1]):
                yield match.span(1)
    for match in _SMALL_TWO.finditer(text) if "ah" in kinds or "aj" in kinds else ():
        if all(lists.is_romaji(word) for word in match[1].split()):
            yield match.span(1)


def _read(view: View) -> Iterator[Place]:
    """How a full name is read, in brackets behind it: 三浦健（みうらけん）."""
    text, names = view.text, view.names
    for match in _READ.finditer(text) if "(" in text else ():
        start, end = match.span(1)
        readable = any(
            names.kind(start, place) & SURNAME for place in range(start + 2, min(end - 1, start + 6))
        )
        first = match.start()
        while first and match.start() - first < 6 and view.scene.kinds[first - 1] == "j":
            first -= 1
        if readable and any(
            names.cut(place, match.start()).startswith("S") and not names.kind(place, match.start()) & SURNAME
            for place in range(first, match.start() - 2)
        ):
            yield start, end


#: Why a name is certain, and what finds it; the later ones speak where two find one place.
_LOOKS: Final[tuple[tuple[str, Callable[[View], Iterator[Place]]], ...]] = (
    ("english", in_english),
    ("abroad", in_katakana),
    ("card", on_cards),
    ("roll", rolls),
    ("read", _read),
    ("kana", without_marks),
    ("introduced", _in_latin),
    ("introduced", introduced),
    ("signed", signatures),
    ("field", in_fields),
    ("speaker", _speakers),
    ("speaker", in_chats),
    ("named", in_documents),
    ("called", teachers),
    ("row", on_duty),
    ("cell", in_cells),
    ("role", _behind_roles),
    ("named", _in_katakana),
    ("cell", _split),
    ("cell", in_slashes),
    ("called", _of_one_kanji),
    ("row", rows),
)
