"""What looks like a name and is nobody's: figures of history and fiction, clubs, museums, words, examples of how to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from ahocorasick_rs import AhoCorasick

from kijun.inspection.name_lists import COMMON, SURNAME, short_romaji
from kijun.inspection.name_romaji import is_plain_english, is_spoken_to, stands_in_no_name
from kijun.inspection.name_view import Place, View
from kijun.inspection.rule import read_yaml
from kijun.inspection.taken import Taken

#: Behind a name these make it a club, a cup or a street.
_OF_SOMEBODY: Final = re.compile(
    r"(?:老人|少年|少女|野球|サッカー|テニス|ゴルフ|ソフトボール|バレー|卓球|婦人|女性|子供|子ども|こども|スポーツ|長寿|シニア|ジュニア|陸上|水泳|柔道|剣道|少年野球|ライオンズ|ロータリー|FC|SC){0,2}(?:クラブ|カップ|チーム|サークル|ロータリー|ライオンズ)"
)
_CALLED_SO: Final = re.compile(
    r"(?:さん|ちゃん|くん)(?:ぽ|ご礁|通り(?![魔すがか])|坂|橋|公園|広場|祭|まつり|体操|カップ|音頭|号|バス|人形)"
)
#: Groups of a nursery, named in kana after flowers and animals: さくら組, うさぎぐみ
_GROUP: Final = re.compile(r"[ぁ-んァ-ヴー]{0,3}(?:組|ぐみ)(?![長合員織む])")
#: What of a town is spoken of rather than of somebody: 金沢の病院, 仙台の大学
_OF_TOWN: Final = re.compile(
    r"の(?:病院|大学|高校|施設|老健|特養|会社|支店|支社|工場|寮|ホーム|ホテル|市立|県立|国立|総合|専門学校|サービス付)"
)
#: A line of rivers, districts or stations, and of surnames as such: 河川水位 荒川（熊谷）、…, 名字の多い順 佐藤、…
_OF_PLACES: Final = re.compile(
    r"水位|河川|水系|流域|停電|断水|観測所|ダム(?:放流|の)|(?:注意報|警報)の(?:区域|地域)|(?:対象|収集|配達|営業|予報|区域|停車|経由)(?:区域|地域|地区|エリア|駅|地)|停車駅|途中駅|[上下]り線|予報区"
    r"|(?:名字|苗字|名前|姓)の?(?:多い|ランキング|順位|由来|分布|珍しい|人気|調査)|多い(?:名字|苗字|姓)"
)
_BEFORE_TRACES: Final = frozenset("の本陣城館居屋生終古")
_LONG: Final = str.maketrans("āēīōūĀĒĪŌŪ", "aeiouAEIOU")
_WITHIN: Final = 120  # characters of a line to each side
_BESIDE_IN_LIST: Final = frozenset("、・,()/→-〜~ 。")
#: What is left of somebody of old times: 小早川秀秋陣跡
_TRACES: Final = re.compile(r"の?(?:本)?(?:陣跡|城跡|館跡|居館|屋敷跡|生誕の?地|終焉の地|古戦場)")
#: A family of old times: 藤原氏の栄華, 北条氏の城跡
_FAMILY: Final = re.compile(
    r"氏(?:の|が|による)?(?:栄華|滅亡|滅び|城|一族|居城|子孫|支配|領|家臣|家紋|菩提|墓|館|末裔|勢力|興亡|時代|台頭|系図|ゆかり|山城|古文書|物語)"
)
#: Behind a figure of history, with or without what they are called, what keeps their memory: 渋沢栄一翁顕彰事業, 伊能忠敬先生銅像
_IN_MEMORY: Final = re.compile(
    r"(?:翁|先生|博士|女史|公|卿|氏|大師)?(?:の|を)?(?:顕彰|記念|銅像|胸像|立像|座像|像(?!と)|遺徳|遺訓|遺品|遺墨|生誕|誕生|没後|生家|旧居|旧宅|旧邸|邸跡|墓|碑|文学|賞|基金|財団|奨学|忌|祭|ゆかり|しの[びぶん]|偲[びぶん]|たたえ|称え|伝|展|資料|特別展|企画展|ミュージアム|杯)"
)
#: The digits and the letter of a number plate: 桐野 300 さ 12-34
_PLATE: Final = re.compile(r" ?[0-9]{2,3} ?[ぁ-ん] ?[・.0-9]{1,4} ?-? ?[0-9]{2}")
_PLATE_BEGINS: Final = frozenset(" 0123456789")
_EXAMPLE: Final = re.compile(
    r"(?:記入|記載|入力|書き方の?|表記)例[^\n]{0,3}[:】)\] ]|(?:\A|(?<=\n))\(?例[):] ?[^\n]{1,24}(?=\n|\Z)"
)
_LIKE_GOD: Final = frozenset({"神", "王", "仏", "奥", "殿", "天", "女王", "若"})
_OF_FORM: Final = ("様式", "様々", "様態", "様相")
_ADDRESSED: Final = re.compile(r"\)? ?(?:さん|さま|様(?!式)|氏(?!名)|-san|-sama)")
#: Orders of SQL, beside which words with capitals are columns and tables.
_ORDERS: Final = frozenset(
    {"SELECT", "INSERT", "INTO", "WHERE", "UPDATE", "DELETE", "JOIN", "HAVING", "VALUES", "VARCHAR", "ALTER"}
)
#: What somebody was at an old court. Some are surnames as well and say so only where the text speaks of old times.
_COURT: Final = "皇太后|太皇太后|皇后|女御|尚侍|典侍|女院|法皇|上皇|天皇|親王|内親王|斎王|関白|摂政|征夷大将軍|将軍|執権|管領|大老|老中|太閤|太政大臣|左大臣|右大臣|内大臣|大納言|中納言|少納言|藩主|城主|国司"
_COURT_TOO: Final = "中宮|斎宮|更衣|御息所|北政所|東宮|春宮"
_AT_COURT: Final = re.compile(rf"(?:{_COURT}|{_COURT_TOO})[ ・の]?")
_COURT_BEFORE: Final = re.compile(rf"(?:{_COURT}|{_COURT_TOO})・?\Z")
_COURT_TITLES: Final = re.compile(_COURT)
_LONGEST_TITLE: Final = 6
_OLD_TIMES: Final = re.compile(
    "天皇|朝廷|平安|鎌倉時代|室町|戦国|江戸時代|幕府|仕え|入内|出家|女房|物語|和歌|藤原|源氏|内親王|皇女|群行|絵巻|宮中|大河ドラマ|サロン|中宮定子|中宮彰子"
)
_OLD_WITHIN: Final = 60
_ACTS: Final = frozenset("がはもへ:、")
_NEAR: Final = 12  # characters from a line's beginning
#: What may make a word before it nobody begins with one of these.
_BEHIND: Final = frozenset("様氏さちく老少野サテゴソバ卓婦女子こス長シジ陸水柔剣クカロラFS")


def without_nobody(view: View, places: Iterable[Place], certain: Mapping[Place, str]) -> set[Place]:
    """The places but for those that are nobody's; what is certain stays, unless it is an example."""
    kept = set(places)
    text = view.text
    known = historical()
    past = [
        (start, _memory(text, end))
        for start, end in kept
        if text[start:end] in known and (_IN_MEMORY.match(text, end) or not _is_of_today(view, start, end))
    ]
    examples = _examples(view) if "例" in text else []
    if past or examples:
        gone = Taken()
        for start, end in sorted({*past, *examples}, key=lambda place: (place[0] - place[1], place)):
            if gone.free(start, end):
                gone.take(start, end)
        kept = {place for place in kept if gone.free(*place)}
    special = _special()
    if _AT_COURT.search(text):
        kept = {place for place in kept if place in certain or not _is_at_court(view, *place)}
    kept = {place for place in kept if place in certain or not _is_nobody(view, *place, special)}
    if _OF_PLACES.search(text):
        kept = {place for place in kept if not _is_of_places(view, *place)}
    return kept


