"""Dates of birth and ages: every way in which a date is written, and what is around it says whether somebody was born on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection.examples import in_example, is_made_up
from kijun.inspection.name_nobody import names_history
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Scene

_N: Final = r"[0-9〇一二三四五六七八九十元壱壹弐貳参參拾廿OlISB]"
_GAP: Final = r"[ \n]{0,2}"
_ERA: Final = r"(?:明治|大正|昭和|平成|令和|メイジ|タイショウ|ショウワ|ヘイセイ|レイワ|めいじ|たいしょう|しょうわ|へいせい|れいわ|[明大昭平令MTSHR㍾㍽㍼㍻㋿])"
_POINT: Final = r"[./・,‐-]"
_DATE: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_ERA}\.?{_GAP}{_N}(?: ?{_N}){{0,2}}|(?:西暦)?{_GAP}(?:[1lI] ?[89]|2 ?[01OI])(?: ?[0-9OlI]){{2}}|[一二]{_N}{{3}})"
    rf"(?:{_GAP}(?:年|ネン|ねん)の?{_GAP}{_N}(?:\n?{_N}){{0,2}}{_GAP}(?:月|ガツ|がつ)(?:{_GAP}{_N}{{1,3}}{_GAP}(?:日|ニチ|にち|カ)?(?:{_N}?日)?)?|{_GAP}{_POINT}{_GAP}{_N}(?: ?{_N})?{_GAP}{_POINT}{_GAP}{_N}(?: ?{_N})?)(?![0-9A-Za-z]|\.[0-9])"
)
_PLAIN: Final = re.compile(
    r"(?<![0-9A-Za-z.-])(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])|[MTSHR1-5][0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9A-Za-z]|-[0-9])"
)
_MONTHS: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}\.?"
_ENGLISH: Final = re.compile(
    rf"(?i)(?<![0-9A-Za-z])(?:[0-3]?[0-9](?:st|nd|rd|th)?(?: of)?[ -]{_MONTHS}[ ,-]{{1,2}}(?:19|20)[0-9]{{2}}|{_MONTHS} [0-3]?[0-9](?:st|nd|rd|th)?,? (?:19|20)[0-9]{{2}}|[0-3]?[0-9]/[0-3]?[0-9]/(?:19|20)[0-9]{{2}})(?![0-9A-Za-z])"
)
_AGE: Final = re.compile(
    rf"(?<![0-9A-Za-z.第〜~-])([0-9](?: ?[0-9OlI]){{0,2}}|[lI][0-9]|[一二三四五六七八九十百〇]{{1,4}}){_GAP}(?:歳|才|さい(?![ぁ-ん])|ｻｲ|サイ(?![ァ-ヴー])|years? old|yo(?![a-z]))(?:[ ]?[0-9]{{1,2}}[かヶケカ]月)?"
)
#: Behind an age these make it a rule's and nobody's own
_RULE_BEHIND: Final = re.compile(
    r"[ (]?(?:以上|以下|未満|まで|から|より|[~〜-]|を?超|に達|になる(?!息子|娘|子|母|父|夫|妻|孫|祖)|児|クラス|の方|時点|到達)"
)
_AVERAGE: Final = re.compile("(?:平均(?:寿命|年齢|余命)?|健康寿命|最高齢|最年[長少])は?$")
_WHOSE_AGE: Final = re.compile(
    r"(?:の)?(?:男性|女性|男児|女児)(?=[、。・はがで ]|$)|[・、/ ]?[男女](?=[・、。/ )）]|$)|になる(?:息子|娘|子|母|父|夫|妻|孫|祖)|で(?:一人|独り|ひとり)暮らし"
)
_OLDEST: Final = 115
_AROUND: Final = 120  # characters of a line
_NEAR: Final = 60  # characters of a sentence to each side of a date
_FIGURES_OF_AGE: Final = re.compile(r"[ ]?(?::|は|=|\t)[ ]?([0-9]{1,3})(?=[ ]?(?:[\n、。,)\t|/]|$))")
_BARE_AGE: Final = re.compile(r"[(,\t|][ ]?([0-9]{1,3})[ ]?(?=[),、\t|・/])")
_DAY: Final = "[0-9OlI〇一二三四五六七八九十]"
_HINT: Final = re.compile(
    rf"[年ンん./・,-](?:(?:(?<=年)|(?<=ネン)|(?<=ねん))(?=の?[ \n]{{0,2}}{_N}(?:\n?{_N}){{0,2}}[ \n]{{0,2}}[月ガが])|(?<=[./・,-])[ \n]?{_DAY}(?: ?{_DAY})?[ \n]?[./・,-][ \n]?{_DAY})"
)
_BIRTH: Final = re.compile(
    r"[ .]?(?:日)?に?(?:うまれ|生まれ|生れ|産まれ|誕生|出生|生(?![活徒産成後涯命物地年])|ウマレ|born)"
)
#: What happened on another day, right before it: 死亡 R8.9.15
_OTHER_DAY: Final = re.compile(
    r"(?:死亡|死去|没|逝去|永眠|他界|急逝|病没|命日は?|許可|認可|承認|改製|新築|建築|設置|着工|竣工|完成|購入|納品|就職|入庁|昇任|当選|選任届?|就任|任命|着任|採用|退職|交付|発行|更新|(?<!出生)届出?|受付|受理|申請|契約|締結|取得|喪失|認定|施行|改正|開始|終了|初診|受診|入院|退院|入所|退所|転入|転出|転居|婚姻|離婚|設立|創業|登記|満了|期限)日?[ :は(]{0,2}$"
    # any other day: 表彰日 …, 基準日：…, 取得年月日 …
    r"|[一-龥](?<!誕生)(?<!出生)(?<!年月)日[ :は(]{1,2}$|[一-龥](?<!生)年月日[ :は(]{0,2}$"
)
#: What else happened on a day, right behind it: 令和8年1月12日交付, 2026/04/08 08:51
_OTHER_BEHIND: Final = re.compile(
    r"[ ]?(?:付け?(?:で|の)?|にご?|ご)?(?:交付|発行|発生|更新|申請(?!者)|受付(?!者)|受理|届出(?!人)|施行|改正|改訂|認定|決定|通知|締結|契約(?!者)|解約|作成|記入|提出|検査|検診|健診|受診|接種|診断|面接|面談|訪問|来庁|来所|受電|入電|発送|納付|納品|購入|設置|竣工|着工|完成|撮影|登録|更正|開催|実施|開始|終了|退院|入院|死亡|死去|逝去|永眠|他界|急逝|病没|没(?!後)|亡くな|現在|時点|消印|必着|締切|採用|任用|入庁|許可|認可|承認|改製|新築|(?:初)?当選|就任|退任|辞任|選任|任命|委嘱|解嘱|着任|赴任|異動|発令|昇任|昇格|入社|退社|退職|定年|入学|卒業|修了|入園|卒園|入団|休職|復職|開設|開業|創業|創立|設立|発足|開館|開園|開校|供用|公布|制定|廃止|告示|公告|議決|可決|指定|登記|取得|喪失|転入|転出|転居|婚姻|離婚|結婚|支給|支払|振込|引落|入金|受賞|表彰|叙勲|竣功|落成|調査|照会|相談|連絡|電話)"
    r"|[ T　]{0,2}(?:午前|午後)?[ ]?(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9]|時(?!代))"
)
#: Something else happened on it: 明治22年4月1日に町村制が敷かれ
_HAPPENED: Final = re.compile(
    r"に(?!訂正|修正|変更|更正|直)(?![^。\n]{0,18}(?:生|産|うま|誕))(?=[一-龥ァ-ヴ])"
)
_BORN_BEFORE: Final = re.compile("[日0-9]生[ 　、)）]{0,3}$")
#: The date of a mail or a letter in English: On Mon, 2 Nov 2026, X wrote:
_SENT: Final = re.compile(
    r"(?i)(?:\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[,.]? |\b(?:date|sent|dated|updated|posted): ?)$"
)
_NEXT_ITEM: Final = re.compile(
    r"(?<=月) *\n[ \n]*[0-9]{1,2}\s*$"
)  # the number of what follows on the next line
#: Eras of a form from which one is chosen
_CHOICE: Final = re.compile(
    r"(?<![一-龥A-Za-z])(?:(?:明治|大正|昭和|平成|令和|西暦|[明大昭平令MTSHR])[ ]?[・/,、][ ]?){1,5}(?:明治|大正|昭和|平成|令和|西暦|[明大昭平令MTSHR])[ ]{0,2}(?=[0-9])"
)
#: A birthday without its year: 誕生日は4月2日
_BIRTHDAY: Final = re.compile(
    r"誕生日[ ]?(?:は|が|も|:|の|、)?[ ]{0,2}((?:[0-9]{1,2}|[一二三四五六七八九十]{1,2}) ?月 ?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}) ?日|(?:1[0-2]|0?[1-9])/(?:[12][0-9]|3[01]|0?[1-9])(?![0-9/]))(?!生|まで|から|以降|以前|に(?:開|実施|行|発|施))"
)
_NEXT_FIGURE: Final = re.compile(rf"(?<=[./・,‐-]{_N}) {_N}$|(?<=[./・,‐-] {_N}) {_N}$")
_OWN_COUNT: Final = re.compile("[ ]?(?:人|名|月|年|歳|才|時|件|円|世帯)")
_BORN_AND_NO_MORE: Final = re.compile(
    r"[ ]?(?:日)?(?:生|生まれ|生れ|うまれ)(?=[)）」、。,/ \n]|です|$)|に(?:生まれ|産まれ|うまれ|誕生し)ました"
)
_FROM_TO: Final = re.compile(r"[ ]?(?:[〜~から]|-[ ]?[0-9])")
#: Of a rule for births rather than somebody's: 19000101 から当日まで, 昭和31年4月1日以前の; but S50.3.1から S50.3.10に訂正 is somebody's
_ANY_OF_SOME: Final = re.compile(
    r"[ ]?(?:以降|以前|より(?:前|後)|まで(?=[のにでがを。、]|$)|(?:から|〜|~)[ ]?[^ 。\n、]{1,24}?[ ]?(?:まで|の範囲|の間))"
)
#: Of a rule as well: 令和2年4月2日生まれから…
_BORN_BETWEEN: Final = re.compile(
    r"[ ]?(?:日)?に?(?:生まれ|うまれ|生れ|生)(?:から(?=[^。\n]{2,24}(?:生|まで))|まで|以降|以前|[〜~])|(?:以降|以前|まで)に?(?:生まれ|うまれ|生れ|生)"
)
#: … and up to: 昭和30年5月1日から昭和30年5月31日生まれの方
_FROM: Final = re.compile(r"[日0-9れ](?:から|〜|~)[ ]?$")
_BORN_SOME: Final = re.compile(
    r"[ ]?に?(?:生まれ|うまれ|生れ|生)(?:の(?:方|人|者|児|子)|た(?:方|人|者)|[)、。\n]|$)"
)
#: Of whom a memorial tells, born long ago: 歌人の記念碑 明治18年8月24日生、昭和3年9月17日没
_OF_MEMORIAL: Final = re.compile(
    "歌人|俳人|詩人|画家|作家|書家|文人|彫刻家|陶芸家|作曲家|先人|偉人|顕彰|記念碑|記念館|生誕|年譜|藩主|武将|家老|代官|志士"
)
_LONG_AGO: Final = re.compile(
    "明治|慶応|元治|文久|安政|嘉永|弘化|天保|文政|文化|(?:1[0-8][0-9]{2}|190[0-9])[年/.-]"
)
#: An example or what a program takes where nothing is given: 既定値は 1900-01-01, (例 2024-02-30)
_IS_EXAMPLE: Final = re.compile(
    r"(?:既定値|初期値|規定値|デフォルト(?:値)?|最小値|最大値|下限|上限|(?i:default|min|max|e\.g\.|example)|(?<![前先特条事定慣凡症])例)[ ]?(?:は|が|として|:|=|\(|→|、)?[ ]?[\"']?$"
)
#: Nobody's birthday, though somebody is said to be born: a town's mascot, an animal of a zoo
_OF_MASCOT: Final = re.compile(
    "(?:マスコット|ゆるキャラ|ご当地|イメージ|公式|町の|市の|村の|県の|区の)キャラ|マスコット|ゆるキャラ|キャラクター|動物園|水族館"
)
#: In English an age stands in a rule: under 40 years old, 65 years old or over
_RULE_BEFORE: Final = re.compile(
    r"(?i)\b(?:under|over|below|above|at least|up to|until|older than|younger than|minimum|maximum|less than|more than|least|between|aged?(?= [0-9]+ or)) (?:[0-9]{1,3} (?:and|to) )?(?:the age of )?$"
)
_RULE_IN_ENGLISH: Final = re.compile(r"(?i) (?:or|and) (?:over|older|under|above|younger|up|more)\b")
#: Behind an age a rule says when it begins or ends: 65歳になるまで, 20歳に達する日, 18歳になる前
_UNTIL_AGE: Final = re.compile(
    r"[ ]?(?:になる(?:まで|前|以前|年度?[のに末]|月の|日の|誕生)|の誕生[日月](?:後|前|の前|の翌|以|から|まで|の属|を迎え|が属)|の年度末|を過ぎて(?:から|も)(?!なお元気)|に(?:達|到達)(?:する|した(?:とき|日|時|後|月|年))|を迎える(?:年度|月|日|誕生))"
    r"|[ :は]{0,2}(?:一律)?[0-9,]{1,7}(?:万|千)?[0-9]{0,4}円"  # 88歳 1万円
)


class Dates:
    """The recogniser of BIRTH_DATE and AGE."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._ids = {rule.type: rule.id for rule in rules}

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose every date and every age; few of the dates are dates of birth."""
        if "BIRTH_DATE" in self._ids:
            yield from self._births(scene)
            yield from self._birthdays(scene)
        if "AGE" in self._ids:
            yield from self._ages(scene)

    def _births(self, scene: Scene) -> Iterator[Candidate]:
        rule = self._ids["BIRTH_DATE"]
        for form, match in _dates(scene):
            text = match.string
            item = _NEXT_ITEM.search(match[0]) if "\n" in match[0] else None
            if item is None:
                item = _NEXT_FIGURE.search(match[0])
                if item is not None and not _is_next(text, match, item.start()):
                    item = None
            until = match.end() if item is None else match.start() + item.start()
            born = item is None and bool(_BIRTH.match(text, until))
            written = text[match.start() : until]
            between = _BORN_BETWEEN.match(text, until) or (
                _FROM.search(text, max(0, match.start() - 6), match.start()) and _BORN_SOME.match(text, until)
            )
            if between or _is_nobodys(scene, match.start()):
                continue
            full = form != "written" or "日" in written or not written.rstrip().endswith("月")
            if not born:
                if form == "english" and _SENT.search(text, max(0, match.start() - 14), match.start()):
                    continue
                if _OTHER_DAY.search(
                    text, max(0, match.start() - 8), match.start() + len(written) - len(written.lstrip())
                ):
                    continue
                label = scene.label(match.start())
                if label is not None and label.type == "DATE" and label.strength > 0.8:
                    continue  # its label says which other day it is
                if _ANY_OF_SOME.match(text, until):
                    continue
                if _IS_EXAMPLE.search(text, max(0, match.start() - 10), match.start()):
                    continue
                awaited = label is not None and label.type == "BIRTH_DATE"
                if awaited and _BORN_BEFORE.search(text, max(0, match.start() - 5), match.start()):
                    awaited = False  # 昭和63年4月2日生 令和8年1月12日交付
                if not awaited and (_OTHER_BEHIND.match(text, until) or _HAPPENED.match(text, until)):
                    continue
                if form == "plain" and (label is None or label.type not in ("BIRTH_DATE", "PERSON")):
                    continue
            features = (
                f"form={form}",
                f"born={born}",
                f"full={full}",
                f"range={bool(_FROM_TO.match(text, until))}",
                f"past={_past(written)}",
                f"told={full and bool(_BORN_AND_NO_MORE.match(text, until))}",
            )
            start = until - len(written.lstrip())
            chosen = _CHOICE.search(text, max(0, start - 12), start + 4)
            if chosen is not None and start < chosen.end() < until:  # 大・昭・平 60年4月2日
                start = chosen.end()
            end = match.start() + len(written.rstrip())
            yield Candidate("BIRTH_DATE", start, end, 0.5, rule, features)

    def _birthdays(self, scene: Scene) -> Iterator[Candidate]:
        for match in _BIRTHDAY.finditer(scene.text) if "誕生日" in scene.text else ():
            if _is_nobodys(scene, match.start()):
                continue
            yield Candidate("BIRTH_DATE", *match.span(1), 0.8, self._ids["BIRTH_DATE"])

    def _ages(self, scene: Scene) -> Iterator[Candidate]:
        rule = self._ids["AGE"]
        text = scene.text
        covered = -1
        for unit in scene.words("years"):
            for match in _AGE.finditer(text, max(covered, unit.start - 9, 0), unit.end + 8):
                if match.start() < unit.start:
                    covered = match.end()
                    label = scene.label(match.start())
                    if (
                        label is not None and label.type == "OTHER" and label.strength > 0.8
                    ) or _AVERAGE.search(text, max(0, match.start() - 5), match.start()):
                        continue  # 対象年齢：3歳, 平均寿命84歳
                    if text.startswith("前", match.end()) and not text.startswith("前の", match.end()):
                        continue  # 20歳前障害基礎年金, 70歳前後
                    if (
                        _UNTIL_AGE.match(text, match.end())
                        or _is_of_rule(text, match)
                        or _is_nobodys(scene, match.start())
                        or is_made_up(scene, match.start())
                    ):
                        continue
                    own = label is not None and label.type == "AGE" and label.strength > 0.8
                    own = own and not _RULE_BEHIND.match(text, match.end())
                    features: tuple[str, ...] = (
                        "form=sai",
                        f"size={_size(match[1])}",
                        f"unit={match[0][-1]}",
                        f"own={own}",
                        f"told={bool(_WHOSE_AGE.match(text, match.end()))}",
                    )
                    yield Candidate("AGE", *match.span(), 0.5, rule, features)
        yield from self._told_ages(scene, rule)
        for match in _BARE_AGE.finditer(scene.digits):
            opening = text[match.start()]
            if int(match[1]) <= _OLDEST and not (opening == "(" and _is_numbering(text, match.start())):
                features = ("form=bare", f"size={_size(match[1])}", f"open={opening}")
                yield Candidate("AGE", *match.span(1), 0.3, rule, features)

    def _told_ages(self, scene: Scene, rule: str) -> Iterator[Candidate]:
        """Ages that are figures and no more, behind their label or below it in a table of people."""
        for label in scene.words("label"):
            within = (
                label.start and scene.text[label.end - 1].isascii() and scene.text[label.start - 1].isalnum()
            )
            if label.value != "AGE" or within:  # page=2
                continue
            match = _FIGURES_OF_AGE.match(scene.digits, label.end)
            if match is None or _RULE_BEHIND.match(scene.text, match.end()) or int(match[1]) > _OLDEST:
                continue
            meant = scene.label(match.start(1))
            if meant is not None and meant.type == "AGE" and meant.strength == 1.0:
                yield Candidate("AGE", *match.span(1), 0.75, rule)
        if scene.mentions("AGE"):
            for head, start, value in scene.tables.cells():
                figures = value.isascii() and value.isdigit() and len(value) <= 3
                if (
                    head.type == "AGE"
                    and figures
                    and int(value) <= _OLDEST
                    and scene.tables.is_of_people(start)
                ):
                    yield Candidate("AGE", start, start + len(value), 0.85, rule)


def _is_of_rule(text: str, age: re.Match[str]) -> bool:
    """Whether an English sentence gives an age as a limit: under 40 years old, 65 years old or over."""
    return age[0][-1].isascii() and (
        _RULE_BEFORE.search(text, max(0, age.start() - 30), age.start()) is not None
        or _RULE_IN_ENGLISH.match(text, age.end()) is not None
    )


def _is_nobodys(scene: Scene, place: int) -> bool:
    """Whether a date stands in an example, in a sentence about a figure of history, or in a line about a mascot or an animal."""
    if in_example(scene, place):
        return True
    line = scene.line(place)
    start, end = max(line[0], place - _AROUND), min(line[1], place + _AROUND)
    if _LONG_AGO.match(scene.text, place) and _OF_MEMORIAL.search(scene.text, start, end):
        return True
    if _OF_MASCOT.search(scene.text, start, end):
        return not scene.found_within("PERSON", start, end)
    start, end = scene.sentence(place)
    return names_history(scene.text[max(start, place - _NEAR) : min(end, place + _NEAR)])


def _is_next(text: str, date: re.Match[str], gap: int) -> bool:
    """Whether a figure behind a gap at the end of a date is the next value's: S60.4.2 五十嵐, H3.12.1 3人世帯."""
    last, figure = date[0][gap - 1], date[0][-1]
    if last.isascii() != figure.isascii() or _OWN_COUNT.match(text, date.end()):
        return True
    return " " not in date[0][:gap].strip()


