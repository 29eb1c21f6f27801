"""Commands as a script calls them: what is printed as JSON, and how they refuse."""

from __future__ import annotations

import json
from typing import Any

from kijun.cli.main import main


def told(capsys: Any, *words: str) -> Any:
    """What the command prints with --json."""
    code = main([*words, "--json"])
    found = capsys.readouterr()
    assert code == 0, found.err
    return json.loads(found.out)


def printed(capsys: Any, *words: str) -> str:
    """What the command prints for people."""
    code = main([*words])
    found = capsys.readouterr()
    assert code == 0, found.err
    return str(found.out)


def refused(capsys: Any, *words: str) -> tuple[int, str]:
    """The exit code, and what is told on standard error; nothing is printed."""
    code = main([*words])
    found = capsys.readouterr()
    assert found.out == ""
    assert code != 0
    return code, found.err
