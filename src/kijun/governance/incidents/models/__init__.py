"""Incidents with what hangs on them, playbooks and drills. Django looks for models here."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Field, Model
from django_stubs_ext import StrOrPromise

from kijun.governance.incidents.models.following import (
    Event,
    Lesson,
    Notice,
    Prevention,
    Reading,
    Step,
    Tied,
)
from kijun.governance.incidents.models.incident import (
    LINE,
    LONG,
    OPEN,
    Course,
    Harm,
    Incident,
    Residents,
    Severity,
    Source,
    State,
    joined,
)
from kijun.governance.incidents.models.playbook import Drill, Playbook, PlaybookStep, SystemPlan, Whom


def named(model: type[Model], field: str) -> StrOrPromise:
    """What a field is called on pages."""
    return cast("Field[Any, Any]", model._meta.get_field(field)).verbose_name


__all__ = [
    "LINE",
    "LONG",
    "OPEN",
    "Course",
    "Drill",
    "Event",
    "Harm",
    "Incident",
    "Lesson",
    "Notice",
    "Playbook",
    "PlaybookStep",
    "Prevention",
    "Reading",
    "Residents",
    "Severity",
    "Source",
    "State",
    "Step",
    "SystemPlan",
    "Tied",
    "Whom",
    "joined",
    "named",
]
