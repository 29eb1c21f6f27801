"""A conversation as a file: Word, PDF, a page, Markdown or JSON. What was erased says so."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.chat import beside
from kijun.governance.chat.history import Shown
from kijun.governance.chat.models import Conversation
from kijun.web import papers, written
from kijun.web.templatetags.kit import named
from kijun.web.written import Block

FORMS = {
    **papers.TYPES,
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
BYTES = frozenset(papers.TYPES)
"""Forms that no terminal shows."""

CONFIRMED = frozenset({"confirmed", "approved"})
APPROVED = frozenset({"approved"})


def unconfirmed(person: Person, conversation: Conversation, said: Sequence[Shown]) -> list[Shown]:
    """Answers that keep a conversation from leaving: not confirmed, or (strict purposes, public power) not approved."""
    purpose = conversation.grant.purpose
    if purpose.review == Purpose.Review.LIGHT and not purpose.public_power:
        return []
    enough = APPROVED if purpose.review == Purpose.Review.STRICT or purpose.public_power else CONFIRMED
    answered = [one for one in said if one.answer]
    states = beside.states(person, [one.turn.interaction for one in answered])
    return [one for one in answered if getattr(states.get(one.turn.interaction), "key", "") not in enough]


def _ends() -> dict[str, str]:
    return {
        "cut": _("回答は途中で切れました。"),
        "failed": _("回答は得られませんでした。"),
        "blocked": _("回答は表示できませんでした。"),
        "erased": _("保存期間が過ぎたため消去しました。"),
        "missing": _("記録を読めません。"),
        "running": _("回答の記録がまだ終わっていません。"),
    }


def as_file(form: str, conversation: Conversation, said: Sequence[Shown]) -> bytes:
    """The file's bytes."""
    if form == "json":
        return orjson.dumps(_values(conversation, said), option=orjson.OPT_INDENT_2)
    if form == "html":
        context = {
            "conversation": conversation,
            "turns": [(one, _ends().get(one.state, ""), _gone_without(one)) for one in said],
        }
        return render_to_string("chat/export.html", context).encode("utf-8", "replace")
    if form == "md":
        return _markdown(conversation, said).encode("utf-8", "replace")
    town, blocks = named(conversation.municipality), _blocks(conversation, said)
    language = "en" if beside.english() else "ja"
    return papers.MAKERS[form](conversation.shown_title, town, language, blocks)


def _blocks(conversation: Conversation, said: Sequence[Shown]) -> list[Block]:
    """Questions as they were typed; answers as the documents that they are, below headings of ours."""
    made = written.typed(_head(conversation))
    for one in said:
        made.append(written.heading(f"{one.turn.order}. {timezone.localtime(one.turn.at):%Y-%m-%d %H:%M}", 2))
        for line in _gone_without(one):
            made += written.typed(line)
        if one.question:
            made += [written.heading(_("質問"), 3), *written.typed(one.question)]
        if one.answer:
            made += [written.heading(_("AIの回答"), 3), *written.under(written.answer(one.answer).blocks, 4)]
        if end := _ends().get(one.state):
            made += written.typed(end)
    return made


def _markdown(conversation: Conversation, said: Sequence[Shown]) -> str:
    lines = [f"# {conversation.shown_title}", "", _head(conversation), ""]
    for one in said:
        at = f"{timezone.localtime(one.turn.at):%Y-%m-%d %H:%M}"
        lines += [f"## {one.turn.order}. {at}", ""]
        lines += [f"*{one}*" for one in _gone_without(one)]
        if one.question:
            lines += [f"**{_('質問')}**", "", one.question, ""]
        if one.answer:
            lines += [f"**{_('AIの回答')}**", "", one.answer, ""]
        if end := _ends().get(one.state):
            lines += [f"*{end}*", ""]
    return "\n".join(lines)


def _head(conversation: Conversation) -> str:
    grant = conversation.grant
    return _(
        "AIシステム：%(system)s　利用目的：%(purpose)s。AIの回答を含みます。使う前に、人が内容を確かめてください。"
    ) % {"system": grant.system.shown_name, "purpose": grant.purpose.shown_name}


def _gone_without(one: Shown) -> list[str]:
    """What the question went without."""
    left = [each for each in one.turn.attachments.all() if each.left_out_at is not None]
    said = [
        _("文章が残っていなかったファイル（%(kind)s）は、添付せずに送りました。") % {"kind": each.kind}
        for each in left
    ]
    return said + (
        [_("前のやり取りが消去されていたため、添えずに送りました。")] if one.turn.without_earlier else []
    )


def _values(conversation: Conversation, said: Sequence[Shown]) -> dict[str, Any]:
    return {
        "title": conversation.shown_title,
        "system": conversation.grant.system.shown_name,
        "purpose": conversation.grant.purpose.shown_name,
        "exported_at": timezone.now().astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "turns": [
            {
                "interaction": one.turn.interaction,
                "at": one.turn.at.isoformat(timespec="seconds"),
                "state": one.state,
                "question": one.question,
                "answer": one.answer,
                "without": _gone_without(one),
                "input_source": one.turn.input_source,
                "input_date": one.turn.input_date.isoformat() if one.turn.input_date else None,
            }
            for one in said
        ],
    }
