"""Addresses: from the prefecture, the municipality or the first word of a place to the last number or the flat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection.english_addresses import in_latin
from kijun.inspection.house_numbers import (
    HOUSE_NUMBER,
    KANJI_FIGURES,
    NO_PART,
    ONE_BY_ONE,
    REACH,
    SPACE,
    TOWN_CHAR,
    continued,
    is_continued,
    is_house_number,
    trimmed,
)
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.tokens import ENTITY, GIVEN, NAME, NOUN, PLACE, SURNAME
from kijun.inspection.town_addresses import told_of_town, town_end

PREFECTURES: Final = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
]
_PREFECTURE: Final = "(?:" + "|".join(PREFECTURES) + ")"
#: Municipalities whose names begin with kana, which the dictionary does not always know for places and which may hold が and に.
IN_KANA: Final = (
    "(?:つがる市|むつ市|おいらせ町|にかほ市|いわき市|つくばみらい市|つくば市|かすみがうら市|ひたちなか市|さくら市|みどり市|みなかみ町"
    "|さいたま市|ふじみ野市|ときがわ町|いすみ市|あきる野市|かほく市|あわら市|おおい町|南アルプス市|あま市|みよし市|いなべ市|たつの市"
    "|南あわじ市|かつらぎ町|みなべ町|すさみ町|つるぎ町|東みよし町|さぬき市|東かがわ市|まんのう町|いの町|うきは市|みやま市|みやこ町"
    "|みやき町|あさぎり町|えびの市|いちき串木野市|南さつま市|さつま町|うるま市|せたな町|えりも町|ニセコ町|むかわ町|新ひだか町)"
)
_IN_KANA_RE: Final = re.compile(
    rf"(?<![ぁ-んァ-ヴー一-龥]){IN_KANA}|(?<=[はがをにでとものや都道府県郡]){IN_KANA}"
)
_MUNICIPALITY: Final = (
    rf"(?:{IN_KANA}|(?![^市区町村郡]{{0,6}}[はがをに])[一-龥々ヶケヵノのツァ-ヴーぁ-ん]{{1,7}}?[市区町村郡])"
)
_HEAD: Final = rf"(?:{_PREFECTURE}{SPACE}(?:{_MUNICIPALITY}{SPACE}){{0,3}}|(?:{_MUNICIPALITY}{SPACE}){{1,3}})"
_ROOM: Final = r"(?:[A-Z]?-?[0-9]{1,4}[A-Z]?(?:号棟|棟)?-?(?:[0-9]{1,4})?(?:号室|号|室|F|階(?!堂))?|[A-Z](?=[ \n)）、。]|$))"
_BUILDING: Final = re.compile(
    rf"(?:{SPACE})(?:(?:(?:第[0-9])?[一-龥々ヶァ-ヴーぁ-んA-Za-z・'&第][一-龥々ヶァ-ヴーぁ-んA-Za-z・'& ]{{0,18}}?)[ ]?{_ROOM}"
    rf"|(?:[一-龥々ァ-ヴーA-Za-z・ぁ-ん]{{0,12}}?(?:ハイツ|コーポ|メゾン|レジデンス|マンション|アパート|荘|寮|団地|住宅|ビレッジ|ハイム|タウン|コート|パレス|ヴィラ|ビラ|カーサ|グランド|サンライズ|タワー)[一-龥々ァ-ヴーA-Za-z・ぁ-ん]{{0,10}}?)(?=[ \n)、。」,|]|$|の|に|で|へ))"
    rf"(?:{SPACE}[0-9A-Z]{{1,2}}(?:号)?棟)?(?:{SPACE}[0-9]{{1,4}}(?:号室|号|室))?"
)
_BUILDING_WORDS: Final = re.compile(
    r"ハイツ|コーポ|メゾン|レジデンス|マンション|アパート|荘|寮|団地|住宅|ビレッジ|ハイム|タウン|コート|パレス|ヴィラ|ビラ|カーサ|グラン|サン|タワー|ビル|館|号|棟|室|ハウス|パーク|プラザ|ガーデン|フォレスト|エスポワール|ドミール|コート|シャトー|リバー|ヒルズ|[ァ-ヴー]{3}|[A-Z][a-z]"
)
_COUNTED: Final = frozenset("週第約各計毎月年")  # before a figure that is no house number
#: A floor of a house that is nobody's home: 市民体育館2階, 本庁舎3F
_FLOOR: Final = re.compile(
    "[^0-9]*(?:館|庁舎?|センター|ホール|ビル|役[所場]|支所|[学高]校|校舎|病院|医院|駅|店|会場|ホテル|プラザ|ターミナル|園)"
    "(?:の|[東西南北本新旧別]?[館棟])?[ ]?[0-9一二三四五六七八九]{1,2}(?:階|F)"
)
_ZERO: Final = re.compile("(?:ゼロ|レイ|マル|ぜろ|れい|まる)[0-9〇一二三四五六七八九]")  # of a telephone
#: Before a parcel that lies beside another
_LAND: Final = re.compile("(?:隣接地|隣地|土地|地番|所在|対象地|申請地|及び|並びに)[ :はの]?$")
#: A house number behind a word that counts: 第3地割 of towns in Iwate, 木造千年128番
_PARCEL: Final = re.compile(f"第(?:[0-9]{{1,3}}|[{KANJI_FIGURES}]{{1,5}})地割|年[0-9]{{1,4}}番(?!目)")
_STOP_WORDS: Final = re.compile(
    r"(?:在住|にお住|に住|の自宅|の実家|に居住|へ転|に転|から転|より転|方|宅|在|内|の[土農山家]|に所|の物件|にて|では|には|から|まで|です|でし|だっ|なの|とい|に[、。ある引越移]|で[、。独一二生あ]|の[ ぁ-んァ-ヴ一-龥])"
)
#: Behind a house number that tells where in a town something is, and nobody's address: 5番地内, 85番地先
_ABOUT: Final = re.compile(
    r"地?[内先](?=[ \n、。(のでにを]|$)|の?(?:交差点|信号|バス停|停留所|歩道橋|踏切|町内会|自治会|区域|方面|各地|の各所|全域|(?<=目)地区)"
)
_HOUSING: Final = re.compile(
    rf"[一-龥々ヶケァ-ヴーぁ-ん0-9丁目]{{1,12}}?(?:団地|住宅|ハイツ|アパート|マンション|コーポ|寮|荘)[A-Z0-9一-龥]{{0,3}}?(?:号棟|棟|-)?[ ]?[A-Z]?-?[0-9]{{1,4}}(?:-[0-9]{{1,4}}){{0,2}}(?:号室|号棟|号|棟)?(?:[ ]?[0-9]{{1,4}}{NO_PART}号?(?:室)?)?"
)

_SECTION: Final = re.compile(r"[一-龥々ヶケノァ-ヴー]{1,10}[0-9一二三四五六七八九]")
_ADDRESS_WORD: Final = re.compile("住所(?!地)(?!録|欄|変更)")
_TOWN_KANJI: Final = re.compile(r"[一-龥々ヶケノ]")
_PREFECTURE_RE: Final = re.compile(_PREFECTURE)
_HEAD_RE: Final = re.compile(_HEAD)
_MUNICIPAL: Final = re.compile("[都道府県市区町村郡]")
_LAST_LINE: Final = re.compile(r"[ ]*\n[ ]*([0-9]{1,2})$")
_TOWN_LENGTH: Final = 26  # characters from the municipality to the first number
_SPACED_LENGTH: Final = 20  # and from the beginning, where spaces stand between


class Addresses:
    """The recogniser of ADDRESS."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rule = rules[0].id if rules else ""

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose addresses, each with and without the building where one follows; the weights choose."""
        if not self._rule:
            return
        covered = -1
        numbered: list[int] = []
        unlisted = _unlisted(scene)
        for start in sorted({*_starts(scene), *unlisted}):
            named = not scene.taken.free(start, start + 1)  # by a name that is sure: 野呂さまは弘前市…
            if start < covered or named:
                continue
            for end, features in _ends(scene, start):
                if start in unlisted and "told=no" in features:
                    continue
                if scene.tables.rows and scene.tables.parts(start, end):
                    continue
                covered = max(covered, end)
                if "number=yes" in features and "head=none" not in features:
                    numbered.append(end)
                yield Candidate("ADDRESS", start, end, 0.5, self._rule, features)
        yield from in_latin(scene, self._rule)
        for start, end in continued(scene.digits, sorted(numbered)):
            if _LAND.search(scene.text, max(0, start - 6), start):
                yield Candidate("ADDRESS", start, end, 0.75, self._rule)
                continue
            unit = _units(scene.digits[start:end])
            features = ("head=none", "number=yes", "town=0", "hira=False", f"unit={unit}", "building=no")
            yield Candidate("ADDRESS", start, end, 0.5, self._rule, (*features, "told=same"))
        last = 0
        for hit in scene.words("housing"):
            for match in _HOUSING.finditer(scene.text, max(last, hit.start - 12), hit.end + 24):
                last = match.end()
                yield Candidate("ADDRESS", *match.span(), 0.5, self._rule, ("form=housing",))


def _starts(scene: Scene) -> set[int]:
    """Where an address may begin: at a place name, or after its own label."""
    starts: set[int] = set()
    tokens = scene.tokens
    last = -1
    for start, end, kind in zip(tokens.starts, tokens.ends, tokens.kinds, strict=True):
        if kind != PLACE:
            continue
        goes_on = last >= 0 and start - last <= 1 and scene.text[last:start].strip(" \n") == ""
        if not goes_on or (start > last and scene.tables.parts(last - 1, start + 1)):
            starts.add(start)
        last = end
    for label in scene.words("label"):
        if label.value in ("ADDRESS", "FACILITY"):
            place = label.end
            while place < len(scene.text) and scene.text[place] in " :=\n」)】はがも、・/|,\"'*":
                place += 1
            if place > label.end and place - label.end < 8:
                starts.add(place)
    for hit in scene.words("section"):  # 柳田字中谷内1095番
        place = hit.start
        while place and hit.start - place < 6 and _TOWN_KANJI.match(scene.text, place - 1):
            place -= 1
        if place < hit.start and _SECTION.match(scene.text, hit.end):
            starts.add(place)
    starts.update(hit.start for hit in scene.words("prefecture"))
    starts.update(hit.start for hit in scene.words("in-kana") if _IN_KANA_RE.match(scene.text, hit.start))
    return starts


def _unlisted(scene: Scene) -> set[int]:
    """Where a word before 市 or 町 begins that the dictionary takes for a surname or a plain word: 豊田市, 南木曽町."""
    tokens = scene.tokens
    found: set[int] = set()
    for number in range(1, len(tokens)):
        start, end = tokens.starts[number], tokens.ends[number]
        before = number - 1
        if (
            end - start == 1
            and scene.text[start] in "市区町村郡"
            and tokens.kinds[before] in (SURNAME, GIVEN, NAME, ENTITY, NOUN)
            and tokens.ends[before] == start
            and _TOWN_KANJI.match(scene.text, tokens.starts[before])
        ):
            found.add(tokens.starts[before])
    return found


def _ends(scene: Scene, start: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where an address that begins at a place may end, each with what is told of it for the weights."""
    text = scene.digits
    head = _HEAD_RE.match(text, start)
    if head is None and (text[start : start + 1].isdigit() or _ZERO.match(text, start)):
        return  # a number alone is no address
    shape, place = "none", start
    if head is not None:
        shape, place = "prefecture" if _PREFECTURE_RE.match(text, start) else "municipality", head.end()
    number = _house_number(text, start, place)
    if number is None:
        yield from _without_number(scene, start, place, shape)
    else:
        yield from _with_number(scene, place, number, shape)


