"""Whose an address or a telephone is where a line begins with a shop, a firm or a clinic: ・北島書店 柳町1-5-2 電話 0538-…, and in lists of such lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kijun.inspection.name_lists import SURNAME

if TYPE_CHECKING:
    from kijun.inspection.scene import Scene

_BULLET: Final = re.compile(r"[ ]*(?:[・●○◎■□◆◇▼*-][ ]?|\(?[0-9]{1,3}(?:[.):、]|(?=[ ]))[ ]?)?")
#: What shops are called before their name, and what firms put before theirs: スナック さゆり, (有)小林自転車商会
_KIND: Final = re.compile(
    r"[(（](?:株|有|合|医|福|同|資|一社|公社)[)）]|㈱|㈲|(?:株式|有限|合同|合資)会社|(?:医療|社会福祉|学校|特定非営利活動|NPO|一般社団|一般財団)法人"
    r"|(?:スナック|カフェ|喫茶室?|レストラン|ビストロ|バー|パブ|居酒屋|酒処|味処|食事処|そば処|甘味処|割烹|料亭|小料理|焼肉|焼き鳥|焼鳥|炉端|中華(?:料理|そば)?|ラーメン|らーめん|うどん|そば|寿司|鮨|すし|とんかつ|お好み焼き?"
    r"|ヘアサロン|ヘアーサロン|ヘアメイク|ビューティー?サロン|エステ|ネイル|美容室|美容院|理容室?|床屋|カットハウス|パン工房|ベーカリー|洋菓子|和菓子|菓子工房|ケーキ|ブティック|フラワー|花工房|フォト|スタジオ|ペット|ホテル|旅館|民宿|ペンション|ゲストハウス"
    r"|クリーニング|コインランドリー|ガソリンスタンド|オート|自転車|リサイクル|写真館|学習塾|ピアノ教室|整体|カイロ|鍼灸|ドラッグ|スーパー|コンビニ|NPO)(?=[ 「『・]|[ァ-ヴー一-龥A-Za-z])"
)
_FIRST_WORDS: Final = re.compile(r"[^ \t,、。:(（/|]{2,24}")
#: What the names of shops, firms and clinics end in: 藤井米穀店, 岡本鉄工所, ヤマモトストアー
_ENDS: Final = re.compile(
    "(?:(?<![家部小長建母平納土])屋|(?<![来出])店|[堂軒亭庵]|店舗|工房|商会|商事|商店|製菓|製麺|製茶|製作所|製材所?|鉄工所?|工作所|工務店|工業|工房|建設|建材|建築|土建|土木|設備|電機|電器|電気|石油|産業|興業|物産|水産|青果|精肉|鮮魚|酒造|酒販|醸造|農園|牧場|園芸|造園|花壇|生花"
    "|印刷|写真館|時計|眼鏡|メガネ|呉服|衣料|洋品|洋装|家具|畳|表具|板金|塗装|石材|運輸|運送|交通|タクシー|自動車|モータース|オート|輪業|自転車|不動産|住宅|設計|測量|保険|新聞販売所?|葬祭|葬儀社|典礼|旅館|ホテル|民宿|荘|温泉"
    "|クリニック|医院|病院|診療所|[内外眼]科|小児科|皮膚科|整形外科|耳鼻咽喉科|耳鼻科|産婦人科|泌尿器科|心療内科|精神科|歯科(?:医院)?|接骨院|整骨院|鍼灸院|治療院|薬局|動物病院"
    "|サロン|理容|美容室?|理髪店?|ストアー?|マート|スーパー|ショップ|フーズ|ベーカリー|パン|カフェ|キッチン|食堂|レストラン|クリーニング|サービス|センター|スタジオ|スクール|教室|塾|学園|幼稚園|保育園|こども園"
    "|組合|協会|連合会|連盟|クラブ|本舗|本店|支店|会社|本社|支社|営業所|工場|事務所|町内?会|自治会|商工会|協議会|保存会|婦人会|女性会|老人会|老友会|長寿会|寿会|同好会|後援会|育成会)"
)
#: A heading of lines that are shops' or bodies' one by one
_OF_SHOPS: Final = re.compile(
    "(?:加盟|会員|協力|取扱|取り扱い|指定|参加|協賛|登録|認定|販売|代理)(?:店|事業所|事業者|施設|医療機関|薬局|企業)|商店(?:会|街)|店舗|医療機関|飲食店|宿泊|当番医|企業|団体|クラブ|サークル|(?:施設|事業所|業者|工務店|協会|組合|連盟|支部)(?:の)?(?:一覧|名簿|リスト|連絡先)"
)
#: What makes a line somebody's, whatever shop it names
_SOMEBODY: Final = re.compile(
    "様|さん|さま|氏名|本人|自宅|世帯|実家|携帯|私用|個人|宅[ (電:]|[ (、・](?:父|母|夫|妻|息子|娘|祖父|祖母|兄|弟|姉|妹)[ )、・:]"
)
_SENTENCE: Final = re.compile("[ぁ-ん]{4}|[。がをはへ]|に(?!-)|です|ます")
_REACHED: Final = re.compile("(?:電話|TEL|Tel|tel|☎|℡|FAX)|0[0-9]{1,4}[-(]")
_LONGEST: Final = 160  # characters of a line of a list
_HEAD: Final = 70  # characters from a line's beginning to what stands in it
_SIBLINGS: Final = 3  # lines to each side
_HEADING: Final = 12  # lines above


def of_shop(scene: Scene, place: int) -> bool:
    """Whether what stands at a place belongs to the shop with which its line begins, or its line is one of a list of such lines."""
    start, end = scene.line(place)
    if place - start > _HEAD or end - start > _LONGEST or _SOMEBODY.search(scene.text, start, end):
        return False
    first = _begins(scene, start, end)
    if _SENTENCE.search(scene.text, _named_until(scene, first, place), place):
        return False
    if scene.is_likely_within("PERSON", _named_until(scene, first, place), place):
        return False
    if _is_shop(scene, first, place):
        return True
    return (
        first > start
        and not scene.is_likely_within("PERSON", first, first + 2)
        and _REACHED.search(scene.text, first, end) is not None
        and _stands_among_shops(scene, start, end)
    )


def _begins(scene: Scene, start: int, end: int) -> int:
    """Where a line begins behind the mark or the number of its list."""
    bullet = _BULLET.match(scene.text, start, end)
    return bullet.end() if bullet else start


def _named_until(scene: Scene, first: int, place: int) -> int:
    """Where the word ends with which a line begins; it may hold any kana: 喫茶 おもいで, パンのみせ."""
    words = _FIRST_WORDS.match(scene.text, first, place)
    until = words.end() if words else first
    if _KIND.match(scene.text, first, place):  # スナック さゆり
        second = _FIRST_WORDS.match(scene.text, until + 1, place)
        until = second.end() if second else until
    return until


def _is_shop(scene: Scene, first: int, place: int) -> bool:
    """Whether a line begins with what shops, firms and clinics are called."""
    if _KIND.match(scene.text, first, place):
        return True
    cursor = first
    for _ in range(2):  # みどり台 さくら薬局
        words = _FIRST_WORDS.match(scene.text, cursor, place)
        if words is None:
            return False
        ending = _ENDS.search(words[0], max(0, len(words[0]) - 8))
        while ending is not None and ending.end() < len(words[0]):
            ending = _ENDS.search(words[0], ending.start() + 1)
        if ending is not None and not _is_other(scene, *words.span()):
            return True
        cursor = words.end() + 1
    return False


def _is_other(scene: Scene, start: int, end: int) -> bool:
    """Whether a word that ends like a shop is a surname or says what follows: 土屋, 勤務先病院."""
    return bool(scene.names.kind(start, end) & SURNAME) or any(
        hit.end == end and hit.value not in ("FACILITY", "BANK_ACCOUNT")
        for hit in scene.near("label", start, end)
    )


def _stands_among_shops(scene: Scene, start: int, end: int) -> bool:
    """Whether most of the lines beside one are shops', or the heading of its list says that all are."""
    mark = scene.text[start : start + 1]
    shops = others = 0
    for step in (-1, 1):
        at = start - 1 if step < 0 else end + 1
        for _ in range(_SIBLINGS):
            if not 0 <= at < len(scene.text):
                break
            begin, until = scene.line(at)
            if begin == until or until - begin > _LONGEST or not _REACHED.search(scene.text, begin, until):
                break
            if _is_shop(scene, _begins(scene, begin, until), until):
                shops += 1
            else:
                others += 1
            at = begin - 1 if step < 0 else until + 1
    if shops > 1 and shops > others:
        return True
    return _is_headed(scene, start, mark)


def _is_headed(scene: Scene, start: int, mark: str) -> bool:
    """Whether the line above a list says that it is one of shops."""
    at = start - 1
    for _ in range(_HEADING):
        if at < 0:
            return False
        begin, until = scene.line(at)
        if scene.text[begin : begin + 1] != mark and not scene.text[begin : begin + 1].isdigit():
            return _OF_SHOPS.search(scene.text, begin, until) is not None
        at = begin - 1
    return False
