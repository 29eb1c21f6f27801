"""What speaks for a secret at a place: its form, the words for secrets around it, what stands beside it, its line.

A sign never holds the value; weights learnt for signs cannot give away the texts they were learnt from. Everything is
read from the text before a place and a few characters behind it, so that a stream sees what the whole text shows.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from kijun.inspection.context import char_class
from kijun.inspection.scene import Scene
from kijun.inspection.secret_places import places
from kijun.inspection.secret_values import OTHER_FIGURES, UNITS, is_example, is_none, looks_secret

BEFORE: Final = 260
"""Characters before a place in which a word for secrets counts."""
BEHIND: Final = 24
"""Characters behind a place that are looked at."""
_NEAR, _BETWEEN, _LINE = 14, 48, 400  # characters before a value, behind a word, and of a line that are read
_DIGIT: Final = re.compile("[0-9]+")
_CELLS: Final = re.compile(r"[\t,|、]| {2,}")
#: What is set for secrets and is none: token_ttl: 3600, SESSION_COOKIE_AGE=1800
_SETTING: Final = re.compile(
    r"(?i)(?:ttl|age|timeout|expir[a-z]{1,6}|len|length|size|count|limit|port|max|min|days|minutes|seconds|hours|interval|retries|level|version)[\"']?[ ]?[:= ][ \"']{0,2}\Z"
)
#: The name of a setting right before its value
_KEY: Final = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z][A-Za-z_]{1,30})[\"']?[ ]?[:=][ ]?[\"']?\Z")
#: Hints that stand near too much else to be any by themselves
_PLAIN: Final = frozenset(
    {"code", "コード", "ファイル", "添付", "pdf", "session", "token", "tokens", "トークン", "pass"}
)
#: A name of a file
_FILE: Final = re.compile(
    r"(?i)[^\n]{1,100}\.(?:xls[xm]?|docx?|pptx?|pdf|csv|txt|zip|jpe?g|png|gif|html?|md|json|ya?ml|xml|py|sh|js|log|ini|conf|exe|msi|eml|msg|bak)\Z"
)
_FORMS: Final = (
    ("year", re.compile(r"(?:19|20)[0-9]{2}\Z")),
    ("ymd", re.compile(r"(?:19|20)?[0-9]{2}[01][0-9][0-3][0-9]\Z")),
    ("word", re.compile(r"[A-Za-z]+\Z")),
    ("hex", re.compile(r"[0-9a-f-]+\Z")),
    ("mail", re.compile(r"[^@]+@[^@]+\.[^@]+\Z")),
    ("file", re.compile(r".*\.[A-Za-z]{2,5}\Z")),
    ("other", OTHER_FIGURES),
)
#: Parts of words that stand for a value or name none
_STAND_INS: Final = (
    "pass",
    "xxx",
    "***",
    "your",
    "change",
    "example",
    "test",
    "sample",
    "dummy",
    "true",
    "false",
    "null",
    "none",
)
#: Steps of distances and lengths in characters
_FAR: Final = (0, 1, 3, 6, 10, 16, 28, 50, 90, 160)
_LENGTHS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 40)
_WORD: Final = re.compile("[a-z]{2,}")


class Words:
    """The words for secrets of a text by how plainly they name one: ``L`` label, ``H`` hint, ``X`` further word."""

    def __init__(self, scene: Scene) -> None:
        found: dict[str, list[tuple[int, int]]] = {"L": [], "H": [], "X": []}
        for start, end, group in _outermost(_hits(scene)):
            found[group].append((start, end))
        self.groups = found
        self.ends = {group: [end for _, end in hits] for group, hits in found.items()}
        self.starts = {group: [start for start, _ in hits] for group, hits in found.items()}

    def within(self, group: str, start: int, end: int) -> bool:
        """Whether a word of a group lies in a range."""
        number = bisect_left(self.starts[group], start)
        return number < len(self.starts[group]) and self.ends[group][number] <= end

    def near(self, start: int, end: int) -> bool:
        """Whether a word for a secret or a hint at one stands within reach of a place."""
        for group in "LH":
            number = bisect_right(self.ends[group], start)
            if number and start - self.ends[group][number - 1] <= BEFORE:
                return True
            number = bisect_left(self.starts[group], end)
            if number < len(self.starts[group]) and self.starts[group][number] <= end + BEHIND:
                return True
        return False


def _hits(scene: Scene) -> Iterator[tuple[int, int, str]]:
    text = scene.text
    groups = (
        ("L", [hit for hit in scene.words("label") if hit.value == "SECRET"]),
        ("L", scene.words("spoken:secret-told")),
        ("L", scene.words("spoken:secret-labelled")),
        ("H", scene.words("when:secret-told")),
        ("H", scene.words("when:secret-labelled")),
        ("X", scene.words("when:secret-judged")),
    )
    for group, hits in groups:
        for hit in hits:
            before, behind = text[max(0, hit.start - 1) : hit.start], text[hit.end : hit.end + 1]
            if text[hit.start].isascii() and text[hit.start].islower() and "a" <= before <= "z":
                continue  # inside a Latin word; not Key of AccountKey
            if text[hit.end - 1].isascii() and text[hit.end - 1].isalpha() and "a" <= behind <= "z":
                continue
            yield hit.start, hit.end, "X" if text[hit.start : hit.end].lower() in _PLAIN else group


def _outermost(hits: Iterator[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Words that are no part of a longer one, in order; of the same place the plainest."""
    until = -1
    for start, end, group in sorted(hits, key=lambda hit: (hit[0], -hit[1], "LHX".index(hit[2]))):
        if end > until:
            until = end
            yield start, end, group


