"""Secrets: keys by their form, passwords and PINs by what is said before them, URLs that carry a key, private keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kijun.inspection import secret_cells
from kijun.inspection.judged_secrets import judged
from kijun.inspection.program_secrets import places
from kijun.inspection.rule import Rule
from kijun.inspection.scene import Candidate, Hit, Scene
from kijun.inspection.secret_values import OTHER_FIGURES, UNITS, is_example, looks_said, looks_secret
from kijun.inspection.spoken_secrets import (
    answer_after,
    card_code_after,
    listed_after,
    told_after,
    word_after,
)
from kijun.inspection.told_secrets import told
from kijun.inspection.url_tokens import url_tokens
from kijun.inspection.weights import bundled_weights

_BETWEEN: Final = re.compile(
    r"(?:[ \t]*(?:\([^()\n]{0,16}\)|[A-Za-z0-9._-]{1,12}用?|は?[0-9四六]{1,2}桁で?)?[ \t]*(?:[をが](?:変えました|変更しました|変わりました)|変更後?|は|を|が|\(|:|=|→|->|=>|「|『|“|\"|'|`|\||,|、|です|番号|の番号|コード|の(?=[!-~])|\n|\t| |#|\*|【|】|(?<![:/])/(?!/)|…|>|</?[A-Za-z]{1,10}>){1,4}[ \t]*(?:初期値は|現在は|今は|数字で|英数字で|仮で|次の|以下の|とりあえず|口頭で|電話で|紙で|(?:生年月日の?)?(?:西暦の?)?[468]桁の?)?[ \n「『\"'`(:=]{0,3})"
)
_NEAR: Final = re.compile(r"[ \t:=]{1,3}(?=[A-Za-z_.#@!-]{0,16}[0-9])")
#: The key of a wireless network beside its name: SSID: guest / KEY: gst-4471
_OF_NETWORK: Final = re.compile(
    r"(?:SSID|[Nn]etwork(?: name)?|ネットワーク名)[^\n]{1,60}?[\n /、,|][ \t]{0,4}(?:KEY|Key|キー)[12]?[ \t]{0,8}[:=]?[ \t]{0,3}"
)
_VALUE: Final = re.compile(
    r"[!-~​](?:[!-~]{3,120})|[0-9](?: ?[-−ー. ]? ?[0-9]){3,11}|[〇一二三四五六七八九](?:[、・ -]?[〇一二三四五六七八九]){3,11}"
)
#: Figures right behind their label: 認証コード441709
_DIRECT: Final = re.compile(r"[0-9]{4,8}(?![0-9A-Za-z桁文件円回])")
_JAPANESE_VALUE: Final = re.compile(
    r"(?<=[「『\"'])[ぁ-んァ-ヴー一-龥A-Za-z0-9!#$%&@_+*.-]{4,40}(?=[」』\"'])"
)
#: A secret question with its answer behind it: 秘密の質問：母の旧姓は？ 答え：…
_QUESTION: Final = re.compile(
    r"[:は「(][^\n]{1,40}[?」)\n 　、/]{1,3}(?:の?(?:答え?|回答|A)(?=[ ]?[:は→])|(?=[→⇒=:]))"
)
_SAID_BEHIND: Final = re.compile(r"(?<![!-~])([!-~]{4,40})[」』]?が(?:新しい|仮の?|初期)?$")
#: A word of a value, and no label: reason=bad_password
_IN_VALUE: Final = re.compile(r"=[A-Za-z0-9]{1,20}_$")
_TAG: Final = re.compile(r"</")  # <password>…</password>
_END: Final = re.compile(r"[,;:()\]}>\"'`、。」』|.]+$")
#: What is said about one, and is none: token_count=1024, password_policy: …
_ABOUT_ONE: Final = re.compile(
    r"(?i)[_ -]?(?:count|limit|length|len|size|budget|usage|ttl|expir[a-z]{1,6}|policy|rotation|days|age|max|min)s?(?![a-z])"
)
_PORT: Final = re.compile(r"[0-9]{1,5}(?::[0-9]{1,5})?\Z")  # mysql -p3306
#: What cells say about secrets: 12文字以上, 4/1変更
_ABOUT: Final = re.compile(r"[0-9](?:文字|桁|回|世代|件|[年月日])|以上|以内|変更|有効|期限|発行")
#: What may be a password of words in a cell, and no clause: さくら2026!
_MIXED_CELL: Final = re.compile(r"(?=.{0,20}[0-9])[ぁ-んァ-ヴー一-龥々A-Za-z0-9!#$%&@?*+_.-]{4,20}")
#: A password in an attribute of a tag, or behind the name of a pair: <input type="password" value="…">, "name": "password", "value": "…"
_IN_ATTRIBUTE: Final = re.compile(r"=[ ]?[\"']?[A-Za-z0-9_.:-]{0,24}$")
_TAG_BEGINS: Final = re.compile(r"<[A-Za-z][^<>]{0,240}$")
_TAG_ENDS: Final = re.compile(r"[^<>]{0,240}>")
_ATTRIBUTE: Final = re.compile(
    r"(?i)(?<![A-Za-z0-9_-])value[ ]?=[ ]?(?:\"([^\"<>]{1,120})\"|'([^'<>]{1,120})')"
)
_PAIR: Final = re.compile(r"(?i)value[\"']?[ ]?[:=][ ]?[\"']?")

#: What heads columns of figures that are none: tokens of a model, tests that passed, keys of a table
_COUNTED: Final = frozenset({"token", "tokens", "トークン", "pass", "のキー"})

_PEM: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END: Final = re.compile(r"-----END [A-Z0-9 ]{1,40}-----")


class Secrets:
    """The recogniser of labelled secrets, URLs with keys and private keys."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._ids = {rule.by: rule.id for rule in rules}

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Propose secrets with scores of their own; no weights are needed."""
        if "secret" in self._ids:
            yield from self._labelled(scene)
            yield from self._columns(scene)
            yield from self._before(scene)
            yield from self._of_networks(scene)
            yield from self._spoken(scene)
            if scene.words("when:secret-labelled"):
                yield from self._of_programs(scene)
        if "told" in self._ids:
            rule = self._ids["told"]
            for start, end in told(scene.text, _words_for(scene), scene.words(f"when:{rule}")):
                yield Candidate("SECRET", start, end, 0.8, rule)
        if "judged" in self._ids:
            yield from self._judged(scene)
        if "url" in self._ids and scene.words("when:url-token"):
            for type_, start, end, score in url_tokens(scene.text):
                yield Candidate(type_, start, end, score, self._ids["url"])
        if "pem" in self._ids and scene.words("when:secret-pem"):
            yield from self._pem(scene)

    def _labelled(self, scene: Scene) -> Iterator[Candidate]:
        text = scene.text
        labels = _words_for(scene)
        heads = {label.start for label, *_ in secret_cells.heads(scene)} if "\n" in text else frozenset()
        for label in labels:
            if (
                label.start
                and text[label.start - 1].isascii()
                and text[label.start - 1].isalpha()
                and text[label.start].isascii()
            ):
                continue  # inside an English word: bypass, compass
            after = text[label.end : label.end + 1]
            if after.isascii() and after.isalpha() and text[label.end - 1].isascii():
                continue  # passport, tokenise
            if text.startswith("_", label.start - 1) and _IN_VALUE.search(
                text, max(0, label.start - 24), label.start
            ):
                continue
            word = word_after(text, label)
            if word is not None:
                yield Candidate("SECRET", *word, 0.85, self._ids["secret"])
                continue
            told = told_after(text, label)
            if told is not None and looks_said(text, *told):
                yield Candidate("SECRET", *told, 0.85, self._ids["secret"])
                continue
            listed = [one for one in listed_after(text, label) if looks_secret(text[slice(*one)])]
            if listed:
                yield from (Candidate("SECRET", *one, 0.85, self._ids["secret"]) for one in listed)
                continue
            is_attribute, kept = _attribute(text, label.start, label.end)
            if is_attribute:
                if kept is not None and looks_secret(text[slice(*kept)]):
                    yield Candidate("SECRET", *kept, 0.9, self._ids["secret"])
                continue
            between = _BETWEEN.match(text, label.end)
            if between is not None and "\n" in between[0] and label.start in heads:
                continue  # the cell below is another column's
            direct = _DIRECT.match(text, label.end) if text[label.end - 1] in "号ドN証ク" else None
            if direct is not None:
                yield Candidate("SECRET", *direct.span(), 0.9, self._ids["secret"])
            if between is None or direct is not None:
                continue
            value = _VALUE.match(text, between.end()) or _JAPANESE_VALUE.match(text, between.end())
            value = _nearest(text, label.end, value)
            if value is None:
                continue
            pair = _PAIR.match(text, value.start())
            if pair is not None:  # "name": "password", "value": "…"
                value = _VALUE.match(text, pair.end())
                if value is None:
                    continue
            closing = _TAG.search(value[0]) or _END.search(value[0])
            end = value.end() if closing is None else value.start() + closing.start()
            if is_example(text, value.start(), end) or _ABOUT_ONE.match(text, label.end):
                continue
            if looks_secret(text[value.start() : end]) and not UNITS.match(text, end):
                yield Candidate("SECRET", value.start(), end, 0.9, self._ids["secret"])

    def _spoken(self, scene: Scene) -> Iterator[Candidate]:
        """The figures on the back of a card, and the answer to a secret question."""
        text = scene.text
        for hit in scene.words("spoken:secret-labelled"):
            asked = _QUESTION.match(text, hit.end)
            if asked is not None:
                answer = answer_after(text, asked.end())
                if answer is not None:
                    yield Candidate("SECRET", *answer, 0.85, self._ids["secret"])
                continue
            if text[hit.start : hit.end] == "秘密の質問":
                continue  # asked, and not answered
            if _letter(text, hit.start - 1) or _letter(text, hit.end):
                continue  # inside a Latin word
            if not text[hit.start : hit.end].isascii():
                answer = answer_after(text, hit.end)
                if answer is not None:
                    yield Candidate("SECRET", *answer, 0.85, self._ids["secret"])
                continue
            figures = card_code_after(text, hit.end)
            if figures is not None:
                yield Candidate("SECRET", *figures, 0.9, self._ids["secret"])

    def _of_networks(self, scene: Scene) -> Iterator[Candidate]:
        """The keys of wireless networks, of which nothing but KEY is said."""
        text = scene.text
        for match in (
            _OF_NETWORK.finditer(text)
            if "SSID" in text or "etwork" in text or "ネットワーク名" in text
            else ()
        ):
            value = _VALUE.match(text, match.end())
            if value is not None and looks_secret(value[0]) and not UNITS.match(text, value.end()):
                yield Candidate("SECRET", *value.span(), 0.85, self._ids["secret"])

    def _before(self, scene: Scene) -> Iterator[Candidate]:
        """What is said to be one behind it: Xk92-plQ7がパスワード."""
        for label in scene.words("label"):
            if label.value == "SECRET":
                value = _SAID_BEHIND.search(scene.text, max(0, label.start - 60), label.start)
                if value is not None and looks_secret(value[1]):
                    yield Candidate("SECRET", *value.span(1), 0.85, self._ids["secret"])

    def _columns(self, scene: Scene) -> Iterator[Candidate]:
        """Cells under a head that says so: ID,パスワード in files, INSERT INTO users (name, password)."""
        if not scene.mentions("SECRET"):
            return
        of_tables = ((start, value) for head, start, value in scene.tables.cells() if head.type == "SECRET")
        only_counts = all(
            scene.text[label.start : label.end].lower() in _COUNTED
            for label in scene.words("label")
            if label.value == "SECRET"
        )
        for start, value in (*secret_cells.below(scene), *of_tables):
            if not any(map(str.isdigit, value)) or (only_counts and value.isdigit()):
                continue
            if _is_of_cell(value):
                yield Candidate("SECRET", start, start + len(value), 0.9, self._ids["secret"])

    def _of_programs(self, scene: Scene) -> Iterator[Candidate]:
        """What stands in commands, settings and slips where a secret stands in those."""
        for start, end in places(scene.text):
            value = scene.text[start:end]
            if looks_secret(value) and not value.startswith("-") and not _PORT.match(value):
                yield Candidate("SECRET", start, end, 0.9, self._ids["secret"])

    def _judged(self, scene: Scene) -> Iterator[Candidate]:
        """What no rule knows and everything around it speaks for."""
        for start, end, score in judged(scene, bundled_weights()):
            yield Candidate("SECRET", start, end, score, self._ids["judged"])

    def _pem(self, scene: Scene) -> Iterator[Candidate]:
        for match in _PEM.finditer(scene.text):
            end = _PEM_END.search(scene.text, match.end())
            yield Candidate(
                "SECRET", match.start(), end.end() if end else len(scene.text), 0.98, self._ids["pem"]
            )


def _words_for(scene: Scene) -> list[Hit]:
    """Where a text names a secret."""
    found = [label for label in scene.words("label") if label.value == "SECRET"]
    more = scene.words("spoken:secret-told")
    return sorted([*found, *more]) if more else found


def _nearest(text: str, place: int, value: re.Match[str] | None) -> re.Match[str] | None:
    """The value right behind a label, where it was taken for a part of what stands between: パスワード kita_7720 ユーザー admin."""
    near = _NEAR.match(text, place)
    nearest = _VALUE.match(text, near.end()) if near is not None else None
    if nearest is None or value is None or value.start() < nearest.end():
        return value or nearest
    if text[nearest.end() : value.start()].strip() or not looks_secret(nearest[0]):
        return value
    return nearest if any(char.isalpha() for char in nearest[0]) else value


def _letter(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isascii() and text[place].isalnum()


def _attribute(text: str, start: int, end: int) -> tuple[bool, tuple[int, int] | None]:
    """Whether a label is the value of an attribute of a tag (type="password"), and where the tag's own value stands."""
    if not _IN_ATTRIBUTE.search(text, max(0, start - 30), start):
        return False, None
    begins = _TAG_BEGINS.search(text, max(0, start - 250), start)
    ends = _TAG_ENDS.match(text, end)
    if begins is None or ends is None:
        return False, None
    found = _ATTRIBUTE.search(text, begins.start(), ends.end())
    return True, found.span(found.lastindex or 0) if found is not None else None


def _is_of_cell(value: str) -> bool:
    """Whether the cell below a head that names a secret holds one, and no date and no talk."""
    return (
        looks_secret(value)
        and " " not in value
        and not OTHER_FIGURES.match(value)
        and (value.isascii() or (not _ABOUT.search(value) and _MIXED_CELL.fullmatch(value) is not None))
    )
