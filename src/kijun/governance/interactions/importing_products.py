"""Two exports whose form their maker fixes: Microsoft Purview's audit log of Copilot, ChatGPT Enterprise's conversations.

Purview: the audit search's CSV has a column ``AuditData`` with a JSON object a row; of Copilot's rows (``CopilotInteraction``) it tells who, when,
in which application, with which files, and not what was said. ChatGPT: a conversation a line, with ``messages.data`` (or ``messages``), each
with ``author.role``, ``created_at`` and ``content``. Both makers add fields now and then: what is not known is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _

from kijun.governance.interactions.importing import LIMITS, Row, Unreadable, as_utf8, when

OPERATION = "CopilotInteraction"
COPILOT = "Microsoft 365 Copilot"
"""What its audit log tells of the model."""


def purview(table: Sequence[tuple[int, Sequence[Any]]]) -> list[Row]:
    """Rows of Copilot's use; rows of other operations are passed over."""
    names = [str(cell or "").strip().casefold() for cell in (table[0][1] if table else ())]
    if "auditdata" not in names:
        raise Unreadable(
            _(
                "列「AuditData」がありません。Purviewの監査ログの検索結果を、CSVで書き出したファイルを選んでください。"
            )
        )
    place, rows = names.index("auditdata"), []
    for number, cells in table[1:]:
        raw = cells[place] if place < len(cells) else None
        try:
            data = orjson.loads(str(raw or ""))
        except orjson.JSONDecodeError:
            rows.append(Row(number, errors=[_("AuditData列がJSONとして読み取れません。")]))
            continue
        if isinstance(data, dict) and data.get("Operation") == OPERATION:
            rows.append(_copilot(number, data))
    return rows


def _copilot(number: int, data: Mapping[str, Any]) -> Row:
    event = data.get("CopilotEventData")
    event = event if isinstance(event, dict) else {}
    row = Row(number)
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


def compliance(content: bytes) -> list[Row]:
    """Each turn (a person's message with the answer that follows) of each conversation."""
    try:
        lines = as_utf8(content).decode("utf-8-sig").split("\n")  # a text may hold other line ends
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("JSONL（1行に1件のJSON）として読み取れません。UTF-8のファイルを選んでください。")
        ) from error
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError:
            rows.append(Row(number, errors=[_("この行はJSONとして読み取れません。")]))
            continue
        if isinstance(told, dict):
            rows += _turns(number, told)
        if len(rows) > LIMITS.max_rows:
            break
    if not rows:
        raise Unreadable(_("会話が1件もありません。書き出したファイルを確かめてください。"))
    return rows


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _turns(number: int, told: Mapping[str, Any]) -> Iterator[Row]:
    messages = told.get("messages")
    messages = _dicts(messages.get("data") if isinstance(messages, dict) else messages)
    row: Row | None = None
    for one in messages:
        author = one.get("author")
        role = str((author.get("role") if isinstance(author, dict) else one.get("role")) or "")
        text = _said(one.get("content"))
        if role == "user":
            if row is not None:
                yield row
            row = Row(number, question=text, id=str(one.get("id") or "")[:300])
            row.at = when(one.get("created_at") or told.get("created_at"), "utc", row.errors)
            row.who = str(told.get("user_email") or told.get("user_id") or "")[:300]
            row.conversation = str(told.get("id") or told.get("conversation_id") or "")[:300]
        elif role == "assistant" and row is not None and text.strip():
            row.answer = f"{row.answer}\n{text}".strip()
            row.model = str(one.get("model") or told.get("model") or row.model)[:120]
    if row is not None:
        yield row


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
