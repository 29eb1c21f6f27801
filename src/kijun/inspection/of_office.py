"""Whose an address or a telephone is, where the lines above or the head of its column say it: an office's or a shop's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

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
_RULE: Final = re.compile(r"[ 　]*([-=*_―─━~・＊※.])\1{2,}")
#: The label of a number that is nobody's own.
_ITS_OWN: Final = re.compile(
    r"(?:代表|大代表|直通|内線|総合案内|コールセンター|フリーダイヤル)(?:電話|番号|ダイヤル)?[は:]?[ 　]?$"
)
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


def of_office(scene: Scene, place: int) -> bool:
    """Whether what stands at a place is the address or telephone of an office or a firm, as its label, its block or its table says."""
    start, end = scene.line(place)
    if _ITS_OWN.search(scene.text, max(start, place - 12), place):
        return True
    if _stands_behind_an_office(scene.text, start, place):
        return True
    if scene.tables.is_of_offices(place):
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
