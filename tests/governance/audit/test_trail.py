"""The trail's pages."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.audit import triggers, words
from kijun.governance.audit.actions import changes, record, record_many
from kijun.governance.audit.models import Entry
from kijun.governance.audit.refs import SYSTEM
from kijun.governance.audit.views import trail
from kijun.governance.organisation.models import Department, Municipality

Sign = Callable[[Person], Client]


@pytest.fixture
def renamed(town: Municipality, administrator: Person, it_department: Department) -> Entry:
    return record(
        town.chain, administrator, "organisation.changed", it_department,
        changes({"name": "情報課"}, {"name": "デジタル推進課"}),
    )  # fmt: skip


def test_it_works(client_of: Sign, auditor: Person, renamed: Entry) -> None:
    page = client_of(auditor).get(reverse("audit:trail"))
    assert page.status_code == 200
    html = page.content.decode()
    assert "デジタル推進課" in html
    assert "組織：変更した" in html
    assert "未検証" in html


def test_an_entry_tells_before_and_after(client_of: Sign, auditor: Person, renamed: Entry) -> None:
    html = client_of(auditor).get(reverse("audit:entry", args=[renamed.seq])).content.decode()
    assert "部署名" in html
    assert "情報課" in html
    assert renamed.digest in html
    assert client_of(auditor).get(reverse("audit:entry", args=[999])).status_code == 404


def test_searching(
    client_of: Sign, auditor: Person, administrator: Person, town: Municipality, renamed: Entry
) -> None:
    record(town.chain, auditor, "organisation.added", auditor)
    client = client_of(auditor)

    def count(**query: str) -> int:
        return int(client.get(reverse("audit:trail"), query).context["shown"].total)

    day = f"{timezone.localtime(renamed.at):%Y/%m/%d}"
    assert count() == 2
    assert count(person="管理") == 1
    assert count(person="管理　花子") == 1
    assert count(thing="デジタル") == 1
    assert count(action="organisation.added") == 1
    assert count(since="令和2年4月1日", until=day) == 2
    assert count(until="令和2年4月1日") == 0
    assert count(since="きのう") == 0
    page = client.get(reverse("audit:trail"), {"since": "2026/4/2", "until": "2026/4/1"})
    assert "後の日にしてください" in page.content.decode()


def test_excel(client_of: Sign, auditor: Person, renamed: Entry) -> None:
    page = client_of(auditor).get(reverse("audit:trail"), {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(page.content)).active
    assert sheet is not None
    rows = list(sheet.values)
    assert len(rows) == 2
    assert "部署名：情報課→デジタル推進課" in rows[1]


def test_more_than_a_file_should_hold(
    client_of: Sign, auditor: Person, renamed: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "MOST_ROWS", 1)
    client, url = client_of(auditor), reverse("audit:trail")
    record("131016", SYSTEM, "test.done", auditor)
    page = client.get(url, {"format": "xlsx"})
    assert page.status_code == 422
    assert "今の条件では2件" in page.content.decode()
    assert "日付で絞って" in page.content.decode()
    narrowed = client.get(url, {"format": "xlsx", "action": "test.done"})
    assert narrowed["Content-Type"].endswith("spreadsheetml.sheet")


def test_verifying(client_of: Sign, auditor: Person, town: Municipality, renamed: Entry) -> None:
    client = client_of(auditor)
    url = reverse("audit:verify")
    assert client.get(url).status_code == 200
    page = client.post(url)
    assert "改ざんなし" in page.content.decode()
    head = str(page.context["head"])
    assert "改ざんなし" in client.get(reverse("audit:trail")).content.decode()
    assert client.post(url, {"head": head}).context["count"] == 0
    assert client.post(url, {"head": "nonsense"}).status_code == 422
    triggers.drop(connection)
    assert "外されているか" in client.post(url, {"head": head}).content.decode()
    Entry.objects.filter(seq=1).update(actor_label="別人")
    triggers.create(connection)
    page = client.post(url, {"head": head})
    assert page.context["count"] == 1
    assert "1か所の不整合" in page.content.decode()
    assert "不整合あり" in client.get(reverse("audit:trail")).content.decode()


def test_outsiders(
    client_of: Sign, client: Client, staff: Person, outsider: Person, town: Municipality, renamed: Entry
) -> None:
    for name, args in [("trail", []), ("entry", [renamed.seq]), ("verify", [])]:
        url = reverse(f"audit:{name}", args=args)
        assert client.get(url).status_code == 302
        assert client_of(staff).get(url).status_code == 403
    other = client_of(outsider)
    assert other.get(reverse("audit:trail")).context["shown"].total == 0
    assert other.get(reverse("audit:entry", args=[renamed.seq])).status_code == 404


def test_an_entry_reads_as_people_write(
    client_of: Sign, auditor: Person, owner: Person, it_staff: Person, town: Municipality
) -> None:
    """Names and days, not staff numbers and ISO dates; what is coded is said in words."""
    detail = changes({"owner": owner, "role": "staff"}, {"owner": it_staff, "role": "approver"})
    told = record(
        town.chain, auditor, "accounts.changed", auditor,
        detail | {"effective_on": "2026-12-12", "until": "2026-12-12T00:30:00+00:00", "code": "2026-13-45"},
    )  # fmt: skip
    page = client_of(auditor).get(reverse("audit:entry", args=[told.seq])).content.decode()
    for text in (
        f"{owner.name}（{owner.staff_number}）", f"{it_staff.name}（{it_staff.staff_number}）",
        "上長（承認者）", "2026年12月12日（令和8年）", "2026/12/12 09:30", "2026-13-45",
    ):  # fmt: skip
        assert text in page
    assert "approver" not in page


def test_history_of_several_things_takes_one_query(
    renamed: Entry, it_department: Department, tax: Department, django_assert_num_queries: Any
) -> None:
    template = Template("{% load trail %}{% history thing others %}")
    with django_assert_num_queries(1):
        html = template.render(Context({"thing": tax, "others": [it_department, tax]}))
    assert "情報課" in html
    assert not template.render(Context({"thing": None, "others": []})).strip()


def test_queries_do_not_grow(client_of: Sign, auditor: Person, town: Municipality) -> None:
    client = client_of(auditor)
    counts = []
    for number in (1, 3, 30):
        record_many(town.chain, auditor, [("accounts.changed", auditor, {"n": n}) for n in range(number)])
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("audit:trail"))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_changes_in_a_history_are_regions_of_their_own_names(
    town: Municipality, administrator: Person, it_department: Department
) -> None:
    for before, after in (("情報課", "情報政策課"), ("情報政策課", "デジタル推進課")):
        record(
            town.chain, administrator, "organisation.changed", it_department,
            changes({"name": before}, {"name": after}),
        )  # fmt: skip
    html = Template("{% load trail %}{% history thing %}").render(Context({"thing": it_department}))
    names = re.findall(r'role="region" aria-label="([^"]+)"', html)
    assert len(names) == len(set(names)) == 2


def test_history_of_a_thing(
    renamed: Entry, it_department: Department, tax: Department, django_assert_num_queries: Any
) -> None:
    template = Template("{% load trail %}{% history thing %}")
    with django_assert_num_queries(1):
        html = template.render(Context({"thing": it_department}))
    assert '<details class="history">' in html
    assert "情報課" in html
    assert not template.render(Context({"thing": tax})).strip(), "nothing to tell: no section at all"


def test_words(db: None) -> None:
    words.add_actions({"test.waved": "手を振った"})
    assert words.action("test.waved") == "手を振った"
    assert words.action("nowhere.done") == "nowhere.done"
    assert words.action("accounts.person_added") == "職員：追加した"
    assert words.value("accounts.rolegrant", "role", "auditor") == "監査"
    assert words.value("x", "y", True) == "はい"
    assert words.value("x", "y", ["a", None]) == "a、（なし）"
    assert words.field("nowhere.model", "reason") == "理由"
    assert words.kind("organisation.department") == "部署"
    assert words.kind("organisation.departmentversion") == "組織"
    assert words.kind("nowhere.model") == "nowhere.model"


def test_a_command_is_named_in_the_readers_language() -> None:
    for language, alone, beside in (
        ("ja", "操作卓", "監査 六実（操作卓）"),
        ("en", "console", "監査 六実 (console)"),
    ):
        with translation.override(language):
            assert words.actor("操作卓 console") == alone
            assert words.actor("監査 六実（操作卓 console）") == beside
            assert words.actor("山田 花子") == "山田 花子"
