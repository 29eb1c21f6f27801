"""The schedules of the jobs."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from django_q.models import Schedule

from kijun.sites import jobs
from kijun.sites.jobs import Job, ensure_schedules, next_run


def test_it_works(db: None) -> None:
    assert {"departments", "transfers"} <= set(ensure_schedules())
    found = Schedule.objects.get(name="kijun: transfers")
    assert found.func == "kijun.governance.accounts.jobs.apply_transfers"
    assert found.schedule_type == Schedule.DAILY
    assert found.next_run > timezone.now()
    assert timezone.localtime(found.next_run).time() == datetime.time(0, 15)


def test_every_few_minutes(db: None) -> None:
    ensure_schedules()
    found = Schedule.objects.get(name="kijun: seal")
    assert (found.schedule_type, found.minutes) == (Schedule.MINUTES, 5)
    Schedule.objects.filter(pk=found.pk).update(minutes=50)
    assert ensure_schedules() == ["seal"]


def test_twice_changes_nothing(db: None) -> None:
    ensure_schedules()
    before = list(Schedule.objects.order_by("pk").values())
    assert ensure_schedules() == []
    assert list(Schedule.objects.order_by("pk").values()) == before


def test_what_is_wrong_is_mended(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_schedules()
    Schedule.objects.filter(name="kijun: transfers").update(func="elsewhere.gone")
    Schedule.objects.create(name="kijun: departments", func="x", schedule_type=Schedule.DAILY)
    Schedule.objects.create(name="kijun: of an older version", func="x", schedule_type=Schedule.DAILY)
    Schedule.objects.create(name="somebody's own", func="x", schedule_type=Schedule.DAILY)
    assert set(ensure_schedules()) == {"transfers", "of an older version"}
    assert Schedule.objects.filter(name="kijun: departments").count() == 1
    assert Schedule.objects.filter(name="somebody's own").exists()


def test_a_job_that_is_not_there_is_left_out(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = (
        Job("a", "kijun.nowhere.jobs.run"),
        Job("b", "kijun.sites.jobs.nothing"),
        Job("c", "kijun.sites.jobs.ensure_schedules"),
    )
    monkeypatch.setattr(jobs, "JOBS", gone)
    assert ensure_schedules() == ["c"]


def test_when_a_daily_job_runs_first() -> None:
    job = Job("a", "x.y", datetime.time(0, 15))
    late = timezone.make_aware(datetime.datetime(2026, 3, 31, 23, 0))
    assert next_run(job, late) == timezone.make_aware(datetime.datetime(2026, 4, 1, 0, 15))
    early = timezone.make_aware(datetime.datetime(2026, 4, 1, 0, 10))
    assert next_run(job, early) == timezone.make_aware(datetime.datetime(2026, 4, 1, 0, 15))
    assert next_run(Job("a", "x.y"), late) == late


def test_every_job_can_be_called(db: None) -> None:
    from importlib import import_module

    for job in jobs.JOBS:
        if job.exists():
            module, _dot, name = job.function.rpartition(".")
            getattr(import_module(module), name)()
