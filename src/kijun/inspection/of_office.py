"""Whose an address or a telephone is, where the lines above or the head of its column say it: an office's or a shop's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kijun.inspection.examples import in_example
from kijun.inspection.of_shops import of_shop

if TYPE_CHECKING:
    from kijun.inspection.scene import Scene

#: How a line begins that gives where an office is to be reached.
_REACHED: Final = re.compile(
    r"[ 　・]*(?:〒|[0-9]{3}-[0-9]{4}[ 　]|(?i:tel|fax|e-?mail|mail)\b|電話|☎|FAX|ファクス|メール|所在地)"
)
#: A line that names an office and nothing else, or a firm somewhere.
_OFFICE: Final = re.compile(
    r"[ 　]*[^。、:()0-9]{0,24}?(?:課|係|室|局|部|センター|役場|役所|事務所|支所|出張所|館|保育園|こども園|学校)(?:[ 　][^。、:]{0,24})?$"
)
_FIRM: Final = re.compile(r"(?:株式|有限|合同)会社|\((?:株|有)\)|㈱|㈲|法人")
#: Somebody who is written to or spoken of, so that what follows may be theirs.
_SOMEBODY: Final = re.compile(r"様|さん|さま|殿|御中|氏名|あて|宛|本人|自宅|世帯|住所")
_SOMEBODY_NAMED: Final = re.compile(r"様|さん|さま|殿|氏名|本人|自宅|世帯|勤務先")
_RULE: Final = re.compile(r"[ 　]*([-=*_―─━~・＊※.])\1{2,}")
#: The label of a number that is nobody's own.
_ITS_OWN: Final = re.compile(
    r"(?:代表|大代表|直通|内線|総合案内|コールセンター|フリーダイヤル)(?:電話|番号|ダイヤル)?[は:]?[ 　]?$"
)
#: The key of a field in which a program keeps where its users are helped: <help tel="…">, "support_phone": "…"
_FOR_HELP: Final = re.compile(
    r"(?i)(?<![a-z])(?:help-?(?:desk)?|support|inquiry|inquiries|hotline|call-?center|office|madoguchi|toiawase|ヘルプデスク|サポート|問い?合わ?せ)(?:[ _-]?(?:tel|phone|fax|number|no|電話|番号)){0,2}[\"']?(?: ?[:=] ?| )[\"']?(?:(?:tel|phone|fax)=[\"'])?$"
)
#: A member of an object that says which facility the object is, and one that says which person: {"facility": "…", "address": …
_FACILITY_KEY: Final = re.compile(
    r"(?i)\"(?:facility|office|shop|store|school|library|hospital|clinic|company|organi[sz]ation|venue|branch|施設|店舗|会社|事業所|会場|学校|園|病院|団体)(?:[_ ]?name|名)?\" ?:"
)
_PERSON_KEY: Final = re.compile(
    r"(?i)\"(?:name|full_?name|shimei|person|applicant|resident|customer|member|contact_name|氏名|名前|申請者|世帯主|本人|担当者?)\" ?:"
)
_OBJECT: Final = 400  # characters of an object that are looked at
_BESIDE: Final = 120  # characters to each side
#: A line that tells where a firm has moved
_MOVED: Final = re.compile("本社|支社|支店|営業所|当社|弊社|事務所|店舗")
_QUOTED: Final = frozenset("\"'=:")
#: What stands between an office and its number: あおぞら内科（電話 …, 委任先営業所の電話 …
_ITS_NUMBER: Final = re.compile(
    "(?:[(（](?:代表)?(?:電話|TEL|Tel|tel|☎)?|の(?:代表)?電話(?:番号)?)[はが: 　]{0,2}$"
)
_BEFORE_NUMBER: Final = frozenset("(（話号Llはが☎: 　")
_OFFICE_ENDS: Final = re.compile(
    "(?:[内外眼]科|小児科|皮膚科|歯科|医院|クリニック|病院|診療所|薬局|整骨院|(?:営業|事務|事業|保健|交番|駐在|出張|[市区]役|税務|支)所|[支本]店|[支本]社|会社|工場|役場|センター"
    "|ステーション|保育園|幼稚園|こども園|学校|[市区町村]民課|[政務祉育税険康工画設境理民生]課|組合|商店|工務店|公民館|図書館|消防署|警察署"
    "|(?:弁護士|司法書士|行政書士|税理士|社会保険労務士|土地家屋調査士)[ 　]?[^ 　\n、。()]{1,6}[ 　]?[^ 　\n、。()]{0,6})$"
)
_LONGEST: Final = 400  # characters of a line of a block: what is longer is a text, in which something may stand for each of its numbers
_LINES: Final = 4  # of a block, above the line that is looked at
#: The line that names somebody to whom something is sent.
_ADDRESSEE: Final = re.compile(r"(?:様|さま|殿)(?:方)?[ 　]*$")
_SPOKEN_OF: Final = re.compile(
    r"(?:父|母|夫|妻|息子|娘|[長次二三][男女]|祖父|祖母|兄|弟|姉|妹|孫|本人|私|わたし|相談者|申請者|対象者|世帯主)(?:は|が)$"
)


def of_addressee(scene: Scene, place: int) -> bool:
    """Whether what stands at a place belongs to the name above or below it (山田太郎様, and the address on a line of its own), or to
    somebody who is spoken of right before it: 母は世田谷区…"""
    if _SPOKEN_OF.search(scene.text, max(0, place - 5), place):
        return True
    for step in (-1, 1):
        start, end = scene.line(place)
        for _ in range(2):
            at = start - 1 if step < 0 else end + 1
            if not 0 <= at < len(scene.text):
                break
            start, end = scene.line(at)
            if _ADDRESSEE.search(scene.text, start, end):
                if scene.found_within("PERSON", start, end):
                    return True
                break
            if not _REACHED.match(scene.text, start, end):
                break
    return False


def _stands_behind_an_office(text: str, start: int, place: int) -> bool:
    """Whether the word right before a number in its line is the office whose it is, or one whose trade it is to be called."""
    if place == start or text[place - 1] not in _BEFORE_NUMBER:
        return False
    between = _ITS_NUMBER.search(text, max(start, place - 10), place)
    return between is not None and bool(
        _OFFICE_ENDS.search(text, max(start, between.start() - 20), between.start())
    )


def _is_member_of_facility(text: str, place: int) -> bool:
    """Whether a value is one of an object in JSON that names a facility and no person."""
    start = text.rfind("{", max(0, place - _OBJECT), place)
    if start < 0 or "}" in text[start:place]:
        return False
    end = text.find("}", place, place + _OBJECT)
    end = min(len(text), place + _OBJECT) if end < 0 else end
    return _FACILITY_KEY.search(text, start, end) is not None and _PERSON_KEY.search(text, start, end) is None


def _is_said_to_be(text: str, start: int, place: int, end: int) -> bool:
    """Whether what stands before a place, in its line or in its object, says that it is an office's or a firm's own."""
    if _ITS_OWN.search(text, max(start, place - 12), place):
        return True
    if place > start and text[place - 1] in _QUOTED:
        of_help = _FOR_HELP.search(text, max(start, place - 40), place) is not None
        if of_help or _is_member_of_facility(text, place):
            return True
    start, end = max(start, place - _BESIDE), min(end, place + _BESIDE)
    moved = _MOVED.search(text, start, place) and _FIRM.search(text, place, end)
    if moved and not _SOMEBODY_NAMED.search(text, start, end):
        return True
    return _stands_behind_an_office(text, start, place)


def of_office(scene: Scene, place: int) -> bool:
    """Whether what stands at a place is the address or telephone of an office or a firm, as its label, its block or its table says."""
    start, end = scene.line(place)
    if _is_said_to_be(scene.text, start, place, end):
        return True
    if in_example(scene, place) or scene.tables.is_of_offices(place) or of_shop(scene, place):
        return True
    if end - start > _LONGEST or not _REACHED.match(scene.text, start, end):
        return False
    if _SOMEBODY.search(scene.text, start, end):
        return False
    for _ in range(_LINES):
        if not start:
            return False
        start, end = scene.line(start - 1)
        if start == end or _RULE.match(scene.text, start, end) or _SOMEBODY.search(scene.text, start, end):
            return False
        line = scene.text[start:end]
        if _FIRM.search(line) or _OFFICE.fullmatch(line):
            return True
    return False
