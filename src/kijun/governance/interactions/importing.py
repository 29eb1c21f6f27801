"""Logs of other products, read: from a file's rows to questions and answers, with what is wrong in each row.

Three forms are known: a table with a question and an answer a row (CSV, Excel), Microsoft Purview's audit log of Copilot (CSV with a column
of JSON), and conversations as ChatGPT Enterprise's compliance interface gives them (JSON Lines). See docs/records.md.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.interactions.importing_times import parse_moment
from kijun.governance.interactions.models import ImportTemplate
from kijun.web import archives
from kijun.web.excel import ReadLimits, SheetError
from kijun.web.punctuation import listed

LIMITS: Final = ReadLimits(max_bytes=20 * 1024 * 1024, max_rows=20_000, max_columns=200)
LONGEST: Final = 200_000
"""Characters of one question or answer."""
_NAMED: Final = 5
"""Rows that one fault, or one reason to pass over, names."""
_TABLES: Final = frozenset({"xlsx", "xlsm", "xls", "csv"})
_LINES: Final = frozenset({"jsonl", "ndjson", "json"})
_FIRST: Final = datetime.datetime(2015, 1, 1, tzinfo=datetime.UTC)
FIELDS: Final[Mapping[str, StrOrPromise]] = {
    "at": gettext_lazy("日時"),
    "person": gettext_lazy("職員番号・メールアドレス"),
    "question": gettext_lazy("質問（入力）"),
    "answer": gettext_lazy("回答（出力）"),
    "model": gettext_lazy("モデル"),
    "conversation": gettext_lazy("会話の番号"),
    "id": gettext_lazy("記録の番号"),
    "tokens_in": gettext_lazy("入力のトークン数"),
    "tokens_out": gettext_lazy("出力のトークン数"),
}
REQUIRED: Final = ("at", "question")


NO_ROWS: Final = gettext_lazy(
    "行がありません。見出しの下に記録のあるファイルか、書き出した期間に利用があったかを確かめてください。"
)


class Place(NamedTuple):
    """A row (or line) of a file; ``sheet`` only where several sheets of a workbook are read."""

    number: int
    sheet: str = ""

    def __str__(self) -> str:
        """As it stands before 行目."""
        told = {"sheet": self.sheet, "number": self.number}
        return _("「%(sheet)s」の%(number)s") % told if self.sheet else str(self.number)


@dataclass(slots=True)
class Row:
    """One question with its answer, as the file tells. ``who`` is what the file calls the person.

    ``unread`` names fields (`FIELDS`) that could not be read: their error says so, and they are not judged as empty.
    """

    place: Place
    at: datetime.datetime | None = None
    who: str = ""
    question: str = ""
    answer: str = ""
    model: str = ""
    conversation: str = ""
    id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    @classmethod
    def broken(cls, place: Place, error: str) -> Row:
        """A row of which nothing can be read: its one error says all."""
        return cls(place, errors=[error], unread=set(FIELDS))

    def key(self) -> str:
        """What tells the row from others, also in another file: its own number, else all that it says (SHA-256)."""
        told = self.at.isoformat() if self.at else ""
        said = [self.id] if self.id else [self.conversation, told, self.who, self.question, self.answer]
        return hashlib.sha256(orjson.dumps(["id" if self.id else "content", *said])).hexdigest()

    def told(self) -> tuple[Any, ...]:
        """All that it says beside its own number."""
        said = (self.conversation, self.at, self.who, self.question, self.answer, self.model)
        return (*said, self.tokens_in, self.tokens_out, repr(self.more))

    def content(self) -> str:
        """Who said what when, whatever it is numbered: by it a number that is given again is told from a row that comes again."""
        at = self.at.astimezone(datetime.UTC).isoformat() if self.at else ""
        told = [at, self.who, self.question, self.answer, self.more]
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


class Passed:
    """What of a file is passed over and why, counted, with the places of the first ones."""

    def __init__(self) -> None:
        self._places: dict[str, list[Place]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, what: str, place: Place | None = None, count: int = 1) -> None:
        """``what`` names the things and why they are passed over, in the page's language."""
        places = self._places.setdefault(what, [])
        self._counts[what] += count
        if place is not None and len(places) <= _NAMED and place not in places:
            places.append(place)

    def __iter__(self) -> Iterator[tuple[str, int, list[Place]]]:
        """What, how many, and where the first of them stand (one more than are named)."""
        return iter([(what, self._counts[what], places) for what, places in self._places.items()])

    def lines(self) -> list[str]:
        """As people read it."""
        return [
            _("読み飛ばしたもの：%(what)s %(count)s件（%(rows)s行目）。")
            % {"what": what, "count": f"{count:,}", "rows": named(places)}
            if places
            else _("読み飛ばしたもの：%(what)s %(count)s件。") % {"what": what, "count": f"{count:,}"}
            for what, count, places in self
        ]


@dataclass(frozen=True, slots=True)
class Log:
    """What a file holds: its rows, what of it is passed over, and, of a workbook, which sheets were read with how many rows."""

    rows: list[Row]
    passed: Passed
    sheets: list[tuple[str, int]] = field(default_factory=list)


def named(places: Sequence[Place]) -> str:
    """The first of some places, as they stand before 行目."""
    return listed(str(place) for place in places[:_NAMED]) + (" …" if len(places) > _NAMED else "")


class Unreadable(SheetError):
    """The file as a whole cannot be read; the message is in the page's language."""

    def __init__(self, words: StrOrPromise) -> None:
        super().__init__(str(words))