def _house_number(text: str, start: int, place: int) -> re.Match[str] | None:
    """The first house number behind the names of towns that begin at `place`; the address began at `start`."""
    for cursor in range(place, min(len(text), place + _TOWN_LENGTH) + 1):
        number = ONE_BY_ONE.match(text, cursor) if " " in text[cursor : cursor + 2] else None
        if number is not None:
            return number
        number = HOUSE_NUMBER.match(text, cursor)
        if (
            number and " " in number[0] and not is_house_number(text, number)
        ):  # 8番8号 59歳: the next cell is not of it
            number = HOUSE_NUMBER.match(text, cursor, cursor + number[0].rindex(" "))
        if number and number.end() > number.start() and is_house_number(text, number):
            counted = cursor > start and text[cursor - 1] in _COUNTED
            return number if not counted or _PARCEL.match(text, cursor - 1) else None
        char, following = text[cursor : cursor + 1], text[cursor + 1 : cursor + 2]
        if char in (" ", "\n"):
            goes_on = following.isdigit() or bool(TOWN_CHAR.match(following))
            if not goes_on or cursor - start >= _SPACED_LENGTH:
                return None
        elif not TOWN_CHAR.match(char):
            return None
    return None


def _without_number(
    scene: Scene, start: int, place: int, shape: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    text = scene.digits
    end = town_end(scene, start, place)
    while end > start and text[end - 1] in " \n":
        end -= 1
    if end > start + 1:
        parts, rest = len(_MUNICIPAL.findall(text[start:end])), max(0, end - place)
        told = told_of_town(scene, start, place, end) if shape != "none" and (parts > 1 or rest) else "no"
        yield (
            end,
            (
                f"head={shape}",
                "number=no",
                f"parts={min(3, parts)}",
                f"rest={min(3, rest)}",
                f"last={text[end - 1]}",
                f"told={told}",
            ),
        )


def _with_number(
    scene: Scene, place: int, number: re.Match[str], shape: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    text = scene.digits
    end = trimmed(text, number)
    item = _LAST_LINE.search(text, number.start(), end)
    if item is not None and _is_next_item(text, number.start(), item[1]):
        end = item.start()
    if _ABOUT.match(text, end):
        return
    town = text[place : number.start()]
    if shape == "none" and is_continued(text, place, number.start()):
        return
    if text[end - 1] in "階F" and _FLOOR.fullmatch(text, place, end):
        return
    features = (
        f"head={shape}",
        "number=yes",
        f"town={min(4, len(town) // 2)}",
        f"hira={bool(re.search('[ぁ-ん]{3}', town))}",
        f"unit={_units(number[0])}",
        *(("told=field",) if shape != "none" and _is_of_addresses(scene, place) else ()),
    )
    building = _building(scene, end)
    if building is None:
        yield end, (*features, "building=no")
        return
    gap = "line" if "\n" in building[0] else "space" if building[0][0] == " " else "none"
    yield building.end(), (*features, "building=yes", f"gap={gap}")
    yield end, (*features, "building=left")


def _is_of_addresses(scene: Scene, place: int) -> bool:
    """Whether the line speaks of somebody's address, and of no office: 住所相違あり。正：… 誤：…"""
    start, end = scene.line(place)
    if not _ADDRESS_WORD.search(scene.text, start, end):
        return False
    offices = scene.near("office", start, end)
    return all(scene.text[hit.start - 1 : hit.end] == "住所" for hit in offices)  # 所 of 住所


def _building(scene: Scene, place: int) -> re.Match[str] | None:
    """A building with its flat right after a house number, where it is not the label of the next line (整理番号)."""
    match = _BUILDING.match(scene.digits, place)
    if (
        match is None
        or not _BUILDING_WORDS.search(match[0])
        or _STOP_WORDS.match(match[0].lstrip())
        or scene.count("label", match.start(), match.end())
    ):
        return None
    return match


def _is_next_item(text: str, place: int, figure: str) -> bool:
    """Whether a figure alone in its line goes on with a list, the number before it in a line of its own as well."""
    before = text[max(0, place - REACH) : place]
    return figure == "1" or f"\n{int(figure) - 1}\n" in f"\n{before}\n"


def _units(written: str) -> str:
    for unit in ("丁目", "番地", "番", "号", "-", "条"):
        if unit in written:
            return unit
    return "bare"
