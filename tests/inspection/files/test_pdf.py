"""PDF files, read by a process that the kernel ends."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pypdf
import pytest
import typst

import kijun.web
from kijun.inspection.files import (
    DamagedFile,
    EncryptedFile,
    FileLimits,
    LimitMet,
    TookTooLong,
    TookTooMuchMemory,
    TooManyPages,
    TooMuchText,
    extract,
)
from tests.inspection.files.making import docx, paragraph, pdf, shown

FONTS = Path(kijun.web.__path__[0]) / "pdf_fonts"
LETTER = """#set text(font: "Noto Sans JP", lang: "ja")
#set document(title: "通知書", author: "山田太郎")
= 決定通知書
住所　東京都千代田区霞が関一丁目2番3号\\
生年月日 昭和60年4月1日　𠮷野 長い西町の食事
#table(columns: 2, [氏名], [住所], [佐藤花子], [大阪市北区])
#pagebreak()
二ページ目
"""
JAPANESE = (
    "<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/{}/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
    "/BaseFont/HeiseiMin-W3/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>]>>"
)


def drawn(text: bytes) -> bytes:
    return b"BT /F1 12 Tf 50 700 Td <" + text.hex().encode() + b"> Tj ET"


def test_it_works() -> None:
    made = typst.compile(LETTER.encode(), font_paths=[str(FONTS)])
    document = extract(made, "通知.pdf")
    assert document.kind == "pdf"
    found = shown(document)
    assert ("1ページ 2行目", "住所　東京都千代田区霞が関一丁目2番3号") in found
    assert ("2ページ 1行目", "二ページ目") in found
    assert ("作成者・更新者の名前", "山田太郎") in found
    assert ("文書のプロパティ", "通知書") in found
    assert ("しおり", "決定通知書") in found
    assert "昭和60年4月1日　𠮷野 長い西町の食事" in document.text
    assert document.unread == 0


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("90ms-RKSJ-H", "cp932"), ("90msp-RKSJ-H", "cp932"), ("90ms-RKSJ-V", "cp932"), ("EUC-H", "euc_jp"),
     ("UniJIS-UTF16-H", "utf-16-be"), ("UniJIS-UCS2-H", "utf-16-be")],
)  # fmt: skip
def test_the_character_maps_of_japanese_programs(encoding: str, codec: str) -> None:
    made = pdf(drawn("山田太郎ソ表".encode(codec)), font=JAPANESE.format(encoding))
    assert shown(extract(made, "")) == [("1ページ 1行目", "山田太郎ソ表")]


def test_identity_codes_are_read_by_their_table() -> None:
    table = b"1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfchar <0001> <5c71> <0002> <2F65> endbfchar"
    font = JAPANESE.format("Identity-H")[:-2] + "/ToUnicode 10 0 R>>"
    stream = f"<</Length {len(table)}>>stream\n{table.decode()}\nendstream"
    made = pdf(drawn(b"\x00\x01\x00\x02"), font=font, more=(stream,))
    assert extract(made, "").text == "山田"


def test_identity_codes_without_a_table_are_told_of() -> None:
    document = extract(pdf(drawn("山".encode("utf-16-be")), font=JAPANESE.format("Identity-H")), "")
    assert (document.unread, document.unopened) == (1, 1)
    assert document.notes[0].ja.startswith("1ページには、文字として読み取れない部分")


def test_a_font_that_nothing_is_written_in_is_no_loss() -> None:
    assert extract(pdf(b"", font=JAPANESE.format("Identity-H")), "").unopened == 0


def test_pages_without_text_are_told_of_but_not_empty_ones() -> None:
    lines = b"0 0 m 10 10 l S " * 100
    document = extract(pdf(drawn(b"text"), lines, lines, b"", lines), "")
    assert document.unread == 3
    assert document.notes[0].ja.startswith("2–3, 5ページには文字がありません")
    assert document.notes[0].en.startswith("There is no text on page 2–3, 5")


def test_a_file_of_nothing_but_pictures_of_pages_does_not_look_clean() -> None:
    lines = b"0 0 m 10 10 l S " * 100
    assert extract(pdf(lines, lines), "").unopened == 1
    assert extract(pdf(lines, drawn(b"text")), "").unopened == 0
    assert extract(pdf(b""), "").unopened == 0  # an empty page hides nothing


def strings(*given: tuple[int, int, str], encoding: str = "utf-16-be") -> bytes:
    """Strings as ReportLab draws them: each a text of its own that ends with a move to the next line."""
    return b"".join(
        f"BT 1 0 0 1 {x} {y} Tm /F1 11 Tf 13.2 TL <{text.encode(encoding).hex()}> Tj T* ET\n".encode()
        for x, y, text in given
    )


@pytest.mark.parametrize("font", ["UniJIS-UCS2-H", "UniJIS-UTF16-H"])
def test_what_stands_on_one_baseline_is_a_line(font: str) -> None:
    letters, x = [], 50
    for char in "申請者は山本幸子さん、携帯は090-9999-0000です。":
        letters.append((x, 700, char))
        x += 11 if char > "~" else 6
    document = extract(pdf(strings(*letters), font=JAPANESE.format(font)), "")
    assert shown(document) == [("1ページ 1行目", "申請者は山本幸子さん、携帯は090-9999-0000です。")]


def test_latin_letters_set_one_by_one_by_the_widths_of_their_font() -> None:
    widths = {"T": 611, "a": 556, "r": 333, "o": 556, " ": 278, "m": 833, "i": 222}
    letters, x = b"", 50.0
    for char in "Taro i Tarom":
        letters += f"BT 1 0 0 1 {x:.3f} 700 Tm /F1 11 Tf 13.2 TL ({char}) Tj T* ET\n".encode()
        x += widths[char] * 11 / 1000
    assert extract(pdf(letters), "").text == "Taro i Tarom"


def test_rows_of_a_table_are_lines() -> None:
    rows = [
        ("氏名", "宛名番号", "電話"),
        ("山田太郎", "1234567", "0312345678"),
        ("佐藤花子", "2345678", "0322223333"),
    ]
    cells = [
        (x, 700 - 19 * row, text)
        for row, texts in enumerate(rows)
        for x, text in zip((50, 106, 162), texts, strict=True)
    ]
    document = extract(pdf(strings(*cells), font=JAPANESE.format("UniJIS-UCS2-H")), "")
    assert document.text == "\n".join("\t".join(row) for row in rows)


def test_the_widths_that_a_font_gives_its_latin_letters_count() -> None:
    """Glyph 17 of Adobe-Japan1 is 0; pypdf asks for the width of character 48."""
    font = JAPANESE.format("UniJIS-UCS2-H").replace("/DW 1000", "/DW 1000/W[17 26 300]")
    made = pdf(strings((50, 700, "0000"), (68, 700, "山田")), font=font)
    assert extract(made, "").text == "0000 山田"
    assert extract(pdf(strings((50, 700, "0000"), (64, 700, "山田")), font=font), "").text == "0000山田"


def test_columns_of_a_font_for_vertical_writing_are_lines() -> None:
    made = pdf(
        strings((500, 700, "申請者は山田"), (480, 700, "太郎です。")), font=JAPANESE.format("UniJIS-UCS2-V")
    )
    assert extract(made, "").text == "申請者は山田\n太郎です。"


def test_a_page_of_many_pieces_takes_no_longer() -> None:
    pieces = strings(*((n % 100 * 6, 780 - n // 100 * 12, "1") for n in range(10_000)), encoding="ascii")
    start = time.monotonic()
    assert extract(pdf(pieces), "").text.count("1") == 10_000
    assert time.monotonic() - start < 20


def stacked(*columns: str, size: int = 12, step: float = 14, more: bytes = b"") -> bytes:
    """Columns from right to left, each character set by itself as programs for vertical writing do."""
    signs = "".join(
        f"1 0 0 1 {500 - 20 * column} {700 - step * row} Tm <{sign.encode('cp932').hex()}> Tj "
        for column, signs in enumerate(columns)
        for row, sign in enumerate(signs)
        if sign != "　"
    )
    return f"BT /F1 {size} Tf {signs}ET ".encode() + more


def test_characters_that_stand_below_each_other_are_a_line() -> None:
    font = JAPANESE.format("90ms-RKSJ-H")
    turned = b"BT /F1 12 Tf 0 -1 1 0 462 640 Tm (090-1234-5678) Tj ET BT /F1 12 Tf 1 0 0 1 460 550 Tm <82c582b7> Tj ET"
    made = pdf(
        stacked("申請者は山田", "太郎です。", "電話は", more=turned), stacked("氏名　佐藤花子"), font=font
    )
    assert shown(extract(made, "")) == [
        ("1ページ 1行目", "申請者は山田"),
        ("1ページ 2行目", "太郎です。"),
        ("1ページ 3行目", "電話は090-1234-5678です"),
        ("2ページ 1行目", "氏名 佐藤花子"),
    ]


def test_the_brackets_and_stops_of_vertical_writing_are_those_of_everybody() -> None:
    table = b"1 begincodespacerange <0000> <ffff> endcodespacerange 3 beginbfchar <0001> <FE11> <0002> <FE12> <0003> <FE35> endbfchar"
    font = JAPANESE.format("Identity-V")[:-2] + "/ToUnicode 10 0 R>>"
    stream = f"<</Length {len(table)}>>stream\n{table.decode()}\nendstream"
    made = pdf(drawn(b"\x00\x01\x00\x02\x00\x03"), font=font, more=(stream,))
    assert extract(made, "").text == "、。("


def test_characters_that_stand_anywhere_are_told_of() -> None:
    signs = "".join(
        f"1 0 0 1 {50 + 70 * at % 300} {700 - 30 * at} Tm <{sign.encode('cp932').hex()}> Tj "
        for at, sign in enumerate("申請者は山田太郎")
    )
    document = extract(pdf(f"BT /F1 12 Tf {signs}ET".encode(), font=JAPANESE.format("90ms-RKSJ-H")), "")
    assert document.unread == 1
    assert "読み取れない部分" in document.notes[0].ja


def test_beside_a_column_what_is_written_across_stays_lines() -> None:
    across = b"BT /F1 12 Tf 14 TL 50 700 Td " + b" T* ".join(
        b"<" + word.encode("cp932").hex().encode() + b"> Tj" for word in ("本日参りま", "す", "山田太郎")
    )
    made = pdf(stacked("申請者", more=across + b" ET"), font=JAPANESE.format("90ms-RKSJ-H"))
    assert extract(made, "").text == "申請者\n本日参りま\nす\n山田太郎"


def test_a_column_of_figures_and_lines_of_two_are_left_as_they_are() -> None:
    made = pdf(stacked("123456"), font=JAPANESE.format("90ms-RKSJ-H"))
    assert extract(made, "").text == "1\n2\n3\n4\n5\n6"
    rows = b"BT /F1 12 Tf 14 TL 50 700 Td " + b" T* ".join(
        b"<" + word.encode("cp932").hex().encode() + b"> Tj" for word in ("氏名", "山田", "男", "住所", "女")
    )
    made = pdf(rows + b" ET", font=JAPANESE.format("90ms-RKSJ-H"))
    assert extract(made, "").text == "氏名\n山田\n男\n住所\n女"


def test_fields_annotations_links_and_properties() -> None:
    made = pdf(
        drawn(b"text"),
        more=(
            "<</Fields[11 0 R]>>",
            "<</FT/Tx/T(name)/TU(Full name)/V(Suzuki Ichiro)/Type/Annot/Subtype/Widget/Rect[0 0 1 1]>>",
            "<</Type/Annot/Subtype/Text/Contents(see the file)/T(Takahashi)/Rect[0 0 1 1]>>",
            "<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.jp/?token=abc)>>/Rect[0 0 1 1]>>",
            "<</Author(Tanaka)/Title(Roll)/Producer(x)>>",
        ),
        page="/Annots[11 0 R 12 0 R 13 0 R]",
        trailer="/Info 14 0 R",
    )
    assert shown(extract(made, "")) == [
        ("1ページ 1行目", "text"),
        ("1ページの注釈", "see the file"),
        ("1ページの作成者・更新者の名前", "Takahashi"),
        ("1ページのリンク先", "https://example.jp/?token=abc"),
        ("入力欄", "Full name: Suzuki Ichiro"),
        ("作成者・更新者の名前", "Tanaka"),
        ("文書のプロパティ", "Roll"),
    ]


def test_what_a_note_says_in_rich_text_is_read() -> None:
    made = pdf(
        drawn(b"text"),
        more=(
            "",
            "<</Type/Annot/Subtype/FreeText/Contents(Ito)/RC(<body><p><b>Ki</b>mura &amp; co</p><p>Ito</p></body>)/Rect[0 0 1 1]>>",
        ),
        page="/Annots[11 0 R]",
    )
    assert shown(extract(made, ""))[1:] == [("1ページの注釈", "Ito"), ("1ページの注釈", "Kimura & co")]


def written(writer: pypdf.PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_files_inside_are_read_as_files() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(drawn(b"text"))))
    writer.add_attachment("名簿.docx", docx(paragraph("山田")))
    writer.add_attachment("x.zip", b"PK\x05\x06")
    document = extract(written(writer), "")
    assert ("添付「名簿.docx」の段落1", "山田") in shown(document)
    assert (document.unread, document.unopened) == (1, 1)


@pytest.mark.parametrize(("password", "opens"), [("", True), ("secret", False)])
def test_a_password_is_needed_or_not(password: str, opens: bool) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(drawn(b"text"))))
    writer.encrypt(password, "owner", algorithm="AES-256")
    data = written(writer)
    if opens:
        assert extract(data, "").text.startswith("text")
    else:
        with pytest.raises(EncryptedFile):
            extract(data, "")


def test_limits() -> None:
    made = pdf(*[drawn(b"text" * 10)] * 3)
    with pytest.raises(TooManyPages):
        extract(made, "", FileLimits(pages=2))
    with pytest.raises(TooMuchText):
        extract(made, "", FileLimits(characters=100))


def test_a_page_tree_that_lies_about_its_size_is_bounded() -> None:
    made = pdf(*[drawn(b"text")] * 3).replace(b"/Count 3", b"/Count 1")
    with pytest.raises(TooManyPages):
        extract(made, "", FileLimits(pages=2))


@pytest.mark.parametrize("pages", [1, 20])
def test_a_file_that_would_take_minutes_is_ended_in_time(pages: int) -> None:
    """A million drawing commands a kilobyte: between two of them nobody looks at a clock."""
    made = pdf(*[b"BT /F1 1 Tf " + b"()Tj " * (4_000_000 // pages)] * pages)
    assert len(made) < 500_000
    start = time.monotonic()
    with pytest.raises(TookTooLong):
        extract(made, "", FileLimits(seconds=2))
    assert time.monotonic() - start < 5


def test_memory_is_bounded_by_the_kernel() -> None:
    commands = b"BT (" + b"a" * 60_000_000 + b") Tj ET"
    with pytest.raises(LimitMet) as caught:
        extract(pdf(commands), "", FileLimits(pdf_memory=250_000_000))
    assert isinstance(caught.value, TookTooMuchMemory)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + os.urandom(500),
        pdf(drawn(b"text")).replace(b"/Kids[100 0 R]", b"/Kids[2 0 R]"),
        pdf(drawn(b"text")).replace(b"/Pages 2 0 R", b"/Pages 1 0 R"),
    ],
)
def test_broken_files(data: bytes) -> None:
    with pytest.raises(DamagedFile):
        extract(data, "a.pdf")


def test_a_file_that_lost_its_table_is_still_read() -> None:
    made = pdf(drawn(b"text"))
    assert extract(made[: made.index(b"xref")] + made[made.index(b"trailer") :], "").text == "text"


def test_nothing_of_our_environment_reaches_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    run = subprocess.run

    def spy(*given: object, **named: object) -> object:
        seen.update(named)
        return run(*given, **named)  # type: ignore[call-overload]

    monkeypatch.setenv("KIJUN_SECRET", "x")
    monkeypatch.setattr(subprocess, "run", spy)
    extract(pdf(drawn(b"text")), "")
    assert set(seen["env"]) == {"PYTHONPATH", "PYTHONUTF8"}  # type: ignore[call-overload]
    assert seen["cwd"] == "/"


def test_the_worker_ends_with_its_limits_when_nobody_waits(tmp_path: Path) -> None:
    worker = Path(sys.modules["kijun.inspection.files.pdf"].__file__ or "").with_name("pdf_worker.py")
    order = b'{"characters": 1, "pages": 1, "bytes": 1, "memory": 1000000000, "seconds": 0}\n'
    with subprocess.Popen(
        [sys.executable, "-P", str(worker)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(order)
        process.stdin.flush()
        assert process.wait(timeout=20) < 0
