"""docs/operation.md names what there is."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from kijun.gateway.settings import Settings
from kijun.sites import environ

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", ["run", ".ci/run", "tools/installer.sh", "src/kijun/cli/serve.py"])
def test_every_variable_is_explained(script: str) -> None:
    text = (ROOT / script).read_text(encoding="utf-8")
    read = set(re.findall(r"\bKIJUN_[A-Z_]+", text)) - {"KIJUN_ADDRESS"}  # handed from process to process
    assert {name for name in read if f"`{name}`" not in PAGE} == set()


def test_every_variable_that_kijun_reads_is_in_its_table() -> None:
    """``environ`` alone reads the environment, and says what each variable does."""
    reads = re.compile(r"""\b(?:text|flag|number|choice|words|folders|web_address)\(\s*"([A-Z_]+)\"""")
    bare = re.compile(r"""(?:os\.environ(?:\.get|\.pop|\.setdefault)?|getenv)[(\[]\s*"([A-Z_]+)\"""")
    found: set[str] = set()
    for path in (ROOT / "src" / "kijun").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        found |= set(bare.findall(code))
        if path.name == "environ.py" or "import environ" in code:
            found |= set(reads.findall(code))
    found |= {f"KIJUN_GATEWAY_{one.name.upper()}" for one in fields(Settings)}
    theirs = {"DJANGO_SETTINGS_MODULE", "XDG_DATA_HOME", "NO_COLOR", "TERM"}
    assert found >= set(environ.VARIABLES), "a variable of the table is read nowhere"
    assert found - theirs - {"KIJUN_HOME"} <= set(environ.VARIABLES)


def test_the_page_says_of_each_variable_what_kijun_says() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    for name in environ.VARIABLES:
        assert name in rows, f"{name} has no row in docs/operation.md"


def test_every_command_of_run_is_explained() -> None:
    usage = (ROOT / "run").read_text(encoding="utf-8").split("USAGE\n")[1]
    for command in re.findall(r"^  ([a-z]+) ", usage, re.MULTILINE):
        if command != "help":
            assert f"`./run {command}" in PAGE or f"`{command}`" in PAGE


def test_links_inside_the_page_lead_somewhere() -> None:
    heads = {head.lower().replace(" ", "-") for head in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\(#([^)]+)\)", PAGE)) <= heads
