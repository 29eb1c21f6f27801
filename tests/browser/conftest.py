"""A real Kijun with the sample town, and a real Chromium in front of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import snapshots

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = os.environ.get("KIJUN_SKIP_BROWSER", "")
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker("browser")
            if reason:
                item.add_marker(pytest.mark.skip(reason=f"no Chromium: {reason}"))


def chromium() -> str | None:
    """The browser that ``./run test`` found, else one on the path, else Playwright's own (None)."""
    for name in (os.environ.get("KIJUN_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and shutil.which(name):
            return shutil.which(name)
    return None


@dataclass(frozen=True, slots=True)
class Town:
    """The running sample installation: where it answers, and who may sign in with what."""

    url: str
    code: str
    passwords: dict[str, tuple[str, str]]
    """{role: (staff number, password)} as the start printed them once."""
    home: Path


def address(log: Path, process: subprocess.Popen[bytes], seconds: float = 90) -> str:
    """Where it can be opened, as it says itself once it can."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        said = log.read_text(encoding="utf-8")
        found = re.search(r"^Open (http://\S+) in a browser", said, re.M)
        if found:
            return found[1].rstrip("/")
        if process.poll() is not None:
            raise RuntimeError(f"kijun serve ended early: {said}")
        time.sleep(0.1)
    raise TimeoutError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """``kijun serve`` in a home of its own with the sample town; the lines that loading it printed are read as a person reads them."""
    home = tmp_path_factory.mktemp("home")
    snapshots.copy_sample(home)
    log = home.parent / "serve.log"
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "kijun.cli",
                "serve",
                "--no-jobs",
                "--home",
                str(home),
                "--port",
                "0",
                "--gateway-port",
                "0",
            ],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        url = address(log, process)
        text = (home / snapshots.PRINTED).read_text(encoding="utf-8")
        found = re.findall(r"^\s*(\w+)\s+(\d{6})\s+(\S+)\s+(\S+)\s", text, re.M)
        passwords = {role: (number, password) for role, _code, number, password in found}
        passwords |= {number: (number, password) for _role, _code, number, password in found}
        assert passwords, text
        yield Town(url, found[0][1], passwords, home)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(params=list(WIDTHS))
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser window; each test that takes it runs at desktop and at phone width."""
    width, height = WIDTHS[request.param]
    made = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def sign_in(sample: Town) -> Callable[[Page, str], None]:
    """``sign_in(page, "it_staff")`` or ``sign_in(page, "3001")`` through the sign-in page, as a person does."""

    def act(page: Page, role: str) -> None:
        number, password = sample.passwords[role]
        page.goto(f"{sample.url}/staff/people/sign-in/")
        if page.locator("select[name=municipality]").count():
            page.locator("select[name=municipality]").select_option(sample.code)
        page.locator("input[name=staff_number]").fill(number)
        page.locator("input[name=password]").fill(password)
        page.locator("main form button").first.click()
        page.wait_for_url(re.compile(r"/staff/$"))

    return act


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """axe-core over the whole page: WCAG 2.2 A and AA and best practices. One line a violation."""

    def run(page: Page) -> list[str]:
        page.evaluate(AXE)
        found: list[dict[str, Any]] = json.loads(
            page.evaluate("async () => JSON.stringify((await axe.run(document)).violations)")
        )
        return [f"{v['id']}: {node['html'][:200]} ({v['help']})" for v in found for node in v["nodes"][:5]]

    return run
