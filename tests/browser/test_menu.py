"""The menu of the staff site in a real browser: short, by keyboard, on a phone, without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Town

SignIn = Callable[[Page, str], None]


@pytest.fixture(params=["script", "no script"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "script")


@pytest.fixture
def desk(browser: Browser, script: bool) -> Iterator[Page]:
    """The smallest screen at a counter."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="ja-JP", java_script_enabled=script
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, script: bool) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 800}, locale="ja-JP", java_script_enabled=script
    )
    yield context.new_page()
    context.close()


def test_it_fits_on_one_screen(desk: Page, sample: Town, sign_in: SignIn) -> None:
    """For IT staff, who have most of it, in whichever group they are."""
    sign_in(desk, "it_staff")
    desk.goto(f"{sample.url}/staff/pages/")
    first_of_each = desk.eval_on_selector_all(
        ".menu-group", "groups => groups.map(group => group.querySelector('a').href)"
    )
    assert len(first_of_each) >= 6
    for url in first_of_each:
        desk.goto(url)
        expect(desk.locator(".menu-group[open]")).to_have_count(1)
        box = desk.locator(".menu-all").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800, url


def test_any_page_is_two_steps_away_by_keyboard(desk: Page, sample: Town, sign_in: SignIn) -> None:
    sign_in(desk, "it_staff")
    group = desk.locator(".menu-group", has=desk.locator("summary", has_text="記録・監視"))
    link = group.get_by_role("link", name="AIの停止")
    expect(link).to_be_hidden()
    group.locator("summary").focus()
    desk.keyboard.press("Enter")
    expect(link).to_be_visible()
    link.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("AIの停止")
    expect(desk.locator(".menu [aria-current=page]")).to_have_text("AIの停止")


def test_opening_a_group_closes_the_other(desk: Page, sample: Town, sign_in: SignIn) -> None:
    sign_in(desk, "it_staff")
    desk.goto(f"{sample.url}/staff/systems/")
    desk.locator(".menu summary", has_text="点検").click()
    expect(desk.locator(".menu-group[open]")).to_have_count(1)
    expect(desk.locator(".menu").get_by_role("link", name="指摘と改善")).to_be_visible()
    expect(desk.locator(".menu").get_by_role("link", name="データセット")).to_be_hidden()


def test_on_a_phone_it_is_folded_with_its_groups(
    phone: Page, sample: Town, sign_in: SignIn, script: bool, violations: Callable[[Page], list[str]]
) -> None:
    sign_in(phone, "staff")
    expect(phone.locator(".menu").get_by_role("link", name="ホーム")).to_be_hidden()
    phone.locator(".menu-fold > summary").click()
    expect(phone.locator(".menu").get_by_role("link", name="ホーム")).to_be_visible()
    expect(phone.locator(".menu").get_by_role("link", name="AIと対話")).to_be_hidden()
    phone.locator(".menu summary", has_text="AIを使う").click()
    phone.locator(".menu").get_by_role("link", name="AIと対話").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("AIと対話")
    if script:  # axe is one
        phone.locator(".menu-fold > summary").click()
        assert not violations(phone)


def test_filters_of_a_list_fold_on_a_phone_alone(
    phone: Page, desk: Page, sample: Town, sign_in: SignIn
) -> None:
    for page, shown in ((desk, True), (phone, False)):
        sign_in(page, "it_staff")
        page.goto(f"{sample.url}/staff/systems/")
        expect(page.locator(".list-tools select").first).to_be_visible(visible=shown)
    phone.locator(".filters > summary").click()
    phone.locator(".list-tools select").first.select_option(index=1)
    phone.get_by_role("button", name="絞り込む").click()
    expect(phone.locator(".list-tools select").first).to_be_visible()


def test_ones_own_menu_opens_within_the_phone(phone: Page, sample: Town, sign_in: SignIn) -> None:
    sign_in(phone, "staff")
    phone.locator(".person > summary").click()
    box = phone.locator(".person-menu").bounding_box()

    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
