"""The package as others import it."""

from __future__ import annotations

import inspect
import subprocess
import sys

import kijun.inspection


def test_every_public_name_is_there_and_documented() -> None:
    assert kijun.inspection.__all__ == sorted(kijun.inspection.__all__)
    for name in kijun.inspection.__all__:
        thing = getattr(kijun.inspection, name)
        assert not inspect.ismodule(thing), name
        assert thing.__doc__, name


def test_it_costs_neither_django_nor_readers_of_files() -> None:
    code = (
        "import sys, kijun.inspection as i; i.Inspector().inspect('山田太郎'); import kijun.inspection.commands\n"
        "names = ('django', 'pypdf', 'openpyxl', 'docx', 'jinja2', 'asyncio')\n"
        "print([name for name in names if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
    assert out.stderr == ""
