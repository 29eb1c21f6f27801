"""The catalogue to read: search, a control's page, the crosswalk, the Excel file."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions
from kijun.governance.organisation.models import Municipality
from tests.governance.assessments.test_own import own_control

ClientOf = Callable[[Person], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"assessments:{name}", args=args)


def test_the_catalogue_can_be_searched(client_of: ClientOf, staff: Person) -> None:
    client = client_of(staff)
    assert "P6.1.1" in client.get(url("catalog") + "?principle=6").content.decode()
    found = client.get(url("catalog") + "?q=脅威分析&role=provider&tier=high").content.decode()
    assert "P6.1.1" in found
    assert "条件に合う対策はありません" in client.get(url("catalog") + "?q=ないことば").content.decode()
    assert client.get(url("catalog_control", "X9.9")).status_code == 404
    assert client.get(url("framework", "nothing")).status_code == 404


@pytest.mark.parametrize(
    "words", ["ｐ６．１．３", "アクセス記録 35日", "integrity check", "セキュリティ対策 改ざん"]
)
def test_a_search_looks_through_all_that_a_control_says(
    client_of: ClientOf, staff: Person, words: str
) -> None:
    found = BeautifulSoup(client_of(staff).get(url("catalog"), {"q": words}).content, "html.parser")
    assert "P6.1.3" in [one.get_text() for one in found.select("main .control-id")]


def test_own_controls_are_not_counted_as_the_guidelines(
    client_of: ClientOf, it_staff: Person, town: Municipality
) -> None:
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    text = client_of(it_staff).get(url("catalog")).content.decode()
    assert "154件の対策" in text
    assert "独自の対策が1件" in text


def test_a_control_says_what_is_not_built_yet(client_of: ClientOf, staff: Person) -> None:
    """As docs/coverage.md does: G.10 waits for the desk, P7.1.3 is gathered from the datasets."""
    client = client_of(staff)
    waiting = client.get(url("catalog_control", "G.10")).content.decode()
    assert "まだ自動で集まりません" in waiting
    assert "まだこの機能の画面がありません" in waiting
    assert "申告、ファイル、リンク" in waiting
    built = client.get(url("catalog_control", "P7.1.3")).content.decode()
    assert "「データセット」の画面の記録です" in built
    assert "この版では未対応" not in built
    assert "自動収集、ファイル、リンク" in built


def test_places_and_dates_are_written_as_the_house_writes_them(client_of: ClientOf, staff: Person) -> None:
    client = client_of(staff)
    text = client.get(url("catalog_control", "P6.1.3")).content.decode()
    assert "第5部 5-1 ⑥ ①" in text
    assert ">2026/11/23<" in text
    assert "2026年11月23日（令和8年）" in client.get(url("catalog")).content.decode()
    staff.language = "en"
    staff.save()
    english = client_of(staff).get(url("catalog_control", "P6.1.3")).content.decode()
    assert "Part 5, 5-1 ⑥ ①" in english
    waiting = client_of(staff).get(url("catalog_control", "G.10")).content.decode()
    assert "Not built yet" in waiting


@pytest.mark.parametrize("page", [("crosswalk",), ("framework", "iso42001"), ("catalog_control", "P6.1.3")])
def test_a_relation_says_from_which_side_it_is_read(
    client_of: ClientOf, staff: Person, page: tuple[str, ...]
) -> None:
    assert "対策から見たもの" in client_of(staff).get(url(*page)).content.decode()


def test_the_catalogue_is_saved_as_excel(client_of: ClientOf, staff: Person) -> None:
    saved = client_of(staff).get(url("catalog_excel"))
    book = openpyxl.load_workbook(io.BytesIO(saved.content), read_only=True)
    assert book.sheetnames == ["対策", "リスク", "原則・項目", "対応表"]
