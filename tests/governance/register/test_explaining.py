"""Whom to ask, how the promises are kept, hard words, accessibility: from approved facts only, in three languages."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from kijun.catalog import load
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.governance.register import actions, principles, terms
from kijun.governance.register.fields import LANGUAGES
from kijun.governance.register.models import Entry, Publication
from tests.governance.register.conftest import Decide, full_texts

pytestmark = pytest.mark.django_db


def read(client: Client, town: Municipality, page: str) -> BeautifulSoup:
    response = client.get(f"/towns/{town.code}/{page}")
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html.parser")


def main(soup: BeautifulSoup) -> Tag:
    found = soup.select_one("main")
    assert found is not None
    return found


def test_each_ai_has_its_desk(client: Client, town: Municipality, publication: Publication) -> None:
    page = read(client, town, "ask/")
    desk = page.select_one(".desk")
    assert desk is not None
    assert "連絡先の文。" in desk.text
    assert "Text of objection." in main(read(client, town, "ask/?lang=en")).text
    link = desk.select_one("h3 a")
    assert link is not None
    assert link["href"] == f"/towns/{town.code}/ai/1/"
    assert page.select_one(".resident-nav a[aria-current]") is not None


def test_without_anything_published_there_is_still_whom_to_ask(client: Client, town: Municipality) -> None:
    Municipality.objects.filter(pk=town.pk).update(contact="デジタル課 電話 1")
    page = read(client, town, "ask/")
    assert not page.select(".desk")
    assert "デジタル課 電話 1" in page.text
    assert "まだありません" in read(client, town, "promises/").text


def test_promises_count_what_was_approved(
    client: Client, town: Municipality, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    items = read(client, town, "promises/").select(".principles > li")
    assert len(items) == 10
    assert "人が結果を確かめる方法を公開しているもの：1件中1件" in items[0].text
    assert "そのまま町の決定になるもの：1件中0件" in items[0].text
    assert "問題の合計：12件（1件のAIの合計）" in items[2].text
    assert "公開を決めた事実はまだありません" in items[8].text
    AISystem.objects.filter(pk=publication.entry.system_id).update(training="unknown", abroad=True)
    assert "学習に使われないことを確かめたもの：1件中1件" in read(client, town, "promises/").text
    entry = publication.entry
    entry.refresh_from_db()
    actions.save_entry(it_staff, entry, {"fairness": None}, None)
    decide(actions.submit(it_staff, Entry.objects.get(pk=entry.pk)))
    items = read(client, town, "promises/").select(".principles > li")
    assert "確かめたもの：1件中0件" in items[4].text
    assert "国外で保存・処理されることがあるもの：1件中1件" in items[5].text
    assert "公平さを点検した結果を公開しているもの：1件中0件" in items[3].text
    named = items[3].select_one("a")
    assert named is not None
    assert named.text == "名称の文。"
    assert not items[5].select("a")  # a number that is no fault names nobody


def test_promises_tell_how_many_are_not_public(
    client: Client, town: Municipality, it_staff: Person, publication: Publication, decide: Decide
) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    approval = actions.submit_not_public(
        it_staff, entry, category="security", reason="秘密", next_review_on=full_texts()["next_review_on"]
    )
    decide(approval)
    page = read(client, town, "promises/").text
    assert "名称の文。" not in page
    assert "秘密" not in page


def test_every_promise_has_its_sentences_in_every_language() -> None:
    for language in LANGUAGES:
        found = principles.kept(load(), [], 0, language)
        assert [bool(one.name and one.sentence) for one in found] == [True] * 10
    for principle in principles._plain().values():
        for key, texts in principle["kept"].items():
            assert set(texts) == set(LANGUAGES), key
            assert key in {*principles.SHOULD, *principles.MERELY, *principles.TOTALS, "not_public"}


def test_hard_words_are_explained(client: Client, town: Municipality, publication: Publication) -> None:
    for language in LANGUAGES:
        page = read(client, town, f"words/?lang={language}")
        assert len(page.select(".terms dt")) == len(terms.terms())
        assert "《" not in page.get_text()
    assert "LGWAN" in {word for _key, word, _text in terms.used_in(["LGWAN接続系"], "en")}
    assert terms.used_in(["ＬＧＷＡＮ"], "ja") == terms.used_in(["lgwan"], "ja")
    assert terms.used_in(["介護認定《かいごにんてい》"], "ja-easy")
    assert terms.used_in(["空"], "ja") == []


def test_an_ais_page_explains_its_own_words(
    client: Client, town: Municipality, publication: Publication
) -> None:
    words = [one.text for one in read(client, town, "ai/1/").select(".terms dt")]
    assert "個人情報" in words
    assert "生成AI" not in words


def test_the_accessibility_statement_names_aim_limits_and_contact(client: Client, town: Municipality) -> None:
    for language, words in (("ja", "適合レベルAA"), ("en", "Level AA"), ("ja-easy", "レベルAA")):
        text = main(read(client, town, f"accessibility/?lang={language}")).text
        assert "JIS X 8341-3:2016" in text
        assert words in text
    page = read(client, town, "accessibility/?lang=en")
    assert "Known limits" in page.text
    assert page.select_one("footer #contact-title") is not None
    assert page.select_one("footer .footer-links [aria-current]") is not None
