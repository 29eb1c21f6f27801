"""Word files: text, and everything beside, under and behind it."""

from __future__ import annotations

import io

import docx as python_docx

from kijun.inspection.files import extract
from tests.inspection.files.making import docx, docx_parts, paragraph, shown, word_part, xlsx, zipped


def test_it_works() -> None:
    target = io.BytesIO()
    made = python_docx.Document()
    made.add_heading("決定通知", 1)
    words = made.add_paragraph("氏名 ")
    words.add_run("山田").bold = True
    words.add_run("太郎")
    table = made.add_table(2, 2)
    for at, text in enumerate(("氏名", "住所", "佐藤花子", "大阪市\n北区")):
        table.cell(at // 2, at % 2).text = text
    made.sections[0].header.paragraphs[0].text = "取扱注意"
    made.core_properties.author = "作成 者"
    made.save(target)

    document = extract(target.getvalue(), "通知.docx")
    assert document.kind == "docx"
    assert document.text.startswith(
        "決定通知\n氏名 山田太郎\n氏名\t住所\n佐藤花子\t大阪市 北区\n取扱注意\n作成 者"
    )
    at = document.text.index("佐藤")
    assert document.place_of(at, at + 4).words.ja == "表1の2行目 1列目"
    assert ("段落2", "氏名 山田太郎") in shown(document)
    assert ("ヘッダー1", "取扱注意") in shown(document)
    assert ("作成者・更新者の名前", "作成 者") in shown(document)


def test_deleted_text_stands_apart_from_what_replaced_it() -> None:
    body = (
        '<w:p><w:r><w:t>担当 </w:t></w:r><w:del w:id="1" w:author="鈴木"><w:r><w:delText>山田</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="鈴木"><w:r><w:t>佐藤</w:t></w:r></w:ins>'
        "<w:moveFrom w:id='3'><w:r><w:t>移した</w:t></w:r></w:moveFrom></w:p>"
    )
    document = extract(docx(body), "")
    assert shown(document) == [
        ("段落1", "担当 佐藤"),
        ("段落1の削除された文字（変更履歴）", "山田移した"),
        ("作成者・更新者の名前", "鈴木"),
    ]
    assert "変更履歴" in document.notes[0].ja


def test_notes_comments_and_footers() -> None:
    document = extract(
        docx(
            paragraph("本文"),
            ("footnotes", "footnotes.xml"),
            ("endnotes", "endnotes.xml"),
            ("comments", "comments.xml"),
            ("footer", "footer1.xml"),
            ("people", "people.xml"),
            ("hyperlink", "https://example.jp/?token=abc"),
            more={
                "word/footnotes.xml": word_part(
                    "footnotes",
                    f'<w:footnote w:type="separator" w:id="-1">{paragraph("")}</w:footnote>'
                    f'<w:footnote w:id="1">{paragraph("一つ目")}</w:footnote><w:footnote w:id="2">{paragraph("二つ目")}</w:footnote>',
                ),
                "word/endnotes.xml": word_part(
                    "endnotes", f'<w:endnote w:id="1">{paragraph("文末")}</w:endnote>'
                ),
                "word/comments.xml": word_part(
                    "comments", f'<w:comment w:id="0" w:author="高橋">{paragraph("確認を")}</w:comment>'
                ),
                "word/footer1.xml": word_part("ftr", paragraph("下")),
                "word/people.xml": word_part("people", '<w:person w:author="伊藤"/>'),
            },
        ),
        "",
    )
    assert shown(document) == [
        ("段落1", "本文"),
        ("脚注1", "一つ目"),
        ("脚注2", "二つ目"),
        ("文末脚注1", "文末"),
        ("コメント1", "確認を"),
        ("フッター1", "下"),
        ("作成者・更新者の名前", "高橋"),
        ("作成者・更新者の名前", "伊藤"),
        ("リンク先", "https://example.jp/?token=abc"),
    ]


def test_a_text_box_is_read_once_though_it_stands_there_twice() -> None:
    box = f"<w:txbxContent>{paragraph('箱の中')}</w:txbxContent>"
    body = (
        f"<w:p><w:r><w:t>外</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert shown(extract(docx(body), "")) == [("段落1", "外"), ("段落1の図形・テキストボックス", "箱の中")]


def test_boxes_and_empty_paragraphs_do_not_count_as_paragraphs() -> None:
    box = f"<w:pict><w:txbxContent>{paragraph('箱一')}{paragraph('箱二')}</w:txbxContent></w:pict>"
    deleted = '<w:p><w:del w:id="1"><w:r><w:delText>消した</w:delText></w:r></w:del></w:p>'
    inner = f"<w:txbxContent>{deleted}</w:txbxContent>"
    body = (
        f"{paragraph('一')}<w:p/><w:p><w:r><w:t>二</w:t></w:r><w:r>{box}</w:r><w:r><w:t>の続き</w:t></w:r></w:p>"
        f"<w:p><w:r>{box}</w:r><w:r>{inner}</w:r></w:p>{paragraph('三')}"
    )
    assert shown(extract(docx(body), "")) == [
        ("段落1", "一"),
        ("段落2", "二の続き"),
        ("段落2の図形・テキストボックス", "箱一"),
        ("段落2の図形・テキストボックス", "箱二"),
        ("段落2の図形・テキストボックス", "箱一"),
        ("段落2の図形・テキストボックス", "箱二"),
        ("段落2の削除された文字（変更履歴）", "消した"),
        ("段落3", "三"),
    ]


def test_cells_that_reach_over_columns_keep_values_under_their_heads() -> None:
    def cell(text: str, span: str = "") -> str:
        return f"<w:tc><w:tcPr>{span}</w:tcPr>{paragraph(text)}</w:tc>"

    wrong = '<w:gridSpan w:val="x"/>'
    two = '<w:gridSpan w:val="2"/><w:tcPrChange><w:tcPr><w:gridSpan w:val="9"/></w:tcPr></w:tcPrChange>'
    body = (
        f"<w:tbl><w:tr>{cell('氏名', two)}{cell('宛名番号')}{cell('文書番号')}</w:tr>"
        f"<w:tr>{''.join(map(cell, ('山田', '太郎', '1234567', '7654321')))}</w:tr>"
        f"<w:tr><w:trPr><w:gridBefore w:val='2'/></w:trPr>{cell('2345678')}{cell('8765432', wrong)}</w:tr>"
        "</w:tbl>"
    )
    document = extract(docx(body), "")
    assert document.text == "氏名\t\t宛名番号\t文書番号\n山田\t太郎\t1234567\t7654321\n\t\t2345678\t8765432"
    assert ("表1の1行目 3列目", "宛名番号") in shown(document)
    assert ("表1の3行目 3列目", "2345678") in shown(document)


def test_merged_cells_of_python_docx() -> None:
    made = python_docx.Document()
    table = made.add_table(2, 4)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "氏名"
    for column, text in enumerate(("宛名番号", "文書番号"), 2):
        table.cell(0, column).text = text
    for column, text in enumerate(("山田", "太郎", "1234567", "7654321")):
        table.cell(1, column).text = text
    target = io.BytesIO()
    made.save(target)
    assert extract(target.getvalue(), "").text.startswith(
        "氏名\t\t宛名番号\t文書番号\n山田\t太郎\t1234567\t7654321"
    )


def test_readings_fields_and_alternative_text_do_not_break_a_word() -> None:
    body = (
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"
        "<w:r><w:ruby><w:rt><w:r><w:t>やまだ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>山田</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        '<w:r><w:instrText> HYPERLINK "mailto:a@example.jp" </w:instrText></w:r>'
        "<w:r><w:t>太郎</w:t><w:tab/><w:t>様</w:t><w:br/><w:t>次</w:t><w:noBreakHyphen/></w:r>"
        '<w:r><w:drawing><w:docPr descr="顔写真"/></w:drawing></w:r></w:p>'
    )
    assert shown(extract(docx(body), "")) == [
        ("段落1", "山田太郎\t様\n次-"),
        ("段落1のフィールドコード", 'HYPERLINK "mailto:a@example.jp"'),
        ("段落1のふりがな", "やまだ"),
        ("段落1の代替テキスト", "顔写真"),
    ]


def test_a_watermark_is_read() -> None:
    art = '<w:pict><v:shape xmlns:v="v" id="PowerPlusWaterMarkObject1" alt="社外秘の印"><v:textpath string="部外秘"/></v:shape></w:pict>'
    document = extract(
        docx(
            f"<w:p><w:r>{art}</w:r></w:p>",
            ("header", "header1.xml"),
            more={"word/header1.xml": word_part("hdr", f"<w:p><w:r>{art}</w:r></w:p>")},
        ),
        "",
    )
    assert shown(document) == [
        ("段落1の代替テキスト", "社外秘の印"),
        ("段落1の図形・テキストボックス", "部外秘"),
        ("代替テキスト1", "社外秘の印"),
        ("ヘッダー1", "部外秘"),
    ]


def test_choices_and_help_of_forms_are_read() -> None:
    body = (
        '<w:p><w:pPr><w:tag w:val="x"/></w:pPr><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="n"/>'
        '<w:helpText w:type="text" w:val="渡辺の電話 090-1234-5678"/><w:ddList><w:default w:val="山田"/><w:listEntry w:val="高橋一郎"/>'
        '</w:ddList></w:ffData></w:fldChar></w:r><w:bookmarkStart w:name="_GoBack"/><w:bookmarkStart w:name="清水五月"/></w:p>'
        '<w:sdt><w:sdtPr><w:alias w:val="担当"/><w:dropDownList><w:listItem w:displayText="井上二郎" w:value="1"/>'
        f'<w:listItem w:displayText="佐藤" w:value="佐藤"/></w:dropDownList></w:sdtPr><w:sdtContent>{paragraph("内容")}</w:sdtContent></w:sdt>'
    )
    assert [text for _, text in shown(extract(docx(body), ""))] == [
        *("渡辺の電話 090-1234-5678", "山田", "高橋一郎", "清水五月", "担当", "井上二郎", "1", "佐藤", "内容")
    ]


def test_variables_and_sources_of_form_letters_are_read() -> None:
    settings = '<w:docVars><w:docVar w:name="v" w:val="伊藤四郎"/></w:docVars><w:mailMerge><w:query w:val="名簿"/></w:mailMerge>'
    document = extract(
        docx(
            paragraph("本文"),
            ("settings", "settings.xml"),
            more={"word/settings.xml": word_part("settings", settings)},
        ),
        "",
    )
    assert shown(document)[1:] == [("画面に出ないデータ", "伊藤四郎"), ("画面に出ないデータ", "名簿")]


def test_a_table_in_a_table_stays_in_its_cell() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('内1')}</w:tc><w:tc>{paragraph('内2')}</w:tc></w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{paragraph('外')}{inner}</w:tc><w:tc>{paragraph('右')}</w:tc></w:tr></w:tbl>"
    assert extract(docx(body), "").text == "外 内1 内2\t右"


def test_properties_custom_xml_and_inner_workbooks() -> None:
    parts = docx_parts(
        paragraph("本文"),
        about=(("extended-properties", "docProps/app.xml"), ("custom-properties", "docProps/custom.xml")),
        more={
            "docProps/app.xml": "<Properties><Application>Word</Application><Manager>部長</Manager><Company>市</Company></Properties>",
            "docProps/custom.xml": "<Properties><property><lpwstr>起案者 山田</lpwstr></property></Properties>",
            "customXml/item1.xml": "<root><宛名>佐藤</宛名></root>",
            "word/embeddings/Sheet1.xlsx": xlsx('<row r="1"><c t="str"><v>元データ</v></c></row>'),
        },
    )
    assert shown(extract(zipped(parts), "")) == [
        ("段落1", "本文"),
        ("作成者・更新者の名前", "部長"),
        ("文書のプロパティ", "市"),
        ("文書のプロパティ", "起案者 山田"),
        ("画面に出ないデータ", "佐藤"),
        ("添付「Sheet1.xlsx」のシート「名簿」の名前", "名簿"),
        ("添付「Sheet1.xlsx」のシート「名簿」のA1", "元データ"),
    ]
