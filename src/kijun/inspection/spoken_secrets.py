"""Secrets as people tell them: a password that is a word, a watchword, the answer to a secret question, the figures on the back of a card.

Only in people's own notes, and only where the word is all that is said of it.
"""

from __future__ import annotations

import re
from typing import Final

from kijun.inspection.scene import Hit

#: Words behind a label that speak about a secret, and are none.
TALK: Final = frozenset(
    [
        "reset",
        "change",
        "changed",
        "required",
        "policy",
        "field",
        "manager",
        "protected",
        "hash",
        "type",
        "form",
        "login",
        "user",
        "true",
        "false",
        "null",
        "none",
        "string",
        "example",
        "required.",
        "must",
        "should",
        *[
            "secret",
            "password",
            "passwd",
            "text",
            "hidden",
            "input",
            "button",
            "varchar",
            "integer",
            "number",
            "char",
            "optional",
            "please",
            "below",
            "above",
            "unknown",
            "pending",
        ],
        *[
            "mail",
            "email",
            "same",
            "later",
            "issued",
            "expired",
            "forgot",
            "forgotten",
            "lost",
            "update",
            "updated",
            "disabled",
            "enabled",
            "empty",
            "blank",
            "default",
            "unset",
        ],
        *[
            "reissue",
            "reissued",
            "separately",
            "attached",
            "salt",
            "hashed",
            "encrypted",
            "plaintext",
            "plain",
            "http",
            "https",
            "excel",
            "word",
            "windows",
            "google",
            "gmail",
            "teams",
        ],
        *["slack", "zoom", "line", "undefined", "nil", "bool", "boolean", "object", "value"],
    ]
)
_OF_PEOPLE: Final = re.compile(
    r"(?i)(?:パスワード|ﾊﾟｽﾜｰﾄﾞ|ぱすわーど|パスコード|パスフレーズ|パス|暗証|pw|p/w|pass|passwd|pwd|password)"
)
_SAYS: Final = re.compile(r"[ \t]*(?:\([^()\n]{0,16}\)[ \t]*)?(?:(は)|(→|⇒|=>|->)|(:|=))[ \t]{0,3}")
_WORD: Final = re.compile(
    r"[「『\"']?([a-z]{4,24})(?=[」』\"']?(?:です|でした|だ(?!け)|に(?:変更|設定|し)|を入力|でログイン|のまま|[。、)]|[ \t]*(?:\n|$)))"
)
_MIXED: Final = re.compile(
    r"(?:[ぁ-ん]{1,10}|[ァ-ヴー]{1,10}|[一-龥々]{1,6}[ぁ-んァ-ヴー]{0,6}|[ぁ-んァ-ヴー]{1,6}[一-龥々]{1,4})[A-Za-z]{0,8}(?:[0-9]{2,8}[!#$%&@?*+_.-]{0,3}|[!#$%&@?*+_-]{1,3}[0-9]{0,8})(?![!-~ぁ-んァ-ヴー一-龥々])"
    r"|(?:[ぁ-ん]{1,10}|[ァ-ヴー]{1,10}|[一-龥々]{1,6}[ぁ-んァ-ヴー]{0,6})[A-Za-z]{0,8}[0-9]{2,8}[!#$%&@?*+_-]{0,3}(?=です|でした|だよ|に(?:変更|設定|し)|を入力)"
    r"|[0-9]{3,8}(?!ケタ|ヶ|カ|か月|つ|ビット|バイト|ページ|キャラ|タイプ|セット|まで|から|より|など|です|でした|だ|のまま|にし|を|に|が|は|と|も|で|の)(?:[ぁ-ん]{3,10}|[ァ-ヴー]{3,10})[!#$%&@?*+_-]{0,3}(?=です|[。、」)]|[ \t]*(?:\n|$))"
)
_MIXED_TALK: Final = re.compile(
    r"(?:別紙|別添|資料|様式|別表|図|バージョン|第|約|最大|最低|最小|計|全|各|上|下|末尾|先頭|西暦|平成|令和|昭和|番号|コード|内線|電話|英数|英字|半角|全角|数字|文字|記号|以上|以下|以内|月|年|日|参照|通知|変更|必須|設定|必要|確認|忘れ|不明|連絡|郵送|入力|再発行|登録|例えば|なし|あり|未定)"
)
_KANA: Final = r"([ぁ-ん]{3,12}?|[ァ-ヴー]{3,12}?)"
_KANA_WORD: Final = re.compile(
    rf"[「『\"']?{_KANA}(?=[」』\"']?(?:です|だよ|でした|に(?:し|決め|変え)|でお願い|[。、)]|[ \t]*(?:\n|$)))"
)
_QUOTED_KANA: Final = re.compile(
    rf"[「『\"']{_KANA}(?=[」』\"'](?:です|だよ|でした|に(?:変更|設定|し)|を入力|[。、)]|[ \t]*(?:\n|$)))"
)
_KANA_TALK: Final = re.compile(
    r"(?:.*(?:ない|ます|ません|ください|ましょう|して|しよう|よう|まま|から|まで|もの|こと|なし|あり|ある|いる|する|した|され|です|ですか|ない)|(?:ひみつ|みんな|いつも|なに|なん|どれ|どこ|これ|それ|あれ|いつ|だれ|べつ|"
    r"おかしも?|おはしも?ち?|いかのおすし|ほうれんそう|ひらがな|カタカナ|アルファベット|ローマジ|ランダム|ログイン|メール|チャット|ファイル|システム|テスト|リセット|ロック|エラー|スマホ|パスワード|アンゼン|ボウサイ|オン|オフ))$"
)
#: What a watchword is where it is a slogan: 今年の合言葉は…
_SLOGAN: Final = re.compile(
    r"(?:年|年度|運動|大会|活動|地域|まち|[市町村区]|クラス|学校|チーム|みんな|防災|防犯|安全|避難|訓練|プロジェクト|事業|私たち|我々|職員|課|部)の$"
)
_ANSWER: Final = re.compile(
    r"[ \t]*(?:は|:|=|→)[ \t]*(?:[「『\"']([^」』\"'\n]{1,20})(?=[」』\"'])|([ぁ-んァ-ヴー一-龥々A-Za-z0-9]{2,16}?)(?=です|でした|だよ|[。、,)]|[ \t]*(?:\n|$)))"
)
_ANSWER_TALK: Final = re.compile(
    r"(?:登録|設定|未|なし|忘れ|不明|必須|必要|変更|入力|確認|別途|任意|非公開|ない|何|どこ|.*(?:の旧姓|の名前|ない|ます|ください|済み?|こと|する|した|できる|される)$)"
)
#: The three or four figures on the back of a card
_CARD_CODE: Final = re.compile(
    r"[ \t]*(?:\([^()\n]{0,10}\)[ \t]*)?(?:は|:|=|→|#)?[ \t]{0,3}[「『\"']?([0-9]{3,4})(?![0-9A-Za-z]|[ ]?(?:桁|ケタ|けた|文字|回|つ|件|円|年|月|日|番|個|名|人|種|点|社|分|秒|%|[-~〜・、,/][ ]?[0-9]))"
)
_CARD_LABELS: Final = frozenset(("セキュリティコード", "security code"))
_WATCHWORDS: Final = frozenset(("合言葉", "合い言葉"))

