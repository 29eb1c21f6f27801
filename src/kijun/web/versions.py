"""Stale forms: somebody else saved first."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Stale(ValidationError):
    """The row was changed after the person opened the page; nothing was saved.

    ``current`` is the row's revision now, so that a form can be sent once more; None when it is not known. ``row``: which row it is.
    """

    def __init__(self, current: int | None = None, row: models.Model | None = None) -> None:
        self.current, self.row = current, row
        super().__init__(
            _(
                "この内容は、あなたが開いたあとに、別の画面か別の人が更新しました。入力した内容はこの画面に残っています。"
                "別の画面で最新の内容を確認し、必要な箇所を直してから、もう一度保存してください。"
            ),
            code="stale",
        )


class Versioned(models.Model):
    """A row with a revision that grows by one at each saved change."""

    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def claim(self, seen: int | None) -> None:
        """Take the next revision in the database, or raise :class:`Stale`.

        ``seen`` is the revision that the form carried; None skips the check (jobs, imports).
        Call it inside the action's transaction, before the row is saved.
        """
        rows = type(self)._default_manager.filter(pk=self.pk)
        if seen is not None:
            rows = rows.filter(revision=seen)
        if not rows.update(revision=models.F("revision") + 1):
            raise Stale(
                type(self)._default_manager.filter(pk=self.pk).values_list("revision", flat=True).first(),
                self,
            )
        self.revision = rows.model._default_manager.values_list("revision", flat=True).get(pk=self.pk)


def claim(row: Versioned, seen_revision: int | None) -> None:
    """As `Versioned.claim`; without a revision that the person saw, the one that the row was read with."""
    row.claim(row.revision if seen_revision is None else seen_revision)