class Signs:
    """The signs at the places of one text."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.words = Words(scene)
        self.places = places(scene.text) if self.words.groups["L"] or self.words.groups["H"] else []
        self._forms: dict[int, _Form] = {}

    def form(self, number: int) -> _Form:
        """What the value at a place looks like, worked out once."""
        form = self._forms.get(number)
        if form is None:
            place = self.places[number]
            form = self._forms[number] = _form(self.scene.text[place.start : place.end])
        return form

    def worth(self) -> Iterator[int]:
        """The numbers of the places that a word for secrets or a hint at one is near to; ids and names of models look like secrets, too."""
        text = self.scene.text
        for number, (start, end, _) in enumerate(self.places):
            if (
                self.words.near(start, end)
                and not is_none(text[start:end])
                and not _FILE.match(text, start, end)
                and not self._is_setting(start, end)
            ):
                yield number

    def _is_setting(self, start: int, end: int) -> bool:
        """Whether a number is set for what is no secret (``"code": "1310"``) or for what is said about some (``token_ttl: 3600``)."""
        text = self.scene.text
        if not text[start:end].isdigit():
            return False
        if _SETTING.search(text, max(0, start - 24), start):
            return True
        key = _KEY.search(text, max(0, start - 44), start)
        return key is not None and not any(
            self.words.within(group, key.start(1), key.end(1)) for group in ("L", "H")
        )

    def of(self, number: int) -> list[str]:
        """All signs at the place of a number."""
        return [*self.first(number), *self.further(number)]

    def first(self, number: int) -> list[str]:
        """What the value looks like, how far words for secrets are, and where in its line it stands: most places are none by that alone."""
        start, end, how = self.places[number]
        line_start, line_end = self._line(number)
        out = ["b", f"how={how}"]
        text, form = self.scene.text, self.form(number)
        _of_value(out, text, start, end, form)
        self._of_words(out, number, line_start)
        _of_line(out, text, start, end, line_start, line_end, form.kind)
        self._alike(out, number)
        return out

    def further(self, number: int) -> list[str]:
        """What stands beside the value and between it and the nearest words for secrets."""
        start, end, _ = self.places[number]
        text, words, out = self.scene.text, self.words, list[str]()
        _beside(out, text, start, end, self._line(number)[0])
        for group in "LH":
            last = bisect_right(words.ends[group], start) - 1
            if last >= 0 and start - words.ends[group][last] <= BEFORE:
                said = text[words.ends[group][last] : start]
                if "\n" not in said:
                    said = _plain(said[: 2 * _BETWEEN])
                    out += [f"{group}B={said[at : at + 2]}" for at in range(min(len(said), _BETWEEN) - 1)]
        return out

    def _line(self, number: int) -> tuple[int, int]:
        """The line of a place, as far as it is looked at."""
        start, end, _ = self.places[number]
        line_start, line_end = self.scene.line(start)
        return max(line_start, start - _LINE), min(line_end, end + _LINE)

    def _of_words(self, out: list[str], number: int, line_start: int) -> None:
        """How far the nearest words for secrets are on both sides, what stands between, whether one heads the column."""
        text, kind, words = self.scene.text, self.form(number).kind, self.words
        start, end, _ = self.places[number]
        for group, hits in words.groups.items():
            last = bisect_right(words.ends[group], start) - 1
            if last < 0 or start - hits[last][1] > BEFORE:
                out.append(f"{group}<no")
            else:
                self._behind_word(out, hits[last], group, number, line_start)
            following = bisect_left(words.starts[group], end)
            if following == len(hits) or hits[following][0] > end + BEHIND:
                out.append(f"{group}>no")
                continue
            first = hits[following][0]
            lines, far = min(text.count("\n", end, first), 2), bisect_right(_FAR, first - end)
            out += (f"{group}>{far}|{lines}", f"{group}>{far}|{kind}")
            if not lines and first - end <= 10:
                out.append(f"{group}>={_plain(text[end:first])}")

    def _behind_word(
        self, out: list[str], word: tuple[int, int], group: str, number: int, line_start: int
    ) -> None:
        text, form, start = self.scene.text, self.form(number), self.places[number].start
        kind = form.kind
        lines, far = min(text.count("\n", word[1], start), 4), bisect_right(_FAR, start - word[1])
        between = 0
        for other in range(max(0, number - 12), number):
            one = self.places[other]
            if one.start >= word[1] and one.end <= start and self.form(other).looks:
                between += 1
        name = text[word[0] : word[1]].lower()
        out += (
            f"{group}<{far}",
            f"{group}<n{lines}",
            f"{group}<{far}|{lines}",
            f"{group}w={name}",
            f"{group}w={name}|{kind}",
            f"{group}<b{min(between, 4)}",
            f"{group}<b{min(between, 3)}|{kind}",
            f"{group}<{far}|{kind}",
            f"{group}<n{lines}|{kind}|{form.looks}",
        )
        if not lines:
            said = _plain(text[word[1] : start]) if start - word[1] < 2 * _NEAR else ""
            if 0 < len(said) <= 12 or start == word[1]:
                out.append(f"{group}={said}")
            return
        head_start, head_end = self.scene.line(word[0])
        if word[0] - head_start > _LINE or start - line_start >= _LINE:
            return
        same = _cell(text, head_start, word[0]) == _cell(text, line_start, start)
        cells = min(_cell(text, head_start, min(head_end, head_start + _LINE)), 3)
        out += (f"{group}col={same}|{cells}", f"{group}col={same}|{cells}|{kind}")

    def _alike(self, out: list[str], number: int) -> None:
        """How many of the places before have the same form: the rows of a list."""
        place, form = self.places[number], self.form(number)
        length, alike = place.end - place.start, 0
        for other in range(max(0, number - 12), number):
            one = self.places[other]
            if (
                one.end - one.start == length
                and one.end <= place.start
                and self.form(other).shape == form.shape
            ):
                alike += 1
        out += (f"alike={min(alike, 3)}", f"alike={min(alike, 3)}|{form.kind}")


class _Form(NamedTuple):
    """What a value looks like: the kinds of its characters, what it is made of, how many figures, whether it looks like a secret."""

    shape: str
    kind: str
    digits: int
    looks: bool


def _form(value: str) -> _Form:
    digits = sum(map(str.isdigit, value))
    return _Form(_shape(value), _kind(value, digits), digits, looks_secret(value))


def _kind(value: str, digits: int) -> str:
    """A few letters for what a value is made of: ``9`` figures, ``m`` mixed, ``a`` none, ``+`` with marks, ``j`` not ASCII."""
    made = "9" if digits == len(value) else "m" if digits else "a"
    if not value.isalnum():
        made += "+"
    return made if value.isascii() else made + "j"


def _shape(value: str) -> str:
    """The kinds of its characters, runs as one: Kt48w-2mm is Aa9a-9a."""
    out: list[str] = []
    for char in value[:40]:
        kind = char_class(char)
        if kind == "letter":
            kind = "A" if char.isupper() else "a"
        elif kind == "digit":
            kind = "9"
        elif kind in ("hira", "kata", "kanji"):
            kind = kind[0] + kind[-1]
        if not out or out[-1] != kind:
            out.append(kind)
    return "".join(out) if len(out) <= 7 else "".join(out[:4]) + "~"


def _of_value(out: list[str], text: str, start: int, end: int, form: _Form) -> None:
    value = text[start:end]
    shape, length = form.shape, bisect_right(_LENGTHS, len(value))
    out += (
        f"s={shape}",
        f"n={length}",
        f"s={shape}|{length}",
        f"d={min(form.digits, 9)}",
        f"kind={form.kind}",
    )
    if len(set(value)) < 3:
        out.append("few")
    if form.looks:
        out.append("looks")
    if UNITS.match(text, end):
        out.append("unit")
    if is_example(text, start, end):
        out.append("example")
    out += [name for name, pattern in _FORMS if pattern.match(value)]
    if value[-1] in "!?":
        out.append("end!")
    low = value.lower()
    out += [f"v~{word}" for word in _STAND_INS if word in low]


def _beside(out: list[str], text: str, start: int, end: int, line_start: int) -> None:
    left, right = text[max(0, start - 6) : start], text[end : end + 6]
    for count in (1, 2, 3, 4, 6):
        out.append(f"l{count}={_DIGIT.sub('0', left[-count:])}")
        out.append(f"r{count}={_DIGIT.sub('0', right[:count])}")
    before = _plain(text[max(line_start, start - _NEAR) : start])
    behind = _plain(text[end : end + 20])
    for name, said in (("N", before), ("R", behind)):
        out += [f"{name}={said[at : at + 2]}" for at in range(len(said) - 1)]
        out += [f"{name}={said[at : at + 3]}" for at in range(len(said) - 2)]
    begins = start
    while begins > line_start and "!" <= text[begins - 1] <= "~" and start - begins < 40:
        begins -= 1
    if begins < start:
        joined = _plain(text[begins:start])
        out.append(f"pre={joined[-16:]}")
        out += [f"pw={word}" for word in _WORD.findall(joined)]


def _plain(text: str) -> str:
    return _DIGIT.sub("0", text.lower())


def _cell(text: str, line_start: int, place: int) -> int:
    return sum(1 for _ in _CELLS.finditer(text, line_start, place))


def _of_line(
    out: list[str], text: str, start: int, end: int, line_start: int, line_end: int, kind: str
) -> None:
    before, behind = text[line_start:start], text[end : min(line_end, end + BEHIND)]
    first, last = not before.strip(), not behind.strip()
    out += (f"first={first}", f"last={last}", f"last={last}|{kind}", f"alone={first and last}|{kind}")
    if before[-1:] and before[-1] in "「『\"'":
        out += ("quoted", f"quoted|{kind}")
    out.append(f"cells={min(_cell(text, line_start, start), 4)}")
