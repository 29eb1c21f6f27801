"""Datasets as a sheet: out and in without a word lost, row by row, for this municipality only."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.inventory import dataset_sheets
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation.models import Department
from kijun.web.excel import Sheet, write_workbook

ClientOf = Callable[[Person], Client]
CHOOSE = "inventory:import_datasets"


def upload(client: Client, content: bytes) -> Any:
    return client.post(reverse(CHOOSE), {"file": SimpleUploadedFile("データ.xlsx", content)}, follow=True)


def workbook(*rows: dict[str, Any]) -> bytes:
    return write_workbook([Sheet("データセット", dataset_sheets.sheet_columns(), rows)])


def row_of(dataset: Dataset) -> dict[str, Any]:
    return dataset_sheets.sheet_row(dataset_sheets.for_sheet(Dataset.objects.all()).get(pk=dataset.pk))


def told(page: Any) -> str:
    return " ".join(message for _item, errors in page.context["wrong"] for _label, message in errors)


class TestThereAndBack:
    @pytest.mark.parametrize(
        "text", ["=1+1", "-5", "@x", "一行目\r\n二行目", "ＡＢＣ　１", "髙𠮷", "あ" * 2000]
    )
    def test_it_works(self, client_of: ClientOf, it_staff: Person, dataset: Dataset, text: str) -> None:
        Dataset.objects.filter(pk=dataset.pk).update(
            accuracy_note=text,
            representation_note=text,
            region=text.replace("\r\n", " ")[:120],
            data_kinds=["personal", "confidential"],
            records=12_345,
        )
        client = client_of(it_staff)
        content = client.get(reverse("inventory:datasets") + "?format=xlsx").content
        counts = upload(client, content).context["counts"]
        assert counts == {"add": 0, "change": 0, "same": 1, "error": 0, "missing": 0}

    def test_changes_and_new_ones_after_the_preview(
        self, client_of: ClientOf, it_staff: Person, care: Department, system: AISystem, dataset: Dataset
    ) -> None:
        changed = {**row_of(dataset), "region": "市内全域", "records": 10, "review_on": "令和9年4月1日"}
        new = {
            "name": "窓口の質問",
            "use": "学習",
            "data_kinds": "個人情報（保有個人情報）、機密情報・非公開情報",
            "owner_department": care.code,
            "systems": system.code,
            "review_on": datetime.date(2027, 4, 1),
        }
        client = client_of(it_staff)
        page = upload(client, workbook(changed, new))
        assert page.context["counts"]["error"] == 0, told(page)
        assert Dataset.objects.get(pk=dataset.pk).region == ""
        assert client.post(page.request["PATH_INFO"], follow=True).status_code == 200
        dataset.refresh_from_db()
        assert (dataset.region, dataset.records) == ("市内全域", 10)
        made = Dataset.objects.get(name="窓口の質問")
        assert (made.code, made.use, made.data_kinds) == ("DS-002", "training", ["personal", "confidential"])
        assert list(made.systems.all()) == [system]
        assert Entry.objects.filter(action="inventory.datasets_imported").count() == 1


class TestWrongRows:
    def test_each_row_is_told_and_nothing_is_changed(
        self, client_of: ClientOf, it_staff: Person, dataset: Dataset
    ) -> None:
        row = row_of(dataset)
        later = timezone.localdate() + datetime.timedelta(days=2)
        rows = [
            {**row, "name": "", "data_kinds": "", "review_on": ""},
            {"code": "DS-777", "name": "だれのもの"},
            {"name": "何も書いていない"},
            {**row, "code": "", "systems": "AI-999", "owner": "9999", "owner_department": "ZZ"},
            {**row, "code": "", "collected_to": "2020/1/1", "accuracy_checked_on": later, "records": "1.5"},
            {**row, "code": "", "municipality": "999999"},
        ]
        client = client_of(it_staff)
        page = upload(client, workbook(*rows))
        assert page.context["counts"]["error"] == 6
        for words in (
            "「名称」を入力",
            "この番号のデータセットはありません",
            "「使い方」を選んで",
            "番号「AI-999」のAIシステムはありません",
            "職員番号「9999」",
            "部署コード「ZZ」",
            "開始日以降",
            "今日までの日付",
            "0以上の整数",
            "別の団体の行です",
        ):
            assert words in told(page), words
        assert client.post(page.request["PATH_INFO"]).status_code == 422
        assert Dataset.objects.count() == 1

    def test_a_retired_one_is_passed_over_until_it_differs(
        self, client_of: ClientOf, it_staff: Person, dataset: Dataset
    ) -> None:
        Dataset.objects.filter(pk=dataset.pk).update(retired_on=timezone.localdate())
        row = row_of(dataset)
        assert upload(client_of(it_staff), workbook(row)).context["counts"]["same"] == 1
        page = upload(client_of(it_staff), workbook({**row, "region": "別"}))
        assert "使用をやめたデータセットは変更できません" in told(page)

    def test_nothing_is_overwritten_when_somebody_was_faster(
        self, client_of: ClientOf, it_staff: Person, dataset: Dataset
    ) -> None:
        client = client_of(it_staff)
        page = upload(client, workbook({**row_of(dataset), "region": "取り込む地域"}))
        Dataset.objects.filter(pk=dataset.pk).update(region="先の人")
        assert client.post(page.request["PATH_INFO"]).status_code == 422
        dataset.refresh_from_db()
        assert dataset.region == "先の人"


def test_strangers(
    client_of: ClientOf, it_staff: Person, staff: Person, owner: Person, outsider: Person, dataset: Dataset
) -> None:
    for person in (staff, owner):
        assert client_of(person).get(reverse(CHOOSE)).status_code == 403
    assert Client().get(reverse(CHOOSE)).status_code == 302
    staged = upload(client_of(it_staff), workbook(row_of(dataset))).request["PATH_INFO"]
    assert client_of(outsider).get(staged).status_code == 404
    systems = staged.replace("/datasets/import/", "/import/")
    assert client_of(it_staff).get(systems).status_code == 404
