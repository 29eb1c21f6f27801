"""Pages of evidence: the list, one item, adding, withdrawing, downloading."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.evidence import attestations, proofs, store
from kijun.governance.evidence.actions import attest, collect
from kijun.governance.evidence.models import Item, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.organisation.models import Municipality
from tests.governance.evidence.conftest import CONTROL, Sensor, make_item

LIST = "/staff/evidence/"
ClientOf = Callable[[Person], Client]


def test_it_works(sensor: Sensor, town: Municipality, it_staff: Person, client_of: ClientOf) -> None:
    collect(town)
    page = client_of(it_staff).get(LIST)
    text = page.content.decode()
    assert page.status_code == 200
    assert "確認の件数" in text
    assert "3件" in text
    assert "組織全体" in text


def test_the_empty_list_offers_the_first_step(staff: Person, auditor: Person, client_of: ClientOf) -> None:
    assert "証跡を追加する" in client_of(staff).get(LIST).content.decode()
    assert "証跡を追加する" not in client_of(auditor).get(LIST).content.decode()


def test_signed_out(client: Client, db: None) -> None:
    for url in (LIST, LIST + "1/", LIST + "add/", LIST + "findings/"):
        assert client.get(url).status_code == 302


def test_what_is_bad_stands_first(staff: Person, client_of: ClientOf) -> None:
    today, day = timezone.localdate(), datetime.timedelta(days=1)
    make_item(staff, title="満たしている", control="G.1")
    make_item(staff, title="一部", control="G.2", verdict=Verdict.PARTLY)
    make_item(staff, title="満たしていない", control="P6.1.2", verdict=Verdict.UNMET)
    make_item(staff, title="過ぎた", control="U1.1.1", effective_on=today - 9 * day, expires_on=today - day)
    page = BeautifulSoup(client_of(staff).get(LIST).content, "html.parser")
    links = page.select("tbody tr td:nth-of-type(2) a")
    assert [one.get_text() for one in links] == ["過ぎた", "満たしていない", "一部", "満たしている"]
    figures = {one.get("href"): one.get_text() for one in page.select(".figures a")}
    assert figures["?expiry=lapsed"] == "1件"
    assert figures["?verdict=unmet"] == "1件"
    assert client_of(staff).get(LIST + "?sort=-verdict").status_code == 200


def test_renewing(staff: Person, outsider: Person, client_of: ClientOf, organisation: Scope) -> None:
    old = make_item(staff)
    browser = client_of(staff)
    page = BeautifulSoup(browser.get(old.get_absolute_url()).content, "html.parser")
    url = next(str(one["href"]) for one in page.select("a") if "更新する" in one.get_text())
    form = browser.get(url).content.decode()
    assert "前のものは履歴に残ります" in form
    assert 'value="利用要綱"' in form
    data = {
        "title": "利用要綱（改正）",
        "note": "第5条",
        "verdict": "met",
        "effective_on": "R6.4.1",
        "url": old.url,
    }
    response = browser.post(url, data)
    assert response.status_code == 302
    old.refresh_from_db()
    assert old.replaced_by is not None
    assert "新しい証跡に更新されています" in browser.get(old.get_absolute_url()).content.decode()
    assert "利用要綱</a>" not in browser.get(LIST).content.decode()
    assert browser.get(url).status_code == 404  # it is no longer in force
    for wrong in ("x", "9" * 30, make_item(outsider).pk):
        asked = add_url(organisation, "link", CONTROL) + f"&replaces={wrong}"
        assert browser.get(asked).status_code == 404


def test_what_was_stated_in_an_assessment_can_be_stated_again(
    it_staff: Person, client_of: ClientOf, organisation: Scope
) -> None:
    """There 実施済 is stated for any control, also for one whose evidence is collected."""
    control = next(
        one.controls[0]
        for one in proofs.collectors()
        if not attestations.answerable(one.controls[0]).attestation
    )
    today = timezone.localdate()
    ticked = {control: range(len(attestations.check_items(control)))}
    until = today + datetime.timedelta(days=90)
    (old,) = attest(
        it_staff,
        organisation,
        ticked,
        note="毎月確かめている",
        verdict=Verdict.MET,
        effective_on=today,
        expires_on=until,
    )
    browser = client_of(it_staff)
    page = BeautifulSoup(browser.get(old.get_absolute_url()).content, "html.parser")
    url = next(str(one["href"]) for one in page.select("a") if "更新する" in one.get_text())
    assert browser.get(url).status_code == 200
    assert browser.get(add_url(organisation, "attestation", control)).status_code == 404


def test_filters(staff: Person, client_of: ClientOf, organisation: Scope) -> None:
    today, day = timezone.localdate(), datetime.timedelta(days=1)
    make_item(staff, title="もうすぐ", expires_on=today + 3 * day)
    make_item(staff, title="ずっと先", control="G.1", verdict=Verdict.PARTLY, expires_on=today + 99 * day)
    make_item(staff, title="過ぎた", effective_on=today - 9 * day, expires_on=today - day)
    browser = client_of(staff)
    for query, shown in (
        ("expiry=soon", {"もうすぐ"}),
        ("expiry=lapsed", {"過ぎた"}),
        ("control=G.1", {"ずっと先"}),
        ("verdict=partly", {"ずっと先"}),
        ("kind=file", set()),
        (f"scope={organisation.key}", {"もうすぐ", "ずっと先", "過ぎた"}),
        ("q=もうすぐ", {"もうすぐ"}),
    ):
        text = browser.get(f"{LIST}?{query}").content.decode()
        assert {title for title in ("もうすぐ", "ずっと先", "過ぎた") if f">{title}</a>" in text} == shown, (
            query
        )
    assert browser.get(f"{LIST}?format=xlsx")["Content-Type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow(
    rows: int, staff: Person, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    for n in range(rows):
        make_item(staff, title=f"資料{n}")
    browser = client_of(staff)
    browser.get(LIST)
    with django_assert_max_num_queries(40):
        browser.get(LIST)


def test_other_towns_are_not_there(staff: Person, outsider: Person, client_of: ClientOf) -> None:
    item = make_item(staff)
    browser = client_of(outsider)
    for url in (item.get_absolute_url(), f"{LIST}{item.pk}/withdraw/", f"{LIST}{item.pk}/file/"):
        assert browser.get(url).status_code == 404
    assert "利用要綱" not in browser.get(LIST).content.decode()


def test_one_item_shows_its_host(staff: Person, auditor: Person, client_of: ClientOf) -> None:
    item = make_item(staff, url="https://docs.example.lg.jp/a")
    text = client_of(auditor).get(item.get_absolute_url()).content.decode()
    assert "移動先：docs.example.lg.jp" in text
    assert "取り下げる" not in text


def test_a_link_of_another_kind_is_never_a_link(staff: Person, client_of: ClientOf) -> None:
    item = make_item(staff)
    Item.objects.filter(pk=item.pk).update(url="javascript:alert(1)")
    assert "javascript:" not in client_of(staff).get(item.get_absolute_url()).content.decode()


def test_choosing(staff: Person, client_of: ClientOf, organisation: Scope) -> None:
    browser = client_of(staff)
    page = browser.get(f"{LIST}add/?control=G.1")
    assert 'value="G.1" checked' in page.content.decode()
    answer = browser.post(
        f"{LIST}add/", {"scope": organisation.key, "kind": "link", "controls": ["G.1", "G.2"]}
    )
    assert answer["Location"] == f"{LIST}add/link/?scope={organisation.key}&control=G.1&control=G.2"
    nothing = browser.post(f"{LIST}add/", {"scope": organisation.key, "kind": "link"})
    assert nothing.status_code == 422
    assert "対策を1つ以上" in nothing.content.decode()


def add_url(organisation: Scope, kind: str, *controls: str) -> str:
    return f"{LIST}add/{kind}/?scope={organisation.key}&" + "&".join(f"control={one}" for one in controls)


def test_adding_a_file_and_saving_it(
    staff: Person, neighbour: Person, client_of: ClientOf, organisation: Scope
) -> None:
    browser = client_of(staff)
    url = add_url(organisation, "file", "P6.1.6", "U1.1.3")
    assert browser.get(url).status_code == 200
    data = {
        "title": "要綱",
        "note": "第5条",
        "verdict": "met",
        "effective_on": "2026/4/1" if timezone.localdate() > datetime.date(2026, 4, 1) else "2024/4/1",
        "upload": SimpleUploadedFile("要綱.txt", "第1条".encode()),
    }
    assert browser.post(url, data).status_code == 302
    item = Item.objects.get(control_id="P6.1.6")
    answer = client_of(neighbour).get(f"{LIST}{item.pk}/file/")
    assert answer.content.decode() == "第1条"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert item.file is not None
    store.path(item.municipality, item.file.sha256).write_bytes(b"changed")
    refused = browser.get(f"{LIST}{item.pk}/file/", follow=True)
    assert "保存したときの内容と合わない" in refused.content.decode()


def test_a_program_is_refused(staff: Person, client_of: ClientOf, organisation: Scope) -> None:
    data = {
        "title": "要綱",
        "note": "第5条",
        "verdict": "met",
        "effective_on": "2024/4/1",
        "upload": SimpleUploadedFile("要綱.pdf", b"MZ\x00\x00"),
    }
    answer = client_of(staff).post(add_url(organisation, "file", "P6.1.6"), data)
    assert answer.status_code == 422
    assert "プログラムは受け取れません" in answer.content.decode()


def test_adding_a_link_goes_back_where_one_came_from(
    staff: Person, client_of: ClientOf, organisation: Scope
) -> None:
    data = {
        "title": "ページ",
        "note": "公開中",
        "verdict": "met",
        "effective_on": "R6.4.1",
        "url": "https://www.example.lg.jp/",
    }
    url = add_url(organisation, "link", CONTROL)
    browser = client_of(staff)
    assert browser.post(url, data | {"next": "/staff/systems/"})["Location"] == "/staff/systems/"
    assert browser.post(url, data | {"next": "https://evil.example/"})["Location"].startswith(LIST)
    bad = browser.post(url, data | {"url": "javascript:alert(1)"})
    assert bad.status_code == 422
    assert "http:// か https://" in bad.content.decode()


@pytest.mark.parametrize(
    "query",
    ["", "scope=organisation-999&control=G.1", "control=G.1", "scope={key}", "scope={key}&control=X.1"],
)
def test_an_address_that_makes_no_sense(
    query: str, staff: Person, client_of: ClientOf, organisation: Scope
) -> None:
    browser = client_of(staff)
    assert browser.get(f"{LIST}add/link/?{query.format(key=organisation.key)}").status_code == 404
    assert browser.get(add_url(organisation, "automatic", "G.1")).status_code == 404


def test_auditors_add_and_collect_nothing(auditor: Person, client_of: ClientOf, organisation: Scope) -> None:
    browser = client_of(auditor)
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(add_url(organisation, "link", "G.1")).status_code == 403
    assert browser.post(f"{LIST}collect/").status_code == 403


def test_withdrawing(staff: Person, neighbour: Person, client_of: ClientOf) -> None:
    item = make_item(staff)
    url = f"{LIST}{item.pk}/withdraw/"
    assert client_of(neighbour).get(url).status_code == 403
    browser = client_of(staff)
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"reason": ""}).status_code == 422
    assert browser.post(url, {"reason": "登録の誤り"}).status_code == 302
    assert "登録の誤り" in browser.get(item.get_absolute_url()).content.decode()


def test_collecting_now(sensor: Sensor, it_staff: Person, client_of: ClientOf) -> None:
    page = client_of(it_staff).post(f"{LIST}collect/", follow=True)
    assert "新しいもの1件" in page.content.decode()
    sensor.breaks = True
    page = client_of(it_staff).post(f"{LIST}collect/", follow=True)
    assert "集められなかったものが1件" in page.content.decode()


def test_earlier_values(sensor: Sensor, town: Municipality, it_staff: Person, client_of: ClientOf) -> None:
    collect(town)
    sensor.value = 8
    collect(town)
    item = Item.objects.get(superseded_at=None)
    text = client_of(it_staff).get(item.get_absolute_url()).content.decode()
    assert "これまでの値" in text
    assert "8件" in text
    assert "3件" in text


def test_controls_are_counted_as_people_count(staff: Person, client_of: ClientOf) -> None:
    for control in ("G.12", "G.2", "P10.1.1", "P2.1.1"):
        make_item(staff, control=control, title=f"資料{control}")
    text = client_of(staff).get(LIST).content.decode()
    places = [text.index(f">資料{control}<") for control in ("G.2", "G.12", "P2.1.1", "P10.1.1")]
    assert places == sorted(places)
