"""Values with a form of their own (``by: pattern``), vehicle registrations, confidentiality marks, numbers after labels."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection.addresses import IN_KANA
from kijun.inspection.contacts import phone_form
from kijun.inspection.numbers import is_counted
from kijun.inspection.rule import Rule
from kijun.inspection.safe_pattern import compile_safely
from kijun.inspection.scene import Candidate, Hit, Label, Scene

_FIGURE: Final = "[0-9OlISB〇一二三四五六七八九]"
_PLATE: Final = re.compile(
    rf"[ \n　]{{0,3}}{_FIGURE}(?:[ \n]?{_FIGURE}){{0,2}}[A-Z]?[ \n]{{0,3}}[ぁ-んァ-ヴA-Z](?![ぁ-んァ-ヴー])[ \n]{{0,3}}(?:[・.] ?){{0,3}}(?:- ?)?"
    rf"(?:{_FIGURE}(?: ?{_FIGURE})? ?[-ー・] ?{_FIGURE} ?{_FIGURE}|{_FIGURE}(?: ?{_FIGURE}){{0,3}})(?![0-9人円年月日回件台名])"
)
#: Class, kana and serial of a plate, before which any office may stand: 桐野 300 さ 12-34. The kana is none that has no plate (おしへん).
_ANY_PLATE: Final = re.compile(
    r"[0-9](?<![0-9A-Za-z].)[0-9A-Z]{1,2}( {0,2})([ア-オカキクケコサスセソタチツテトナニヌネノハヒフホマミムメモヤユヨラリルレロワヲさすせそたちつてとなにぬねのはひふほまみむめもやゆらりるろわれあいうえかきくけこをよ])(?![ぁ-んァ-ヴー])( {0,2})"
    r"(?:(?:[・.]{1,3} ?-? ?){0,2}[0-9OlI]{1,2}-[0-9OlI]{2}|(?:[・.] ?){1,3}-? ?[0-9]{1,3}|([0-9]{4}))(?![0-9A-Za-z人円年月日回件台名時歳才個分号%~.]|-[0-9])"
)
_OFFICE_OF_PLATE: Final = re.compile(
    r"(?:(?<![一-龥々ヶケ])[一-龥々ヶケ]{2,4}|(?<![ぁ-んァ-ヴー一-龥])[ぁ-ん]{2,4}|(?<![ァ-ヴー])[ァ-ヴー]{2,6})[ \n]{0,3}$"
)
#: Kana that are words between others as well, as in 定員 300 は 12-34
_PARTICLES: Final = frozenset("はのとにもやかをハノトニモヤカヲ")
_OF_VEHICLES: Final = re.compile(
    "車|ナンバー|プレート|バイク|軽トラ|ワゴン|ミニバン|駐輪|(?i:vehicle|plate|car)"
)
_REACH: Final = 60  # characters to each side
#: What offices are not called, and figures stand behind
_COUNTING: Final = re.compile(
    "(?:国道|県道|市道|[都府町村]道|番地?|号線?|人口|定員|会議室|区画|単価|品番|番号|区間|合計|総数|件数)[ \n]{0,3}$"
)
#: The plate of a moped, which its town gives out: 敦賀市 う 12-34
_TOWN_PLATE: Final = re.compile(
    rf"[ :はが「(]{{0,3}}((?:{IN_KANA}|[一-龥]{{1,5}}[市町村区])[ \n]{{0,2}}[ぁ-んA-Z][ \n]{{0,2}}{_FIGURE}(?: ?[-ー・]? ?{_FIGURE}){{1,4}})(?![0-9人円年月日回件台名])"
)
_CODE: Final = re.compile(
    r"(?:[A-Za-z]{1,4}[-ー]?)?[0-9](?:[-ー]?[0-9A-Za-z]| [0-9]){1,14}(?![0-9A-Za-z桁文件人])"
)
#: Figures one by one with points between, or with one line break inside: 3.4.6.3.2.8.8.1
_DOTTED: Final = re.compile(r"[0-9](?:[.・] ?[0-9]){4,12}(?![0-9.・])")
_BROKEN: Final = re.compile(r"[0-9]{2,6}\n[0-9]{2,6}(?![-0-9A-Za-z年月日時人件円歳,./:]| |\t)")
_ONE_CODE: Final = re.compile(
    r"(?:[A-Za-z]{1,4}[-ー]?)?[0-9OlISB](?:[-ー]?[0-9OlISB]){1,14}(?![0-9A-Za-z月日年時人件円名])"
)
_SYMBOL: Final = re.compile(
    r"(?!等|[一-龥]{0,3}[数額率料件費税世])[一-龥ぁ-んァ-ヴー]{0,4}[ ・-]?(?=[OlISB]{0,3}[0-9])[0-9OlISB](?: ?[0-9OlISB]){0,11}(?:[-ー・][0-9OlISB]{1,10}){0,2}(?![0-9年月日時人件円歳回桁%~]| (?:[人件円]|世帯)(?=[ \n、。,)]|$)|,[0-9]{3}(?![0-9]))|[一-龥]{1,3}(?=[ 　]{1,2}番号)|[一-龥ァ-ヴー]{1,4}[ぁ-ん]?(?=[ 　、,]{1,2}番号[ :は]{0,2}[0-9])"  # 公立ひ 番号 09-22618
)
_PLAIN_CODE: Final = re.compile(
    r"(?=[OlISB]{0,3}[0-9])[0-9OlISB](?: ?[0-9OlISB]){2,11}(?:[-ー・ ][0-9OlISB]{1,10}){0,2}(?![0-9年月日時人件円歳回桁%])"
)
_KANJI_FIGURES: Final = frozenset("〇零一二三四五六七八九")
#: A short number in kanji figures, which stand for themselves only behind a label: 記号が二二〇一番号が五三八八です
_KANJI_CODE: Final = re.compile(
    r"[〇零一二三四五六七八九](?:[ ・-]?[〇零一二三四五六七八九]){1,9}(?![〇零一二三四五六七八九十百千万0-9]|番(?!号)|[年月日時人件円歳回桁つ個本枚点種割号条項世])"
)
_NEXT_LABEL: Final = ("の記号", "記号", " 記号", "の番号", "番号", " 番号", "証番号", "者番号")
_GAP: Final = re.compile(
    r"(?:\([^()0-9\n]{1,10}\)[ :]{0,2})?(?:[ \t]*(?:番号|コード|No\.?|NO\.?|no\.?|:|=|は|が|の|ハ|ガ|ノ|「|『|【|\(|→|#|\||,|、|/|…|\*|[\"']|>|(?i:is|was)(?= )|</?[A-Za-z]{1,10}>|それぞれ|第|\n)){0,5}[ \t]*"
)
#: A figure that stands apart from all before it, which may count something of its own: 1234567 3月末
_APART: Final = re.compile("(?<=[0-9]{3}) [0-9]{1,4}$")
#: The 枝番 behind 記号 and 番号, which is no part of them: 12-345-01
_BRANCH: Final = re.compile("|".join(f"(?<=[0-9]-[0-9]{{{size}}})-[0-9]{{2}}$" for size in range(2, 9)))
_ENDS: Final = re.compile(
    r"[ 　]{0,2}(?:$|[\n、。)）,(（]|です|[ 　]?(?:本人|家族|枝番|被扶養者|番号|[0-9]{2}(?![0-9])))"
)
_OF_LICENSE: Final = 12  # figures of a driver's licence
_AND: Final = re.compile(r"(?:[ ]?(?:と|、|,|及び|および|・|/|から|→)[ ]?(?i:(?:number|no\.?) )?)")


_SOFTWARE: Final = re.compile(
    r"(?i)(?:(?<![a-z])(?!(?:ip|from|host|hosts|server|addr|address|client|src|dst|by|to|at|ping|remote|peer|gateway|dns|is|was|and|or|with|via|proxy|allow|deny|permit|route|router|via|listen|bind|nameserver|node|target|source|destination|network|neighbor|ssh|telnet|curl|traceroute|user|login) )[a-z]{2,12} |-> ?|→ ?|v\.?)$"
    r"|(?:ファーム(?:ウェア)?|ミドルウェア|ソフト(?:ウェア)?|バージョン|ビルド|リリース|ドライバー?|パッチ|カーネル|アプリ|エンジン|(?<![A-Za-z])(?:OS|OID|SNMP|BIOS|firmware|build|release|version|ver)|版|版数)"
    r"[^\n。、]{0,4}(?:[0-9.]{5,15} ?(?:から|より|→|->|[〜~]) ?)?$"
)


#: The port or the network behind an address of a machine, as no version has them
_NETWORK: Final = re.compile("/[0-9]{1,2}(?![0-9.])|:[0-9]{2,5}(?![0-9])")


class Forms:
    """The recogniser of ``by: pattern``: a safe pattern, words without which it is not tried, and a label that raises it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, compile_safely(rule.settings["pattern"])) for rule in rules]

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose every match with the rule's score, raised by its own label and lowered by another's."""
        for rule, pattern in self._rules:
            settings = rule.settings
            if "when" in settings and not scene.words(f"when:{rule.id}"):
                continue
            text = scene.digits if settings.get("view") == "digits" else scene.text
            group = settings.get("group", 0)
            for match in pattern.finditer(text):
                if match[0].startswith(tuple(settings.get("never", ()))):
                    continue
                if "check" in settings and not _CHECKS[settings["check"]](match[0]):
                    continue
                score = _score(
                    rule,
                    scene.label(match.start()),
                    match[0],
                    scene.mentions(rule.type),
                    text[max(0, match.start() - 36) : match.start()],
                    text[match.end() : match.end() + 6],
                )
                if score > 0:
                    yield Candidate(rule.type, *match.span(group), score, rule.id)


def _score(
    rule: Rule, label: Label | None, written: str, mentioned: bool, before: str = "", behind: str = ""
) -> float:
    settings = rule.settings
    score = float(settings.get("alone", rule.score))
    if "two_letters" in settings and written[:2].isalpha():
        score = float(settings["two_letters"])
    if settings.get("software") and _SOFTWARE.search(before) and not _NETWORK.match(behind):
        score = float(settings["software"])
    if "small" in settings and not re.search("[0-9]{2}", written):
        score = float(settings["small"])  # 4.2.1.4 is a section more often than an address
    if label is not None and label.type == rule.type:
        return float(settings.get("labelled", score))
    if mentioned and settings.get("mentioned"):
        score = max(score, float(settings["mentioned"]))
    if label is None:
        return score
    if label.type == "OTHER" and rule.type != "SECRET":
        return score * 0.5
    return score


def _is_ipv6(written: str) -> bool:
    try:
        return ipaddress.ip_address(written).version == 6
    except ValueError:
        return False


def _is_ipv4(written: str) -> bool:
    parts = ["".join(filter(str.isdigit, part)) for part in re.split("[.。]", written)]
    if parts[0] in ("127", "255", "0"):
        return False  # the machine itself, a mask, its reverse, any: nobody's
    return all(part == "0" or (part[:1] not in ("", "0") and int(part) < 256) for part in parts)


_CHECKS: Final = {"ipv4": _is_ipv4, "ipv6": _is_ipv6}


class Vehicles:
    """The recogniser of vehicle registrations: a place of the list, class, kana and figures."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rule = rules[0].id if rules else ""

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose what begins with a place of registration, and a town's plates behind their label."""
        if not self._rule:
            return
        best: dict[int, Candidate] = {}
        for hit in scene.words("plate"):
            match = _PLATE.match(scene.digits, hit.end)
            if match:
                found = Candidate("VEHICLE_NUMBER", hit.start, match.end(), 0.95, self._rule)
                if match.end() not in best or best[match.end()].start > hit.start:
                    best[match.end()] = found
        yield from best.values()
        yield from self._of_any_office(scene)
        for label in scene.words("label"):
            town = _TOWN_PLATE.match(scene.digits, label.end) if label.value == "VEHICLE_NUMBER" else None
            if town is not None:
                yield Candidate("VEHICLE_NUMBER", *town.span(1), 0.95, self._rule)

    def _of_any_office(self, scene: Scene) -> Iterator[Candidate]:
        """Plates of offices that no list knows, where class, kana and serial stand there as on a plate."""
        text = scene.digits
        for match in _ANY_PLATE.finditer(text):
            start = match.start()
            office = _OFFICE_OF_PLATE.search(text, max(0, start - 9), start)
            if office is None or _COUNTING.search(text, max(0, start - 9), start):
                continue
            before, kana, behind, plain = match.groups()
            tight = bool(plain) or not (before and behind)
            told = not tight and _OF_VEHICLES.search(text, *_around(text, match)) is not None
            if kana in _PARTICLES and not (told or scene.mentions("VEHICLE_NUMBER")):
                continue  # 部屋 501 と 12-10
            yield Candidate("VEHICLE_NUMBER", office.start(), match.end(), 0.9, self._rule)


