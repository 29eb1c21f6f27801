"""Special care-required information: phrases of ``rules/sensitive.yaml``, of an individual or only of a scheme."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection.examples import in_example, in_question, is_made_up, is_of_a_work
from kijun.inspection.rule import Rule
from kijun.inspection.safe_pattern import compile_safely
from kijun.inspection.scene import Candidate, Scene
from kijun.inspection.sensitive_english import is_general, told_in_english
from kijun.inspection.sensitive_entries import entries

_ENGLISH: Final = re.compile(
    r"(?i)(?<![A-Za-z])(?:(?:acute|chronic|congenital|severe|mild|type [12]|stage [0-9IV]+) )?(?:(?!(?:has|have|had|with|is|was|of|a|the|and|from|for|my|his|her) )[a-z]{3,16} )?(?:schizophrenia|depression|dementia|diabetes|cancer|hepatitis|asthma|epilepsy|autism|(?:disorder|disease|disability)(?! ?[:=(]| (?:services|allowance|office|certificate|handbook|cent(?:er|re)|welfare|benefits?)\b)|syndrome|appendicitis|stroke|tuberculosis|HIV[- ]positive|pneumonia)(?![A-Za-z])|(?<![A-Za-z])(?:beaten|abused|raped|stalked|assaulted|threatened|harassed) by (?:his|her|my|their|an?) (?:ex-)?[a-z]{2,12}(?![A-Za-z])"
)
#: What follows a phrase where it is somebody's.
_PREDICATES: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "diagnosed",
            r"(?:だ)?と(?:の)?(?:診断|告知|言われ|いわれ|判明|分か|わか)|が(?:見つか|みつか|判明|再発)",
        ),
        (
            "treated",
            r"[でのを]?(?:、)?(?:経過(?:を|観察|は)|通院|入院|治療|療養|手術|服薬|加療|休職|休学|退職|闘病|リハビリ|寝込|入所|働けな|動けな|歩けな)",
        ),
        ("suffers", r"[でを](?:患|わずら|苦し|悩|困|抱え|発症|亡くな|死亡|倒れ)"),
        (
            "because",
            r"(?:な|である|がある|があり|を持って|持ち)?(?:の?で|ため|ので|から|んで)(?:[、。]|[^す])",
        ),
        (
            "has",
            r"(?:が|も)?(?:あり|有り|ある|有る|持ち|もち)(?:ます|で|、|。|\n|\)|$)|の(?:既往|疑い|症状|持病|診断)",
        ),
        ("is", r"(?:です|だ。|だと|である|なんで|なの|でし|に(?:なり|なって|なった))"),
        ("alone", r"(?:\n|$|[、。,/／)（(」 \t])"),
    )
)
_OF_PEOPLE: Final = ("PERSON", "AGE", "BIRTH_DATE")
_REACH: Final = 26
_SURE: Final = 0.4  # from this score on a name is somebody's for whom a phrase may be
_SHORT: Final = 3  # characters of a word in katakana that longer words may end in
_LATE_CUT: Final = re.compile(
    r"^(?:本人|世帯主|相談者|対象者|利用者|患者|長男|長女|次男|次女|実父|実母|義母|義父|祖父|祖母|昨年|昨冬|今年|先月|現在|既往|以前|元来|重い|軽い|持病|母|父|夫|妻|兄|弟|姉|妹|娘|孫|主)(?=[一-龥ァ-ヴー]{2})"
)

#: What denies the phrase before it: 健康被害なし, 前科はない, 認知症ではありません; but 障害がないか is a question.
_DENIED: Final = re.compile(
    r"(?:の(?:症状|訴え|既往|所見|疑い|兆候|報告|事実|恐れ|おそれ|経験))?(?:は|も|が|では|じゃ|[ :]{1,2})?"
    r"(?:(?:特に)?(?:なし|無し|ナシ)(?![にで])|無(?=[\s。、,)|/]|\Z)"
    r"|(?<=[はもがゃ])(?:ありません|ございません|ない|なかった)(?![かがとよ])"
    r"|(?<=[はもが])(?:見られ|みられ|認められ|確認され|報告され|出て)(?:て(?:い|おり))?(?:ない|ません)(?!か))"
)
#: Of these a phrase may itself end before ない: 耳が聞こえ, 足が悪く.
_NEVER_DENIED: Final = frozenset({"treatment", "gender", "care"})
#: What somebody takes, wears or carries because of an illness: 1型糖尿病の補食をとり, 難聴の補聴器を装用
_TAKEN: Final = re.compile(
    r"(?:の(?:ため(?:の|に)?)?|で|により)[一-龥ァ-ヴー]{0,6}(?:食|薬|注射|頓服|頓用|吸入|点滴|装具|器|センサー|ポンプ|エピペン|インスリン|酸素|カテーテル)"
    r"[^。、\n]{0,6}を[^。、\n]{0,4}(?:とり|とる|とっ|取[りるっ]|摂[りるっ]|飲[んむみ]|服用|打[ちつっ]|使[いうっ]|持[参ちつっ]|携帯|装[着用]|着け|つけ|受け|用い)"
)
_KIN: Final = "父|母|夫|妻|息子|娘|長男|長女|次男|次女|二男|二女|三男|三女|祖父|祖母|兄|弟|姉|妹|義父|義母|叔父|叔母|伯父|伯母|甥|姪|孫"
#: Whose creed it is, right before it, and what is said of it right behind.
_SOMEBODY: Final = (
    rf"(?:{_KIN}|私|わたし|わたくし|僕|俺|うち|我が家|わが家|一家|家族|両親|夫婦|主人|本人|相談者|申請者|利用者|患者"
    r"|児童|本児|生徒|さん|様|さま|氏|くん|ちゃん)"
)
_BELIEVER: Final = re.compile(
    rf"(?:(?:(?<!の)|{_SOMEBODY}の)(?:宗教|信仰|宗派|信条)(?:上)?(?:は|:)|{_SOMEBODY}(?:は|が|も|、))[ 「]?\Z"
)
_BELIEVED: Final = re.compile(
    r"」?(?:なの?で|なんで|です|だ(?:から|と[言い申]|。|\n|\Z)|で(?:、|す|\Z)|であり|のため|を信仰|の(?:信者|信徒)|(?:[。\n)/|]|\Z)|、(?![一-龥ァ-ヴー]{1,9}教))"
)
_OF_MANY: Final = re.compile(r"国|世界|日本|住民|市民|多く|多い|主な|割合|人々|社会|学校|授業|歴史|文化|行事")
#: What an illness stands behind in a form, and what stands between two of a list
_HEADS: Final = re.compile(
    r"(?:病歴|既往歴?|既往症|持病|病名等?|傷病名|診断名|疾患名|疾病名?|基礎疾患|障害名)[^\n。:、,]{0,6}[:は][ 「]?\Z"
)
_AND: Final = re.compile(r"(?:[、,・/／][ ]?|[ ]|と|及び|および|並びに)")
#: Where an entry of a form ends
_ENTRY_ENDS: Final = re.compile(r"[ \t)]{0,2}(?:\n|$|[。、,/|\t　]|[ ])")
_SUSPECT: Final = re.compile(r"(?:さん|くん|氏|容疑者|被告人?)?(?:\([^()\n]{1,12}\))?を(?:現行犯)?\Z")

#: Of what people are rather than have: 日系の子どもには母語の支援を, イスラム教徒の児童がいる学校
_OF_GROUPS: Final = frozenset({"origin", "creed", "gender", "handbook"})
_OF_MANY_BEHIND: Final = re.compile(
    r"(?:の|である)?(?:子ども|子供|児童|生徒|学生|住民|市民|職員|従業員|方|人|世帯|家庭|家族)(?:たち|達|々|生徒)?(?:には|への|に対|のため|向け|を対象|が(?:いる|増|多|通う|住む)(?=[一-龥]))"
)
#: What an illness is rather than who has it: 高次脳機能障害とは、…, うつ病の予防について, and what a court said
_EXPLAINED: Final = re.compile(
    r"とは[、,](?![言い思知別違異考関な])|の(?:治療法|検査方法|予防|原因|リスク|基礎知識|早期発見|特徴)(?:とは|について|に関する|を学)|を(?:知る|学ぶ|理解する|考える|テーマ|題材)"
)
_CASE_LAW: Final = re.compile("最[判決][昭平令]|最高裁|[高地]判[昭平令]|判例")
_WHO: Final = re.compile(rf"{_SOMEBODY}|{_KIN}|利用者|対象|氏")
_KIN_BEFORE: Final = re.compile(f"(?:{_KIN})の$")
_KIN_BEHIND: Final = re.compile(f"の(?:{_KIN})(?![親子会])")


class Sensitive:
    """The recogniser of SENSITIVE. A rule's `left` and `right` are matched around each of its words, `more` behind them;
    what `unless` matches behind a phrase makes it nobody's."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._entries = [rule for rule in rules if rule.settings["class"] == "entry"]
        self._english = [rule for rule in rules if rule.settings["class"] == "english"]
        self._rules = [
            (
                rule,
                compile_safely(rf"(?:{rule.settings['left']})\Z") if rule.settings.get("left") else None,
                compile_safely(rule.settings["right"]) if rule.settings.get("right") else None,
                compile_safely(rule.settings["more"]) if rule.settings.get("more") else None,
                compile_safely(rule.settings["unless"]) if rule.settings.get("unless") else None,
            )
            for rule in rules
            if rule.settings["class"] not in ("entry", "english")
        ]

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose phrases with what is said in their sentence."""
        text = scene.text
        listed: dict[str, int] = {}  # where the last illness of a labelled list ends, by rule
        heads: frozenset[int] | None = None
        people = sorted(
            (one.start, one.end) for one in scene.found if one.type == "PERSON" and one.score >= _SURE
        )
        for rule, left, right, more, unless in self._rules:
            covered = -1
            for hit in sorted(scene.words(f"sensitive:{rule.id}"), key=lambda hit: (hit.start, -hit.end)):
                if hit.end <= covered or _is_inside(text, hit.start, hit.end):
                    continue
                start, end = hit.start, hit.end
                if right is not None:
                    match = right.match(text, end)
                    if match is None or (rule.settings["class"] == "care" and match.end() == end):
                        continue
                    end = match.end()
                if left is not None:
                    begins = _before(left, text, start)
                    if begins is None:
                        continue
                    start = begins
                start = _cut(text, start, hit.start)
                while end > hit.end and text[end - 1] in " (":
                    end -= 1
                if text[end - 1] == ")" and "(" not in text[start:end]:
                    end -= 1
                weighed = end
                while end > hit.end and text[end - 1] in "のな":
                    end -= 1
                behind = more.match(text, end) if more is not None else None
                end = end if behind is None else behind.end()
                covered = end
                heads = _heads(scene) if heads is None else heads
                if _is_head(scene, start, end, heads) or _is_denied(text, end, rule):
                    continue
                if rule.settings["class"] in _OF_GROUPS and _OF_MANY_BEHIND.match(text, end):
                    continue
                if in_question(scene, start) or in_example(scene, start) or is_made_up(scene, start):
                    continue
                if _is_explained(scene, start, end) or is_of_a_work(scene, start):
                    continue
                if unless is not None and unless.match(text, end):
                    continue
                told = _told(scene, start, end, rule, listed, people)
                if rule.settings.get("only_told") and not told:
                    continue
                features = _features(scene, start, weighed, rule, hit.value)
                yield Candidate(
                    "SENSITIVE", start, end, 0.5, rule.id, (*features, f"told={told}") if told else features
                )
        for rule in self._entries:
            for start, end in entries(scene, rule):
                yield Candidate("SENSITIVE", start, end, 0.5, rule.id, ("class=entry", "told=entry"))
        yield from self._in_english(scene)

    def _in_english(self, scene: Scene) -> Iterator[Candidate]:
        """What English sentences say of somebody for sure, and the names of illnesses that weights decide about."""
        for rule in self._english:
            last = -1
            for hit in sorted(scene.words(f"sensitive:{rule.id}")):
                found = told_in_english(scene, hit.start, hit.end) if hit.start >= last else None
                if found is not None and not _is_inside(scene.text, hit.start, hit.end):
                    last = found[1]
                    yield Candidate("SENSITIVE", *found, 0.5, rule.id, ("class=english", "told=english"))
        if self._rules and scene.words("when:english-illness"):
            rule = self._rules[0][0]
            for match in _ENGLISH.finditer(scene.text):
                if not is_general(scene.text, *match.span()):
                    yield Candidate(
                        "SENSITIVE",
                        *match.span(),
                        0.5,
                        rule.id,
                        ("class=english", *_situation(scene, match.start())),
                    )


def _is_explained(scene: Scene, start: int, end: int) -> bool:
    """Whether a sentence that names nobody says what an illness is, or what a court decided."""
    text = scene.text
    begins, ends = scene.sentence(start)
    if not (_EXPLAINED.match(text, end) or _CASE_LAW.search(text, begins, ends)):
        return False
    if _WHO.search(text, begins, ends):
        return False
    return not any(scene.is_likely_within(type, begins, ends) for type in _OF_PEOPLE)


def _heads(scene: Scene) -> frozenset[int]:
    """The numbers of the lines that are the heads of tables: what they name is nobody's."""
    rows = scene.tables.rows
    return frozenset(number - 1 for number in rows if number - 1 not in rows)


