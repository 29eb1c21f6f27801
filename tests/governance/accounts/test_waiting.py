"""What waits for somebody comes in the order in which it is to be done."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import pytest
from django.utils import timezone

from kijun.governance.accounts import waiting
from kijun.governance.accounts.models import Person


def task(title: str, days: int | None = None) -> waiting.Task:
    due = None if days is None else timezone.localdate() + datetime.timedelta(days=days)
    return waiting.Task(title, "試験", "/", due)


def test_late_then_soon_then_undated_then_later(staff: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def one(person: Person) -> Iterable[waiting.Task]:
        return [task("来月", 30), task("日付なし"), task("あと7日", 7)]

    def other(person: Person) -> Iterable[waiting.Task]:
        return [task("あと8日", 8), task("昨日まで", -1), task("先月まで", -30), task("今日まで", 0)]

    monkeypatch.setattr(waiting, "_sources", [one, other])

    assert [str(each.title) for each in waiting.tasks(staff)] == [
        "先月まで",
        "昨日まで",
        "今日まで",
        "あと7日",
        "日付なし",
        "あと8日",
        "来月",
    ]
