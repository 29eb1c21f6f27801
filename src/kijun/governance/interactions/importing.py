"""Logs of other products, read: from a file's rows to questions and answers, with what is wrong in each row.

Three forms are known: a table with a question and an answer a row (CSV, Excel), Microsoft Purview's audit log of Copilot (CSV with a column
of JSON), and conversations as ChatGPT Enterprise's compliance interface gives them (JSON Lines). See docs/records.md.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.interactions.importing_times import parse_moment
from kijun.governance.interactions.models import ImportTemplate
from kijun.web import excel
from kijun.web.excel import ReadLimits, SheetError
from kijun.web.punctuation import listed

LIMITS: Final = ReadLimits(max_bytes=20 * 1024 * 1024, max_rows=20_000, max_columns=200)
LONGEST: Final = 200_000
"""Characters of one question or answer."""
_NAMED: Final = 5
"""Rows that one fault names."""
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


_NO_ROWS: Final = gettext_lazy(
    "行がありません。見出しの下に記録のあるファイルか、書き出した期間に利用があったかを確かめてください。"
)


@dataclass(slots=True)
class Row:
    """One question with its answer, as the file tells. ``number`` is the row or line; ``who`` what the file calls the person."""

    number: int
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


def headings(content: bytes, filename: str) -> tuple[list[str], list[list[str]]]:
    """The headings of a table, and its first three rows as text. Raises `SheetError`."""
    rows = excel.read_raw(as_utf8(content), filename, LIMITS)
    if not rows:
        raise Unreadable(_("ファイルに何も書かれていません。"))
    names = numbered([_text(cell) for cell in rows[0][1]])
    return names, [[_text(cell) for cell in cells] for _number, cells in rows[1:4]]


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
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def check(form: str, content: bytes, filename: str) -> None:
    """Refuse a file without any row, or that cannot be read at all, before anybody is asked how to read it. Raises `SheetError`."""
    if form == ImportTemplate.Form.COMPLIANCE:
        read(form, content, filename, {})
    elif len(excel.read_raw(as_utf8(content), filename, LIMITS)) < 2:
        raise Unreadable(_NO_ROWS)


def read(form: str, content: bytes, filename: str, mapping: Mapping[str, Any]) -> list[Row]:
    """The rows of a file. Raises `SheetError` for a file that cannot be read at all."""
    if len(content) > LIMITS.max_bytes:
        size = LIMITS.max_bytes // 1024 // 1024
        raise Unreadable(
            _("ファイルが大きすぎます（上限%(size)sMB）。期間を分けて書き出してください。") % {"size": size}
        )
    if form == ImportTemplate.Form.COMPLIANCE:
        from kijun.governance.interactions.importing_products import compliance

        rows = compliance(content)
    else:
        table = excel.read_raw(as_utf8(content), filename, LIMITS)
        if form == ImportTemplate.Form.PURVIEW:
            from kijun.governance.interactions.importing_products import purview

            rows = purview(table)
        else:
            rows = _table(table, mapping)
    if not rows:
        raise Unreadable(_NO_ROWS)
    if len(rows) > LIMITS.max_rows:
        raise Unreadable(
            _("行が多すぎます（上限%(count)s行）。期間を分けて書き出してください。")
            % {"count": f"{LIMITS.max_rows:,}"}
        )
    for row in rows:
        judge(row)
    _clashes(rows)
    return rows


def _table(table: Sequence[tuple[int, Sequence[Any]]], mapping: Mapping[str, Any]) -> list[Row]:
    if not table:
        raise Unreadable(_("ファイルに何も書かれていません。"))
    names = numbered([_text(cell) for cell in table[0][1]])
    places: dict[str, int] = {}
    for key, heading in dict(mapping.get("columns", {})).items():
        if key not in FIELDS or not heading:
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
    missing = [key for key in REQUIRED if key not in places]
    if missing:
        raise Unreadable(_("「%(label)s」の列を選んでください。") % {"label": FIELDS[missing[0]]})
    zone = str(mapping.get("zone", "local"))
    return [_row(number, cells, places, zone, len(names)) for number, cells in table[1:]]


def _row(number: int, cells: Sequence[Any], places: Mapping[str, int], zone: str, width: int) -> Row:
    row = Row(number)
    if any(_text(cell) for cell in cells[width:]):  # a comma inside of a text moves all that follows it
        row.errors.append(
            _(
                '値の数（%(n)s）が、見出しの数（%(width)s）より多い行です。コンマを含む値は、"で囲んでください。'
            )
            % {"n": len(cells), "width": width}
        )

    def cell(key: str) -> Any:
        place = places.get(key)
        return cells[place] if place is not None and place < len(cells) else None

    row.at = when(cell("at"), zone, row.errors)
    row.who, row.model = _text(cell("person")), _text(cell("model"))[:120]
    row.question, row.answer = _text(cell("question"), True), _text(cell("answer"), True)
    row.conversation, row.id = _text(cell("conversation")), _text(cell("id"))
    for key in ("tokens_in", "tokens_out"):
        setattr(row, key, _count(cell(key), str(FIELDS[key]), row.errors))
    return row


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
    if not row.question.strip() and not row.more:
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
        places = listed(str(row.number) for row in group[:_NAMED])
        places += " …" if len(group) > _NAMED else ""
        for row in group:
            row.errors.append(
                _(
                    "記録の番号「%(id)s」が同じで、内容の違う行があります（%(rows)s行目）。どれも取り込みません。番号か内容を直してください。"
                )
                % {"id": id[:40], "rows": places}
            )


def repeated(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Rows that say what an earlier one said, each with the number of that one."""
    first: dict[str, int] = {}
    found = []
    for row in rows:
        if row.errors:
            continue
        if (key := row.key()) in first:
            found.append((row.number, first[key]))
        else:
            first[key] = row.number
    return found


def distinct(rows: Sequence[Row]) -> dict[str, Row]:
    """Rows without errors by their keys, in the order of the file; of several that say the same, the first."""
    found: dict[str, Row] = {}
    for row in rows:
        if not row.errors:
            found.setdefault(row.key(), row)
    return found


def _text(cell: Any, whole: bool = False) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    return text if whole else text.strip()[:300]


def _count(cell: Any, label: str, errors: list[str]) -> int:
    text = _text(cell).replace(",", "")
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 12:
        errors.append(_("「%(label)s」は数字で入力してください。") % {"label": label})
        return 0
    return int(text)
