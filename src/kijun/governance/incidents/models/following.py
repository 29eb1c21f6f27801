"""What follows from an incident: the timeline, the checklist, who is told, what prevents the next one, what was learnt."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.accounts.models import Person
from kijun.governance.incidents.models.incident import LINE, LONG, Incident
from kijun.governance.incidents.models.playbook import Whom
from kijun.governance.organisation.tenancy import Tenant, TenantQuerySet
from kijun.web.versions import Versioned


class _Kept(TenantQuerySet):
    """Rows that are written once."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("the timeline is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the timeline is append-only")


class Event(Tenant):
    """One line of the timeline. Append-only: what was wrong is put right by a further line."""

    class Kind(models.TextChoices):
        REPORTED = "reported", pgettext_lazy("event", "報告")
        MEASURE = "measure", pgettext_lazy("event", "措置")
        STOPPED = "stopped", _("AIの停止")
        COURSE = "course", _("使い方の判断")
        CHANGED = "changed", pgettext_lazy("event", "内容の見直し")
        LEADER = "leader", _("指揮をとる人")
        TOLD = "told", pgettext_lazy("event", "連絡")
        STATE = "state", _("状態")
        STEP = "step", _("手順")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField(_("日時"))
    """When it was done; ``recorded_at`` is when that was written."""
    text = models.TextField(_("内容"), max_length=LONG, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = _Kept.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text[:40]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("the timeline is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the timeline is append-only")


class Tied(Tenant):
    """An interaction that an incident is about, by its id alone; ``hold`` keeps it in the ledger, "" while that was not possible yet."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="tied")
    interaction = models.CharField(max_length=200)
    hold = models.CharField(max_length=80, blank=True)
    kept = models.BooleanField(default=False)
    """It stays on hold when the incident is over, as whoever closed it decided."""
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "interaction"], name="incident_interaction_once")
        ]

    def __str__(self) -> str:
        return self.interaction[:12]


class _ToDo(Tenant, Versioned):
    """Something that is done by a time, or declared unneeded with a reason."""

    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    done_at = models.DateTimeField(_("済んだ日時"), null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    unneeded = models.BooleanField(default=False)
    note = models.CharField(_("結果・理由"), max_length=LINE, blank=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    @property
    def is_late(self) -> bool:
        """Its time has passed; also of what was done too late."""
        if self.due_at is None or self.unneeded:
            return False
        return (self.done_at or timezone.now()) > self.due_at


class Step(_ToDo):
    """A step of the playbook as it stood when the incident was opened."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("すること"), max_length=LINE)
    who = models.CharField(_("だれが"), max_length=120, blank=True)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Notice(_ToDo):
    """Somebody who is told: whom, by when, how, with what words. Nothing is sent by itself."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="notices")
    whom = models.CharField(_("連絡する相手"), max_length=10, choices=Whom.choices)
    who = models.CharField(_("相手の名・部署"), max_length=120, blank=True)
    how = models.CharField(_("方法"), max_length=120, blank=True)
    text = models.TextField(_("伝える文章"), max_length=LONG, blank=True)
    """Empty: the draft is made from the incident as it stands."""

    class Meta:
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return str(self.get_whom_display())


class Prevention(Tenant, Versioned):
    """What keeps it from happening again, by whom and until when."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="preventions")
    what = models.CharField(_("すること"), max_length=LINE)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("担当する人")
    )
    due_on = models.DateField(_("期限"))
    done_on = models.DateField(_("済んだ日"), null=True, blank=True)
    result = models.CharField(_("結果"), max_length=LINE, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.what[:60]

    @property
    def is_late(self) -> bool:
        return (self.done_on or timezone.localdate()) > self.due_on


class Lesson(Tenant, Versioned):
    """What staff may learn from an incident, without a name of anybody (P3.1.9)."""

    incident = models.OneToOneField(Incident, models.CASCADE, related_name="lesson")
    title = models.CharField(_("題名"), max_length=120)
    happened = models.TextField(_("あったこと"), max_length=LONG)
    learnt = models.TextField(_("分かったこと"), max_length=LONG)
    do = models.TextField(_("防ぎ方"), max_length=LONG)
    nobody_named_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("公開した日時"), null=True, blank=True)
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def published_on(self) -> datetime.date | None:
        return None if self.published_at is None else timezone.localdate(self.published_at)

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("incidents:lesson", args=[self.pk])


class Reading(Tenant):
    """A person has read a lesson."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="readings")
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="+", verbose_name=pgettext_lazy("one", "職員")
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "person"], name="lesson_read_once")]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.person_id}"
