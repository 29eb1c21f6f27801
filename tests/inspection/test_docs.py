"""What docs/inspection.md shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
import yaml

from kijun.inspection import Attack, DataType, Expression, Policy
from kijun.inspection.own_check import check_own_rules
from kijun.inspection.rule import bundled

PAGE = Path(__file__).parents[2] / "docs" / "inspection.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_examples_give_what_they_show() -> None:
    runner = doctest.DocTestRunner(verbose=False)
    (blocks,) = ["\n".join(re.findall(r"^```pycon\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE))]
    shown: list[str] = []
    test = doctest.DocTestParser().get_doctest(blocks, {}, "inspection.md", str(PAGE), 0)
    assert len(test.examples) > 20
    runner.run(test, out=shown.append)
    assert not runner.failures, "".join(shown)


@pytest.mark.parametrize("page", [PAGE, PAGE.with_name("manual.ja.md")], ids=lambda page: page.name)
def test_the_policy_that_is_shown_keeps_its_examples(page: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    policy = Policy.read(yaml.safe_load(block))
    reports = check_own_rules(policy)
    assert len(reports) == 2
    assert [report.problems for report in reports] == [(), ()]
    assert policy.known_public
    assert policy.forbidden_words


@pytest.mark.parametrize("type", [*DataType, *Attack, *Expression])
def test_every_type_is_explained(type: str) -> None:
    assert f"`{type}`" in TEXT


def test_the_example_of_a_version_is_one() -> None:
    assert f"`{bundled().version}`" in TEXT