def _examples(view: View) -> list[Place]:
    """The lines that begin by saying that they are an example of how to fill in."""
    lines = ((match.start(), view.scene.line(match.start())) for match in _EXAMPLE.finditer(view.text))
    return [line for place, line in lines if place - line[0] < _NEAR]


def _memory(text: str, end: int) -> int:
    """Where what keeps somebody's memory ends behind their name."""
    match = _IN_MEMORY.match(text, end)
    return match.end() if match else end


def _is_of_today(view: View, start: int, end: int) -> bool:
    """Whether a label or an honorific says that a name of history is somebody's here."""
    if end in view.after["honorific"] or end in view.after["title"] or end in view.aged:
        return True
    label = view.scene.label(start)
    if label is None or label.type != "PERSON" or label.strength <= 0.8:
        return False
    said = view.scene.last("label", start, 2)
    # the 子 of 彰子、清少納言 says of nobody that they are a child
    return not (said and said.end - said.start == 1 and view.scene.kinds[said.start - 1 : said.start] == "j")


def _is_nobody(view: View, start: int, end: int, special: frozenset[str]) -> bool:
    text = view.text
    word = text[start:end]
    after = text[end : end + 1]
    if word.isascii() and (_is_of_program(view, start, end, word) or _is_history_in_latin(word)):
        return True
    if after in _BEHIND and _makes_nobody(text, end, word, after):
        return True
    if after in _BEFORE_TRACES and _TRACES.match(text, end):
        return True
    if after == "の" and word in view.prefectures and _OF_TOWN.match(text, end):
        return True
    if _is_kana(word[-1]) and (after in "組ぐ" or _is_kana(after)) and _GROUP.match(text, end):
        return True
    if after and after in _PLATE_BEGINS and _PLATE.match(text, end):
        return True
    if word in special and (word in _fictional() or not _is_of_today(view, start, end)):
        return (
            word not in _words_acting() or text[start - 1 : start] == "の" or not (after and after in _ACTS)
        )
    if word[-1] in "氏様" and len(word) > 1 and view.names.kind(start, end - 1) & SURNAME:
        return not view.names.kind(start, end) & COMMON  # 関氏 of 関氏、辻氏
    return end - start > 2 and bool(view.things) and _cuts_a_thing(view, start, end)