_FIGURES_OR_MIXED: Final = r"[「『(\"']?([0-9]{4,10}(?![!'*-.0-9A-Z^-z])|(?=[a-z_.-]{0,30}[^a-z_.\s])[A-Za-z0-9!#$%&@?*+_.-]{5,40}+(?<!\.))"
#: Sentences that lead from a label to what it is
_LATER: Final = re.compile(
    r"(?:"
    r"(?:[をがは]|も)?(?:変わりました|変わった|変えました|変えた|変更しました|変更になりました|新しくなりました)[。、!]?[ ]?(?:(?:今|現在|今度|新しいの|新しい方)は|→)[ ]?"
    r"|[はが](?:今月|来月|今日|本日|明日|昨日|先週|今週|今年度|新年度|[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}/[0-9]{1,2})から[ ]?"
    r"|[はが、]{0,2}(?:[^\n。、]{0,6}?(?:前|以前|昨年|去年|これまで|今まで|元))?の?まま[ ]?(?:の|で|、)?[ ]?(?=[「『(A-Za-z0-9])"
    r"|(?:を|は|が)?(?:お知らせ|ご連絡|お送り|ご案内|ご通知|通知|送付|連絡)(?:いたし|し|致し)(?:ます|ました)[。:]?[ 　]?\n[ 　\n]{0,6}"
    r"|(?:は|が)(?:以下|次|下記)の(?:とおり|通り)(?:です|となります|になります)?[。:]?[ 　]?\n?[ 　\n]{0,6}"
    r"|(?:って|は|を|の)?[^\n。?]{0,8}(?:何|なん|教えて|わかり|分かり|いくつ)[^\n。?]{0,14}(?:[?。][ ]?\n?|\n)(?:→|>|-)?[ ]?(?:[^\s:A-Za-z0-9]{1,8}:[ ]?)?"
    r"|を[^\n。、「『A-Za-z0-9]{1,12}[ ]?(?=[「『]?[!-~]{4,40}[」』]?[ ]?[にへ](?:し|変|設|戻|直|リセ))"
    r"|を[^\n。]{1,40}?[「『]?(?:前|今|元|次|新しい|正しい|本当)の(?:番号|数字|もの|方)[はが][ ]?"
    r"|の?ヒント[はが:][^\n]{1,40}(?:→|⇒|=|=>)[ ]?"
    r"|[^\n。()0-9]{0,24}\((?:(?:数字|英数字)?[0-9四六八]{1,2}桁[はが:]?)[ ]?"
    r")" + _FIGURES_OR_MIXED
)
_LETTER_NAMES: Final = (
    "ダブリュー|エックス|エイチ|エッチ|ジェー|ジェイ|キュー|アール|ティー|ディー|ゼット|ケー|ケイ|エフ|エル|エム|エヌ|エス|ブイ|ワイ|エー|ビー|シー|イー|ジー|アイ|オー|ピー|ユー"
    "|ゼロ|ぜろ|マル|まる|れい|レイ|イチ|いち|サン|さん|ヨン|よん|ロク|ろく|ナナ|なな|ハチ|はち|キュウ|きゅう|ニイ|にい|ゴー|ニ|に|ゴ|ご|[0-9]{1,4}"
    "|アットマーク|アンダーバー|アンダースコア|ビックリマーク|びっくりマーク|エクスクラメーション|アスタリスク|パーセント|スラッシュ|ハイフン|シャープ|ドット|ドル|スター|プラス|[A-Za-z]"
)
#: A secret that is told character by character: 大文字のエー、小文字のビー、数字の3、シャープ
_SPELT: Final = re.compile(
    rf"[ ]?(?:は|が|:)[ 、]?[「『]?((?:(?:英?大文字|英?小文字|数字|英字|記号)の?)?(?:{_LETTER_NAMES})(?:[、・ ,-]{{1,2}}(?:(?:英?大文字|英?小文字|数字|英字|記号)の?)?(?:{_LETTER_NAMES})){{3,30}})(?![A-Za-z0-9桁文])"
)
#: The lines of a list below its head: 回復コード\n1. 7f3k-92mp\n2. q8zt-41xn
_LIST_BEGINS: Final = re.compile(
    r"[ ]?(?:一覧|\([^()\n]{0,20}\))?(?:は(?:以下|次)の(?:とおり|通り)(?:です)?)?[ ]?[:。]?[ ]?\n"
)
_MARK: Final = r"[ \t]{0,4}(?:[-・*•][ ]?|[0-9]{1,2}[.):][ ]?|[①-⑳][ ]?)"
_ITEM: Final = re.compile(rf"{_MARK}([A-Za-z0-9][A-Za-z0-9-]{{4,40}})[ \t]*(?:\n|$)")
#: A line of codes that are listed without a mark: 8421 9930
_LINE: Final = re.compile(
    rf"(?:{_MARK})?([A-Za-z0-9]{{4,12}}(?:[ -][A-Za-z0-9]{{4,8}}){{0,7}})[ \t]*(?:\n|$)"
)
_OF_CODES: Final = re.compile(r"(?i)(?:コード|codes?|回復キー|リカバリーキー|recovery keys?)$")


