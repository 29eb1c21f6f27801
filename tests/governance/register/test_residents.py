"""What residents see: only what was approved, in three languages, of one town."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.register import actions, queries
from kijun.governance.register.models import Entry, Publication
from tests.conftest import make_department
from tests.governance.register.conftest import Decide, full_texts, make_system

pytestmark = pytest.mark.django_db
PAGES = ("", "about/", "data/", "ai/1/")
SECRET = "作業中の秘密"


def read(client: Client, town: Municipality, page: str = "", status: int = 200) -> str:
    response = client.get(f"/towns/{town.code}/{page}")
    assert response.status_code == status, response.status_code
    return response.content.decode()


def speak(client: Client, language: str) -> None:
    client.cookies["kijun_language"] = language


def test_it_works(client: Client, town: Municipality, publication: Publication) -> None:
    page = read(client, town)
    assert "名称の文。" in page
    assert "何には使わないかの文。" in page
    page = read(client, town, "ai/1/")
    answers = BeautifulSoup(page, "html.parser").select(".answers dt")
    assert [one.text for one in answers] == ["何に使う？", "何には使わない？", "だれが決める？", "困ったら？"]
    assert "みらい健康株式会社" in page
    assert "デ戦第120号" in page
    assert "8,800,000円" in page


@pytest.mark.parametrize("language", ["ja", "en", "ja-easy"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_every_language(
    client: Client, town: Municipality, publication: Publication, language: str, page: str
) -> None:
    speak(client, language)
    text = read(client, town, page)
    soup = BeautifulSoup(text, "html.parser")
    assert len(soup.select("h1")) == 1
    assert soup.html is not None
    assert soup.html["lang"] == ("en" if language == "en" else "ja")
    assert len(soup.select(".answers dt")) == 4
    assert soup.select_one("footer #contact-title") is not None
    assert soup.select_one("form.languages input[name=next]")["value"] == f"/towns/{town.code}/{page}"  # type: ignore[index]  # it is there
    if language == "ja-easy":
        assert len(soup.select("ruby")) > 20
        assert "《" not in soup.get_text().replace("漢字 《 かんじ 》", "")
    for tag in soup.find_all(True):
        for value in tag.attrs.values():
            assert "《" not in str(value)
            assert "<ruby" not in str(value)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_the_language_switch_keeps_the_page(
    client: Client, town: Municipality, publication: Publication
) -> None:
    here = f"/towns/{town.code}/ai/1/"
    response = client.post("/language/", {"language": "en", "next": here}, follow=True)
    assert response.redirect_chain == [(here, 302)]
    assert "What it is not used for" not in response.content.decode()  # the question stands in its own words
    assert "Text of not_used_for." in response.content.decode()


def test_nothing_of_a_working_copy_reaches_residents(
    client: Client, town: Municipality, it_staff: Person, publication: Publication
) -> None:
    urls = [
        *PAGES,
        "data/register.json",
        "data/register.csv",
        "data/dcat.jsonld",
    ]
    pages = {url: _steady(read(client, town, url)) for url in urls}
    entry = publication.entry
    entry.refresh_from_db()
    texts = {key: {"ja": SECRET, "en": SECRET, "ja-easy": SECRET} for key in ("name", "used_for", "contact")}
    actions.save_entry(it_staff, entry, texts | {"field_of_work": "tax", "uses": 987654}, None)
    AISystem.objects.filter(pk=entry.system_id).update(
        name=SECRET, summary=SECRET, vendor_name=SECRET, stage="retired", contract_yen=123456789
    )
    entry.system.risk_assessments.update(tier="critical")
    Entry.objects.filter(pk=entry.pk).update(not_public_reason=SECRET)
    for url in urls:
        assert _steady(read(client, town, url)) == pages[url], url
    actions.submit(it_staff, Entry.objects.get(pk=entry.pk))
    for url in urls:
        assert _steady(read(client, town, url)) == pages[url], url


def _steady(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_drafts_and_unknown_numbers_are_not_there(client: Client, town: Municipality, entry: Entry) -> None:
    page = read(client, town, "ai/1/", 404)
    assert "介護予防" not in page
    assert page.count("見つかりません") >= 1
    read(client, town, "ai/999/", 404)
    assert "介護予防" not in read(client, town)


def test_withdrawn_is_gone(
    client: Client, town: Municipality, it_staff: Person, publication: Publication
) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    actions.withdraw(it_staff, entry, reason=SECRET)
    page = read(client, town, "ai/1/", 410)
    assert "公開は終わりました" in page
    assert SECRET not in page
    for url in ("", "data/register.json", "data/register.csv"):
        assert "名称の文。" not in read(client, town, url)


@pytest.mark.parametrize(
    "url",
    [
        "999999/",
        "999999/about/",
        "999999/data/",
        "999999/ai/1/",
        "x/",
        "../x/",
        "%00%00%00%00%00%00/",
        "１３１０１６/",
    ],
)
def test_unknown_towns(client: Client, town: Municipality, url: str) -> None:
    assert client.get(f"/towns/{url}").status_code == 404


def test_towns_never_mix(
    client: Client, town: Municipality, other_town: Municipality, publication: Publication, outsider: Person
) -> None:
    department = make_department(other_town, "55", "他市の課")
    make_system(other_town, 1, "他市のAI", department)
    page = read(client, other_town)
    assert "名称の文。" not in page
    read(client, other_town, "ai/1/", 404)
    assert "名称の文。" not in read(client, other_town, "data/register.json")
    assert "他市" not in read(client, town)


def test_systems_that_are_not_public_are_a_number(
    client: Client, town: Municipality, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    decide(
        actions.submit_not_public(
            it_staff,
            entry,
            category="security",
            reason=SECRET,
            next_review_on=full_texts()["next_review_on"],
        )
    )
    page = read(client, town)
    assert "公開していないAI" in page
    assert "安全や防犯" in page
    assert SECRET not in page
    assert "介護予防" not in page
    assert "名称の文" not in page


def test_typed_text_is_only_text(
    client: Client, town: Municipality, it_staff: Person, entry: Entry, decide: Decide
) -> None:
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>漢字《かんじ》"
    texts = {
        key: {"ja": bad, "en": bad, "ja-easy": bad} if isinstance(value, dict) else value
        for key, value in full_texts().items()
    }
    texts["legal_basis"] = bad
    AISystem.objects.filter(pk=entry.system_id).update(vendor_name=bad)
    entry.refresh_from_db()
    actions.save_entry(it_staff, entry, texts, None)
    decide(actions.submit(it_staff, Entry.objects.get(pk=entry.pk)))
    for language in ("ja", "en", "ja-easy"):
        speak(client, language)
        for page in ("", "ai/1/", "?q=" + bad):
            soup = BeautifulSoup(read(client, town, page), "html.parser")
            assert not soup.select("img, main script")
            assert not [tag for tag in soup.find_all(True) if any(key.startswith("on") for key in tag.attrs)]


def test_search_and_filter(
    client: Client,
    town: Municipality,
    it_staff: Person,
    it_department: Department,
    publication: Publication,
    decide: Decide,
) -> None:
    second = actions.start_entry(it_staff, make_system(town, 2, "税のAI", it_department, field="税務"))
    texts = full_texts() | {
        "name": {"ja": "税のお知らせ", "en": "Tax notices", "ja-easy": "税金《ぜいきん》のお知《し》らせ"},
        "field_of_work": "tax",
    }
    actions.save_entry(it_staff, second, texts, None)
    decide(actions.submit(it_staff, second))
    assert cards(read(client, town)) == ["名称の文。", "税のお知らせ"]
    assert cards(read(client, town, "?field=tax")) == ["税のお知らせ"]
    assert cards(read(client, town, "?q=ＴＡＸ　notices")) == ["税のお知らせ"]
    assert cards(read(client, town, "?q=税金のお知らせ")) == ["税のお知らせ"]
    assert cards(read(client, town, "?q=ないことば")) == []
    assert cards(read(client, town, "?field=unknown")) == ["名称の文。", "税のお知らせ"]


def cards(page: str) -> list[str]:
    return [one.text.strip() for one in BeautifulSoup(page, "html.parser").select(".ai-card h3")]


def test_versions_are_told(
    client: Client, town: Municipality, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    actions.save_entry(it_staff, entry, {"uses": 77}, None)
    decide(actions.submit(it_staff, entry))
    items = BeautifulSoup(read(client, town, "ai/1/"), "html.parser").select(".versions li")
    assert len(items) == 2
    assert "件数" in items[0].text
    assert "公開しました" in items[1].text


def test_queries_do_not_grow(
    client: Client,
    town: Municipality,
    publication: Publication,
    it_department: Department,
    it_staff: Person,
    django_assert_max_num_queries: object,
) -> None:
    for number in range(2, 20):
        system = make_system(town, number, f"AI {number}", it_department)
        entry = Entry.objects.create(municipality=town, system=system)
        Publication.objects.create(
            municipality=town,
            entry=entry,
            version=1,
            content=publication.content,
            published_at=publication.published_at,
            published_by=it_staff,
        )
    with django_assert_max_num_queries(6):  # type: ignore[operator]  # pytest-django's fixture
        read(client, town)
    assert queries.published(town).count() == 19


def test_the_first_page_lists_towns_or_goes_to_the_only_one(
    client: Client, town: Municipality, settings: object
) -> None:
    assert client.get("/").headers["Location"] == f"/towns/{town.code}/"
    Municipality.objects.create(code="141003", name="横浜市", name_en="Yokohama")
    speak(client, "en")
    assert "Yokohama" in client.get("/").content.decode()
    speak(client, "ja-easy")
    assert "<ruby>" in client.get("/").content.decode()


def test_an_address_that_does_not_exist_is_met_kindly(client: Client, town: Municipality) -> None:
    """In every language, and without the staff's menu."""
    read(client, town, "ai/99999999999999999999999999/", 404)
    for language, words in (("ja", "見つかりません"), ("en", "Page not found"), ("ja-easy", "<ruby>")):
        speak(client, language)
        for address in ("/nowhere/", "/towns/999999/", f"/towns/{town.code}/ai/77/"):
            response = client.get(address)
            assert response.status_code == 404
            assert words in response.content.decode()
            assert "/staff/" not in response.content.decode()


def test_a_signed_in_clerk_sees_what_residents_see(
    client: Client, town: Municipality, it_staff: Person, entry: Entry
) -> None:
    client.force_login(it_staff, backend="django.contrib.auth.backends.ModelBackend")
    read(client, town, "ai/1/", 404)
    assert "/staff/" not in read(client, town)