def _is_numbering(text: str, place: int) -> bool:
    """Whether a figure in brackets numbers what follows, for no word that could be a name stands before it: 、(1)一括で."""
    while place and text[place - 1] == " ":
        place -= 1
    return not place or not text[place - 1].isalpha()


def _dates(scene: Scene) -> Iterator[tuple[str, re.Match[str]]]:
    """Every date and how it is written. The patterns are dear, so they are tried only where a hint stands."""
    text = scene.text
    covered = 0
    for hint in _HINT.finditer(text):
        for match in _DATE.finditer(text, max(covered, hint.start() - 9), hint.end() + 18):
            if match.start() < hint.end():
                covered = match.end()
                yield "written", match
    if scene.mentions("BIRTH_DATE") or scene.mentions("PERSON"):
        for start, end in scene.runs:
            for match in _PLAIN.finditer(scene.digits, max(0, start - 1), end + 1):
                yield "plain", match
    if scene.words("month") or "/19" in text or "/20" in text:
        for match in _ENGLISH.finditer(text):
            yield "english", match


_SLIPS: Final = str.maketrans("OlI", "011")
_AS_FIGURES: Final = str.maketrans("〇一二三四五六七八九OlI", "0123456789011")


def _past(written: str) -> str:
    """Roughly how long ago the year is, as a hint: an old date is more often somebody's birth."""
    written = written.translate(_AS_FIGURES)
    years = re.findall(r"[0-9]{4}", written.replace(" ", ""))
    if years:
        year = int(years[0])
        return "old" if year < 1990 else "young" if year < 2016 else "now"
    head = written[:1]
    return {
        "シ": "old",
        "し": "old",
        "タ": "old",
        "た": "old",
        "昭": "old",
        "大": "old",
        "明": "old",
        "S": "old",
        "T": "old",
        "M": "old",
        "平": "young",
        "H": "young",
    }.get(head, "now")


def _size(written: str) -> str:
    digits = written.replace(" ", "").translate(_SLIPS)
    if not digits.isdigit():
        return "kanji"
    return str(min(12, int(digits) // 10))
