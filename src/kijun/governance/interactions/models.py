"""What the control plane keeps beside the ledger: reports made of it, templates to read other products' logs, imports under way."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.organisation.tenancy import Tenant
from kijun.web.versions import Versioned


class AccessReport(Tenant, Versioned):
    """How a department used AI in a month (U6.1.3): figures frozen when it was made, and what the department's approver said.

    ``month`` is ``2026-11``; ``department`` None is for what no department stands for. ``figures`` is made by
    `kijun.governance.interactions.figures`.
    """

    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("部署")
    )
    month = models.CharField(_("月"), max_length=7)
    figures: Any = models.JSONField(default=dict, editable=False)
    generated_at = models.DateTimeField(_("作成日時"), default=timezone.now)
    due_on = models.DateField(_("確認の期限"))
    acknowledged_at = models.DateTimeField(_("確認した日時"), null=True, blank=True, editable=False)
    acknowledged_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    odd = models.BooleanField(_("気になる点がある"), default=False)
    comment = models.CharField(_("気になる点・対応"), max_length=1000, blank=True)

    class Meta:
        ordering = ["-month", "department__path", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "department", "month"], name="access_report_once"
            ),
            models.UniqueConstraint(
                fields=["municipality", "month"],
                condition=models.Q(department=None),
                name="access_report_of_nobody_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department or '—'} {self.month}"

    @property
    def is_overdue(self) -> bool:
        return (
            self.acknowledged_at is None
            and self.department_id is not None
            and self.due_on < timezone.localdate()
        )


class AccessRemark(models.Model):
    """What somebody who may acknowledge a report wrote after another had acknowledged it; never changed."""

    report = models.ForeignKey(AccessReport, models.CASCADE, related_name="remarks")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    text = models.CharField(_("書き足す気になる点・対応"), max_length=1000)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]


class ImportTemplate(Tenant, Versioned):
    """How one product's log is read: which column is what, for which system and purpose. ``mapping``: `importing.FIELDS`."""

    class Form(models.TextChoices):
        TABLE = "table", _("表（CSV・Excel）：1行に質問と回答")
        PURVIEW = "purview", _("Microsoft 365 Copilot：Purviewの監査ログ（CSV、AuditData列がJSON）")
        COMPLIANCE = "compliance", _("ChatGPT Enterprise：会話の書き出し（JSONL）")

    name = models.CharField(_("名称"), max_length=80)
    form = models.CharField(_("ファイルの形"), max_length=12, choices=Form.choices, default=Form.TABLE)
    mapping: Any = models.JSONField(default=dict)
    system = models.ForeignKey(AISystem, models.PROTECT, related_name="+", verbose_name=_("AIシステム"))
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("利用目的")
    )
    retention = models.CharField(_("記録の保存期間"), max_length=12, default="y1")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name"], name="import_template_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(Tenant):
    """One file on its way into the ledger. The file lies encrypted in the data folder until the run is over, then it is gone."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("確認待ち")
        WAITING = "waiting", _("順番待ち")
        RUNNING = "running", _("取込み中")
        DONE = "done", _("完了")
        FAILED = "failed", _("中断")

    LIFETIME = datetime.timedelta(hours=2)
    """How long an unconfirmed file is kept."""

    template = models.ForeignKey(
        ImportTemplate, models.PROTECT, null=True, related_name="runs", verbose_name=_("読み方")
    )
    """None until the columns of a new kind of file are named."""
    form = models.CharField(max_length=12, choices=ImportTemplate.Form.choices, default="table")
    filename = models.CharField(_("ファイル"), max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.PREVIEW)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    done = models.PositiveIntegerField(_("記録した件数"), default=0)
    seen = models.PositiveIntegerField(_("処理した行"), default=0)
    double = models.PositiveIntegerField(_("取込み済みの件数"), default=0)
    wrong = models.PositiveIntegerField(_("誤りのある行"), default=0)
    fault = models.TextField(_("中断の理由"), blank=True)
    faults = models.BinaryField(blank=True, default=b"", editable=False)
    """Rows that were left out and why, sealed (`importing_files.faults_of`); gone 90 days after the end."""
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("取り込んだ人"))
    made_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_staged(self) -> bool:
        """Nobody has confirmed it yet."""
        return self.state == self.State.PREVIEW

    @property
    def is_expired(self) -> bool:
        return self.is_staged and timezone.now() - self.made_at > self.LIFETIME


class ImportedRow(models.Model):
    """That a row was recorded: its entries' ids are made of it, so that the same file twice records nothing twice."""

    template = models.ForeignKey(ImportTemplate, models.CASCADE, related_name="imported")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=32, default="")
    """Of what it said, under the installation's secret (`Reader.digest`); empty for rows from before it was kept."""
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "key"], name="imported_row_once")]
        indexes = [models.Index(fields=["template", "digest"], name="imported_row_digest")]

    def __str__(self) -> str:
        return self.key[:12]


class LedgerCheck(models.Model):
    """One verification of the whole installation's ledger; what was computed and what was wrong (P7.1.1)."""

    at = models.DateTimeField(default=timezone.now)
    whole = models.BooleanField(default=True)
    """False: the tree and a sample of the records were checked, not every record."""
    size = models.PositiveBigIntegerField(default=0)
    entries = models.PositiveBigIntegerField(default=0)
    erased = models.PositiveBigIntegerField(default=0)
    checkpoints = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    kinds: Any = models.JSONField(default=dict)
    """Kind of fault → how many."""
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.entries}/{self.size}"