def _is_denied(text: str, end: int, rule: Rule) -> bool:
    """Whether what stands right behind a phrase says that it is not so."""
    return rule.settings["class"] not in _NEVER_DENIED and _DENIED.match(text, end) is not None


def is_of_kin(scene: Scene, one: Candidate) -> bool:
    """Whether what is found is said to be a relative's, in a sentence that talks of no scheme: うつ病の父, 娘のてんかん."""
    if scene.count("generic", *scene.sentence(one.start)):
        return False
    return bool(
        _KIN_BEFORE.search(scene.text, max(0, one.start - 4), one.start)
        or _KIN_BEHIND.match(scene.text, one.end)
    )


def _is_head(scene: Scene, start: int, end: int, heads: frozenset[int]) -> bool:
    """Whether a phrase is all that stands in a cell of a table's heads."""
    if not heads or bisect_right(scene.line_starts, start) - 1 not in heads:
        return False
    line_start, line_end = scene.line(start)
    before, after = scene.text[max(line_start, start - 1) : start], scene.text[end : min(line_end, end + 1)]
    return (not before or not before.isalnum()) and (not after or not after.isalnum())


def _told(
    scene: Scene,
    start: int,
    end: int,
    rule: Rule,
    listed: dict[str, int],
    people: Sequence[tuple[int, int]],
) -> str:
    """What stands right beside a phrase and says for sure that it is somebody's, by the words of the rule's `told`."""
    text, wanted = scene.text, rule.settings.get("told", ())
    if not wanted:
        return ""
    begins, ends = scene.sentence(start)
    if "taken" in wanted and _TAKEN.match(text, end):
        named = bisect_left(people, (begins, 0)) < bisect_left(people, (start, 0))
        if named or (scene.near("individual", begins, start) and not scene.count("generic", begins, ends)):
            return "taken"
    if scene.count("generic", begins, start) or scene.count("generic", end, ends):
        return ""
    if "listed" in wanted:
        last = listed.get(rule.id)
        between = text[last:start] if last is not None and last <= start <= last + 4 else None
        if (between and _AND.fullmatch(between)) or _HEADS.search(text, max(0, start - 16), start):
            listed[rule.id] = end
            return "listed" if between else ""
    if "entry" in wanted and _ENTRY_ENDS.match(text, end):
        return "entry"
    line_start, line_end = scene.line(start)
    if "believed" in wanted:
        return "believed" if _is_believed(text, begins, start, end) else ""
    if "of_person" in wanted:
        above = scene.line(line_start - 1)[0] if line_start else 0
        return "of_person" if bisect_left(people, (above, 0)) < bisect_left(people, (line_end, 0)) else ""
    if "suspect" in wanted:
        by = _SUSPECT.search(text, max(line_start, start - 20), start)
        last_person = people[bisect_left(people, (start, 0)) - 1 :][:1]
        return "suspect" if by and last_person and last_person[0][1] == by.start() else ""
    return ""


