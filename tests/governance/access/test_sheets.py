"""The lists as Excel: what stands there, what never does, and who gets it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from kijun.governance.access import actions
from kijun.governance.access.models import Grant, GrantKey, Model, Purpose, Upstream
from kijun.governance.accounts.models import Person

ClientOf = Callable[[Person], Client]


def sheet(client: Client, name: str, **query: str) -> list[dict[str, Any]]:
    """The rows of a list's workbook, by their headings."""
    answer = client.get(f"/staff/access/{name}/", {"format": "xlsx", **query})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    page = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    heads, *rows = [[cell.value for cell in row] for row in page.iter_rows()]
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_it_works(client_of: ClientOf, auditor: Person, checked: Upstream) -> None:
    client = client_of(auditor)
    assert "format=xlsx" in client.get("/staff/access/upstreams/").content.decode()
    [row] = sheet(client, "upstreams")
    assert (row["名称"], row["接続先のURL"]) == ("庁内のvLLM", "http://10.0.0.5:8000/v1")
    assert (row["学習に使われないことの確認"], row["確かめた人"]) == ("確認済み", "情報 太郎")
    assert row["確かめた方法と根拠"] == "利用規約第8条と管理画面の設定"


def test_of_keys_and_headers_nothing_is_written(
    client_of: ClientOf, it_staff: Person, application: actions.Made, upstream: Upstream
) -> None:
    actions.save_upstream(
        it_staff, it_staff.municipality, upstream, {}, key="sk-secret", headers={"X-Org": "hidden"}
    )
    client, found = client_of(it_staff), []
    for name in ("upstreams", "models", "purposes", "grants", "stops"):
        found += [str(value) for row in sheet(client, name) for value in row.values()]
    told = "\n".join(found)
    key = GrantKey.objects.get()
    assert "Open WebUI" in told
    for secret in (
        "sk-secret",
        "hidden",
        application.key[3:],
        key.digest,
        key.prefix,
        Upstream.objects.get().key,
    ):
        assert secret not in told


def test_models_with_their_ways(client_of: ClientOf, it_staff: Person, model: Model) -> None:
    [row] = sheet(client_of(it_staff), "models")
    assert row["接続先（順番）"] == "庁内のvLLM：gemma-3-27b（順番 0、重み 1）"
    assert row["システムの番号"] == "AI-001"


def test_purposes_as_their_cards_say(
    client_of: ClientOf, executive: Person, personal: Purpose, grant: Grant
) -> None:
    rows = {row["名称"]: row for row in sheet(client_of(executive), "purposes")}
    row = rows["相談記録の要約"]
    assert row["法令・条例の根拠"] == "介護保険法第27条"
    assert "個人情報" in row["入力してよい情報"]
    assert "個人情報：伏せて通す" in row["入力に見つかったときの扱い"]
    assert (row["利用権"], rows["文書の下書き・要約"]["利用権"]) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"starts_on": "2020-01-01"}, "90日たっても一度も使っていない"),
        ({"starts_on": "2020-01-01", "last_used_at": "2020-02-01T00:00Z"}, "90日以上使っていない"),
        ({"starts_on": "2020-01-01", "revoked_at": "2020-02-01T00:00Z"}, None),
    ],
)
def test_grants_with_why_they_are_stale(
    client_of: ClientOf, it_staff: Person, grant: Grant, changes: dict[str, str], why: str | None
) -> None:
    Grant.objects.update(**changes)
    [row] = sheet(client_of(it_staff), "grants")
    assert row["見直しが要る理由"] == why
    assert (row["使う人・アプリケーション"], row["職員番号"]) == ("介護 三郎", "0004")


def test_several_reasons(client_of: ClientOf, it_staff: Person, staff: Person, grant: Grant) -> None:
    Grant.objects.update(starts_on="2020-01-01")
    Person.objects.filter(pk=staff.pk).update(is_active=False)
    [row] = sheet(client_of(it_staff), "grants", state="no_keeper")
    assert row["見直しが要る理由"] == "90日たっても一度も使っていない、管理する人がいない"
    assert sheet(client_of(it_staff), "grants", state="expiring") == []


def test_stops(client_of: ClientOf, it_staff: Person, grant: Grant) -> None:
    row = actions.stop(it_staff, it_staff.municipality, target=grant.system, why="点検")
    actions.lift_stop(it_staff, row, why="済んだ")
    [told] = sheet(client_of(it_staff), "stops")
    assert (told["理由"], told["再開の理由"], told["状態"]) == ("点検", "済んだ", "再開済み")


def test_what_looks_like_a_formula_is_text(
    client_of: ClientOf, it_staff: Person, owner: Person, upstream: Upstream
) -> None:
    actions.save_upstream(
        it_staff, it_staff.municipality, upstream, {"name": '=HYPERLINK("http://evil","x")'}
    )
    answer = client_of(it_staff).get("/staff/access/upstreams/", {"format": "xlsx"})
    cell = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert cell.value == '=HYPERLINK("http://evil","x")'


def test_queries_do_not_grow_with_rows(
    client_of: ClientOf, it_staff: Person, application: actions.Made, django_assert_max_num_queries: Any
) -> None:
    client = client_of(it_staff)
    sheet(client, "grants")
    with django_assert_max_num_queries(25):
        sheet(client, "grants")


def test_in_english(client_of: ClientOf, it_staff: Person, grant: Grant) -> None:
    it_staff.language = "en"
    it_staff.save()
    with translation.override("en"):
        [row] = sheet(client_of(it_staff), "grants")
    assert row["State"] == "In force"


class TestWhoMay:
    @pytest.mark.parametrize("name", ["upstreams", "models", "purposes", "grants", "stops"])
    def test_staff_and_strangers_get_none(
        self, client: Client, client_of: ClientOf, staff: Person, name: str, grant: Grant
    ) -> None:
        assert client_of(staff).get(f"/staff/access/{name}/?format=xlsx").status_code == 403
        assert client.get(f"/staff/access/{name}/?format=xlsx").status_code == 302

    def test_another_town_gets_its_own(self, client_of: ClientOf, outsider: Person, grant: Grant) -> None:
        for name in ("upstreams", "models", "purposes", "grants", "stops"):
            assert sheet(client_of(outsider), name) == []

    def test_an_owner_gets_the_grants_of_the_own_systems(
        self, client_of: ClientOf, owner: Person, neighbour: Person, grant: Grant
    ) -> None:
        assert len(sheet(client_of(owner), "grants")) == 1
