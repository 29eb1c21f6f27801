"""``{% evidence_of items %}``."""

from __future__ import annotations

import datetime

from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.evidence.actions import collect
from kijun.governance.evidence.models import Item
from kijun.governance.organisation.models import Municipality
from tests.governance.evidence.conftest import Sensor, make_item


def draw(items: list[Item], empty: str = "", user: Person | AnonymousUser | None = None) -> str:
    template = Template("{% load evidence %}{% evidence_of items empty %}")
    return template.render(Context({"items": items, "empty": empty, "user": user or AnonymousUser()}))


def test_it_works(sensor: Sensor, town: Municipality, staff: Person) -> None:
    collect(town)
    make_item(staff, title="<要綱>", expires_on=timezone.localdate() + datetime.timedelta(days=3))
    items = list(Item.objects.select_related("made_by"))
    text = draw(items, user=staff)
    assert "元の画面" not in draw(items)  # of somebody who may not open it
    for piece in (
        "3件",
        "満たしている",
        "現在",
        "元の画面",
        "&lt;要綱&gt;",
        "30日以内に期限",
        "まで有効",
        staff.name,
    ):
        assert piece in text


def test_lapsed(staff: Person) -> None:
    today, day = timezone.localdate(), datetime.timedelta(days=1)
    make_item(staff, effective_on=today - 9 * day, expires_on=today - day)
    assert "期限切れ" in draw(list(Item.objects.all()))


def test_nothing(db: None) -> None:
    assert draw([], "まだありません").strip() == "<p>まだありません</p>"
    assert draw([]).strip() == ""