def _is_believed(text: str, begins: int, start: int, end: int) -> bool:
    """Whether a creed is said to be somebody's, and not a country's: 宗教はヒンドゥー教なので, 妻はユダヤ教です."""
    return bool(
        _BELIEVER.search(text, max(begins, start - 16), start)
        and _BELIEVED.match(text, end)
        and not _OF_MANY.search(text, begins, start)
    )


def _is_inside(text: str, start: int, end: int) -> bool:
    """Whether an abbreviation is only a part of a word in Latin letters (ALS in numerals), or a short word the end of one in katakana
    (チック in プラスチック)."""
    if end - start <= _SHORT and "ァ" <= text[start] <= "ヴ":
        return text[start - 1 : start] == "ー" or "ァ" <= text[start - 1 : start] <= "ヴ"
    return text[start:end].isascii() and (
        (text[start - 1 : start].isascii() and text[start - 1 : start].isalpha())
        or (text[end : end + 1].isascii() and text[end : end + 1].isalpha())
    )


def _before(left: re.Pattern[str], text: str, start: int) -> int | None:
    base = max(0, start - _REACH)
    match = left.search(text[base:start])
    return None if match is None else base + match.start()


def _cut(text: str, start: int, word: int) -> int:
    """Without the person or the time before the phrase (母認知症 → 認知症)."""
    while True:
        match = _LATE_CUT.match(text[start : word + 2])
        if match is None or start + match.end() > word:
            break
        start += match.end()
    while start < word and text[start] in "・ のーをに":
        start += 1
    return start


