"""Two pages of one row: what the later one did not touch follows the earlier."""

from __future__ import annotations

import datetime
import html
import re
from typing import Any

import pytest
from django import forms as django_forms
from django.db import models
from django.http import QueryDict

from kijun.web import forms, merging
from kijun.web.versions import Stale

LONG = "長い説明。" * 60


class Sample(forms.Form, forms.RevisionMixin):
    name = django_forms.CharField(label="名称", required=False)
    note = django_forms.CharField(label="説明", required=False, widget=django_forms.Textarea)
    kind = django_forms.ChoiceField(
        label="扱い", choices=[("", "（なし）"), ("mask", "伏せる"), ("block", "止める")], required=False
    )
    groups = django_forms.MultipleChoiceField(
        label="情報", choices=[("分類", [("a", "甲"), ("b", "乙")]), ("c", "丙")], required=False
    )
    on = django_forms.BooleanField(label="使う", required=False)
    day = forms.DateField(label="日", required=False)
    secret = django_forms.CharField(label="鍵", required=False, widget=django_forms.PasswordInput)


ROW = {
    "name": "下書き",
    "note": LONG,
    "kind": "mask",
    "groups": ["a"],
    "on": True,
    "day": datetime.date(2026, 4, 1),
}


def opened(**row: Any) -> dict[str, Any]:
    """What a browser sends of a page on which nobody typed."""
    page = str(Sample(initial={**ROW, "revision": 3, **row})["revision"])
    hidden = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', page)
    }
    shown = {
        "name": "下書き",
        "note": LONG.replace("\n", "\r\n"),
        "kind": "mask",
        "groups": ["a"],
        "on": "on",
    }
    return {**shown, "day": "令和8年4月1日", **hidden}


def sent(data: dict[str, Any], **now: Any) -> Sample:
    """The page as it comes to a row that stands so now."""
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    form = Sample(query, initial={**ROW, "revision": 4, **now})
    assert form.is_valid(), form.errors
    form.add_error(None, Stale(4))
    return form


def values(form: Sample) -> dict[str, Any]:
    """What a second click on the page that answers sends."""
    again = Sample(form.data, initial=form.initial)
    assert again.is_valid(), again.errors
    return dict(again.cleaned_data)


def test_what_was_not_touched_here_follows_the_other() -> None:
    form = sent(
        {**opened(), "note": "短く"}, kind="block", groups=["b", "c"], on=False, name="清書", revision=4
    )

    said = "".join(form.non_field_errors())
    assert "「扱い」は「止める」に変わりました" in said
    assert "「情報」は「乙、丙」に" in said
    assert "「使う」は「いいえ」に" in said
    assert "もう一度保存してください" in said
    again = values(form)
    assert again["kind"] == "block"
    assert again["groups"] == ["b", "c"]
    assert again["on"] is False
    assert again["name"] == "清書"
    assert again["note"] == "短く"
    assert again["revision"] == 4
    assert list(form.errors) == ["__all__"]


def test_what_both_changed_is_put_side_by_side() -> None:
    form = sent({**opened(), "kind": "", "name": "私の"}, kind="block")

    (beside,) = form.errors["kind"]
    assert "「止める」" in beside
    assert "「（なし）」" in beside
    assert "name" not in form.errors
    assert values(form)["kind"] == ""
    assert "両方で変えた項目" in "".join(form.non_field_errors())


def test_what_both_changed_alike_is_no_difference() -> None:
    form = sent({**opened(), "kind": "block", "day": "2026/5/1"}, kind="block", day=datetime.date(2026, 5, 1))

    assert "違いはありません" in "".join(form.non_field_errors())
    assert list(form.errors) == ["__all__"]


def test_long_texts_and_what_stands_in_several_lines() -> None:
    untouched = sent(opened(), note="一\n二")
    assert values(untouched)["note"] == "一\n二"
    touched = sent({**opened(), "note": "私の"}, note=LONG + LONG)
    assert touched.errors["note"][0].count("長い説明") < 60
    assert values(touched)["note"] == "私の"


def test_a_third_page_is_compared_with_what_the_second_saw() -> None:
    second = sent({**opened(), "note": "短く"}, kind="block")
    third = Sample(second.data, initial={**ROW, "kind": "", "note": LONG, "revision": 5})
    assert third.is_valid()
    third.add_error(None, Stale(5))

    assert values(third)["kind"] == ""
    assert values(third)["note"] == "短く"


@pytest.mark.parametrize("began", ["", "x", "[]", "null", '{"kind": 5}', "[" * 5000, '{"": "9e99"}'])
def test_a_page_that_does_not_say_what_it_began_with(began: str) -> None:
    form = sent({**opened(), "revision-began": began}, kind="block")

    assert "kind" in form.errors  # it is to be decided
    assert form.data["revision"] == "4"


def test_one_that_was_overtaken_between_reading_and_saving_is_compared_the_next_time() -> None:
    form = sent(opened(), revision=3)

    assert form.data["revision"] == "3"
    assert "別の人が更新しました" in "".join(form.non_field_errors())


def test_nothing_is_carried_of_a_secret_or_of_what_the_row_does_not_have() -> None:
    page = html.unescape(str(Sample(initial={"name": "x", "secret": "s3cret", "revision": 1})["revision"]))

    assert "s3cret" not in page
    assert '"name":"x"' in page
    assert "note" not in page
    assert LONG[:20] not in str(Sample(initial={**ROW, "revision": 1})["revision"])


def test_whose_change_it_was_is_told_where_the_view_says_so() -> None:
    at = datetime.datetime(2026, 12, 1, 1, 0, tzinfo=datetime.UTC)
    asked: list[Any] = []

    def who(row: Any, since: datetime.datetime) -> list[tuple[str, datetime.datetime]]:
        asked.append((row, since))
        return [("山田 花子", at)]

    query = QueryDict(mutable=True)
    query.update({name: value for name, value in opened().items() if name != "groups"})
    form = Sample(query, initial={**ROW, "revision": 4})
    form.who_changed = who
    row = models.Model
    assert form.is_valid()
    form.add_error(None, Stale(4, row))  # type: ignore[arg-type]  # any row

    assert "更新した人：山田 花子（2026/12/01 10:00）" in form.non_field_errors()
    ((seen, since),) = asked
    assert seen is row
    assert since.tzinfo is not None


def test_a_form_without_a_view_carries_its_revision() -> None:
    assert "began" not in merging.RevisionInput().render("revision", 3)
