"""``kijun evidence collect``."""

from __future__ import annotations

import argparse

import pytest

from kijun.governance.evidence import commands
from kijun.governance.organisation.models import Municipality
from tests.governance.evidence.conftest import Sensor


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_arguments(parser)
    return commands.run(parser.parse_args(words))


def test_it_works(sensor: Sensor, town: Municipality, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("collect") == 0
    assert (
        capsys.readouterr().out
        == "131016: 1 scopes, 1 new, 0 unchanged, 0 findings raised, 0 moved to done\n"
    )


def test_one_municipality(
    sensor: Sensor, town: Municipality, other_town: Municipality, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("collect", "--municipality", "141003") == 0
    assert capsys.readouterr().out.startswith("141003: 1 scopes")
    assert [scope.municipality for scope in sensor.asked] == [other_town]


def test_an_unknown_municipality(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("collect", "--municipality", "999999") == 2
    assert "999999" in capsys.readouterr().err


def test_a_failing_collector_is_told(
    sensor: Sensor, town: Municipality, capsys: pytest.CaptureFixture[str]
) -> None:
    sensor.breaks = True
    assert run("collect") == 1
    assert (
        "failed: tests.governance.evidence.conftest.sensor_of_the_test organisation-"
        in capsys.readouterr().err
    )


def test_without_a_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "collect" in capsys.readouterr().err
