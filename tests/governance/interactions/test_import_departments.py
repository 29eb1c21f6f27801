"""Whose department imported records count under, also from before anybody's post is known."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kijun.governance.accounts.models import Person, Posting
from kijun.governance.interactions.importing import Place
from kijun.governance.interactions.importing_preview import Preview
from kijun.governance.interactions.models import ImportTemplate
from kijun.governance.organisation.models import Department
from tests.governance.interactions.test_imports import carry_out, recorded, stage, template

__all__ = ["template"]
ClientOf = Callable[[Person], Client]
HEAD = "日時,職員番号,質問,回答,モデル,メッセージID\n"
LOG = HEAD + "2026/10/1 9:00,0004,前の日,はい,x,1\n2026/11/2 9:00,0004,後の日,はい,x,2\n"
BEGIN = datetime.date(2026, 11, 1)


@pytest.fixture
def joined(staff: Person, care: Department) -> Person:
    """介護 三郎, whose posts are known from 1 November on."""
    Posting.objects.filter(person=staff).update(valid_from=BEGIN)
    return staff


class TestBeforeTheFirstPost:
    def test_it_works(
        self, client_of: ClientOf, it_staff: Person, joined: Person, care: Department, template: Any
    ) -> None:
        run = stage(it_staff, template, LOG)
        text = client_of(it_staff).get(f"/staff/records/imports/{run.pk}/").content.decode()
        assert "1件は、職員の所属が登録される前の日のものです。" in text
        assert carry_out(it_staff, template, LOG).done == 2
        assert {one.department for one in recorded(it_staff.municipality.code)} == {str(care.pk)}

    def test_the_main_post_of_the_first_ones(
        self, it_staff: Person, joined: Person, care: Department, it_department: Department, template: Any
    ) -> None:
        first = {"municipality": joined.municipality, "person": joined, "department": it_department}
        Posting.objects.create(**first, valid_from=BEGIN, concurrent=True)
        Posting.objects.create(**first, valid_from=BEGIN + datetime.timedelta(days=9))
        carry_out(it_staff, template, LOG)
        assert {one.department for one in recorded(it_staff.municipality.code)} == {str(care.pk)}


class TestNoPost:
    def test_it_is_counted_and_said(
        self, client_of: ClientOf, it_staff: Person, joined: Person, template: ImportTemplate
    ) -> None:
        Posting.objects.filter(person=joined).update(
            valid_from=datetime.date(2026, 9, 1), valid_to=datetime.date(2026, 10, 31)
        )
        found = Preview.of(template, LOG.encode(), "log.csv", "")
        assert (found.no_post, found.first_post) == ([Place(3)], [])
        run = stage(it_staff, template, LOG)
        text = client_of(it_staff).get(f"/staff/records/imports/{run.pk}/").content.decode()
        assert "1件は、その日の所属が分からないため、部署なしで記録します。" in text

    def test_somebody_without_any(self, it_staff: Person, joined: Person, template: ImportTemplate) -> None:
        Posting.objects.filter(person=joined).delete()
        assert Preview.of(template, LOG.encode(), "log.csv", "").no_post == [Place(2), Place(3)]
