"""The examples of docs/other-ways-in.md do what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kijun.ledger.model import Kind
from tests.gateway.town import KEY, Running

PAGE = Path(__file__).resolve().parents[3] / "docs" / "other-ways-in.md"
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_examples_work(gateway: Running) -> None:
    environment = {**os.environ, "KIJUN_URL": gateway.url, "KIJUN_KEY": KEY}
    assert len(EXAMPLES) == 3
    for example in EXAMPLES:
        done = subprocess.run(["bash", "-ec", example], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    given, made, decided, turned_out = gateway.ledger.entries
    assert given.content["request"]["messages"][0]["content"] == "転入届の期限は。"
    assert made.content["texts"][0]["text"] == "14日以内です。"
    assert (decided.kind, turned_out.kind) == (Kind.DECISION, Kind.OUTCOME)
    assert decided.interaction == turned_out.interaction
    assert decided.content["features"]["年齢"] == 71
