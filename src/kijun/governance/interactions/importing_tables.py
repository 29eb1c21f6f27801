"""Tables read: in which row the headings stand, which column is what, and what each row says. Every visible sheet with the same headings is read."""

from __future__ import annotations

import statistics
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kijun.governance.interactions.importing import (
    FIELDS,
    LIMITS,
    REQUIRED,
    Log,
    Passed,
    Place,
    Row,
    Unreadable,
    as_utf8,
    when,
)
from kijun.web import excel
from kijun.web.excel import Broken, Formula, Page

SEARCHED: Final = 20
"""Rows in which the headings are looked for."""
_LONGEST_HEADING: Final = 60
GUESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        "日時",
        "利用日時",
        "送信日時",
        "作成日時",
        "timestamp",
        "time",
        "date",
        "createdat",
        "created_at",
        "日付",
    ),
    "person": (
        "職員番号",
        "利用者id",
        "ユーザーid",
        "ユーザid",
        "userid",
        "user_id",
        "email",
        "メールアドレス",
        "user",
        "利用者",
    ),
    "question": ("質問", "プロンプト", "入力", "利用者の発言", "prompt", "question", "input", "usermessage"),
    "answer": ("回答", "応答", "出力", "aiの回答", "response", "answer", "output", "completion", "reply"),
    "model": ("モデル", "モデル名", "model"),
    "conversation": (
        "会話id",
        "会話番号",
        "スレッドid",
        "conversationid",
        "conversation_id",
        "threadid",
        "chatid",
    ),
    "id": ("id", "記録id", "メッセージid", "messageid", "message_id", "ログid", "requestid"),
    "tokens_in": ("入力トークン", "入力トークン数", "prompttokens", "prompt_tokens", "inputtokens"),
    "tokens_out": ("出力トークン", "出力トークン数", "completiontokens", "completion_tokens", "outputtokens"),
}


_FORMULA: Final = gettext_noop(
    "「%(heading)s」の列に、数式が入っています。Excelは、=で始まる文章を数式とみなします。列の書式を「文字列」にして元の文章を入れ直すか、製品が書き出したCSVを、Excelで開かずに取り込んでください。"
)
_BROKEN: Final = gettext_noop(
    "「%(heading)s」の列が、Excelのエラー（%(text)s）になっています。Excelは、=で始まる文章を数式とみなします。列の書式を「文字列」にして元の文章を入れ直すか、製品が書き出したCSVを、Excelで開かずに取り込んでください。"
)


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of a table, the row in which they stand, its first rows below as text, and how many there are; ``above`` rows are a title."""

    names: list[str]
    place: Place
    sample: list[list[str]]
    below: int
    above: int


def pages(content: bytes, filename: str) -> list[Page]:
    """Every sheet. Raises `SheetError`."""
    return excel.read_book(as_utf8(content), filename, LIMITS)


def headings(content: bytes, filename: str, columns: Mapping[str, str] | None = None) -> Headings:
    """The headings of the first sheet that has rows below them; ``columns`` as a template has them. Raises `SheetError`."""
    visible = [page for page in pages(content, filename) if not page.hidden and page.rows]
    if not visible:
        raise Unreadable(_("ファイルに何も書かれていません。"))
    wanted = used(columns or {})
    tables = [(page, heading_at(page.rows, wanted)) for page in visible]
    page, at = next(((page, at) for page, at in tables if len(page.rows) > at + 1), tables[0])
    number, _cells = page.rows[at]
    texts = [[text_of(cell) for cell in cells] for _number, cells in page.rows[at : at + 4]]
    width = max(
        (n for row in texts for n, text in enumerate(row, 1) if text), default=0
    )  # Excel's rows go on empty
    names, *sample = [row[:width] for row in texts]
    place = Place(number, page.title if len(visible) > 1 else "")
    return Headings(numbered(names), place, sample, len(page.rows) - at - 1, at)


def heading_at(rows: Sequence[tuple[int, Sequence[Any]]], wanted: Sequence[str] = ()) -> int:
    """At which of the rows the headings stand, below a title, say.

    The first that has all that are ``wanted``; else one whose headings tell when and what was asked; else the first of several short texts
    that is as wide as the rows below it mostly are; else the first row.
    """
    first = [[text_of(cell) for cell in cells] for _number, cells in rows[: 2 * SEARCHED]]
    searched = range(min(len(first), SEARCHED))
    if wanted:
        for at in searched:
            if not missing(numbered(first[at]), wanted):
                return at
    for at in searched:
        if guess(first[at]).keys() >= set(REQUIRED):
            return at
    widths = [sum(map(bool, names)) for names in first]
    for at in searched[:-1]:
        if widths[at] > 1 and widths[at] >= statistics.median(widths[at + 1 :]):
            return at if _is_heading(rows[at][1]) else 0
    return 0


def _is_heading(cells: Sequence[Any]) -> bool:
    return all(cell is None or (isinstance(cell, str) and len(cell) <= _LONGEST_HEADING) for cell in cells)


def used(columns: Mapping[str, str]) -> list[str]:
    """The headings that a template reads."""
    return [heading for key, heading in columns.items() if key in FIELDS and heading]


def missing(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Of the wanted headings those that the numbered names lack; one that stands over several columns is there."""
    return [one for one in wanted if one not in names and f"{one} [1]" not in names]


def numbered(names: Sequence[str]) -> list[str]:
    """Headings by which each column can be chosen: one that stands over several gets a number, 質問 [1] and 質問 [2]."""
    count = Counter(names)
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name} [{seen[name]}]" if name and count[name] > 1 else name)
    return found


