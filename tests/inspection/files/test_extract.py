"""Any bytes give a document or a refusal, and a refusal tells nothing of them."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import traceback
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kijun.inspection.files import (
    DamagedFile,
    Document,
    FileError,
    FileLimits,
    FileTooLarge,
    extract,
    reading,
)
from tests.inspection.files.making import docx, paragraph, pdf, pptx, slide, xlsx

LIMITS = FileLimits(seconds=5, characters=100_000, unpacked=10_000_000)
NAMES = st.sampled_from(["", "a.txt", "a.csv", "a.json", "a.html", "a.eml", "a.docx", "a.xlsx", "a.pdf"])

OUR_FAULTS = ("AssertionError", "TypeError", "AttributeError", "NameError", "IndexError", "KeyError")


def _mail() -> bytes:
    message = EmailMessage()
    message["From"] = "山田 <a@example.jp>"
    message["Subject"] = "件名"
    message.set_content("本文", charset="iso-2022-jp")
    message.add_alternative("<p>本文</p>", subtype="html")
    message.add_attachment(docx(paragraph("中")), maintype="a", subtype="b", filename="中.docx")
    return message.as_bytes()


SEEDS = [
    docx(f"{paragraph('山田')}<w:tbl><w:tr><w:tc>{paragraph('氏名')}</w:tc></w:tr></w:tbl>"),
    xlsx('<row r="1"><c r="A1" t="inlineStr"><is><t>山田</t></is></c><c s="0"><v>45000</v></c></row>'),
    pptx(slide("山田")),
    _mail(),
    "<html><table><tr><td>山田</table><!-- x --><script>a</script>".encode(),
    '氏名,"住所"\n山田,東京\n'.encode("cp932"),
    "山田太郎".encode("iso-2022-jp"),
]


def assert_sound(document: Document) -> None:
    """Pieces lie in the text, in order, and each has a place that people can read."""
    end = 0
    for piece in document.pieces:
        assert end <= piece.start < piece.end <= len(document.text)
        end = piece.end
        assert piece.place.words.ja
        assert piece.place.words.en
    document.text.encode("utf-8")


def tried(data: bytes, name: str) -> None:
    refusal = None
    try:
        assert_sound(extract(data, name, LIMITS))
    except FileError as error:
        refusal = error
    if refusal is not None:
        assert refusal.message.ja
        assert refusal.__context__ is None
        assert refusal.cause.split(" at ")[0] not in OUR_FAULTS


@given(st.binary(max_size=400), NAMES)
def test_any_bytes(data: bytes, name: str) -> None:
    if not data.lstrip().startswith(b"%PDF"):
        tried(data, name)


@given(st.text(max_size=200), NAMES, st.sampled_from(["utf-8", "utf-16", "cp932", "euc_jp", "iso2022_jp"]))
def test_any_text(text: str, name: str, encoding: str) -> None:
    tried(text.encode(encoding, "replace"), name)


@given(st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_files_that_were_tampered_with(data: st.DataObject) -> None:
    file = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(file) - 1)))
        match data.draw(st.sampled_from(["flip", "cut", "double", "insert"])):
            case "flip":
                file[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            case "cut":
                del file[at : at + data.draw(st.integers(1, 40))]
            case "double":
                file[at:at] = file[at : at + 60]
            case "insert":
                file[at:at] = data.draw(st.binary(max_size=8))
    tried(bytes(file), data.draw(NAMES))


@given(st.text(alphabet='<>/wptrc:tbl=" &;!-[]?\u5c71', max_size=120))
def test_any_markup_in_a_word_file(text: str) -> None:
    tried(docx(text), "")


@pytest.mark.slow
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=30))
@settings(max_examples=15)
def test_tampered_pdf_files(at: int, noise: bytes) -> None:
    made = bytearray(pdf(b"BT /F1 12 Tf (text) Tj ET"))
    at %= len(made)
    made[at : at + len(noise)] = noise
    tried(bytes(made), "a.pdf")


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(FileTooLarge, match="10 bytes"):
        extract(b"x" * 11, "", FileLimits(bytes=10))


def test_what_nobody_thought_of_is_a_refusal_without_content(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(data: bytes, name: str, collector: object) -> str:
        raise KeyError("秘密の内容")

    monkeypatch.setattr("kijun.inspection.files.read", fails)
    with caplog.at_level(logging.DEBUG), pytest.raises(DamagedFile) as caught:
        extract("秘密の内容".encode(), "秘密.txt")
    assert caught.value.cause.startswith("KeyError at test_extract.py:")
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value.message)
    assert "秘密" not in told.replace('extract("秘密の内容".encode(), "秘密.txt")', "")
    assert not caplog.records


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_running_out_is_a_limit(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fails(*_: object) -> str:
        raise error

    monkeypatch.setattr("kijun.inspection.files.read", fails)
    with pytest.raises(FileError):
        extract(b"", "")
    assert reading.read is not fails


def test_threads_do_not_meet() -> None:
    found: list[str] = []
    seeds = [(docx(paragraph(f"文{at}")), f"文{at}") for at in range(16)]

    def one(data: bytes, expected: str) -> None:
        if extract(data, "").text == expected:
            found.append(expected)

    threads = [threading.Thread(target=one, args=seed) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16


def test_importing_loads_no_reader() -> None:
    """A gateway that never sees a file pays for none; what the rest of the package loads is its own affair."""
    code = (
        "import sys, kijun.inspection.files\n"
        "ours = {f'kijun.inspection.files.{name}' for name in ('office', 'pdf', 'mail', 'markup', 'package', 'decoding')}\n"
        "print(sorted((ours | {'pypdf', 'openpyxl', 'django'}) & set(sys.modules)))"
    )
    root = Path(reading.__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root)},
        check=True,
    )
    assert done.stdout.strip() == "[]"
