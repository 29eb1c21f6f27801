"""Encodings of Japanese text, found by content."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kijun.inspection.files import UnknownFile
from kijun.inspection.files.decoding import decode, decode_iso_2022_jp

LETTER = (
    "山田太郎様\r\n東京都千代田区霞が関の住民票の写しについて、ご連絡します。電話は03-1234-5678です。\r\n"
)
ROLL = "氏名,住所\r\n山田太郎,東京都千代田区\r\n佐藤花子,大阪市北区\r\n"
HALF = "ﾔﾏﾀﾞ ﾀﾛｳ\r\nｻﾄｳ ﾊﾅｺ\r\nﾄｳｷﾖｳﾄﾁﾖﾀﾞｸ ｶｽﾐｶﾞｾｷ 1-2-3\r\n"


@pytest.mark.parametrize("text", [LETTER, ROLL, "山田太郎"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp", "utf-32"]
)
def test_it_works(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_shows_itself_by_its_line_ends(encoding: str) -> None:
    assert decode(LETTER.encode(encoding)).text == LETTER


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["申請者は山田太郎さんです。部外秘", "一丁目　一番\n", "部外秘", "名簿\r\n", "John Smith"]
)
def test_short_utf_16_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


def test_a_name_alone_in_utf_16_without_a_mark() -> None:
    assert decode("山田太郎".encode("utf-16-le")).text == "山田太郎"


@pytest.mark.parametrize("text", ["髙橋﨑山", "B0C0D0E0", "10203040", "ﾔﾏﾀﾞﾀﾛｳ", "Réponse à tous", "鄧小平様"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "cp1252"])
def test_short_texts_in_other_codes_are_not_taken_for_utf_16(text: str, encoding: str) -> None:
    with contextlib.suppress(UnicodeEncodeError):
        assert decode(text.encode(encoding)).encoding != "utf-16-le"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
@pytest.mark.parametrize("at", [0, 20, 21])
@pytest.mark.parametrize("padding", ["", " "])
def test_a_zero_byte_hides_nothing(encoding: str, at: int, padding: str) -> None:
    text = "申請者は山田太郎さん、電話は090-1234-5678です。" + padding
    data = text.encode(encoding)
    found = decode(data[:at] + b"\x00" + data[at:])
    assert (found.text, found.zeros) == (text, 1)


def test_the_padded_end_of_a_file_is_left_out_and_a_head_before_nothing_is_no_text() -> None:
    assert decode(ROLL.encode("cp932") + bytes(500)).text == ROLL
    with pytest.raises(UnknownFile):
        decode(b"\x01\x02AB" + bytes(500))


def test_utf_16_of_another_script_shows_itself_by_its_spaces() -> None:
    text = "Добрый день, это письмо. "
    assert decode(text.encode("utf-16-le")).text == text


@pytest.mark.parametrize("text", [HALF, "ﾔﾏﾀﾞ", "①㈱髙﨑", "～∥－"])
def test_what_only_windows_writes(text: str) -> None:
    assert decode(text.encode("cp932")).text == text


def test_iso_2022_jp_of_windows() -> None:
    """Half-width katakana by ESC ( I, ① and 髙 by rows that the standard leaves empty."""
    mail = b"\x1b$B;3ED\x1b(B \x1b(I6]\x1b(B \x1b$B-!|b\x1b(J\\"
    assert decode_iso_2022_jp(mail) == "山田 ｶﾝ ①髙\\"
    assert decode_iso_2022_jp(b"\x1b$(D0!\x1b(B") == "丂"
    assert decode(mail).encoding == "iso-2022-jp"


def test_iso_2022_jp_that_is_broken_is_no_error() -> None:
    assert decode_iso_2022_jp(b"\x1b$B;3E\x1b(Bx\xff") == "山\ufffdx\ufffd"
    assert decode_iso_2022_jp(b"\x1b$B;3\nabc") == "山\nabc"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_iso_2022_jp_with_a_foot_in_another_code(encoding: str) -> None:
    data = "本文です。\n".encode("iso2022_jp") + "配信停止はこちら\n".encode(encoding)
    assert decode(data).text == "本文です。\n配信停止はこちら\n"


def test_an_escape_of_a_terminal_makes_no_other_code() -> None:
    text = "\x1b(B山田太郎さん\n"
    assert decode(text.encode()).text == text


def test_high_bytes_within_iso_2022_jp_are_no_error() -> None:
    assert decode_iso_2022_jp(b"\x1b$B;3\xff!\x1b(B") == "山\ufffd"


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(UnknownFile):
        decode(data).text.encode("utf-8")
    decode_iso_2022_jp(b"\x1b$B" + data)


def test_a_few_broken_bytes_are_forgiven_and_counted() -> None:
    data = LETTER.encode("cp932") * 3
    assert decode(data[:-4] + b"\x81").broken == 1
    assert decode(LETTER.encode()[:-3]).broken <= 1
    assert decode(codecs.BOM_UTF16_LE + LETTER.encode("utf-16-le") + b"\x00").broken == 1


@pytest.mark.parametrize("cut", [1, 2])
def test_utf_8_that_ends_inside_a_character(cut: int) -> None:
    text = "申請者は山田太郎さんです。"
    found = decode(text.encode()[:-cut])
    assert (found.text, found.broken) == (text[:-1] + "\ufffd", 1)


def test_european_text() -> None:
    text = "José Müller, Ação Social – São Paulo, informação sobre residência. " * 3
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03",
        b"abc\x00def",
        bytes(range(256)),
        b"\x01\x02\x03\x04text",
        codecs.BOM_UTF16_LE + b"\x00\xd8" * 20,
    ],
)
def test_what_is_no_text(data: bytes) -> None:
    with pytest.raises(UnknownFile):
        decode(data)


@given(st.text(alphabet=st.characters(codec="cp932", categories=["Lo", "Nd", "Ll"]), max_size=80))
def test_utf_8_is_never_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode()).text == text
