"""The buttons below an answer, by keyboard, on a phone, with and without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Town

WHO = "3003"
"""工藤 翔, who has asked AI about rules."""


def _answer(page: Page, sample: Town) -> None:
    """One's own newest record with an answer."""
    page.goto(f"{sample.url}/staff/records/mine/")
    links = page.eval_on_selector_all("main a[href*='/records/one/']", "all => all.map(a => a.href)")
    for link in links:
        page.goto(link)
        if page.locator("[data-feedback]").count():
            return
    pytest.fail("no answer of one's own")


def test_by_keyboard(
    context: BrowserContext,
    sample: Town,
    sign_in: Callable[[Page, str], None],
    violations: Callable[[Page], list[str]],
) -> None:
    page = context.new_page()
    sign_in(page, WHO)
    _answer(page, sample)
    before = page.url
    page.locator("button[value=useful]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-told]")).to_be_focused()
    expect(page.locator("button[value=useful]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-feedback] summary").focus()
    page.keyboard.press("Enter")
    page.locator("[data-feedback] input[name=text]").fill("条文の番号が違う")
    page.keyboard.press("Enter")  # sends nothing: which doubt is meant?
    expect(page.locator("[data-feedback] input[name=text]")).to_have_value("条文の番号が違う")
    page.locator("button[value=untrue]").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-told]")).to_contain_text("FB-")
    assert page.url == before
    page.wait_for_load_state()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not violations(page)


def test_without_a_script(browser: Browser, sample: Town, sign_in: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, WHO)
    _answer(page, sample)
    before = page.url
    page.locator("button[value=useless]").click()
    assert page.url == before
    expect(page.locator(".message-success")).to_be_visible()
    expect(page.locator("button[value=useless]")).to_have_attribute("aria-pressed", "true")
    context.close()
