import inspect
import subprocess
import sys

import kijun.catalog


def test_every_public_name_is_there_and_documented():
    assert kijun.catalog.__all__ == sorted(kijun.catalog.__all__)
    for name in kijun.catalog.__all__:
        thing = getattr(kijun.catalog, name)
        assert not inspect.ismodule(thing), name
        assert thing.__doc__, name


def test_it_costs_neither_django_nor_excel_nor_schemas():
    code = (
        "import sys, kijun.catalog as c; c.load(); import kijun.catalog.commands\n"
        "print([m for m in ('django', 'openpyxl', 'xlsxwriter', 'jsonschema', 'trestle') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
