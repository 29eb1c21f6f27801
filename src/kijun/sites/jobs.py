"""The jobs that run by themselves, and their schedules.

A job is an idempotent function in an app's ``jobs.py``; here stands only when it runs. A job whose function is not there
(an app without that capability) is left out.
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from django.db import transaction
from django.utils import timezone

log = logging.getLogger("kijun.jobs")
PREFIX: Final = "kijun: "


@dataclass(frozen=True, slots=True)
class Job:
    """``function`` is dotted; ``at`` is the local time of a daily job; ``minutes`` lie between two runs; an hourly one has neither."""

    name: str
    function: str
    at: datetime.time | None = None
    minutes: int | None = None

    def exists(self) -> bool:
        """The function can be imported."""
        module, _dot, name = self.function.rpartition(".")
        try:
            if find_spec(module) is None:
                return False
        except ModuleNotFoundError:
            return False
        return callable(getattr(import_module(module), name, None))


JOBS: Final = (
    # Departments first: people are transferred into what the tree is on that day.
    Job("departments", "kijun.governance.organisation.jobs.apply_versions", datetime.time(0, 5)),
    Job("transfers", "kijun.governance.accounts.jobs.apply_transfers", datetime.time(0, 15)),
    Job("access", "kijun.governance.access.jobs.keep_current"),
    Job("seal", "kijun.governance.interactions.jobs.seal", minutes=5),
    Job("imports", "kijun.governance.interactions.jobs.run_imports", minutes=5),
    Job("stamp", "kijun.governance.interactions.jobs.stamp"),
    Job("grants used", "kijun.governance.interactions.jobs.mark_grants"),
    Job("access reports", "kijun.governance.interactions.jobs.make_reports", datetime.time(0, 30)),
    Job("keep records", "kijun.governance.interactions.jobs.keep", datetime.time(2, 0)),
    Job("forget texts", "kijun.governance.reviews.jobs.forget", datetime.time(3, 0)),
    Job("erase conversations", "kijun.governance.chat.jobs.erase", datetime.time(3, 0)),
    Job("reference documents", "kijun.governance.chat.documents.indexing.build_all", datetime.time(4, 0)),
    Job("unsent files", "kijun.governance.chat.jobs.tidy"),
    Job("sources of answers", "kijun.governance.chat.jobs.count_sources"),
    Job("prompts of closed departments", "kijun.governance.chat.jobs.archive_prompts", datetime.time(1, 0)),
    Job("incident holds", "kijun.governance.incidents.jobs.mend_holds"),
    Job("forget", "kijun.governance.accounts.jobs.forget_expired", datetime.time(1, 0)),
    Job("evidence", "kijun.governance.evidence.jobs.collect_all"),
)


def next_run(job: Job, now: datetime.datetime) -> datetime.datetime:
    """When a job runs for the first time: at once, a daily one at its next time of day."""
    if job.at is None:
        return now
    local = timezone.localtime(now)
    at = timezone.make_aware(datetime.datetime.combine(local.date(), job.at))
    return (
        at
        if at > now
        else timezone.make_aware(datetime.datetime.combine(local.date() + datetime.timedelta(days=1), job.at))
    )


@transaction.atomic
def ensure_schedules() -> list[str]:
    """Make, mend and remove the schedules so that they are as :data:`JOBS` says; gives the names of what changed.

    Doing it twice changes nothing, and a schedule that is right keeps its next run.
    """
    from django_q.models import Schedule

    found: dict[str, list[Schedule]] = {}
    for row in Schedule.objects.filter(name__startswith=PREFIX).order_by("pk"):
        found.setdefault(row.name, []).append(row)
    is_first = not found
    changed = []
    for job in JOBS:
        if not job.exists():
            continue
        name = PREFIX + job.name
        kind = Schedule.DAILY if job.at else Schedule.MINUTES if job.minutes else Schedule.HOURLY
        kept, *doubles = found.pop(name, []) or [None]
        for row in doubles:
            row.delete()
        if kept is None:
            kept = Schedule(name=name)
        elif (kept.func, kept.schedule_type, kept.minutes, kept.repeats) == (
            job.function,
            kind,
            job.minutes,
            -1,
        ):
            continue
        kept.func, kept.schedule_type, kept.minutes, kept.repeats = job.function, kind, job.minutes, -1
        kept.next_run = next_run(job, timezone.now())
        kept.save()
        changed.append(job.name)
    for rows in found.values():
        for row in rows:
            row.delete()
            changed.append(row.name.removeprefix(PREFIX))
    if changed and not is_first:  # a first start tells the newcomer what matters, and this does not
        log.info("schedules: %s", ", ".join(changed))
    return changed
