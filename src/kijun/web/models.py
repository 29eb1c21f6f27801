"""What the page kit keeps in the database."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils import timezone


class StagedImport(models.Model):
    """What an import would change, kept between preview and confirmation; nothing else has changed yet.

    ``kind`` names the import, for example ``organisation.departments``. The kit stands below the apps, so the
    municipality and the person are plain numbers. ``plan`` is the import's own JSON
    (:func:`kijun.web.imports.dump`, or what its action needs).
    """

    LIFETIME = datetime.timedelta(hours=2)

    kind = models.CharField(max_length=60)
    municipality_id = models.PositiveBigIntegerField(db_index=True)
    made_by_id = models.PositiveBigIntegerField()
    target_id = models.PositiveBigIntegerField(null=True)
    """The thing that the sheet belongs to, where it belongs to one."""
    filename = models.CharField(max_length=200, blank=True)
    plan: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.filename}"

    @property
    def is_expired(self) -> bool:
        return timezone.now() - self.made_at > self.LIFETIME


class Tries(models.Model):
    """How often somebody without an account tried something within a window (`kijun.web.tries`); counted for all processes together.

    ``who`` is a keyed digest of an address: nobody who reads the table learns it.
    """

    kind = models.CharField(max_length=40)
    who = models.CharField(max_length=64)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "who"], name="tries_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.who[:8]}"
