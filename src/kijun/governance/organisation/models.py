"""Municipalities and their departments."""

from __future__ import annotations

import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.organisation.tenancy import Tenant, TenantQuerySet
from kijun.web import codes
from kijun.web.versions import Versioned


def check_code(value: str) -> None:
    """Validator: 全国地方公共団体コード with its check digit."""
    try:
        codes.check_municipality_code(value)
    except codes.CodeError as error:
        raise ValidationError(str(error)) from error


class Municipality(Versioned):
    """One town hall. Everything else in the control plane belongs to one."""

    code = models.CharField(_("全国地方公共団体コード"), max_length=6, unique=True, validators=[check_code])
    name = models.CharField(_("名称"), max_length=60)
    kana = models.CharField(_("フリガナ"), max_length=100, blank=True)
    name_en = models.CharField(_("英語の名称"), max_length=100, blank=True)
    population = models.PositiveIntegerField(_("人口"), null=True, blank=True)
    contact = models.CharField(_("住民向けの連絡先"), max_length=200, blank=True)
    contact_en = models.CharField(_("住民向けの連絡先（英語）"), max_length=200, blank=True)
    contact_easy = models.CharField(_("住民向けの連絡先（やさしい日本語）"), max_length=300, blank=True)
    """Readings are written 漢字《かんじ》."""
    is_sample = models.BooleanField(default=False, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """The key of this municipality's audit chain."""
        return self.code


class Valid(models.Model):
    """A row that holds from a day to a day (both inclusive; an open end is None)."""

    valid_from = models.DateField(_("有効開始日"))
    valid_to = models.DateField(_("有効終了日"), null=True, blank=True)

    class Meta:
        abstract = True

    def holds_on(self, day: datetime.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class ValidQuerySet(TenantQuerySet):
    def on(self, day: datetime.date | None = None) -> Self:
        """The rows that hold on ``day`` (default: today in the town's time zone)."""
        day = day or timezone.localdate()
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Department(Tenant, Versioned):
    """A department's identity, whatever it is called and wherever it hangs in the tree.

    ``code`` is the town's own code, unique in the town. The current name, kana and parent are copies of the version
    that holds today, so that lists need no join; :class:`DepartmentVersion` is the history.
    """

    code = models.CharField(_("部署コード"), max_length=20)
    name = models.CharField(_("部署名"), max_length=80)
    kana = models.CharField(_("フリガナ"), max_length=120, blank=True)
    name_en = models.CharField(_("英語の名称"), max_length=120, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=300, editable=False, default="", db_index=True)
    """Codes from the root to this one, each followed by "/": a subtree is a prefix."""
    closed_on = models.DateField(_("廃止日"), null=True, blank=True)
    order = models.PositiveIntegerField(_("並び順"), default=0)
    successors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="predecessors", verbose_name=_("引継ぎ先の部署")
    )
    """Departments that follow this one when it is closed."""

    class Meta:
        ordering = ["order", "code"]
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="department_code_once")]

    def __str__(self) -> str:
        return self.name


class DepartmentVersion(Tenant, Valid):
    """What a department was called, and under which it stood, from when to when."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="versions")
    name = models.CharField(max_length=80)
    kana = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("変更の理由"), max_length=200, blank=True)

    objects = ValidQuerySet.as_manager()  # type: ignore[misc]  # a narrower manager than Tenant's

    class Meta:
        ordering = ["department", "valid_from"]

    def __str__(self) -> str:
        return f"{self.name} ({self.valid_from})"


class ClosingDay(Tenant):
    """A day on which this town hall is closed beside weekends, public holidays and the turn of the year."""

    day = models.DateField(_("閉庁日"))
    name = models.CharField(_("名称"), max_length=60)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["municipality", "day"], name="closing_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
