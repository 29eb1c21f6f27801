"""What residents see: only what was approved, in three languages, of one town."""

from __future__ import annotations

import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.governance.register import actions, queries
from kijun.governance.register.models import Entry, Publication
from tests.conftest import make_department
from tests.governance.register.conftest import Decide, full_texts, make_system

pytestmark = pytest.mark.django_db
PAGES = ("", "ai/1/", "ask/", "promises/", "about/", "words/", "accessibility/", "data/")
FILES = ("data/register.json", "data/register.csv", "data/dcat.jsonld")
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
    assert [one["href"] for one in soup.select(".languages a")] == ["?lang=ja", "?lang=en", "?lang=ja-easy"]
    assert len(soup.select(".languages [aria-current]")) == 1
    assert {one["type"] for one in soup.select("link[rel=alternate][type]")} == {
        "application/json",
        "text/csv",
        "application/ld+json",
    }
    if language == "ja-easy":
        assert len(soup.select("ruby")) > 20
        assert "《" not in soup.get_text().replace("漢字 《 かんじ 》", "")
        for reading in soup.select("rt"):
            assert reading["aria-hidden"] == "true"
    for tag in soup.find_all(True):
        for value in tag.attrs.values():
            assert "《" not in str(value)
            assert "<ruby" not in str(value)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_the_language_is_kept_from_page_to_page(
    client: Client, town: Municipality, publication: Publication
) -> None:
    """A link in a poster is enough; what was asked for stays in the address of the switch."""
    page = read(client, town, "ai/1/?lang=en")
    assert "What it is not used for" not in page  # the question stands in its own words
    assert "Text of not_used_for." in page
    assert "Text of used_for." in read(client, town)
    soup = BeautifulSoup(read(client, town, "?q=text&lang=en"), "html.parser")
    assert soup.select(".languages a")[0]["href"] == "?q=text&lang=ja"
    assert "名称の文。" in read(client, town, "?lang=ja")
    assert client.get(f"/towns/{town.code}/?lang=xx").status_code == 200
    assert "名称の文。" in read(client, town)


def test_nobody_is_known_who_only_reads(client: Client, town: Municipality, publication: Publication) -> None:
    """No cookie without a choice; no cache answers for us; the header names a language that exists."""
    for page in PAGES:
        response = client.get(f"/towns/{town.code}/{page}")
        assert not response.cookies
        assert (
            response["Cache-Control"] == "private, no-cache"
            or response["Cache-Control"] == "no-cache, private"
        )
        assert "Cookie" in response["Vary"]
    response = client.get(f"/towns/{town.code}/?lang=ja-easy")
    assert list(response.cookies) == ["kijun_language"]
    assert response["Content-Language"] == "ja"


def test_nothing_of_a_working_copy_reaches_residents(
    client: Client, town: Municipality, it_staff: Person, publication: Publication
) -> None:
    urls = [f"{page}{query}" for page in PAGES for query in ("?lang=ja", "?lang=en", "?lang=ja-easy")]
    urls += FILES
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
    for language in ("ja", "en", "ja-easy"):
        page = read(client, town, f"ai/1/?lang={language}", 410)
        assert "の文。" not in page
        assert "Text of" not in page
        for url in (*PAGES, *FILES):
            if url != "ai/1/":
                page = read(client, town, url)
                assert "の文。" not in page, url
                assert "Text of" not in page, url
                assert SECRET not in page, url


def test_what_is_gone_is_gone_for_caches_too(
    client: Client, town: Municipality, it_staff: Person, publication: Publication
) -> None:
    """Whoever asks again with what it kept is told the new state, by GET and by HEAD."""
    address = f"/towns/{town.code}/"
    before = {url: client.get(address + url) for url in FILES}
    entry = publication.entry
    entry.refresh_from_db()
    actions.withdraw(it_staff, entry, reason=SECRET)
    for url, old in before.items():
        assert "no-cache" in old["Cache-Control"]
        for headers in (
            {"if-none-match": old["ETag"]},
            {"if-modified-since": old["Last-Modified"]},
        ):
            assert client.get(address + url, headers=headers).status_code == 200, url
            assert client.head(address + url, headers=headers).status_code == 200, url
        assert client.get(address + url)["ETag"] != old["ETag"]
    response = client.head(address + "ai/1/")
    assert (response.status_code, response.content) == (410, b"")
    assert client.head(address + "ai/2/").status_code == 404


def test_a_new_name_of_the_town_is_a_new_file(
    client: Client, town: Municipality, publication: Publication
) -> None:
    """It changes the files without a publication, so their day alone says nothing."""
    old = client.get(f"/towns/{town.code}/data/register.json")
    Municipality.objects.filter(pk=town.pk).update(name="新しい町")
    headers = {"if-modified-since": old["Last-Modified"]}
    assert (
        "新しい町" in client.get(f"/towns/{town.code}/data/register.json", headers=headers).content.decode()
    )


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
    for language in ("ja", "en", "ja-easy"):
        read(client, other_town, f"ai/1/?lang={language}", 404)
        for url in (*PAGES, *FILES):
            if url != "ai/1/":
                page = read(client, other_town, url)
                assert "の文。" not in page, url
                assert "Text of" not in page, url
    ours = client.get(f"/towns/{town.code}/data/register.json")
    theirs = client.get(
        f"/towns/{other_town.code}/data/register.json", headers={"if-none-match": ours["ETag"]}
    )
    assert theirs.status_code == 200
    assert "他市" not in read(client, town)
    client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
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
    assert "件が見つかりました" not in read(client, town, "?field=unknown")
    assert cards(read(client, town, "?q=ぜいきん")) == ["税のお知らせ"]  # by its reading
    assert cards(read(client, town, "?q=ｾﾞｲｷﾝ")) == ["税のお知らせ"]
    assert cards(read(client, town, "?q=ai-002")) == ["税のお知らせ"]
    assert cards(read(client, town, "?q=みらい健康 お知らせ")) == ["税のお知らせ"]  # its vendor is public
    assert "合うものがありません" in read(client, town, "?q=ないことば")