#: A passphrase of several words, which only its end shows: パスフレーズは kawa no nagare 77 です
_PHRASE: Final = re.compile(
    r"[ ]?(?:は|:|=)[ ]?[「『\"']?([a-z]{2,12}(?:[ -][a-z0-9]{2,12}){2,23})(?=[」』\"']?[ ]?(?:です|でした|[。、()]|\n|$))"
)
_PHRASE_TALK: Final = re.compile(
    r"\b(?:must|should|at|least|the|is|are|be|characters|your|to|of|for|and|or|not|with|words|please)\b"
)


def told_after(text: str, label: Hit) -> tuple[int, int] | None:
    """What a sentence or a spelling leads to from a label: パスワード変わりました。今は kita-26 です."""
    spelt = _SPELT.match(text, label.end)
    if spelt is not None and not spelt[1].isascii():
        return spelt.span(1)
    if "フレーズ" in text[label.start : label.end] or text[label.start : label.end].lower() == "passphrase":
        phrase = _PHRASE.match(text, label.end)
        if phrase is not None and not _PHRASE_TALK.search(phrase[1]):
            return phrase.span(1)
    later = _LATER.match(text, label.end)
    return None if later is None else later.span(1)


def listed_after(text: str, label: Hit) -> list[tuple[int, int]]:
    """The values of a list that stands below a label; none where it has one item only."""
    begins = _LIST_BEGINS.match(text, label.end)
    found: list[tuple[int, int]] = []
    each = _LINE if _OF_CODES.search(text[label.start : label.end]) else _ITEM
    item = each.match(text, begins.end()) if begins is not None else None
    while item is not None and len(found) < 24:
        found.append(item.span(1))
        item = each.match(text, item.end())
    return found if len(found) > 1 else []


