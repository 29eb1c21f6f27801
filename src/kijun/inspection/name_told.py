"""Names that a field, a sentence or an address tells: "by": "岸和田", 三条 公房と申す者, ﾔｸﾁ ｻﾄｺ beside ﾔｸﾞﾁ ｻﾄｺ, nadia@… Nadia,
戸籍では澤田でした, 余市先生, 夜勤 坂下・Nakaya."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from kijun.inspection.name_lists import COMMON, GIVEN, SURNAME
from kijun.inspection.name_romaji import is_function, is_of_body, is_plain_english
from kijun.inspection.name_view import Place, View, plain_persons, towns
from kijun.inspection.scripts import KANJI
from kijun.inspection.tokens import is_place, is_plain_noun, is_state

#: Keys whose value is who did something.
_KEY: Final = (
    r"(?:(?:[a-z]{3,12}[_-]?)?by|author|staff|assignee|reviewer|approver|operator|writer|reporter|editor"
    r"|担当者?|担当職員|記入者|記録者|記載者|作成者|起案者|承認者|更新者|登録者|入力者|確認者|対応者|報告者|受付者|編集者)"
)
_VALUE: Final = rf"([{KANJI}]{{1,4}}(?: [{KANJI}]{{1,4}})?|[A-Z][a-z]{{2,14}}(?: [A-Z][a-z]{{2,14}})?)"
_QUOTED: Final = re.compile(rf"(?i:[\"']{_KEY}\\?[\"']) ?[:=] ?\\?[\"']{_VALUE}\\?[\"']")
_PLAIN: Final = re.compile(rf"(?:[bB]y|[aA]uthor|[sS]taff)[:=] ?[\"']?{_VALUE}(?=[,;&}}\n\"']|\Z)")
_PLAIN_KEYS: Final = ("by:", "by=", "By:", "By=", "uthor:", "uthor=", "taff:", "taff=")
_BEGINS_KEY: Final = frozenset(" \t\n{,;&_-")  # what may stand right before it
#: What says that the words before it are what somebody is called; the first group says so of whatever it is.
_CALLED: Final = re.compile(
    r"と(?:(申し(?!上)|申す|もうし(?!あ))|申し?上げ|申上げ|もうしあ|名[乗のりる]|なの[りる])"
)
_BEFORE_CALLED: Final = re.compile(rf"(?:([{KANJI}]{{1,4}}) )?([{KANJI}]{{1,5}})\Z")
_WHERE_CALLED: Final = 11  # characters before と that are looked at
_OF_BODY: Final = frozenset("課係室部局所署館園校院社店会団市町村区県府省庁組隊班者員生様")
#: Two words of half width, and nothing of their kind beside them.
_TWO_OF_HALF_WIDTH: Final = re.compile(r"(?<![k])(k{2,6})[ ](k{2,6})(?! ?k)")
_LEAST_TWO: Final = 5  # characters of both together
_MOST_TWO: Final = 40  # pairs of one text that are looked at
_WITHOUT_MARKS: Final = {
    plain: plain + marked
    for plain, marked in zip(
        "カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", strict=True
    )
}
_AS_SMALL: Final = str.maketrans("ヤユヨツ", "ャュョッ")
_LARGE: Final = re.compile(
    r"(?<=[キギシジチヂニヒビピミリ])[ヤユヨ]|(?<=.)ツ(?=[カキクケコサシスセソタチツテトパピプペポ])"
)
_MOST_MARKS: Final = 4  # kana of one word that may have lost their marks
_MAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z][A-Za-z0-9._-]{2,40})@[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{2,20}){1,4}"
)
_SIGNED: Final = re.compile(r"[.!?,\n-] ?([A-Z][a-z]{2,14})[.]? *(?=\n|\Z)")
_SIGNED_WITHIN: Final = 160  # characters behind an address
_CLOSING: Final = re.compile(r"(?i)(?:thanks|regards|sincerely|wishes|cheers|best|yours)[,.!]?\s{1,2}-? ?\Z")
#: A cell that holds words with capitals, or words in katakana, and nothing else.
_FOREIGN_CELL: Final = re.compile(
    r" ?([A-Z][A-Za-z'.-]{1,17}(?: [A-Z][A-Za-z'.-]{1,17}){1,3}|[ァ-ヴー]{2,10}(?:[ ・][ァ-ヴー]{2,12}){1,3}) ?"
)
#: What the names of towns begin with: San Francisco
_OF_TOWNS: Final = frozenset(
    {"San", "Santa", "Saint", "St.", "Los", "Las", "New", "Hong", "Kuala", "Port", "Cape"}
)
_KANJI_CELL: Final = re.compile(rf" ?([{KANJI}]{{1,4}}) ([{KANJI}]{{1,3}}) ?")
#: What somebody is called in a document: 免許証では齋藤でした
_IN_DOCUMENT: Final = re.compile(
    rf"(?:免許証?|戸籍|住民票|保険証|カード|名刺|通帳|申請書|届書?|登録|表札|台帳|確認書類|証明書|名簿)(?:上)?(?:の(?:表記|表示|氏名|名前|字))?(?:では|には|だと|は)[ 「]?([{KANJI}]{{2,3}})」?(?=でした|です(?!が)|とな|と書|と記|と表|だった|とあ)"
)
_DOCUMENT_HINTS: Final = ("では", "には", "だと", "証は", "籍は", "票は", "刺は", "書は", "簿は", "ドは")
#: Words before 先生 that say which teacher or doctor and not who
_WHICH: Final = frozenset("校院科園室部課年組市町村県区目語学館所")
_PROFESSIONS: Final = frozenset(
    [
        "先生",
        "心理士",
        "心理師",
        "助産師",
        "看護師",
        "准看護師",
        "保健師",
        "保育士",
        "薬剤師",
        "医師",
        "歯科医師",
        "栄養士",
        "管理栄養士",
        "理学療法士",
        "作業療法士",
        "言語聴覚士",
        "社会福祉士",
        "介護福祉士",
        "精神保健福祉士",
        "教諭",
        "巡査",
        "消防士",
    ]
)
_BEFORE_TEACHER: Final = re.compile(rf"(?<![{KANJI}ァ-ヴー])[{KANJI}]{{2,3}}\Z")
#: Those on duty, one of them in Latin letters: 夜勤 坂下・Nakaya
_ON_DUTY: Final = re.compile(
    rf"(?:夜勤|日勤|宿直|日直|当直|当番|担当者?|責任者|出席者?|同席者?|応対|対応|記録|立会)[ :は]{{1,2}}(?:([{KANJI}]{{1,4}}) ?[・、,/&と] ?([A-Z][a-z]{{2,14}})|([A-Z][a-z]{{2,14}}) ?[・、,/&と] ?([{KANJI}]{{1,4}}))(?![{KANJI}A-Za-z0-9])"
)
_LATIN_CELL: Final = re.compile(r"[A-Z][A-Za-z'.-]{1,17}(?: [A-Z][A-Za-z'.-]{0,17}){1,4}")


def in_documents(view: View) -> Iterator[Place]:
    """Usual surnames as a document has them: 戸籍では澤田でした."""
    text = view.text
    if not any(hint in text for hint in _DOCUMENT_HINTS):
        return
    for match in _IN_DOCUMENT.finditer(text):
        start, end = match.span(1)
        if (
            view.names.kind(start, end) & COMMON
            and match[1] not in view.prefectures
            and match[1] not in towns()
            and not is_plain_noun(match[1])
            and not view.in_no_name(start, end)
        ):
            yield start, end


def teachers(view: View) -> Iterator[Place]:
    """What stands before 先生 or a profession and is a surname or, to the dictionary, only a place: 余市先生, 米須助産師; not 校長先生."""
    text, kinds = view.text, view.scene.kinds
    for end, title in (*view.after["honorific"].items(), *view.after["title"].items()):
        if title not in _PROFESSIONS:
            continue
        before = _BEFORE_TEACHER.search(text, max(0, end - 4), end)
        if before is None or kinds[end + len(title) : end + len(title) + 1] == "j":
            continue  # 青森医師会
        start, word = before.start(), before[0]
        if word in plain_persons() or view.in_no_name(start, end) or is_plain_noun(word):
            continue
        if is_place(word):
            if title == "先生" or word not in view.prefectures:
                yield start, end
        elif (
            view.names.kind(start, end) & SURNAME
            and word[-1] not in _WHICH
            and view.thing_ends.get(end, end) == end
        ):
            yield start, end


def on_duty(view: View) -> Iterator[Place]:
    """Two who are on duty, of whom one is written in Latin letters."""
    for match in _ON_DUTY.finditer(view.text) if "Aa" in view.scene.kinds else ():
        kanji, latin = (1, 2) if match[1] else (4, 3)
        if view.names.kind(*match.span(kanji)) & SURNAME and view.lists.is_romaji(match[latin]):
            yield match.span(kanji)
            yield match.span(latin)


def in_cells(view: View) -> Iterator[Place]:
    """Words with capitals in the column of names of a table whose rows end with their lines."""
    tables = view.scene.tables
    if not tables.rows or "A" not in view.scene.kinds:
        return
    for head, start, value in tables.cells():
        if head.type != "PERSON" or not value.isascii() or not _LATIN_CELL.fullmatch(value):
            continue
        words = value.split()
        if (
            tables.is_of_people(start)
            and tables.ends_at_line(start)
            and not is_of_body(words)
            and not any(is_plain_english(word) or is_function(word) for word in words if len(word) > 2)
        ):
            yield start, start + len(value)


def in_fields(view: View) -> Iterator[Place]:
    """The value of a key that says who did something: "by": "岸和田", updated_by=豊中."""
    text = view.text
    found = [match.span(1) for match in _QUOTED.finditer(text)] if '"' in text or "'" in text else []
    if any(key in text for key in _PLAIN_KEYS):
        for match in _PLAIN.finditer(text):
            if not match.start() or text[match.start() - 1] in _BEGINS_KEY:
                found.append(match.span(1))
    for start, end in found:
        if _is_called(view, start, end):
            yield start, end


def _is_called(view: View, start: int, end: int) -> bool:
    """Whether what stands where a person must stand can be one: a surname also where it is a town, no part of an office."""
    text, kind = view.text, view.names.kind
    word = text[start:end]
    if word.isascii():
        return any(view.lists.is_romaji(part) for part in word.split()) and not is_plain_english(word)
    gap = text.find(" ", start, end)
    if gap > 0:
        return bool(kind(start, gap) & SURNAME or view.names.is_given(gap + 1, end))
    if end - start == 1:
        return bool(kind(start, end) & COMMON) and word not in towns()
    if word in plain_persons() or is_state(word) or word in view.prefectures:
        return False
    if kind(start, end) & COMMON or view.names.cut(start, end).startswith("S"):
        return True
    return word in towns() or (bool(kind(start, end) & (SURNAME | GIVEN)) and not is_plain_noun(word))


def introduced(view: View) -> Iterator[Place]:
    """Who says what they are called: 三条 公房と申す者, 受付の三条と申します, 鵜飼と名乗る男."""
    text = view.text
    for says in _CALLED.finditer(text) if "申" in text or "名" in text or "もうし" in text else ():
        before = _BEFORE_CALLED.search(text, max(0, says.start() - _WHERE_CALLED), says.start())
        if before is None:
            continue
        if before[1] and _is_pair(view, before):
            yield before.span()
        elif _is_said(view, *before.span(2), whatever=bool(says[1])):
            yield before.span(2)


def _is_pair(view: View, two: re.Match[str]) -> bool:
    surname = view.names.kind(*two.span(1)) & SURNAME
    given = view.names.is_given(*two.span(2))
    return bool(surname or (given and not is_plain_noun(two[1]) and not is_state(two[1])))


def _is_said(view: View, start: int, end: int, *, whatever: bool) -> bool:
    """Whether one word before と申す is what somebody is called; `whatever` where hardly anything but a name stands there."""
    word, kind = view.text[start:end], view.names.kind(start, end)
    if end - start < 2 or word in plain_persons() or is_state(word):
        return False
    if kind & COMMON or view.names.cut(start, end).startswith("S"):
        return word not in view.prefectures
    if is_plain_noun(word) or word[-1] in _OF_BODY or view.thing_ends.get(end, end) < end:
        return False
    return bool(kind & (SURNAME | GIVEN)) or (whatever and end - start < 4)


def without_marks(view: View) -> Iterator[Place]:
    """Half-width names whose marks or small kana an old system dropped, so that no list has them: ﾔｸﾁ ｻﾄｺ, ｱｻｲ ｼﾖｳｼﾞ."""
    if not view.scene.has_half_width:
        return
    for number, match in enumerate(_TWO_OF_HALF_WIDTH.finditer(view.scene.kinds)):
        if number == _MOST_TWO:
            return
        if match.end() - match.start() <= _LEAST_TWO or not view.scene.half_width(match.start()):
            continue
        if _is_read(view, *match.span(1), SURNAME) and _is_read(view, *match.span(2), GIVEN):
            yield match.span()


def _is_read(view: View, start: int, end: int, wanted: int) -> bool:
    """Whether a word in katakana is a name, as it stands or with the marks and small kana that it may have lost."""
    if view.names.kind(start, end) & wanted:
        return True
    small = _LARGE.sub(lambda found: found[0].translate(_AS_SMALL), view.text[start:end])
    if sum(letter in _WITHOUT_MARKS for letter in small) > _MOST_MARKS:
        return False
    spellings = (
        "".join(letters) for letters in product(*(_WITHOUT_MARKS.get(letter, letter) for letter in small))
    )
    return any(view.lists.find(spelling).kind(0, end - start) & wanted for spelling in spellings)


def signatures(view: View) -> Iterator[Place]:
    """Who signs a mail with a part of the address that stands before: … nadia.farouk@example.org. Nadia"""
    text = view.text
    for address in _MAIL.finditer(text) if "@" in text else ():
        parts = [part.lower() for part in re.split(r"[._-]", address[1])]
        end = address.start(1) + len(address[0]) - len(address[0].partition(".")[2])
        for match in _SIGNED.finditer(text, end, min(len(text), address.end() + _SIGNED_WITHIN)):
            if match[1].lower() not in parts or is_plain_english(match[1]):
                continue
            closed = _CLOSING.search(text, max(0, match.start(1) - 24), match.start(1))
            if len(parts) > 1 or closed or view.lists.is_romaji(match[1]):
                yield match.span(1)


def in_slashes(view: View) -> Iterator[Place]:
    """Names of people from abroad in rows that ／ divides: 5/9／Rahman Abdul／ハラル給食."""
    if "／" not in view.scene.given:
        return
    text, lists = view.text, view.lists
    foreign: list[tuple[int, Place]] = []
    columns = set()  # that hold a name in kanji in another row
    for start in view.scene.line_starts:
        first, end = start, view.scene.line(start)[1]
        for number, cell in enumerate(text[start:end].split("/")):
            place = (first, first + len(cell))
            first += len(cell) + 1
            name = _FOREIGN_CELL.fullmatch(text, *place)
            if name is not None:
                foreign.append((number, name.span(1)))
                continue
            kanji = _KANJI_CELL.fullmatch(text, *place)
            if (
                kanji is not None
                and view.names.kind(*kanji.span(1)) & SURNAME
                and kanji[1] not in view.prefectures
                and view.names.is_given(*kanji.span(2))
            ):
                columns.add(number)
    for number, place in foreign:
        words = text[slice(*place)].split()
        if any(map(is_plain_english, words)) or words[0] in _OF_TOWNS:
            continue
        if number in columns or any(map(lists.is_romaji, words)):
            yield place
