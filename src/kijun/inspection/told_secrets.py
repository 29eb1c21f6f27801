"""Secrets that a talk leads to: asked for in one message and told in the next, told sentences later, or where nothing but what is done with them says so.

Each finding needs three things: a word near it that a secret is talked about, nothing between that makes it another thing's, and the way
in which one is told (「…」で開きます, …だそうです, a line of its own).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kijun.inspection.scene import Hit
from kijun.inspection.secret_values import OTHER_FIGURES, UNITS, is_example, looks_secret

_REACH: Final = 110  # characters from the word to what is told
_LINES: Final = 4  # lines below a question in which it is answered
#: A value as people make them up: letters with figures or marks; and figures alone, also in groups
_MADE_UP: Final = re.compile(r"(?<![!-~])[\"']?([A-Za-z0-9#$%&@!?*+~_.=^-]{5,40})(?![!-~])")
_FIGURES: Final = re.compile(
    r"(?<![0-9A-Za-z.,:/*#$%&@+-])([*#]?[0-9]{4,8}[*#]?|[0-9]{3}[ -][0-9]{3}|[0-9]{2}[ -][0-9]{2}[ -][0-9]{2}|[0-9](?:[・、-][0-9]){3,7}|[0-9](?:-[0-9]){2})(?![0-9A-Za-z/:%+*#-]|[.,][0-9]|[ ]?円)"
)
#: What things are called that figures or letters also stand behind
_OTHERS: Final = re.compile(
    r"電話(?![でにしをくが口])|内線|TEL|Tel|FAX|メールアドレス|アカウント(?:名)?[はが:]|I[Dd](?:[はが:]|[ ]?[0-9])|ユーザー?名?[はが:]|部屋|号室|教室|バージョン|型番|品番|整理番号|受付番号|申請番号|管理番号|口座番号|会員番号|職員番号|社員番号"
    r"|番地|日付|締切|例えば|たとえば|例[:は)]|長さ|文字以上|桁以上|以上|以下|手順書|マニュアル|ページ|ファイル名|サーバー?名|ホスト名|ネットワーク名|ポート|様式|資料|議案|予算|商品|製品|機種|https?:"
)
#: Products and standards, rooms and forms: Windows11, SHA-256, B-204
_NAMED: Final = re.compile(
    r"(?:(?i:windows|office|microsoft|chrome|edge|firefox|safari|ios|ipados|android|macos|ubuntu|java|python|html|http|ipv|excel|word|acrobat|utf|sha|md|aes|rsa|wpa|tls|oauth|saml|fido|web|server|iphone|ipad|galaxy|pixel|xperia|covid|usb|type|step|ver|version|no|page|fig|table|line|room|floor|gate|seat)[-._ ]?[0-9]{1,4}[A-Za-z0-9.-]{0,6}"
    r"|[A-Z]{1,6}[-_.]?[0-9]{1,4}(?:-[0-9]{1,3})?|[0-9]{1,4}[A-Za-z]{1,3}|[A-Za-z]{1,12}-?[0-9]|[0-9.,:/-]{1,40}|[A-Za-z-]{1,40}[.!?]{0,3}|[A-Za-z0-9_.+-]{1,40}@[A-Za-z0-9.-]{1,60}|[A-Za-z0-9_-]{1,40}(?:\.[A-Za-z0-9_-]{1,20}){0,3}\.[A-Za-z]{2,5}|[RHS][0-9]{1,2}[.-][0-9.-]{1,6}|[a-z_]{1,40}=.{0,40}|--?[A-Za-z].{0,40})\Z"
)
#: How one is told, right behind it
_TOLD: Final = re.compile(
    r"[」』\"']?[ ]?(?:(?:だ|って)?そうです|だって|だと(?:思|聞|言|の)|だったと|らしい|のはず|でした|です(?!か[?。]|が、[^。]{0,12}(?:違|ない))|だよ|とのこと"
    r"|に(?:し(?:た|ま|て)|変え|変更|なっ|なり|設定|戻し|直し)|で(?:開|入れ|入り|ログイン|解|通(?:り|る)|つなが|接続|アクセス|保護|ロック|暗号化|サインイン)"
    r"|(?:を|と|って)(?:入れ|入力|打|使って|押|教え|お?伝え|タイプ)|と(?:言|いう|記|書|あり|表示|出)|って(?:言|出|いう))"
)
#: As `_TOLD`, of figures: with what is done with nothing but a code
_TOLD_FIGURES: Final = re.compile(
    r"[」』\"']?[ ]?(?:(?:だ|って)?そうです|だって|だったと|らしい|のはず|とのこと|に(?:し(?:た|ま|て)|変え|変更|なっ)|を(?:使用|ご?利用)|で(?:開|解|入れ|ログイン)"
    r"|(?:を|と)(?:入れ|入力|打|押)|と(?:記|書|表示|出)|って(?:出|表示)|[#＃](?:を押)?|だと(?:思|聞|言|本人)|[」』](?:です|でした))"
)
#: What nothing but a secret is good for
_USED: Final = re.compile(
    r"[」』\"']?[ ]?(?:で(?:開|解|入れ|ログイン|つなが|サインイン)|を(?:入れて|入力|打)|と(?:打|入力|入れ))"
)
_ENDS: Final = re.compile(r"[」』\"']?[ ]?(?:[。、)(/]|だ[。、)]|$|\n)")
_LEADS: Final = re.compile(r"(?:つまり|要は|答えは?:?|正解は|今は|現在は|→|⇒|=|:)[ 「『\"]{0,2}\Z")
#: A line that holds nothing but what was asked for, with who says it before: 10:03 門脇: Asagao#91
_ANSWER: Final = re.compile(
    r"[ \t]{0,4}(?:\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\]?[ ]?)?(?:[^\s:>「」『』!-9<-~。、]{1,10}[ ]?[:>]?[ ]?(?=[「『])|[^\s:>「『。、0-9]{1,12}[ ]?[:>][ ]?|[-・*>→⇒][ ]?)?(?:(?:うん|はい|ええ|あ|今は|たしか|確か|たぶん|えっと|それなら|えーと)[、 ]{0,2}){0,2}[ ]?[「『\"']?"
    r"([A-Za-z0-9#$%&@!?*+~_.=^-]{4,40}|[0-9]{2,4}(?:[ -][0-9]{2,4}){1,2})[」』\"']?[ ]?(?:です[。!よ]{0,2}|でした。?|だよ。?|だった。?|になります。?|ですね。?|っす|[。])?[ \t]{0,4}(?:\n|$)"
)
_ASKS: Final = re.compile(
    r"[?]|教え|何(?!も)|なん(?!とか)|わか(?:る|り|ん)|分か|知って|知りたい|なくし|いくつ|どれ|思い出せ|忘れ(?:た|まし)"
)
_ASKS_NUMBER: Final = re.compile(r"ナンバー|番号|暗証|数字|何番|いくつ|パス|合わせ方")
_ASKS_WHERE: Final = re.compile(r"(?i)wi-?fi|無線|ログイン|解凍|zip")
_ANNOUNCES: Final = re.compile(
    r"(?:です|となります|になります|ます|下記|以下|次|こちら|とおり|通り|送付|連絡|ご案内|件|【[^】\n]{1,16}】[^\n]{0,30})[。:]?[ ]?\n|(?:次|下)の文字列[^\n]{0,24}\n"
)
#: What comes by itself: コード届きました → 614 093, 六桁きました。271945
_ARRIVED: Final = re.compile(
    r"[^0-9\n]{0,12}?(?:届|来|き|表示され|出)(?:まし|た|て|い)[^0-9\n]{0,28}?(?=[0-9])"
)
_BEFORE_CODE: Final = re.compile(
    r"(?<![0-9A-Za-z.,:/+-])(?:[A-Z]-)?([0-9]{4,8}|[0-9]{3}[ -][0-9]{3})(?: is (?:your|the)(?: [A-Za-z]{1,16}){0,4} ?$| to (?:finish|complete|verify|confirm|sign|log|continue)[^.\n]{0,40}$|[ ]?(?:が|は)[ ]?(?:[A-Za-z]{1,16}|[^\s0-9A-Za-z。、]{1,8})[ ]?の(?:ログイン|本人)?$)"
)
_USE_TO: Final = re.compile(
    r"\b(?:[Uu]se|[Ee]nter|[Tt]ype) ([0-9]{4,8}|[0-9]{3}[ -][0-9]{3}) (?:to|as) (?:finish|complete|verify|confirm|sign|log|continue|your|the)"
)
_ENGLISH: Final = re.compile(
    r"[^.;:\n\"]{0,44}?(?: (?:is|was|are|to|type|enter|use|with)|:|=) [\"']?(?:now |still )?([!-~]{4,40})"
)
_BRACKETS: Final = re.compile(r" \(([A-Za-z0-9#$%&@!?*+~_.=^-]{5,40})\)")
_UNLOCKS: Final = re.compile(
    r"(?i)(?:locked|protected|encrypted|opens|unlocks?|log in|sign in|login) with (?:the password )?[\"']?([!-~]{5,40})"
)
#: A lock and its figures: Alarm code for the annex: 90417, PIN for the card is 4490
_ENGLISH_FIGURES: Final = re.compile(
    r"(?: for [a-z' ]{1,30}| of [a-z' ]{1,30}|[a-z' ]{1,44}(?=:))?(?: is| was|:|=)? ?(?:now )?[\"']?([*#]?[0-9]{4,8}[*#]?|[0-9]{1,2}(?:-[0-9]{1,2}){2,3})(?=[\"']?(?:[.,;!)]|\s|$))"
)
#: How long it is, before it: 生年月日8桁のまま：19870513; and in which letters: 小文字でkawasemi、
_LONG: Final = re.compile(
    r"[^\n。0-9]{0,14}[0-9]{1,2}桁[^\n。0-9]{0,8}[:=→(「 ][ ]?([0-9]{4,10})(?![0-9A-Za-z桁年円件])"
)
_IN_LETTERS: Final = re.compile(
    r"[^\n。A-Za-z0-9]{0,16}(?:小文字|大文字|ローマ字|英字|英語)で[ ]?[「『]?([A-Za-z]{4,24}[0-9]{0,6})(?=[、。」』とで]|です)"
)
#: What it was and what it is: 2580から4096に変わりました; and the figures right behind: 暗証のほうです、3601。
_CHANGED: Final = re.compile(
    r"[^\n。0-9A-Za-z]{0,6}[「]?[!-~]{4,20}[」]?から[ 「]?([!-~]{4,20})[」]?[ ]?に(?:変|なり|なっ|し)"
)
_RIGHT_BEHIND: Final = re.compile(
    r"(?:番号)?(?:のほう|の方|ね|です|は|が){1,2}[、:「]([0-9]{4,8})(?=[。」\n]|です|$)"
)
#: Values one behind the other: k7q2m-9xwzr、t4y8p-b3nc6
_MORE: Final = re.compile(r"[、,][ ]?([A-Za-z0-9]{3,8}(?:-[A-Za-z0-9]{3,8}){1,4})(?![A-Za-z0-9-])")
_FIRST: Final = re.compile(r"[^\nA-Za-z0-9]{0,14}([A-Za-z0-9]{3,8}(?:-[A-Za-z0-9]{3,8}){1,4})(?=[、,])")
_BITS: Final = re.compile(r"[。\n]")
_TRAIL: Final = frozenset(".,;:!?)}]\"'=")
_LATIN_TALK: Final = re.compile(
    r"\b(?:must|should|at|least|the|is|are|be|characters|your|not|please|password|passphrase|wrong|incorrect|invalid|required|error|enter|forgot)\b"
)
_QUOTED: Final = re.compile(
    r"[^\n「『\"。0-9]{0,28}?[「『\"]([^「」『』\"\n]{6,90})[」』\"](?!という(?:表示|メッセージ|エラー|案内)|と(?:表示|出|あ)|欄|画面|ボタン|の?ほうが|ものに|ような|のが|より)"
)
_BARE_PHRASE: Final = re.compile(
    r"[ ]?(?:は|:|=|、| ){1,3}(?:[0-9]{1,2}(?:語|個)で、?)?[ ]?((?:[a-z]{2,12}|[ァ-ヴー]{1,8})(?: (?:[a-z]{1,12}|[ァ-ヴー]{1,8}|[0-9]{1,6})){2,23})(?=[ ]?(?:です|でした|を|で|[。、()]|\n|$))"
)
_PHRASE_TALK: Final = re.compile(
    r"文字|単語|以上|以内|推測|並べ|長い|強い|強度|英数|記号|入力|ください|ましょう|間違|忘れ|必要|必須|エラー|変更|設定|再発行|こと|もの|方法|について|とは|とき|場合|違い|同じ|ません|ヒント|期限"
)
_WORDY: Final = re.compile(r"[A-Za-z]{2,16}(?:[ -][A-Za-z0-9]{1,16}){2,23}\Z")
_PHRASES: Final = ("フレーズ", "phrase", "シード")
_NO_LOCK: Final = frozenset({"pass", "token", "secret", "credential", "credentials"})


def told(text: str, labels: Iterable[Hit], hints: Iterable[Hit]) -> Iterator[tuple[int, int]]:
    """Where a talk tells a secret: from the words for one (パスワード), and from what only hints at one (添付, ドア, ログイン)."""
    for label in labels:
        if _is_inside(text, label):
            continue
        name = text[label.start : label.end].lower()
        found = [
            *_before(text, label),
            *_phrase(text, label, name),
            *_in_a_row(text, label.end),
            *(_english(text, label.end, name) if name.isascii() else ()),
        ]
        yield from found or _in_sentences(text, label.end, plain=True)
        if not found:
            yield from _answers(text, label.end, asked_only=False)
    for hint in hints:
        if not _is_inside(text, hint):
            found = [*_hinted(text, hint)]
            yield from found or _in_sentences(text, hint.end, plain=False)
            if not found:
                yield from _answers(text, hint.end, asked_only=True)


def _is_inside(text: str, hit: Hit) -> bool:
    """Whether a Latin word is only a part of one: bypass, zipper."""
    before, behind = text[max(0, hit.start - 1) : hit.start], text[hit.end : hit.end + 1]
    return (before.isascii() and (before.isalnum() or before == "_") and text[hit.start].isascii()) or (
        behind.isascii() and (behind.isalpha() or behind == "_") and text[hit.end - 1].isascii()
    )


def _in_sentences(text: str, place: int, *, plain: bool) -> Iterator[tuple[int, int]]:
    """The first value in this sentence and the next that is told as a secret is; `plain` where a word for secrets leads to it."""
    end = min(len(text), place + _REACH)
    bits = [match.start() for match in _BITS.finditer(text, place, end)]
    first = bits[0] if bits else end
    asked = plain and _ASKS.search(text, place, first + 1) is not None
    sentences = 4 if asked else 2
    if len(bits) >= sentences:
        end = bits[sentences - 1]
    other = _OTHERS.search(text, place, end)
    stop = end if other is None else other.start()
    for match in _MADE_UP.finditer(text, place, stop):
        start, until = match.start(1), _without_marks(text, *match.span(1))
        if not is_made_up(text[start:until]) or is_example(text, start, until):
            continue
        alone = plain and (start < first or _LEADS.search(text, max(place, start - 10), start))
        tells = _TOLD if plain or start < first else _USED
        if tells.match(text, until) or (alone and _ENDS.match(text, until)):
            yield start, until
            return
    for match in _FIGURES.finditer(text, place, stop):
        if (
            UNITS.match(text, match.end())
            or OTHER_FIGURES.match(match[1])
            or is_example(text, *match.span(1))
        ):
            continue
        tells = _TOLD_FIGURES if plain or match.start() < first else _USED
        if tells.match(text, match.end()):
            yield match.span(1)
            return


def _without_marks(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _TRAIL:
        end -= 1
    return end + (text[end : end + 1] == "!")


def is_made_up(value: str) -> bool:
    """Whether a value is one that people or programs make up, and no name of a thing."""
    return looks_secret(value) and not _NAMED.match(value) and any(char.isalpha() for char in value)


def _answers(text: str, place: int, *, asked_only: bool) -> Iterator[tuple[int, int]]:
    """A line below that holds nothing but the answer to a question, or what was announced."""
    line_end = text.find("\n", place, place + _REACH)
    if line_end < 0:
        return
    asks = _ASKS.search(text, place, line_end + 1) is not None
    line = text.rfind("\n", 0, place) + 1
    if asked_only and not (
        asks
        and (
            _ASKS_NUMBER.search(text, place, line_end)
            or _ASKS_WHERE.search(text, max(line, place - 40), line_end)
        )
    ):
        return
    if not asks and not _ANNOUNCES.search(text, max(0, place - 1), line_end + 1):
        return
    begins = line_end + 1
    for _ in range(_LINES):
        answer = _ANSWER.match(text, begins)
        if answer is not None and (is_made_up(answer[1]) or (asks and _is_code(answer[1]))):
            yield answer.span(1)
            return
        begins = text.find("\n", begins, begins + _REACH) + 1
        if not begins:
            return


def _is_code(value: str) -> bool:
    return (
        value[0].isdigit() and looks_secret(value) and not OTHER_FIGURES.match(value) and value.count("-") < 2
    )


def _before(text: str, label: Hit) -> Iterator[tuple[int, int]]:
    """Figures before the word for them: 914 207 is your login code, G-604817 が Google の確認コード."""
    code = _BEFORE_CODE.search(text, max(0, label.start - 64), label.start)
    if code is not None:
        yield code.span(1)


def _in_a_row(text: str, place: int) -> Iterator[tuple[int, int]]:
    """Codes one behind the other, figures whose number is told, letters whose size is."""
    first = _FIRST.match(text, place)
    more = _MORE.match(text, first.end()) if first is not None else None
    if first is not None and more is not None and looks_secret(first[1]):
        yield first.span(1)
        while more is not None:
            yield more.span(1)
            more = _MORE.match(text, more.end())
    for pattern in (_LONG, _IN_LETTERS, _CHANGED, _RIGHT_BEHIND):
        match = pattern.match(text, place)
        if match is not None and not is_example(text, *match.span(1)):
            yield match.span(1)


def _english(text: str, place: int, name: str) -> Iterator[tuple[int, int]]:
    figures = _ENGLISH_FIGURES.match(text, place)
    if figures is not None:
        if name not in _NO_LOCK and not UNITS.match(text, figures.end(1)):
            yield figures.span(1)
        return
    match = _ENGLISH.match(text, place) or _BRACKETS.match(text, place)
    if match is not None:
        start, until = match.start(1), _without_marks(text, *match.span(1))
        if is_made_up(text[start:until]) and not is_example(text, start, until):
            yield start, until


def _hinted(text: str, hint: Hit) -> Iterator[tuple[int, int]]:
    """What the words tell that hint at a secret only: a code that came, what a file is locked with."""
    arrived = _ARRIVED.match(text, hint.end)
    if arrived is not None:
        code = _FIGURES.match(text, arrived.end())
        if code is not None and not UNITS.match(text, code.end()) and len(code[1].strip("*#")) > 5:
            yield code.span(1)
            return
    for pattern in (_USE_TO, _UNLOCKS):
        match = pattern.search(text, max(0, hint.start - 40), min(len(text), hint.end + 60))
        if match is not None:
            start, until = match.start(1), _without_marks(text, *match.span(1))
            if pattern is _USE_TO or is_made_up(text[start:until]):
                yield start, until
                return


def _phrase(text: str, label: Hit, name: str) -> Iterator[tuple[int, int]]:
    """A passphrase of words, in quotes or with nothing else in its sentence."""
    of_words = any(word in name for word in _PHRASES)
    bare = _BARE_PHRASE.match(text, label.end) if of_words else None
    if bare is not None and not _LATIN_TALK.search(bare[1]):
        yield bare.span(1)
        return
    quoted = _QUOTED.match(text, label.end)
    if quoted is None or _PHRASE_TALK.search(quoted[1]) or _LATIN_TALK.search(quoted[1]):
        return
    if _WORDY.match(quoted[1]) or of_words:
        yield quoted.span(1)
