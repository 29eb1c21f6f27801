"""Two exports whose form their maker fixes: Microsoft Purview's audit log of Copilot, ChatGPT Enterprise's conversations.

Purview: the audit search's CSV has a column ``AuditData`` with a JSON object a row; of Copilot's rows (``CopilotInteraction``) it tells who, when,
in which application, with which files, and not what was said. ChatGPT: a conversation a line, with ``messages.data`` (or ``messages``), each
with ``author.role``, ``created_at`` and ``content``. Both makers add fields now and then: what is not known is left alone, and what is passed
over is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _

from kijun.governance.interactions.importing import LIMITS, Log, Passed, Place, Row, Unreadable, as_utf8, when
from kijun.governance.interactions.importing_tables import SEARCHED, visible
from kijun.web.excel import Page

OPERATION = "CopilotInteraction"
COPILOT = "Microsoft 365 Copilot"
"""What its audit log tells of the model."""


def purview(book: Sequence[Page]) -> Log:
    """Rows of Copilot's use; rows of other operations are passed over. Of a workbook the first sheet with the column is read."""
    passed = Passed()
    tables = visible(book, passed)
    found = next(((page, at, place) for page in tables for at, place in _audit_data(page)), None)
    if found is None:
        raise Unreadable(
            _(
                "列「AuditData」がありません。Purviewの監査ログの検索結果を、CSVで書き出したファイルを選んでください。"
            )
        )
    page, at, place = found
    for other in tables:
        if other is not page:
            words = _("読み取るシート（%(read)s）でないシート「%(sheet)s」の行")
            passed.add(words % {"read": page.title, "sheet": other.title}, count=len(other.rows))
    for number, _cells in page.rows[:at]:
        passed.add(_("見出しより上の行"), Place(number))
    rows: list[Row] = []
    for number, cells in page.rows[at + 1 :]:
        raw = cells[place] if place < len(cells) else None
        try:
            data = orjson.loads(str(raw or ""))
        except orjson.JSONDecodeError:
            rows.append(Row.broken(Place(number), _("AuditData列がJSONとして読み取れません。")))
            continue
        operation = data.get("Operation") if isinstance(data, dict) else None
        if operation == OPERATION:
            rows.append(_copilot(number, data))
        elif operation:
            words = _("Copilotの利用（CopilotInteraction）でない行（%(operation)s）")
            passed.add(words % {"operation": str(operation)[:60]}, Place(number))
        else:
            passed.add(_("操作（Operation）の書かれていない行"), Place(number))
    return Log(rows, passed)


def _audit_data(page: Page) -> Iterator[tuple[int, int]]:
    """In which of the first rows the column's heading stands, and at which place."""
    for at, (_number, cells) in enumerate(page.rows[:SEARCHED]):
        names = [str(cell or "").strip().casefold() for cell in cells]
        if "auditdata" in names:
            yield at, names.index("auditdata")


def _copilot(number: int, data: Mapping[str, Any]) -> Row:
    event = data.get("CopilotEventData")
    event = event if isinstance(event, dict) else {}
    row = Row(Place(number))
    row.at = when(data.get("CreationTime"), "utc", row.errors)
    row.who, row.id = str(data.get("UserId") or "")[:300], str(data.get("Id") or "")[:300]
    row.conversation = str(event.get("ThreadId") or "")[:300]
    row.model = COPILOT
    row.more = {
        "application": str(event.get("AppHost") or "")[:100],
        "resources": [
            {
                key: str(one[key])[:300]
                for key in ("Name", "Type", "SiteUrl", "SensitivityLabelId")
                if one.get(key)
            }
            for one in _dicts(event.get("AccessedResources"))
        ][:100],
        "messages": len(_dicts(event.get("Messages"))),
    }
    return row


def compliance(content: bytes) -> Log:
    """Each turn (a person's message with the answer that follows) of each conversation."""
    try:
        lines = as_utf8(content).decode("utf-8-sig").split("\n")  # a text may hold other line ends
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("JSONL（1行に1件のJSON）として読み取れません。UTF-8のファイルを選んでください。")
        ) from error
    log, read = Log([], Passed()), 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = Place(number)
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError:
            log.rows.append(Row.broken(place, _("この行はJSONとして読み取れません。")))
            continue
        read += 1
        if isinstance(told, dict):
            log.rows.extend(_turns(place, told, log.passed))
        else:
            log.passed.add(_("会話でない行（JSONの配列など）"), place)
        if len(log.rows) > LIMITS.max_rows:
            break
    if log.rows and not read:
        raise Unreadable(
            _(
                "どの行もJSONとして読み取れません。ChatGPT Enterpriseの会話の書き出し（JSONL）かどうかを確かめてください。"
            )
        )
    if not log.rows:
        words = _("会話が1件もありません。書き出したファイルを確かめてください。")
        raise Unreadable("\n".join([words, *log.passed.lines()]))
    return log


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _turns(place: Place, told: Mapping[str, Any], passed: Passed) -> Iterator[Row]:
    messages = told.get("messages")
    if told.get("has_more") or (isinstance(messages, dict) and messages.get("has_more")):
        passed.add(_("会話の続き（has_more。このファイルに入っていません）"), place)
    messages = _dicts(messages.get("data") if isinstance(messages, dict) else messages)
    if not messages:
        passed.add(_("メッセージのない会話"), place)
    row: Row | None = None
    for one in messages:
        author = one.get("author")
        role = str((author.get("role") if isinstance(author, dict) else one.get("role")) or "")
        text = _said(one.get("content"))
        if role == "user":
            if row is not None:
                yield row
            row = Row(place, question=text, id=str(one.get("id") or "")[:300])
            row.at = when(one.get("created_at") or told.get("created_at"), "utc", row.errors)
            row.who = str(told.get("user_email") or told.get("user_id") or "")[:300]
            row.conversation = str(told.get("id") or told.get("conversation_id") or "")[:300]
        elif role == "assistant" and row is not None and text.strip():
            row.answer = f"{row.answer}\n{text}".strip()
            row.model = str(one.get("model") or told.get("model") or row.model)[:120]
        else:
            passed.add(_why(role, text), place)
    if row is not None:
        yield row


def _why(role: str, text: str) -> str:
    """Why a message is neither a question nor an answer."""
    if role == "assistant":
        return _("質問より前にあるAIの発言") if text.strip() else _("文字のないAIの発言（画像など）")
    if not role:
        return _("だれの発言か（role）の書かれていないメッセージ")
    return _("利用者（user）の質問でもAI（assistant）の回答でもないメッセージ（%(role)s）") % {
        "role": role[:40]
    }


def _said(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        if isinstance(content.get("value"), str):
            return str(content["value"])
        content = content.get("parts")
    parts = [
        one if isinstance(one, str) else str(one.get("text", "")) if isinstance(one, dict) else ""
        for one in (content if isinstance(content, list) else ())
    ]
    return "\n".join(one for one in parts if one)
