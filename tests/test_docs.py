"""What the docs promise is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kijun.sites import environ

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", environ.VARIABLES)
def test_every_variable_of_the_environment_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs/operation.md").read_text(encoding="utf-8")


def test_every_variable_that_is_read_is_in_the_table() -> None:
    settings = (ROOT / "src/kijun/sites/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'environ\.(?:text|flag|number|choice|words)\(\s*"([A-Z_]+)"', settings))

    assert read
    assert read <= set(environ.VARIABLES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert not re.search(r"/(root|work|home/\w+)/", text)


def test_messages_are_complete_and_compiled() -> None:
    """Every Japanese string has its English, and every compiled file is fresh."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/messages.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_the_changelog_speaks_of_this_version() -> None:
    from kijun import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
