import io

import openpyxl
import pytest

from kijun.catalog import read_own_controls, write_template
from kijun.catalog.own_columns import COLUMNS


def template(catalog, own=(), lang="ja"):
    target = io.BytesIO()
    write_template(target, catalog, own, lang)
    return target.getvalue()


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("ja", ["独自の対策", "書き方", "項目", "リスク"]),
        ("en", ["Own controls", "How to fill in", "Topics", "Risks"]),
    ],
)
def test_it_works(catalog, lang, names):
    book = openpyxl.load_workbook(io.BytesIO(template(catalog, lang=lang)))
    assert book.sheetnames == names
    sheet = book[names[0]]
    assert [cell.value for cell in sheet[1]] == [column.name.get(lang) for column in COLUMNS]
    assert sheet.max_row == 1
    assert len(sheet.data_validations.dataValidation) == 6
    assert sheet.freeze_panes == "B2"
    assert not sheet.merged_cells.ranges


def test_an_empty_template_holds_no_control(catalog):
    sheet = read_own_controls(template(catalog), catalog)
    assert sheet.is_valid
    assert sheet.controls == ()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_is_written_reads_back_unchanged(catalog, own, lang):
    sheet = read_own_controls(template(catalog, [own], lang), catalog)
    assert sheet.errors == ()
    assert sheet.controls == (own,)