def _is_history_in_latin(name: str) -> bool:
    """Whether a figure of history is named in Latin letters, in either order: Sakamoto Ryoma, Natsume Sōseki."""
    words = [short_romaji(plain.lower()) for plain in name.translate(_LONG).split()]
    return len(words) == 2 and not {" ".join(words), " ".join(words[::-1])}.isdisjoint(_historical_latin())


def _is_kana(char: str) -> bool:
    return "ぁ" <= char <= "ヴ" or char == "ー"


def _is_of_places(view: View, start: int, end: int) -> bool:
    """Whether a word stands in a line of rivers, districts or stations, with marks of a list beside it and nothing that speaks for a name."""
    text = view.text
    if end in view.cued_ends and text[end : end + 1] not in ("(", "、") and end not in view.thing_ends:
        return False
    line = view.scene.line(start)
    if not _OF_PLACES.search(text, max(line[0], start - _WITHIN), min(line[1], end + _WITHIN)):
        return False
    after, before = text[end : end + 1], text[start - 1 : start]
    return (not after or after == "\n" or after in _BESIDE_IN_LIST) and (
        not before or before == "\n" or before in _BESIDE_IN_LIST or before in "がは:"
    )


def _is_of_program(view: View, start: int, end: int, word: str) -> bool:
    """Whether all of it are words of SQL, of a table's head or of English, or one is an order of SQL: SELECT Name FROM Persons."""
    if is_plain_english(word) or stands_in_no_name(word):
        return _ADDRESSED.match(view.text, end) is None and not is_spoken_to(view.text, start)
    return not _ORDERS.isdisjoint(word.split())


def _is_at_court(view: View, start: int, end: int) -> bool:
    """Whether it begins with what somebody was at an old court, or is the name behind that: 中宮彰子, 関白道長."""
    text = view.text
    title = _AT_COURT.match(text, start, end)
    if title is not None:
        alone = title.end() == end
    else:
        title = _COURT_BEFORE.search(text, max(0, start - _LONGEST_TITLE), start)
        alone = False
    if title is None or alone or _is_of_today(view, start, end):
        return False
    if _COURT_TITLES.match(text, title.start()):
        return True
    return _OLD_TIMES.search(text, max(0, start - _OLD_WITHIN), end + _OLD_WITHIN) is not None


def _makes_nobody(text: str, end: int, word: str, after: str) -> bool:
    """Whether what stands right behind a word makes it no name."""
    if after == "様":
        return word in _LIKE_GOD or text.startswith(_OF_FORM, end)
    if after == "氏":
        return _FAMILY.match(text, end) is not None
    return _CALLED_SO.match(text, end) is not None or _OF_SOMEBODY.match(text, end) is not None


def _cuts_a_thing(view: View, start: int, end: int) -> bool:
    """Whether a word for a place or a firm begins in it and ends behind it: 井上靖文 of 井上靖文学館."""
    return any(view.things.get(place, 0) > end for place in range(start + 1, end))


@lru_cache(maxsize=1)
def historical() -> frozenset[str]:
    """Figures of history, whom everybody may name."""
    return frozenset(map(str, read_yaml("names.yaml")["historical"]))


@lru_cache(maxsize=1)
def _historical_latin() -> frozenset[str]:
    return frozenset(
        " ".join(map(short_romaji, str(name).split())) for name in read_yaml("names.yaml")["historical_latin"]
    )


@lru_cache(maxsize=1)
def _historical_names() -> AhoCorasick:
    return AhoCorasick([name for name in historical() if len(name) > 2], store_patterns=False)


def names_history(text: str) -> bool:
    """Whether a few words name a figure of history."""
    return bool(_historical_names().find_matches_as_indexes(text))


@lru_cache(maxsize=1)
def _fictional() -> frozenset[str]:
    return frozenset(map(str, read_yaml("names.yaml")["fictional"]))


@lru_cache(maxsize=1)
def _special() -> frozenset[str]:
    """Figures of fiction, and words that are surnames as well and names only where something says so."""
    return _fictional() | _words_acting() | frozenset(map(str, read_yaml("names.yaml")["words"]))


@lru_cache(maxsize=1)
def _words_acting() -> frozenset[str]:
    """Those of them that are names too where they do something: 大杉が説明."""
    return frozenset(map(str, read_yaml("names.yaml")["words_acting"]))
