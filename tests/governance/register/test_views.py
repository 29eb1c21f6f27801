"""The staff's pages: the ordinary day, bad input, outsiders, stale forms."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.register import actions, content
from kijun.governance.register.models import Entry, Publication
from tests.governance.register.conftest import Decide, make_system

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]


def url(name: str, system: AISystem, *rest: object) -> str:
    return reverse(f"register:{name}", args=[system.pk, *rest])


def reload(entry: Entry) -> Entry:
    return Entry.objects.get(pk=entry.pk)


def test_it_works(
    client_of: ClientOf, it_staff: Person, system: AISystem, head: Person, executive: Person, decide: Decide
) -> None:
    """From the empty list to the residents' page, by hand."""
    client = client_of(it_staff)
    page = client.get(reverse("register:list")).content.decode()
    assert "住民に知らせていない利用中のAIがあります" in page
    response = client.post(url("start", system))
    assert response.headers["Location"] == url("topic", system, "overview")
    for topic in content.TOPICS:
        entry = Entry.objects.get(system=system)
        response = client.post(url("topic", system, topic.slug), typed(topic) | {"revision": entry.revision})
        assert response.status_code == 302, response.context["form"].errors
    assert response.headers["Location"] == url("submit", system)
    entry = Entry.objects.get(system=system)
    page = client.get(url("submit", system)).content.decode()
    assert "公開に必要な内容がそろっています" in page
    data = {"revision": entry.revision, "document_number": "デ戦第1号", "comment": "お知らせのため"}
    assert client.post(url("submit", system), data).status_code == 302
    entry = reload(entry)
    assert entry.state == "submitted"
    assert entry.approval is not None
    shown = client.get(entry.approval.get_absolute_url()).content.decode()
    assert "何には使わないかの文" in shown
    assert client.get(url("topic", system, "overview")).status_code == 302  # locked
    decide(entry.approval)
    public = client.get(f"/towns/{entry.municipality.code}/ai/1/").content.decode()
    assert "何には使わないかの文" in public
    page = client.get(url("entry", system)).content.decode()
    assert "公開中（第1版）" in page
    assert client.get(url("version", system, 1)).status_code == 200
    assert client.get(url("version", system, 2)).status_code == 404


def typed(topic: content.Topic) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for one in topic.typed:
        if one.translated:
            data[f"{one.key}__ja"] = f"{one.label.ja}の文"
            data[f"{one.key}__en"] = f"Text of {one.key}"
            data[f"{one.key}__ja_easy"] = "説明《せつめい》"
        elif one.kind == "date":
            days = 200 if one.key == "next_review_on" else -3
            data[one.key] = (timezone.localdate() + datetime.timedelta(days=days)).isoformat()
        else:
            data[one.key] = {"number": "１，２００", "code": "welfare"}.get(one.kind, "ISMAP")
    return data


