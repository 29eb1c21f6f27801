"""Conversations as rows of ids, what a person is still writing, files on their way, prompts that a department shares.

What was asked and answered stands in the ledger only; here are ids and a person's own words about them.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.dates import format_date
from kijun.web.versions import Versioned


class Conversation(Tenant, Versioned):
    """One person's conversation under one grant. ``erases_on``: the day on which the ledger erases its last turn, unless it is held."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="conversations", verbose_name=_("使う人"))
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+", verbose_name=_("利用権"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("部署")
    )
    title = models.CharField(_("名前"), max_length=80, blank=True)
    made_at = models.DateTimeField(_("始めた日時"), default=timezone.now, editable=False)
    touched_at = models.DateTimeField(_("最後に使った日時"), default=timezone.now, editable=False)
    erases_on = models.DateField(_("消去の予定日"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-touched_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-touched_at", "-id"], name="conversation_of_person"),
            models.Index(fields=["erases_on"], name="conversation_erases_on"),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The name that the person gave it, else the purpose and the day."""
        day = format_date(timezone.localdate(self.made_at))
        return self.title or f"{self.grant.purpose.shown_name} {day}"


class Turn(models.Model):
    """One question and its answer: the ledger's interaction, and what the person said about where the input comes from (U1.3.1).

    ``without_earlier``: what was said before it in the conversation was erased, so that it was asked without. ``sources``: how many
    sources the answer shows; None until the job has counted them.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    interaction = models.CharField(max_length=64, unique=True)
    order = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    input_source = models.CharField(_("入力した情報の出どころ"), max_length=200, blank=True)
    input_date = models.DateField(_("いつの情報か"), null=True, blank=True)
    without_earlier = models.BooleanField(default=False)
    sources = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["conversation", "order"], name="turn_order_once")]

    def __str__(self) -> str:
        return self.interaction


class Attachment(Tenant):
    """A file that was sent with a question: never its name or content, but its kind, size and digest and what the person wrote about it (U7.1.1).

    ``turn`` None: not sent yet; its text lies encrypted in the data folder until then, for a day at most. ``left_out_at``: its text was
    gone by then, and the person sent the question of ``turn`` without it.
    """

    LIFETIME = datetime.timedelta(days=1)

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    turn = models.ForeignKey(Turn, models.CASCADE, null=True, blank=True, related_name="attachments")
    kind = models.CharField(_("種類"), max_length=12)
    size = models.PositiveBigIntegerField(_("大きさ"))
    characters = models.PositiveIntegerField(_("文字数"), default=0)
    digest = models.CharField(max_length=64)
    collected_where = models.CharField(_("どこから集めたか"), max_length=200)
    collected_when = models.CharField(_("いつの情報か"), max_length=60)
    collected_why = models.CharField(_("何のために集めたか"), max_length=200)
    made_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(_("取り除いた日時"), null=True, blank=True, editable=False)
    left_out_at = models.DateTimeField(_("添付せずに送った日時"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:8]}"


class Draft(Tenant):
    """What a person is writing: kept when the session ends. ``text`` is sealed; ``slot`` is the conversation, or ``grant-N`` for a new one."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    slot = models.CharField(max_length=40)
    text = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "slot"], name="draft_of_person_once")]

    def __str__(self) -> str:
        return self.slot


class Prompt(Tenant, Versioned):
    """A text to start from, shared in a department once its approver has read it. Places to fill in are written 〔…〕."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        REVIEW = "review", _("確認中")
        SHARED = "shared", _("共有中")
        RETURNED = "returned", _("差戻し")
        WITHDRAWN = "withdrawn", _("取下げ")
        ARCHIVED = "archived", _("保管")
        """Its department was closed, or who wrote it left before it was shared: nobody is offered it until it is moved and read again."""

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("共有する部署")
    )
    purpose = models.ForeignKey(
        Purpose,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("one", "利用目的"),
    )
    title = models.CharField(_("名前"), max_length=80)
    text = models.TextField(_("文章"), max_length=4000)
    state = models.CharField(_("状態"), max_length=9, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("作った人"))
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(_("確認に出した日時"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    comment = models.CharField(_("確認した人の言葉"), max_length=300, blank=True, editable=False)

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title


class Notice(Tenant, Versioned):
    """What the municipality says beside every input: its rules in its own words (P1.2.1, U1.1.3)."""

    text = models.TextField(_("入力欄のそばに出す言葉"), max_length=600, blank=True)
    text_en = models.TextField(_("英語の言葉"), max_length=900, blank=True)
    url = models.URLField(_("決まりの全文（URL）"), max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality"], name="chat_notice_once")]

    def __str__(self) -> str:
        return str(_("AIと対話：入力欄のそばの言葉"))


class OpenedGiven(Tenant):
    """A person opened a source that the AI's service gave with an answer (U3.1.6); ``number`` is its place among them."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    interaction = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "interaction", "number"], name="given_source_opened_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.interaction} {self.number}"


def slot_of(conversation: Any, grant: Any) -> str:
    """The draft's place: the conversation's, or that of a new one under a grant."""
    return str(conversation.pk) if conversation is not None else f"grant-{grant.pk}"


from kijun.governance.chat.documents.models import (  # noqa: E402  a part of this app's models, with a folder of their own
    Collection,
    Document,
    DocumentVersion,
    Opened,
    PurposeReading,
)

__all__ = [
    "Attachment",
    "Collection",
    "Conversation",
    "Document",
    "DocumentVersion",
    "Draft",
    "Notice",
    "Opened",
    "OpenedGiven",
    "Prompt",
    "PurposeReading",
    "Turn",
    "slot_of",
]