def doubled(names: Sequence[str]) -> list[str]:
    """Of headings from `numbered` those that stand over several columns."""
    there = frozenset(names)
    return [name for name in names if {f"{name.rpartition(' [')[0]} [{n}]" for n in (1, 2)} <= there]


def guess(names: Sequence[str]) -> dict[str, str]:
    """Which heading probably holds what: the first of the usual names that the file has."""
    plain = {_same(name): name for name in reversed(names) if name}
    found: dict[str, str] = {}
    for key, words in GUESSES.items():
        heading = next((plain[word] for word in words if word in plain), None)
        if heading is not None and heading not in found.values():
            found[key] = heading
    return found


def _same(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def read(book: Sequence[Page], mapping: Mapping[str, Any]) -> Log:
    """The rows of all visible sheets that have the headings which the template reads."""
    passed = Passed()
    columns = {key: heading for key, heading in dict(mapping.get("columns", {})).items() if key in FIELDS}
    wanted = used(columns)
    tables = visible(book, passed)
    if not tables:
        raise Unreadable(_("ファイルに何も書かれていません。"))
    found = [_Table.of(page, wanted) for page in tables]
    read = [table for table in found if not missing(table.names, wanted)]
    for table in found:
        if read and table not in read:
            words = _("見出し「%(heading)s」のないシート「%(sheet)s」の行") % {
                "heading": missing(table.names, wanted)[0],
                "sheet": table.page.title,
            }
            passed.add(words, count=len(table.page.rows))
    log = Log([], passed)
    for table in read or found[:1]:
        title = table.page.title if len(tables) > 1 else ""
        places = _places(table.names, columns)
        for number, _cells in table.page.rows[: table.at]:
            passed.add(_("見出しより上の行"), Place(number, title))
        reader = _Reader(places, table.names, str(mapping.get("zone", "local")))
        rows = [reader.row(Place(number, title), cells) for number, cells in table.page.rows[table.at + 1 :]]
        log.rows.extend(rows)
        if title:
            log.sheets.append((title, len(rows)))
    return log


def visible(book: Sequence[Page], passed: Passed) -> list[Page]:
    """The sheets that people see and that hold anything; of hidden ones it is told."""
    for page in book:
        if page.hidden and page.rows:
            words = _("表示されていないシート「%(sheet)s」の行") % {"sheet": page.title}
            passed.add(words, count=len(page.rows))
    return [page for page in book if page.rows and not page.hidden]


@dataclass(frozen=True, slots=True)
class _Table:
    page: Page
    at: int
    names: list[str]

    @classmethod
    def of(cls, page: Page, wanted: Sequence[str]) -> _Table:
        at = heading_at(page.rows, wanted)
        return cls(page, at, numbered([text_of(cell) for cell in page.rows[at][1]]))


def _places(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """In which column each field stands."""
    places: dict[str, int] = {}
    for key, heading in columns.items():
        if not heading:
            continue
        if heading not in names and f"{heading} [1]" in names:
            raise Unreadable(
                _(
                    "見出し「%(heading)s」の列が2つ以上あります。どれを読むか分からないため、取り込めません。読み方を直し、左から数えた番号の付いた見出し（「%(heading)s [1]」など）から選んでください。"
                )
                % {"heading": heading}
            )
        if heading not in names:
            raise Unreadable(
                _("列「%(heading)s」がありません。ファイルを確かめるか、読み方を直してください。")
                % {"heading": heading}
            )
        places[key] = names.index(heading)
    lacking = [key for key in REQUIRED if key not in places]
    if lacking:
        raise Unreadable(_("「%(label)s」の列を選んでください。") % {"label": FIELDS[lacking[0]]})
    return places


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows: ``places`` tells in which column each field stands."""

    places: Mapping[str, int]
    names: Sequence[str]
    zone: str

    def row(self, place: Place, cells: Sequence[Any]) -> Row:
        """What a row says."""
        row = Row(place)
        width = len(self.names)
        if any(text_of(cell) for cell in cells[width:]):  # a comma inside of a text moves all that follows it
            row.errors.append(
                _(
                    '値の数（%(n)s）が、見出しの数（%(width)s）より多い行です。コンマを含む値は、"で囲んでください。'
                )
                % {"n": len(cells), "width": width}
            )
        told = {key: self._cell(row, key, cells) for key in FIELDS}
        row.at = None if "at" in row.unread else when(told["at"], self.zone, row.errors)
        row.who, row.model = text_of(told["person"]), text_of(told["model"])[:120]
        row.question, row.answer = text_of(told["question"], True), text_of(told["answer"], True)
        row.conversation, row.id = text_of(told["conversation"]), text_of(told["id"])
        for key in ("tokens_in", "tokens_out"):
            setattr(row, key, _count(told[key], str(FIELDS[key]), row.errors))
        return row

    def _cell(self, row: Row, key: str, cells: Sequence[Any]) -> Any:
        """What stands in the field's cell. A formula or an error of Excel's is no value: a text that begins with = has become one, and is gone."""
        place = self.places.get(key)
        value = cells[place] if place is not None and place < len(cells) else None
        if place is None or not isinstance(value, Formula | Broken):
            return value
        row.unread.add(key)
        told = {"heading": self.names[place], "text": value.text if isinstance(value, Broken) else ""}
        row.errors.append((_(_BROKEN) if told["text"] else _(_FORMULA)) % told)
        return None


def text_of(cell: Any, whole: bool = False) -> str:
    """What a cell says; nothing where it holds a formula or an error."""
    if cell is None or isinstance(cell, Formula | Broken):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    return text if whole else text.strip()[:300]


def _count(cell: Any, label: str, errors: list[str]) -> int:
    text = text_of(cell).replace(",", "")
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 12:
        errors.append(_("「%(label)s」は数字で入力してください。") % {"label": label})
        return 0
    return int(text)