def word_after(text: str, label: Hit) -> tuple[int, int] | None:
    """A password that is a word, where it is all that is said of the label: パスワードはkomorebiです, 合言葉はやまとかわ."""
    name = text[label.start : label.end]
    if name.lower() in _CARD_LABELS:
        return card_code_after(text, label.end)
    says = _SAYS.match(text, label.end)
    if name in _WATCHWORDS:
        if says is None and text[label.end : label.end + 1] not in ("「", "『"):
            return None
        kana = _KANA_WORD.match(text, label.end if says is None else says.end())
        if kana is None or _SLOGAN.search(text, max(0, label.start - 8), label.start):
            return None
        return None if _KANA_TALK.match(kana[1]) else kana.span(1)
    if says is None:
        return None
    if not _OF_PEOPLE.search(name):
        return None
    quoted = _QUOTED_KANA.match(text, says.end())
    if quoted is not None and not _KANA_TALK.match(quoted[1]):
        return quoted.span(1)
    mixed = _MIXED.match(text, says.end())
    if mixed is not None and not _MIXED_TALK.search(mixed[0]) and len(mixed[0]) > 3:
        return mixed.span()
    # What follows a colon in a program is a type or a name; in a note of people it is the password.
    if says[3] and name.isascii() and name.lower() not in ("pw", "p/w"):
        return None
    word = _WORD.match(text, says.end())
    return None if word is None or word[1] in TALK or len(set(word[1])) < 3 else word.span(1)


def answer_after(text: str, place: int) -> tuple[int, int] | None:
    """The answer to a secret question that is told at a place."""
    answer = _ANSWER.match(text, place)
    if answer is None or _ANSWER_TALK.match(answer[answer.lastindex or 0]):
        return None
    return answer.span(answer.lastindex or 0)


def card_code_after(text: str, place: int) -> tuple[int, int] | None:
    """The figures of a card's code that is told at a place."""
    figures = _CARD_CODE.match(text, place)
    return None if figures is None else figures.span(1)