def test_paging(client: Client, town: Municipality, it_staff: Person, publication: Publication) -> None:
    department = publication.entry.system.provider_department
    assert department is not None
    for number in range(2, 24):
        entry = Entry.objects.create(
            municipality=town, system=make_system(town, number, f"AI {number}", department)
        )
        Publication.objects.create(
            municipality=town,
            entry=entry,
            version=1,
            content=publication.content,
            published_at=publication.published_at,
            published_by=it_staff,
        )
    page = BeautifulSoup(read(client, town, "?q=文"), "html.parser")
    assert len(page.select(".ai-card")) == 20
    following = page.select_one("a[rel=next]")
    assert following is not None
    page = BeautifulSoup(read(client, town, str(following["href"]).partition("#")[0]), "html.parser")
    assert len(page.select(".ai-card")) == 3
    assert page.select_one("a[rel=prev]") is not None
    assert "2ページのうち2ページ目" in page.get_text()
    assert len(cards(read(client, town, "?page=x"))) == 20
    assert len(cards(read(client, town, "?page=99"))) == 3


def test_what_is_not_translated_is_said(
    client: Client, town: Municipality, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    """Texts for specialists may lack a language; the Japanese stands there, marked as Japanese."""
    assert "no English text yet" not in read(client, town, "ai/1/?lang=en")
    entry = publication.entry
    entry.refresh_from_db()
    actions.save_entry(it_staff, entry, {"how_it_works": {"ja": "専門の説明です。"}}, None)
    decide(actions.submit(it_staff, Entry.objects.get(pk=entry.pk)))
    page = read(client, town, "ai/1/?lang=en")
    assert "no English text yet" in page
    assert '<dd class="pre-line" lang="ja">専門の説明です。</dd>' in page
    assert "ふつうの" in BeautifulSoup(read(client, town, "ai/1/?lang=ja-easy"), "html.parser").get_text()
    assert "まだないところ" not in read(client, town, "ai/1/?lang=ja")


def test_what_is_no_longer_used_is_told_as_it_was_approved(
    client: Client, town: Municipality, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    """Until the end is approved the page names the day its words are of; then it says until when."""
    assert "利用中（運用）" not in read(client, town)
    day = datetime.date(2026, 10, 31)
    AISystem.objects.filter(pk=publication.entry.system_id).update(stage="retired", ended_on=day)
    today = f"{timezone.localdate():%Y}年"
    status = BeautifulSoup(read(client, town, "ai/1/"), "html.parser").select_one(".ai-field")
    assert status is not None
    assert "試行中（実証）" in status.text
    assert today in status.text
    assert "現在" in status.text
    entry = publication.entry
    entry.refresh_from_db()
    decide(actions.submit(it_staff, Entry.objects.get(pk=entry.pk)))
    page = read(client, town, "ai/1/")
    assert "2026年10月31日（令和8年）で使うのをやめました" in page
    assert "no longer used" in read(client, town, "?lang=en")
    page = read(client, town, "?lang=ja")
    assert "今はありません" in page
    assert "もう使っていないAIが、ほかに1つあります" in page
    assert "利用終了（廃止）" in page
    assert "名称の文。" not in read(client, town, "ask/")


def test_a_review_that_is_late_is_told(client: Client, town: Municipality, publication: Publication) -> None:
    assert "過ぎています" not in read(client, town, "ai/1/")
    fields = publication.fields | {"next_review_on": "2026-01-15"}
    Publication.objects.filter(pk=publication.pk).update(content=publication.content | {"fields": fields})
    assert "見直す予定の日（2026年1月15日（令和8年））を過ぎています" in read(client, town, "ai/1/")


def test_the_contact_speaks_the_language_of_the_page(
    client: Client, town: Municipality, publication: Publication
) -> None:
    Municipality.objects.filter(pk=town.pk).update(contact="デジタル課 電話 1")
    contact = BeautifulSoup(read(client, town, "?lang=en"), "html.parser").select_one("footer .contact-line")
    assert contact is not None
    assert (contact.text, contact["lang"]) == ("デジタル課 電話 1", "ja")
    assert "in Japanese only" in read(client, town)
    Municipality.objects.filter(pk=town.pk).update(
        contact_en="Digital Section, telephone 1", contact_easy="デジタル課《か》 電話《でんわ》 1"
    )
    for language, words in (
        ("en", "Digital Section, telephone 1"),
        ("ja-easy", "デジタル課 電話 1"),
    ):
        page = BeautifulSoup(read(client, town, f"?lang={language}"), "html.parser")
        contact = page.select_one("footer .contact-line")
        assert contact is not None
        assert contact.text == words
        assert "lang" not in contact.attrs


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
    before = read(client, town), read(client, town, "ai/1/", 404)
    client.force_login(it_staff, backend="django.contrib.auth.backends.ModelBackend")
    assert (read(client, town), read(client, town, "ai/1/", 404)) == before
    assert "/staff/" not in read(client, town)