def _around(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The place around a plate in which vehicles may be spoken of."""
    return max(0, match.start() - _REACH), min(len(text), match.end() + _REACH)


class Marks:
    """The recogniser of confidentiality marks, which stand by themselves and are not talked about."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, tuple(rule.settings.get("talk", ()))) for rule in rules]

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose the marks, the longest at a place."""
        for rule, talk in self._rules:
            covered = -1
            for hit in sorted(scene.words(f"mark:{rule.id}"), key=lambda hit: (hit.start, -hit.end)):
                if hit.start < covered:
                    continue
                covered = hit.end
                start, end = hit.start, hit.end
                written = scene.text[start:end]
                if written.isascii() and (
                    not written[0].isupper() or _letter(scene.text, end) or _letter(scene.text, start - 1)
                ):
                    continue
                yield Candidate(
                    "CONFIDENTIALITY_MARK", start, end, _mark_score(scene, start, end, talk), rule.id
                )


#: Words of the same line behind a mark in Latin letters
_GOES_ON: Final = re.compile(r"[ -][A-Za-z]{2}")


def _mark_score(scene: Scene, start: int, end: int, talk: tuple[str, ...]) -> float:
    """A mark stands in brackets, alone or at an edge; what goes on with it talks about it."""
    text = scene.text
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if _GOES_ON.match(text, end) and not text[start:end].isupper():
        return 0.15  # Confidential Computing
    following = end + (after in '」』)】]"' and after != "")
    if any(text.startswith(word, following) for word in talk):
        return 0.15 if before not in "【[" or not before else 0.55
    if (before and before in "【[〈《<※■●(〔") or scene.line(start) == (start, end):
        return 0.97
    if not before or before in "\n ・。、:" or not after or after in "\n 。、":
        return 0.85
    return 0.7 if after in "でにとの」" else 0.4


def _letter(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isascii() and text[place].isalpha()


class Labelled:
    """Numbers that are known only by what is said before them: local numbers, 記号 and 番号 of insurance cards, accounts."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = {rule.type: rule for rule in rules}

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose codes after a tight label or under a head of their own, also two joined by と or 、."""
        text = scene.digits
        longest = Hit(-1, -1, "")
        for label in scene.words("label"):
            if label.end == longest.end and label.start > longest.start:  # 証番号 of 受給者証番号
                continue
            longest = label
            type = label.value
            if type == "SYMBOL" or text.startswith("記号", label.start):
                meant = scene.label(label.end)
                type = meant.type if meant is not None else type
            rule = self._rules.get(type)
            if rule is None:
                continue
            gap = _GAP.match(text, label.end)
            place = gap.end() if gap else label.end
            pattern = _CODE
            if type == "HEALTH_INSURANCE":
                named = "記号" in text[label.start : label.end]
                told = text.startswith(_NEXT_LABEL, label.end) or text.startswith(_NEXT_LABEL, place)
                pattern = _SYMBOL if named or not told else _PLAIN_CODE
            for turn in range(4):
                match = (
                    _KANJI_CODE.match(text, place) or _DOTTED.match(text, place) or _BROKEN.match(text, place)
                )
                match = match or pattern.match(text, place)
                if match is None:
                    break
                if match.end() - match.start() < 2 and not _is_one_figure(text, match, label, type):
                    break
                end = match.end()
                while text[end - 1] in " -ー":
                    end -= 1
                apart = _APART.search(text, match.start(), end)
                if apart is not None and is_counted(text, end):
                    end = apart.start()
                if type == "HEALTH_INSURANCE" and (branch := _BRANCH.search(text, match.start(), end)):
                    end = branch.start()
                score = _code_score(text[match.start() : end], type, text[match.start() - 2 : match.start()])
                if not score or _is_of_license(scene, type, text[match.start() : end]):
                    break
                yield Candidate(rule.type, match.start(), end, score - 0.01 * turn, rule.id)
                joined = _AND.match(text, end)
                if joined is None:
                    break
                place = joined.end()
        yield from self._columns(scene)

    def _columns(self, scene: Scene) -> Iterator[Candidate]:
        for head, start, value in scene.tables.cells():
            rule = self._rules.get(head.type)
            if rule is not None and 2 <= len(value) <= 20 and any(char.isdigit() for char in value):
                yield Candidate(rule.type, start, start + len(value), 0.9, rule.id)


def _is_one_figure(text: str, match: re.Match[str], label: Hit, type: str) -> bool:
    """Whether a 記号 or 番号 of an insurance card has but one figure: 記号 100 番号 5."""
    return (
        type == "HEALTH_INSURANCE"
        and text[label.start : label.end] in ("番号", "記号")
        and match[0].isdigit()
        and bool(_ENDS.match(text, match.end()))
    )


def _is_of_license(scene: Scene, type: str, value: str) -> bool:
    """Whether a number behind 記号番号 is the number of the licence that is spoken of: 確認書類：免許／記号番号等 309012345620."""
    return (
        type == "HEALTH_INSURANCE"
        and len(value) == _OF_LICENSE
        and value.isdigit()
        and scene.mentions("DRIVER_LICENSE")
    )


def _code_score(value: str, type: str, before: str) -> float:
    """How surely what follows a label is its code: digits enough, no date and no amount."""
    if not value.strip("0-ー. "):
        return 0.0  # 0000000 stands for any
    digits = sum(char.isdigit() for char in value) or sum(char in _KANJI_FIGURES for char in value)
    if phone_form(value[value.find("0") :]) if "-" in value and "0" in value else "":
        return 0.0
    if before.endswith("枝番") or value.startswith("枝番"):
        return 0.0
    if type == "HEALTH_INSURANCE":
        return 0.93 if digits >= 2 else 0.7 if digits == 0 else 0.6
    return 0.93 if digits >= 3 else 0.6 if digits == 2 else 0.0