def _features(scene: Scene, start: int, end: int, rule: Rule, word: str) -> tuple[str, ...]:
    written = scene.text[start:end]
    return (
        f"class={rule.settings['class']}",
        f"word={word}",
        f"tail={written[-2:]}",
        f"long={min(4, len(written) // 3)}",
        f"just={written == word}",
        f"then={_said(scene.text, end)}",
        f"{rule.settings['class']}&then={_said(scene.text, end)}",
        *_situation(scene, start),
    )


def _said(text: str, end: int) -> str:
    """What is said of it: that somebody was diagnosed, is treated, has it, suffers, or nothing that is known."""
    for name, pattern in _PREDICATES:
        if pattern.match(text, end):
            return name
    return ""


def _situation(scene: Scene, place: int) -> tuple[str, ...]:
    """Whether the sentence, the line and the text speak of somebody."""
    start, end = scene.sentence(place)
    line_start, line_end = scene.line(place)
    near = sum(scene.found_within(type, start, end) for type in _OF_PEOPLE)
    line = sum(scene.found_within(type, line_start, line_end) for type in _OF_PEOPLE)
    kin = scene.near("individual", start, end)
    kin_line = scene.count("individual", line_start, line_end)
    generic = scene.near("generic", start, end)
    everywhere = sum(len(scene.starts_of(type)) for type in _OF_PEOPLE)
    return (
        f"people.sentence={min(2, near)}",
        f"people.line={min(2, line)}",
        f"people.text={min(3, everywhere)}",
        f"individual={min(2, len(kin))}",
        f"individual.line={min(2, kin_line)}",
        f"individual.text={min(3, len(scene.words('individual')))}",
        f"generic={min(3, len(generic))}",
        f"generic.text={min(4, len(scene.words('generic')) // 3)}",
        f"both={min(1, near + len(kin))}{min(2, len(generic))}",
        *(f"i={one.value}" for one in kin[-2:]),
        *(f"g={one.value}" for one in generic[-3:]),
    )