def test_an_unfinished_page_is_kept(client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
    entry = actions.start_entry(it_staff, system)
    data = {"revision": entry.revision, "used_for__ja": "途中まで", "later": "1"}
    response = client_of(it_staff).post(url("topic", system, "purpose"), data)
    assert response.headers["Location"] == url("entry", system)
    assert reload(entry).texts["used_for"] == {"ja": "途中まで"}
    assert "何には使わないか" in client_of(it_staff).get(url("entry", system)).content.decode()


def test_too_long_is_told_and_kept(client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
    entry = actions.start_entry(it_staff, system)
    long = "あ" * 401
    response = client_of(it_staff).post(
        url("topic", system, "overview"), {"revision": entry.revision, "description__ja_easy": long}
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "今は401文字です" in page
    assert long in page
    exact = {"revision": entry.revision, "description__ja": "\r\n".join(["あ" * 199, "あ" * 200])}
    assert client_of(it_staff).post(url("topic", system, "overview"), exact).status_code == 302


def test_what_is_missing_is_named_in_the_readers_language(
    client_of: ClientOf, it_staff: Person, entry: Entry
) -> None:
    actions.save_entry(it_staff, entry, {"used_for": None, "contact": {"ja": "電話"}}, None)
    client = client_of(it_staff)
    for language, words in (("ja", "連絡先、何に使うか"), ("en", "Contact, What it is used for")):
        client.cookies["kijun_language"] = language
        response = client.post(url("submit", entry.system), {"revision": reload(entry).revision})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert reload(entry).state == "draft"


def test_stale_form(client_of: ClientOf, it_staff: Person, owner: Person, entry: Entry) -> None:
    seen = entry.revision
    actions.save_entry(owner, entry, {"uses": 55}, None)
    data = {"revision": seen, "used_for__ja": "あとから来た文"}
    response = client_of(it_staff).post(url("topic", entry.system, "purpose"), data)
    assert response.status_code == 422
    assert "別の人が更新しました" in response.content.decode()
    assert "あとから来た文" in response.content.decode()
    assert reload(entry).texts["used_for"]["ja"] == "何に使うかの文。"
    response = client_of(it_staff).post(url("submit", entry.system), {"revision": seen})
    assert response.status_code == 422
    assert reload(entry).state == "draft"


def test_preview_is_the_residents_page(client_of: ClientOf, it_staff: Person, entry: Entry) -> None:
    client = client_of(it_staff)
    page = client.get(url("preview", entry.system)).content.decode()
    assert "まだ公開されていません" in page
    assert "何に使うかの文。" in page
    assert "Text of used_for." in client.get(url("preview", entry.system) + "?lang=en").content.decode()
    assert "<ruby>" in client.get(url("preview", entry.system) + "?lang=ja-easy").content.decode()
    assert client.get(url("preview", entry.system) + "?lang=xx").status_code == 404
    assert "kijun_language" not in client.cookies  # the reader's own language stays as it is
    actions.save_entry(it_staff, entry, {"used_for": None}, None)
    assert "まだ入力されていません" in client.get(url("preview", entry.system)).content.decode()


def test_not_public(
    client_of: ClientOf, it_staff: Person, system: AISystem, head: Person, executive: Person, decide: Decide
) -> None:
    client = client_of(it_staff)
    assert client.get(url("not_public", system)).status_code == 200
    assert client.post(url("not_public", system), {}).status_code == 422
    far = {"category": "security", "reason": "カメラの場所", "next_review_on": "2099/1/1"}
    assert client.post(url("not_public", system), far).status_code == 422
    day = timezone.localdate() + datetime.timedelta(days=90)
    assert (
        client.post(url("not_public", system), far | {"next_review_on": day.isoformat()}).status_code == 302
    )
    entry = Entry.objects.get(system=system)
    assert entry.approval is not None
    assert "カメラの場所" in client.get(entry.approval.get_absolute_url()).content.decode()
    decide(entry.approval)
    assert "非公開" in client.get(url("entry", system)).content.decode()
    assert "公開しない" in client.get(url("version", system, 1)).content.decode()


def test_withdraw(client_of: ClientOf, it_staff: Person, publication: Publication) -> None:
    system = publication.entry.system
    client = client_of(it_staff)
    assert client.get(url("withdraw", system)).status_code == 200
    assert client.post(url("withdraw", system), {"reason": ""}).status_code == 422
    entry = reload(publication.entry)
    data = {"reason": "誤りがあった", "revision": entry.revision}
    assert client.post(url("withdraw", system), data).status_code == 302
    assert client.get(f"/towns/{entry.municipality.code}/ai/1/").status_code == 410
    assert "誤りがあった" in client.get(url("entry", system)).content.decode()


def test_who_takes_down_is_told_of_a_revision_on_its_way(
    client_of: ClientOf, it_staff: Person, publication: Publication
) -> None:
    entry = reload(publication.entry)
    actions.submit(it_staff, entry)
    client = client_of(it_staff)
    assert url("withdraw", entry.system) in client.get(url("entry", entry.system)).content.decode()
    assert "改訂が承認されると" in client.get(url("withdraw", entry.system)).content.decode()
    data = {"reason": "誤りがあった", "revision": reload(entry).revision}
    assert client.post(url("withdraw", entry.system), data).status_code == 302
    assert client.get(f"/towns/{entry.municipality.code}/ai/1/").status_code == 410


def test_who_decides_a_revision_sees_what_changes(
    client_of: ClientOf, it_staff: Person, executive: Person, publication: Publication, decide: Decide
) -> None:
    """The first publication changes nothing; a revision is told against the version in force, also afterwards."""
    first = publication.approval
    assert first is not None
    client = client_of(executive)
    assert "版から変わるところ" not in client.get(first.get_absolute_url()).content.decode()
    entry = reload(publication.entry)
    texts = {"ja": "新しい使い道", "en": "A new use", "ja-easy": "新《あたら》しい使《つか》い方《かた》"}
    actions.save_entry(it_staff, entry, {"used_for": texts}, None)
    approval = actions.submit(it_staff, reload(entry))
    for _before_and_after in range(2):
        page = client.get(approval.get_absolute_url()).content.decode()
        assert "第1版から変わるところ" in page
        rows = BeautifulSoup(page, "html.parser").select("main table")[1].select("tbody tr")
        assert [one.select("td")[2].get_text() for one in rows] == [
            "新しい使い道",
            "A new use",
            "新しい使い方",
        ]
        assert rows[0].select("td")[1].get_text() == "何に使うかの文。"
        decide(approval)


def test_versions_show_what_changed(
    client_of: ClientOf, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    entry = reload(publication.entry)
    texts = dict(entry.texts["used_for"]) | {"en": "Another use."}
    actions.save_entry(it_staff, entry, {"used_for": texts}, None)
    decide(actions.submit(it_staff, entry))
    page = client_of(it_staff).get(url("version", entry.system, 2)).content.decode()
    assert "Another use." in page
    assert "Text of used_for." in page
    assert page.count("<td") == 3


def test_drift_is_shown(client_of: ClientOf, it_staff: Person, publication: Publication) -> None:
    AISystem.objects.filter(pk=publication.entry.system_id).update(vendor_name="別の会社")
    client = client_of(it_staff)
    assert "食い違っています" in client.get(url("entry", publication.entry.system)).content.decode()
    assert "台帳と食い違い" in client.get(reverse("register:list")).content.decode()


PAGES = ("entry", "preview", "submit", "not_public", "withdraw")


def addresses(system: AISystem) -> list[str]:
    return [
        *(url(name, system) for name in PAGES),
        url("topic", system, "overview"),
        url("version", system, 1),
    ]


def test_an_outsider_sees_nothing(client_of: ClientOf, outsider: Person, publication: Publication) -> None:
    client = client_of(outsider)
    for address in addresses(publication.entry.system):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {}).status_code == 404, address
    assert client.post(url("start", publication.entry.system)).status_code == 404
    assert "介護予防" not in client.get(reverse("register:list")).content.decode()


def test_signed_out(client: Client, publication: Publication) -> None:
    for address in [*addresses(publication.entry.system), reverse("register:list")]:
        response = client.get(address)
        assert response.status_code == 302
        assert "sign-in" in response.headers["Location"]


def test_other_departments_do_not_see_it_and_auditors_only_read(
    client_of: ClientOf, neighbour: Person, auditor: Person, publication: Publication
) -> None:
    system = publication.entry.system
    for address in addresses(system):
        assert client_of(neighbour).get(address).status_code in (403, 404), address
    client = client_of(auditor)
    assert client.get(url("entry", system)).status_code == 200
    assert client.get(url("preview", system)).status_code == 200
    for name in ("submit", "not_public", "withdraw"):
        assert client.get(url(name, system)).status_code == 403
        assert client.post(url(name, system), {"reason": "x"}).status_code == 403
    assert client.post(url("topic", system, "overview"), {}).status_code == 403
    assert client.post(url("start", system)).status_code == 403


def test_another_owner_may_not_change_it(
    client_of: ClientOf, town: Municipality, it_department: Department, publication: Publication
) -> None:
    from kijun.governance.accounts.roles import Role
    from tests.conftest import make_person

    other = make_person(town, "0200", "別責任 者", it_department, Role.OWNER, kana="ベツ")
    client = client_of(other)
    assert client.get(url("entry", publication.entry.system)).status_code == 200
    assert client.get(url("topic", publication.entry.system, "overview")).status_code == 403


def test_staff_pages_show_typed_text_as_text(client_of: ClientOf, it_staff: Person, entry: Entry) -> None:
    bad = "<script>alert(1)</script>"
    actions.save_entry(it_staff, entry, {"name": {"ja": bad, "en": bad, "ja-easy": bad}}, None)
    actions.submit(it_staff, entry)
    client = client_of(it_staff)
    approval = reload(entry).approval
    assert approval is not None
    for address in (url("entry", entry.system), url("preview", entry.system), approval.get_absolute_url()):
        assert bad not in client.get(address).content.decode(), address


@pytest.mark.parametrize("number", [3, 30])
def test_the_list_takes_the_same_queries(
    client_of: ClientOf,
    it_staff: Person,
    town: Municipality,
    it_department: Department,
    publication: Publication,
    number: int,
    django_assert_max_num_queries: Any,
) -> None:
    for at in range(2, number + 1):
        system = make_system(town, at, f"AI {at}", it_department)
        entry = Entry.objects.create(municipality=town, system=system, texts={"name": {"ja": "x"}})
        Publication.objects.create(
            municipality=town,
            entry=entry,
            version=1,
            content=publication.content,
            published_at=timezone.now(),
            published_by=it_staff,
        )
    client = client_of(it_staff)
    with django_assert_max_num_queries(34):
        assert client.get(reverse("register:list")).status_code == 200
    assert client.get(reverse("register:list") + "?format=xlsx").status_code == 200
    assert client.get(reverse("register:list") + "?register=open&sort=-published").status_code == 200


def test_english(client_of: ClientOf, it_staff: Person, entry: Entry) -> None:
    client = client_of(it_staff)
    client.cookies["kijun_language"] = "en"
    for address in (
        reverse("register:list"),
        *(url(n, entry.system) for n in ("entry", "submit", "not_public")),
    ):
        page = client.get(address).content.decode()
        assert "register" in page
        assert "公開台帳" not in page
