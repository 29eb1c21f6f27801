"""A half-written form in a real browser: it waits in the tab, never a secret, and does not undo what others saved meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Town

SignIn = Callable[[Page, str], None]


def leave(page: Page, url: str) -> None:
    """Go elsewhere although the browser asks."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(url)


def test_what_was_typed_is_there_again(page: Page, sample: Town, sign_in: SignIn) -> None:
    sign_in(page, "it_staff")
    address = f"{sample.url}/staff/access/purposes/new/"
    page.goto(address)
    page.locator("[name=name]").fill("窓口の案内文")
    page.locator("[name='input-expression']").select_option("block")
    leave(page, f"{sample.url}/staff/access/stops/")
    page.goto(f"{sample.url}/staff/")
    page.goto(address)
    expect(page.locator("[name=name]")).to_have_value("窓口の案内文")
    expect(page.locator("[name='input-expression']")).to_have_value("block")
    expect(page.locator("main .message")).to_contain_text("入力していた内容を戻しました")
    # who says that nothing is to be saved finds the form empty
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("form[data-keep] .buttons a").click()
    page.wait_for_url("**/purposes/")
    page.goto(address)
    expect(page.locator("[name=name]")).to_have_value("")


def test_a_secret_is_not_kept(page: Page, sample: Town, sign_in: SignIn) -> None:
    sign_in(page, "it_staff")
    address = f"{sample.url}/staff/access/upstreams/new/"
    page.goto(address)
    page.locator("[name=name]").fill("庁内のvLLM")
    page.locator("[name=key]").fill("s3cret-key")
    page.locator("[name=headers]").fill("X-Key: s3cret-value")
    leave(page, f"{sample.url}/staff/")
    assert "s3cret" not in page.evaluate("JSON.stringify({...sessionStorage})")
    page.goto(address)
    expect(page.locator("[name=name]")).to_have_value("庁内のvLLM")
    expect(page.locator("[name=key]")).to_have_value("")
    expect(page.locator("[name=headers]")).to_have_value("")


def test_what_waited_does_not_undo_what_was_saved_since(
    page: Page, browser: Browser, sample: Town, sign_in: SignIn
) -> None:
    sign_in(page, "it_staff")
    page.goto(f"{sample.url}/staff/access/purposes/")
    page.locator("tbody a").first.click()
    page.locator(".page-head .actions a").click()
    address, before = page.url, page.locator("[name='output-expression']").input_value()
    stricter = "mask" if before == "block" else "block"
    page.locator("[name=consent_scope]").fill("書きかけ")
    leave(page, f"{sample.url}/staff/")
    other: BrowserContext = browser.new_context(java_script_enabled=False, locale="ja-JP")
    elsewhere = other.new_page()
    sign_in(elsewhere, "it_staff")
    elsewhere.goto(address)
    elsewhere.locator("[name='output-expression']").select_option(stricter)
    elsewhere.locator("form[data-keep] .buttons button").click()
    elsewhere.wait_for_url(lambda url: "change" not in url)
    other.close()
    page.goto(address)
    expect(page.locator("[name=consent_scope]")).to_have_value("書きかけ")
    page.locator("form[data-keep] .buttons button").click()
    expect(page.locator(".error-summary")).to_contain_text("に変わりました")
    expect(page.locator("[name='output-expression']")).to_have_value(stricter)
    expect(page.locator("[name=consent_scope]")).to_have_value("書きかけ")
    page.locator("form[data-keep] .buttons button").click()
    page.wait_for_url(lambda url: "change" not in url)
    expect(page.locator("main")).to_contain_text("書きかけ")


def test_the_footer_of_a_short_page_stays_at_the_bottom(page: Page, sample: Town, sign_in: SignIn) -> None:
    sign_in(page, "it_staff")
    for name in ("access/stops/", "records/holds/"):
        page.goto(f"{sample.url}/staff/{name}")
        box, height = page.locator("footer.bottom").bounding_box(), page.viewport_size
        assert box is not None
        assert height is not None
        assert box["y"] + box["height"] >= height["height"] - 1
        menu = page.locator("nav.menu ul.menu-groups").bounding_box()
        if menu is not None:
            assert box["y"] - (menu["y"] + menu["height"]) >= 16
