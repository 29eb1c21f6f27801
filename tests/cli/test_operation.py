"""docs/operation.md names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", ["run", ".ci/run", "tools/installer.sh", "src/kijun/cli/serve.py"])
def test_every_variable_is_explained(script: str) -> None:
    text = (ROOT / script).read_text(encoding="utf-8")
    read = set(re.findall(r"\bKIJUN_[A-Z_]+", text)) - {"KIJUN_ADDRESS"}  # handed from process to process
    assert {name for name in read if f"`{name}`" not in PAGE} == set()


def test_every_command_of_run_is_explained() -> None:
    usage = (ROOT / "run").read_text(encoding="utf-8").split("USAGE\n")[1]
    for command in re.findall(r"^  ([a-z]+) ", usage, re.MULTILINE):
        if command != "help":
            assert f"`./run {command}" in PAGE or f"`{command}`" in PAGE


def test_links_inside_the_page_lead_somewhere() -> None:
    heads = {head.lower().replace(" ", "-") for head in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\(#([^)]+)\)", PAGE)) <= heads
