"""Chains and their entries. Rows are never changed: triggers in the database refuse it (migration 0002)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Chain(models.Model):
    """One chain of entries: a municipality's (``key`` is its code) or the installation's own (``""``).

    ``removable`` is set when the chain is made and never again; only the sample town's chain is.
    """

    key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=100)
    removable = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.label or str(_("この装置"))


class Entry(models.Model):
    """Who did what to which thing, when. ``digest`` covers everything else and the entry before.

    Actor and thing are kept as kind, id and label, so that an entry says what it says even after they are gone.
    ``detail``: {"before": {...}, "after": {...}} or what the action needs; never a secret, never a resident's data.
    """

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="entries")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=40)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    thing_kind = models.CharField(max_length=80)
    thing_id = models.CharField(max_length=80, blank=True)
    thing_label = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "seq"]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_entry_once")]
        indexes = [
            models.Index(fields=["thing_kind", "thing_id"], name="audit_entry_thing"),
            models.Index(fields=["chain", "action"], name="audit_entry_action"),
            models.Index(fields=["chain", "-at"], name="audit_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.thing_label}"
