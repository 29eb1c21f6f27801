"""A person is chosen from a list where there are few, and typed where there are many."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError

from kijun.governance.accounts import person_field
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.person_field import Choice, PersonField, meant
from kijun.governance.organisation.models import Municipality
from kijun.web.forms import Form

PEOPLE = [
    Choice(1, "山田　花子", "001", "ヤマダ　ハナコ"),
    Choice(2, "山田　太郎", "002", "ヤマダ　タロウ"),
    Choice(3, "山田　太郎", "003", "ヤマダ　タロウ"),
    Choice(4, "𠮷岡　千代子", "A-10", "ヨシオカ　チヨコ"),
    Choice(5, "山", "005", ""),
]


class Ask(Form):
    owner = PersonField(label="担当者", help_text="一人")

    def __init__(self, *args: Any, town: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].offer(town)  # type: ignore[attr-defined]  # a choice of people


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_field, "MANY", 1)


@pytest.mark.parametrize(
    ("typed", "pk"),
    [
        ("山田 花子（001） ヤマダ ハナコ", 1),
        ("山田 太郎（003）", 3),
        ("山田太郎(002)", 2),
        ("００３", 3),
        ("001　山田", 1),
        ("ａ−10", 4),
        ("はなこ", 1),
        ("ﾖｼｵｶ", 4),
        ("𠮷岡千代子", 4),
        ("やまだ　はな", 1),
        ("山", 5),
    ],
)
def test_who_is_meant(typed: str, pk: int) -> None:
    assert meant(PEOPLE, typed).pk == pk


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("山田 太郎", "2人います"),
        ("やまだ", "3人います"),
        ("佐藤", "職員がいません"),
        ("00", "職員がいません"),
        ("（999）", "職員がいません"),
        ("<b>" * 200, "職員がいません"),
    ],
)
def test_who_is_not_clear(typed: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        meant(PEOPLE, typed)


def test_few_stand_in_a_list(staff: Person) -> None:
    form = Ask(town=staff.municipality, initial={"owner": staff.pk})
    page = BeautifulSoup(form.as_p(), "html.parser")
    chosen = page.select_one("select[name=owner] option[selected]")
    assert chosen is not None
    assert chosen["value"] == str(staff.pk)
    assert Ask({"owner": str(staff.pk)}, town=staff.municipality).is_valid()


def test_many_are_typed(staff: Person, many: None) -> None:
    form = Ask(town=staff.municipality, initial={"owner": staff.pk})
    page = BeautifulSoup(form.as_p(), "html.parser")
    line = page.select_one("input[name=owner-typed]")
    assert line is not None
    assert staff.staff_number in str(line["value"])
    assert line["id"] == "id_owner"
    offered = [str(one["value"]) for one in page.select(f"datalist#{line['list']} option")]
    assert line["value"] in offered
    assert "候補" in page.get_text()

    sent = Ask({"owner-typed": str(line["value"])}, town=staff.municipality, initial={"owner": staff.pk})
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["owner"] == staff
    assert not sent.has_changed()


def test_what_was_typed_stays_beside_its_error(staff: Person, many: None) -> None:
    form = Ask({"owner-typed": '"だれか'}, town=staff.municipality)
    assert not form.is_valid()
    page = BeautifulSoup(form.as_p(), "html.parser")
    line = page.select_one("input[name=owner-typed]")
    assert line is not None
    assert line["value"] == '"だれか'
    assert "職員がいません" in str(form.errors["owner"])
    assert "「担当者」" in str(Ask({"owner-typed": " "}, town=staff.municipality).errors["owner"])


def test_a_page_from_before_they_were_many(staff: Person, many: None) -> None:
    """A list sends a key, which is never read as a 職員番号."""
    form = Ask({"owner": str(staff.pk)}, town=staff.municipality)
    assert form.is_valid()
    assert form.cleaned_data["owner"] == staff


def test_nobody_of_another_town_and_nobody_who_left(staff: Person, outsider: Person, many: None) -> None:
    for typed in (outsider.staff_number, outsider.name):
        found = Ask({"owner-typed": typed}, town=staff.municipality)
        assert not found.is_valid() or found.cleaned_data["owner"] != outsider
    assert not Ask({"owner": str(outsider.pk)}, town=staff.municipality).is_valid()
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    form = Ask({"owner-typed": staff.staff_number}, town=staff.municipality)
    assert not form.is_valid()
