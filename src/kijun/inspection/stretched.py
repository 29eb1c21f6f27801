"""What is written one character after another: with spaces between, in boxes of a form, and labels drawn to a width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kijun.inspection.taken import Taken

#: One character after another with a space between, as forms are filled in: 山 田 太 郎, 年　金　番　号
_BEFORE: Final = r"(?<![^\s「『(（【〔\[<・:：、。,，|｜/／→●■□○◯◎※*＊はがのを])"
_BEHIND: Final = (
    r"(?:(?![^\s」』)）】〕\]>:：、。,，|｜/／(（])|(?=様|さま|さん|殿|氏|君|です|と申|で|の|は|が|を))"
)
#: For each kind of space what shows quickly whether anything is written so, and what finds it.
_SPACED_OUT: Final = tuple(
    (
        re.compile(rf"{space}\S[ﾞﾟ]?{space}"),
        re.compile(rf"{_BEFORE}\S[ﾞﾟ]?{space}\S[ﾞﾟ]?(?:{space}\S[ﾞﾟ]?)+{_BEHIND}"),
    )
    for space in " \u3000"
)
_JAPANESE: Final = re.compile(r"[ぁ-んァ-ヴｦ-ﾝ一-龥々〆ヶ]")
#: Labels of two characters that forms stretch to the width of longer ones: 氏　　名
_STRETCHED_LABELS: Final = frozenset(
    [
        "氏名",
        "名前",
        "住所",
        "電話",
        "年齢",
        "担当",
        "携帯",
        "口座",
        "名義",
        "記号",
        "番号",
        "世帯",
        "本籍",
        "病名",
        "宛先",
        "宛名",
        "旅券",
        "児童",
        "患者",
    ]
)
_STRETCHED: Final = re.compile(
    f"[{''.join(label[0] for label in sorted(_STRETCHED_LABELS))}](?<![ぁ-んァ-ヴ一-龥々].)([ \u3000]{{1,6}})"
    f"[{''.join(label[1] for label in sorted(_STRETCHED_LABELS))}](?![ぁ-んァ-ヴ一-龥々])"
)
_HINT_TWO_WORDS: Final = re.compile(" \\S[ﾞﾟ]?\u3000\\S[ﾞﾟ]? ")
#: 4 | 7 | 0 | 1, with at most one empty box between (the space of a name): one character in each, as forms have them
_BAR: Final = "|｜│┃¦"
_BOX: Final = rf"[^\s{_BAR}][ﾞﾟ]?"
_BETWEEN: Final = rf"[ \u3000]{{0,3}}[{_BAR}](?:[ \u3000]{{0,3}}[{_BAR}])?[ \u3000]{{0,3}}"
_BOXES: Final = re.compile(rf"(?<![^\s{_BAR}:：=)）」]){_BOX}(?:{_BETWEEN}{_BOX}){{3,}}(?![^\s{_BAR}])")
_GAP: Final = re.compile(_BETWEEN)
_IN_BRACKETS: Final = re.compile(r"(?:[\[［〔【][0-9０-９A-Za-zＡ-Ｚａ-ｚァ-ヴｦ-ﾟ][\]］〕】][ \u3000]?){4,}")
_BRACKETS: Final = re.compile(r"[\]］〕】][ \u3000]?[\[［〔【]")
#: A number's characters with one and the same mark between: 4,7,0,1,7,9 or 4 / 7 / 0
_X: Final = "[0-9０-９A-ZＡ-Ｚ]"
_MARK: Final = rf"[ \u3000]{{0,2}}[,，、/／:：・_＿;\t{_BAR}][ \u3000]{{0,2}}|[ \u3000]{{1,3}}"
_MARKED: Final = re.compile(
    rf"(?<![0-9０-９A-Za-z,，/.-]){_X}(?P<mark>{_MARK}){_X}(?:(?P=mark){_X}){{5,40}}(?!(?P=mark)?[0-9０-９A-Za-z])"
)
_HINT_MARKED: Final = re.compile(rf"{_X}(?<![0-9０-９A-Za-z].)(?P<mark>{_MARK}){_X}(?P=mark){_X}(?P=mark)")
#: What tables hold in cells of one character, so that it is no word: weekdays, yes and no, marks
_MARKS: Final = frozenset(
    "日月火水木金土祝休有無男女可否上下左右大中小高低済未要不良優秀甲乙丙丁正誤新旧朝昼夜前後内外東西南北一二三四五六七八九十○×△◎●▲-―"
)
#: M U R A T A
_CAPITALS: Final = re.compile(
    r"(?<![^\s:：])[A-ZＡ-Ｚ](?: [A-ZＡ-Ｚ]){3,}(?:\u3000[A-ZＡ-Ｚ](?: [A-ZＡ-Ｚ])+)?(?!\S)"
)
_HINT_CAPITALS: Final = re.compile(" [A-ZＡ-Ｚ] [A-ZＡ-Ｚ](?!\\S)")
#: Two words of which one is as short as two characters: ヒ ガ　ヨ シ ミ
_TWO_WORDS: Final = re.compile(
    rf"{_BEFORE}[ぁ-んァ-ヴーｦ-ﾝ][ﾞﾟ]?(?: [ぁ-んァ-ヴーｦ-ﾝ][ﾞﾟ]?)+\u3000[ぁ-んァ-ヴーｦ-ﾝ][ﾞﾟ]?(?: [ぁ-んァ-ヴーｦ-ﾝ][ﾞﾟ]?)+{_BEHIND}"
)


def stretched(given: str) -> list[tuple[int, int, str]]:
    """What only stretches what is written: where spaces, bars and brackets of boxes stand, and a space for each of them."""
    taken = Taken()
    found = list(_marked(given, taken)) if _HINT_MARKED.search(given) else []
    found += _boxes(given, taken)
    if " " not in given and "\u3000" not in given:
        return found
    found += [
        (at, at + 1, " ")
        for first, last in _runs(given, taken)
        for at in range(first, last)
        if given[at].isspace()
    ]
    found += [
        (*match.span(1), " ")
        for match in _STRETCHED.finditer(given)
        if match[0][0] + match[0][-1] in _STRETCHED_LABELS
    ]
    return found


def _boxes(given: str, taken: Taken) -> list[tuple[int, int, str]]:
    """Bars and brackets between boxes of one character each; an empty box stays as the space that it is."""
    found: list[tuple[int, int, str]] = []
    if any(bar in given for bar in _BAR):
        for run in _BOXES.finditer(given):
            if taken.free(*run.span()) and not _MARKS.issuperset(_GAP.sub("", run[0])):
                taken.take(*run.span())
                for gap in _GAP.finditer(given, run.start(), run.end()):
                    found += _but_a_space(gap)
    if any(bracket in given for bracket in "[［〔【"):
        for run in _IN_BRACKETS.finditer(given):
            if taken.free(*run.span()):
                taken.take(*run.span())
                found += [(*one.span(), " ") for one in _BRACKETS.finditer(given, run.start(), run.end())]
    return found


def _marked(given: str, taken: Taken) -> Iterator[tuple[int, int, str]]:
    """The marks inside of numbers that are written so; one, two, three and so on is a list."""
    for run in _MARKED.finditer(given):
        mark, start, end = run["mark"], *run.span()
        figures = [int(one) for one in run[0].split(mark) if one.isdigit()]
        if len(figures) < 3 or figures == list(range(figures[0], figures[0] + len(figures))):
            continue
        taken.take(start, end)
        places = range(start + 1, end - 1, len(mark) + 1)
        yield from ((place, place + len(mark), " ") for place in places)


def _but_a_space(gap: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """All of what stands between two boxes, but for one space where a box is empty."""
    bars = [at for at, char in enumerate(gap[0], gap.start()) if char in _BAR]
    space = bars[0] + 1 if len(bars) > 1 and bars[1] > bars[0] + 1 else None
    if space is None:
        yield (*gap.span(), " ")
        return
    yield gap.start(), space, " "
    yield space + 1, gap.end(), " "


def _free_until(taken: Taken, start: int, end: int) -> int:
    """Where a run ends if what is taken at its end is left to the number that it is: 保 険 者 番 号 0 6 1 3 2 0 1 3; its start where it is not free."""
    if taken.free(start, end):
        return end
    last = taken.free_until(start) - 1
    return last if last - start > 2 else start


def _words(given: str) -> Iterator[re.Match[str]]:
    if _HINT_CAPITALS.search(given):
        yield from _CAPITALS.finditer(given)
    if "\u3000" in given and _HINT_TWO_WORDS.search(given):
        yield from _TWO_WORDS.finditer(given)


def _runs(given: str, taken: Taken) -> list[tuple[int, int]]:
    """Where single characters stand with one kind of space between; what two runs share belongs to the more Japanese."""
    runs = [
        (-japanese, *match.span())
        for hint, pattern in _SPACED_OUT
        if hint.search(given)
        for match in pattern.finditer(given)
        if (japanese := len(_JAPANESE.findall(match[0]))) > 1
    ]
    for match in _words(given):
        between = given.find("\u3000", match.start(), match.end())
        if between < 0:
            runs.append((-len(match[0]), *match.span()))
            continue
        runs += [
            (between - match.end(), match.start(), between),
            (between - match.end(), between + 1, match.end()),
        ]
    runs = [
        (least, first, last)
        for least, first, end in runs
        if (last := _free_until(taken, first, end)) - first > 2
    ]
    starts: set[int] = set()
    ends: set[int] = set()
    kept = []
    for _, start, end in sorted(runs):
        first = start + 2 if start + 1 in ends else start
        last = end - 2 if end - 1 in starts else end
        if last - first > 2:
            starts.add(first)
            ends.add(last)
            kept.append((first, last))
    return kept
