"""The chat in a browser: what would be found in place, an answer as it comes, a stop, a text that survives."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests import snapshots
from tests.browser.conftest import Town

CONVERSATION = re.compile(r"/staff/chat/[0-9a-f-]{36}/")


@pytest.fixture
def writing(page: Page, sample: Town) -> Page:
    """工藤 翔's empty page of 例規・手引きの調べもの, where nothing personal may be entered."""
    printed = (sample.home / snapshots.PRINTED).read_text(encoding="utf-8")
    found = re.search(r"^\s*staff\s+\d{6}\s+3003\s+(\S+)", printed, re.M)
    assert found is not None
    page.goto(f"{sample.url}/staff/people/sign-in/")
    page.locator("input[name=staff_number]").fill("3003")
    page.locator("input[name=password]").fill(found[1])
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/staff/$"))
    page.goto(f"{sample.url}/staff/chat/")
    page.locator(".purpose-card").filter(has_text="例規・手引きの調べもの").locator("a.button").click()
    return page


def test_what_is_stopped_goes_by_a_click_and_the_answer_comes(writing: Page) -> None:
    page = writing
    page.locator("#id_text").fill("𠮷田さんの個人番号は123456789018です。届出の期限は？")
    page.locator("#send").click()
    expect(page.locator(".check")).to_contain_text("このままでは送れません")
    for left in (1, 0):
        page.locator("#check button[value^=mask]").first.click()
        expect(page.locator("#check button[value^=mask]")).to_have_count(left)
    assert page.locator("#id_text").input_value() == "■氏名■さんの個人番号は■個人番号■です。届出の期限は？"
    page.locator("#send").click()
    page.wait_for_url(CONVERSATION)
    expect(page.locator("#turn-1 .answer")).to_contain_text("届出の期限は？")
    page.locator("#id_text").fill("もう少し詳しく")
    page.locator("#id_text").press("Control+Enter")
    expect(page.locator("#turn-2 .answer")).to_contain_text("もう少し詳しく")


def test_a_chosen_file_goes_along_whichever_button_is_pressed(writing: Page) -> None:
    page = writing
    page.locator("#attach summary").click()
    file = {"name": "要領.txt", "mimeType": "text/plain", "buffer": "転入の届出は十四日以内".encode()}
    page.locator("#id_file").set_input_files([file])  # type: ignore[list-item]  # a TypedDict of playwright's own
    page.locator("#id_text").fill("要点を教えて")
    page.locator("#send").click()
    expect(page.locator("#refusal")).to_contain_text("まだ送信していません")
    assert page.locator("#id_file").evaluate("input => input.files.length") == 1, (
        "it need not be chosen again"
    )
    for name in ("where", "when", "why"):
        page.locator(f"#id_collected_{name}").fill("住民課の要領")
    page.locator("#id_collected_why").press("Enter")  # attaches, and does not send yet
    expect(page.locator("#waiting")).to_contain_text("住民課の要領")
    assert page.locator("#turn-1").count() == 0
    page.locator("#attach summary").click()
    page.locator("#id_file").set_input_files([{**file, "name": "別紙.txt"}])  # type: ignore[list-item]  # as above
    for name in ("where", "when", "why"):
        page.locator(f"#id_collected_{name}").fill("別紙として")
    page.locator("#send").click()
    page.wait_for_url(CONVERSATION)
    expect(page.locator("#turn-1")).to_contain_text("別紙として")
    expect(page.locator("#turn-1")).to_contain_text("住民課の要領")


KEPT = "Object.entries(localStorage).find(([name]) => name.startsWith('kijun-chat'))?.[1]"


def test_what_is_written_before_the_script_arrives_survives_too(writing: Page) -> None:
    page = writing
    held: list[Route] = []
    free: list[bool] = []  # what asks for it once more afterwards is not held
    script = re.compile(r"/chat/chat[^/]*\.js")
    page.route(script, lambda route: route.continue_() if free else held.append(route))
    page.goto(page.url, wait_until="commit")
    page.locator("#id_text").fill("急いで書いた文章")
    assert page.evaluate(KEPT) is None
    free.append(True)
    for route in held:
        route.continue_()
    page.wait_for_load_state("load")
    assert page.evaluate(KEPT) == "急いで書いた文章"


def test_a_text_survives_a_session_that_ends(writing: Page) -> None:
    page = writing
    here = page.url
    page.locator("#id_text").fill("書きかけの長い文章")
    page.context.clear_cookies()
    page.locator("#send").click()
    expect(page.locator("#refusal")).to_contain_text("サインインの期限が切れた")
    assert page.locator("#id_text").input_value() == "書きかけの長い文章"
    page.goto(here)
    assert "sign-in" in page.url
    assert page.evaluate(KEPT) == "書きかけの長い文章"