def as_utf8(content: bytes) -> bytes:
    """UTF-16 (what Excel calls Unicode text) as UTF-8; all else as it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode("utf-8", "replace")
        except UnicodeDecodeError as error:
            raise Unreadable(
                _("UTF-16のファイルとして読み取れません。UTF-8で保存し直してください。")
            ) from error
    return content


def check(form: str, content: bytes, filename: str) -> None:
    """Refuse a file without any row, or that cannot be read at all, before anybody is asked how to read it. Raises `SheetError`."""
    if form == ImportTemplate.Form.TABLE:
        from kijun.governance.interactions import importing_tables

        _fits(form, content, filename)
        if not importing_tables.headings(content, filename).below:
            raise Unreadable(NO_ROWS)
    else:
        read(form, content, filename, {})


def read(form: str, content: bytes, filename: str, mapping: Mapping[str, Any]) -> Log:
    """What a file holds. Raises `SheetError` for a file that cannot be read at all."""
    from kijun.governance.interactions import importing_products, importing_tables

    if len(content) > LIMITS.max_bytes:
        size = LIMITS.max_bytes // 1024 // 1024
        raise Unreadable(
            _("ファイルが大きすぎます（上限%(size)sMB）。期間を分けて書き出してください。") % {"size": size}
        )
    _fits(form, content, filename)
    if form == ImportTemplate.Form.COMPLIANCE:
        log = importing_products.compliance(content)
    elif form == ImportTemplate.Form.PURVIEW:
        log = importing_products.purview(importing_tables.pages(content, filename))
    else:
        log = importing_tables.read(importing_tables.pages(content, filename), mapping)
    if not log.rows:
        raise Unreadable("\n".join([str(NO_ROWS), *log.passed.lines()]))
    if len(log.rows) > LIMITS.max_rows:
        raise Unreadable(
            _("行が多すぎます（上限%(count)s行）。期間を分けて書き出してください。")
            % {"count": f"{LIMITS.max_rows:,}"}
        )
    for row in log.rows:
        judge(row)
    _clashes(log.rows)
    return log


def _fits(form: str, content: bytes, filename: str) -> None:
    """Refuse a file of another kind than was chosen, in words that name both."""
    ending = filename.rpartition(".")[2].lower()
    packed = content.startswith((archives.ZIP, archives.OLE))
    if form == ImportTemplate.Form.COMPLIANCE:
        if ending in _TABLES:
            raise Unreadable(
                _(
                    "選んだ読み方は、会話の書き出し（JSONL）のものです。このファイルは、%(kind)sのファイルです。読み方で「表（CSV・Excel）」か、前に決めた表の読み方を選んでください。"
                )
                % {"kind": "CSV" if ending == "csv" else "Excel"}
            )
        if packed:
            raise Unreadable(
                _(
                    "選んだ読み方は、会話の書き出し（JSONL）のものです。このファイルは、圧縮されたファイルかExcelなどのファイルです。中のJSONLのファイルを取り出して選んでください。"
                )
            )
    elif ending in _LINES and not packed:
        raise Unreadable(
            _(
                "選んだ読み方は、CSVかExcelのファイルのものです。このファイルは、JSONL（.%(ending)s）です。ChatGPT Enterpriseの会話の書き出しなら、読み方でそれを選んでください。ほかの製品のログなら、CSVで書き出してください。"
            )
            % {"ending": ending}
        )


def when(value: Any, zone: str, errors: list[str]) -> datetime.datetime | None:
    """The moment in a cell; what is wrong goes to ``errors``."""
    try:
        return parse_moment(value, utc=zone == "utc")
    except ValueError as error:
        errors.append(str(error))
        return None


def judge(row: Row) -> None:
    """Add what is wrong with a row, whatever form it came in."""
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    if row.at is not None and not _FIRST <= row.at <= now:
        row.errors.append(_("日時が2015年より前か、これから先です。日時の列と形式を確かめてください。"))
    if "question" not in row.unread and not row.question.strip() and not row.more:
        row.errors.append(_("質問（入力）が空です。"))
    for name, text in ((_("質問"), row.question), (_("回答"), row.answer)):
        if len(text) > LONGEST:
            row.errors.append(
                _("%(name)sが長すぎます（上限%(count)s文字）。") % {"name": name, "count": f"{LONGEST:,}"}
            )


def _clashes(rows: Sequence[Row]) -> None:
    """Rows that bear the same number and say different things: which of them is meant nobody knows, so none is taken."""
    same: dict[str, list[Row]] = {}
    for row in rows:
        if row.id:
            same.setdefault(row.id, []).append(row)
    for id, group in same.items():
        if len(group) < 2 or len({row.told() for row in group}) < 2:
            continue
        places = named([row.place for row in group])
        for row in group:
            row.errors.append(
                _(
                    "記録の番号「%(id)s」が同じで、内容の違う行があります（%(rows)s行目）。どれも取り込みません。番号か内容を直してください。"
                )
                % {"id": id[:40], "rows": places}
            )


def repeated(rows: Sequence[Row]) -> list[tuple[Place, Place]]:
    """Rows that say what an earlier one said, each with the place of that one."""
    first: dict[str, Place] = {}
    found = []
    for row in rows:
        if row.errors:
            continue
        if (key := row.key()) in first:
            found.append((row.place, first[key]))
        else:
            first[key] = row.place
    return found


def distinct(rows: Sequence[Row]) -> dict[str, Row]:
    """Rows without errors by their keys, in the order of the file; of several that say the same, the first."""
    found: dict[str, Row] = {}
    for row in rows:
        if not row.errors:
            found.setdefault(row.key(), row)
    return found
