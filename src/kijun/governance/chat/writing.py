"""What a person is about to send: the form, the files that wait, the earlier turns, as one question for the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.chat import history, holding, queries, talking
from kijun.governance.chat.actions.conversations import Said
from kijun.governance.chat.checking import Check, check
from kijun.governance.chat.models import Attachment, Conversation


@dataclass(frozen=True, slots=True)
class Writing:
    """A question that is written and not sent."""

    person: Person
    grant: Grant
    conversation: Conversation | None
    text: str
    model: str
    said: Said
    files: Sequence[Attachment]
    documents: Sequence[str]
    address: str
    gone: Sequence[Attachment] = ()
    """Files whose text is not there any more: the person is told before the question goes without them."""
    earlier: history.Before | None = None

    def look(self) -> Check:
        """What the gateway would find. Raises `talking.Unreachable` and `talking.Refused`."""
        texts: list[Mapping[str, str]] = [{"text": self.text}]
        texts += [{"text": one, "source": "document"} for one in self.documents]
        told = talking.look(self.person, self.grant, texts, address=self.address)
        return check(told, self.text, self.files, self.gone)

    def knows(self, without: str) -> bool:
        """Whether the person has said to send it without the files that are gone: their numbers, between commas."""
        return {str(one.pk) for one in self.gone} <= set(without.split(","))

    def with_earlier(self) -> Writing:
        """With what was said before in the conversation, as it goes along. Raises `LedgerError`."""
        earlier = history.before(self.person, self.conversation)
        return replace(self, earlier=earlier, said=replace(self.said, without_earlier=earlier.erased))

    def call(self, language: str, confirmation: str = "") -> talking.Call:
        """As it is sent."""
        return talking.call(
            self.person,
            self.grant,
            self.model,
            [*(self.earlier.messages if self.earlier else []), {"role": "user", "content": self._content()}],
            address=self.address,
            language=language,
            confirmation=confirmation,
        )

    def _content(self) -> Any:
        if not self.documents:
            return self.text
        return [{"type": "text", "text": one} for one in (self.text, *self.documents)]


def writing(
    person: Person, grant: Grant, conversation: Conversation | None, form: Any, address: str
) -> Writing:
    """Out of a valid form. A file whose text is gone (a day is over, the key was changed) is among ``gone``."""
    data = form.cleaned_data
    held = [
        (one, holding.text_of(person.municipality.code, one.pk))
        for one in queries.attachments(person, grant, conversation)
    ]
    there = [(one, text) for one, text in held if text is not None]
    gone = [one for one, text in held if text is None]
    said = Said(
        data.get("input_source", ""),
        data.get("input_date"),
        tuple(one.pk for one, _text in there),
        tuple(one.pk for one in gone),
    )
    return Writing(
        person,
        grant,
        conversation,
        data["text"],
        form.model_name,
        said,
        [one for one, _text in there],
        [_document(number, one, text) for number, (one, text) in enumerate(there, 1)],
        address,
        gone,
    )


def _document(number: int, row: Attachment, text: str) -> str:
    """A file's text as it is sent: the AI and the record are told that it is one. Places of findings count in this text."""
    return f"{heading(number, row)}{text}"


def heading(number: int, row: Attachment) -> str:
    """The line above a file's text."""
    return _("〈添付した文書%(number)s（%(kind)s）〉") % {"number": number, "kind": row.kind} + "\n"
