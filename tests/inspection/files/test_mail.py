"""Mails as municipalities send them."""

from __future__ import annotations

import binascii
import io
from email.message import EmailMessage

import pypdf
import pytest

from kijun.inspection.files import FileLimits, NestedTooDeep, TooMuchText, UnpacksTooLarge, extract
from tests.inspection.files.making import docx, paragraph, shown, xlsx, zipped


def mail(text: str = "お世話になります。\n山田です。", charset: str = "iso-2022-jp") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "山田太郎 <yamada@example.jp>"
    message["To"] = "佐藤花子 <sato@example.jp>"
    message["Subject"] = "名簿の送付について"
    message.set_content(text, charset=charset)
    return message


def locked() -> bytes:
    """A PDF file that asks for a password."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", "owner", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize("charset", ["iso-2022-jp", "utf-8", "cp932"])
def test_it_works(charset: str) -> None:
    document = extract(mail(charset=charset).as_bytes(), "a.eml")
    assert document.kind == "eml"
    assert shown(document) == [
        ("差出人・宛先", "山田太郎 <yamada@example.jp>"),
        ("差出人・宛先", "佐藤花子 <sato@example.jp>"),
        ("件名", "名簿の送付について"),
        ("本文 1行目", "お世話になります。"),
        ("本文 2行目", "山田です。"),
    ]


def test_every_header_of_a_name_is_read_and_those_of_a_mail_that_was_sent_on() -> None:
    data = (
        "Received: by a\nReceived: by b\nTo: 佐藤花子 <h@example.jp>\nTo: 山田太郎 <taro@example.jp>\nSubject: x\n"
        "Subject: 高橋一郎様の件\nResent-To: 渡辺三郎 <w@example.jp>\nCc: 佐藤花子 <h@example.jp>\n"
        "Disposition-Notification-To: 伊藤四郎 <i@example.jp>\nMIME-Version: 1.0\n\n本文\n"
    )
    assert shown(extract(data.encode(), "a.eml")) == [
        ("差出人・宛先", "佐藤花子 <h@example.jp>"),
        ("差出人・宛先", "山田太郎 <taro@example.jp>"),
        ("差出人・宛先", "渡辺三郎 <w@example.jp>"),
        ("差出人・宛先", "伊藤四郎 <i@example.jp>"),
        ("件名", "x"),
        ("件名", "高橋一郎様の件"),
        ("本文 1行目", "本文"),
    ]


def test_bodies_and_attachments_of_every_kind() -> None:
    message = mail()
    message.add_alternative("<p>HTML<b>の</b>本文</p>", subtype="html")
    for name, data in (
        ("名簿.csv", "氏名,住所\n鈴木,東京\n".encode("cp932")),
        ("通知.docx", docx(paragraph("決定"))),
        ("表.xlsx", xlsx('<row r="3"><c r="B3"><v>1</v></c></row>')),
    ):
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    found = shown(extract(message.as_bytes(), "a.eml"))
    for expected in (
        ("HTML本文 1行目", "HTMLの本文"),
        ("ファイル名", "名簿.csv"),
        ("添付「名簿.csv」の2行目 1列目", "鈴木"),
        ("添付「通知.docx」の段落1", "決定"),
        ("添付「表.xlsx」のシート「名簿」のB3", "1"),
    ):
        assert expected in found


def test_a_forwarded_mail_has_its_attachments_too() -> None:
    inner = mail("転送された本文")
    inner.add_attachment("中の文字".encode(), maintype="text", subtype="plain", filename="memo.txt")
    outer = mail()
    outer.add_attachment(inner)
    found = shown(extract(outer.as_bytes(), "a.eml"))
    assert ("添付「1.eml」の添付「memo.txt」の1行目", "中の文字") in found


def test_what_cannot_be_read_is_told_of_and_the_rest_is_read() -> None:
    message = mail()
    message.add_attachment(zipped({"a": "b"}), maintype="application", subtype="zip", filename="暗号.zip")
    message.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="顔.png")
    document = extract(message.as_bytes(), "a.eml")
    assert document.unread == 2
    assert [note.ja.partition(":")[0] for note in document.notes] == ["添付「暗号.zip」", "添付「顔.png」"]
    assert ("本文 2行目", "山田です。") in shown(document)


@pytest.mark.parametrize(
    ("name", "data", "unopened"),
    [
        ("名簿.pdf", locked(), 1),
        ("名簿.xlsx", xlsx('<row r="1"><c><v>1</v></c></row>')[:-40], 1),
        ("名簿.xlsx", bytes(range(256)) * 4, 1),
        ("名簿.zip", zipped({"名簿.csv": "山田"}), 1),
        ("名簿.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), 1),
        ("smime.p7m", b"\x30\x80\x06\x09" + bytes(range(256)), 1),
        ("winmail.dat", b"\x78\x9f\x3e\x22\x01\x00\x06\x90" + bytes(range(256)), 1),
        ("名簿.xdw", b"\x60\x0e\x82\x03" + bytes(range(256)), 1),
        ("名簿.accdb", b"\x00\x01\x00\x00Standard ACE DB\x00" + bytes(range(256)), 1),
        (
            "名簿.tar",
            b"a.txt".ljust(257, b"\x00") + b"ustar\x0000" + bytes(247) + b"text".ljust(512, b"\x00"),
            1,
        ),
        ("図.vsdx", zipped({"[Content_Types].xml": "<Types/>", "visio/document.xml": "<a/>"}), 1),
        ("名簿", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), 1),
        ("顔.png", b"\x89PNG\r\n" + bytes(99), 0),
        ("声.mp3", b"ID3\x04" + bytes(range(256)), 0),
        ("smime.p7s", b"\x30\x80\x06\x09" + bytes(range(256)), 0),
        ("名簿.docx", docx(paragraph("山田")), 0),
    ],
)
def test_files_with_text_that_could_not_be_opened_are_told_from_pictures(
    name: str, data: bytes, unopened: int
) -> None:
    message = mail()
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    forwarding = mail()
    forwarding.add_attachment(message)
    assert extract(message.as_bytes(), "a.eml").unopened == unopened
    assert extract(forwarding.as_bytes(), "a.eml").unopened == unopened


@pytest.mark.parametrize(
    ("content_type", "unopened"),
    [("audio/mp3", 0), ("application/pkcs7-signature", 0), ("application/octet-stream", 1)],
)
def test_of_files_without_a_name_the_label_says_whether_they_hold_text(
    content_type: str, unopened: int
) -> None:
    main, _, sub = content_type.partition("/")
    message = mail()
    message.add_attachment(b"\x30\x80\x06\x09" + bytes(range(256)), maintype=main, subtype=sub)
    assert extract(message.as_bytes(), "a.eml").unopened == unopened


def test_a_label_that_its_content_belies_is_not_believed() -> None:
    message = mail()
    message.add_attachment(docx(paragraph("隠した")), maintype="text", subtype="plain", disposition="inline")
    found = shown(extract(message.as_bytes(), "a.eml"))
    assert "隠した" in [text for _, text in found]


def test_mails_in_mails_are_bounded() -> None:
    message = mail()
    for _ in range(5):
        outer = mail()
        outer.add_attachment(message)
        message = outer
    with pytest.raises(NestedTooDeep):
        extract(message.as_bytes(), "a.eml")


def test_a_bomb_in_an_attachment_refuses_the_mail() -> None:
    message = mail()
    bomb = docx(paragraph("あ") + " " * 30_000_000)
    message.add_attachment(bomb, maintype="application", subtype="octet-stream", filename="a.docx")
    with pytest.raises(UnpacksTooLarge):
        extract(message.as_bytes(), "a.eml")


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encoded_bodies_cannot_grow_beyond_the_limit(encoding: str) -> None:
    data = f"Subject: x\nContent-Transfer-Encoding: {encoding}\n\n".encode() + b"QUFB" * 1_000_000
    with pytest.raises(TooMuchText):
        extract(data, "a.eml", FileLimits(characters=100_000))


def test_old_mailers_write_headers_as_they_are() -> None:
    data = "From: 山田 <a@example.jp>\r\nSubject: 件名\r\n\r\n本文".encode("cp932")
    assert extract(data, "a.eml").text == "山田 <a@example.jp>\n件名\n本文"


HEAD = b"From: a@example.jp\nSubject: x\nMIME-Version: 1.0\n"
ARMOUR = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: text/plain\n\n" + ARMOUR,
        b"Content-Type: text/plain\n\nHello\n> " + ARMOUR.replace(b"\n", b"\n> "),
        b"Content-Type: text/html\n\n<pre>" + ARMOUR + b"</pre>",
        b"Content-Type: application/octet-stream; name=e.asc\n\n" + ARMOUR,
        b"Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
        b"--b\nContent-Type: application/octet-stream; name=e.asc\n\n" + ARMOUR + b"--b--\n",
        b"Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
        b"--b\nContent-Type: application/octet-stream\n\nhQEMA\n--b--\n",
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
        b"Content-Transfer-Encoding: base64\n\neHh4eHh4\n",
        b"Content-Type: application/x-pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA/wA=\n",
    ],
)
def test_what_is_encrypted_is_not_opened(data: bytes) -> None:
    document = extract(HEAD + data, "a.eml")
    assert (document.unread, document.unopened) == (1, 1)
    assert any("パスワードなどで保護" in note.ja or "種類" in note.ja for note in document.notes)


def test_what_is_signed_only_or_stands_beside_what_is_encrypted_is_read() -> None:
    signed = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\n0 body\n"
    assert extract(HEAD + signed, "a.eml").unopened == 0
    part = (
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n"
        b"Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nhQEMA\n--b--\n"
        b"--a\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nHello Taro\n--c--\n--a--\n"
    )
    document = extract(HEAD + part, "a.eml")
    assert document.unopened == 1
    assert ("本文 1行目", "Hello Taro") in shown(document)


def uuencoded(data: bytes) -> bytes:
    return b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)) + b"`\nend\n"


def test_a_file_that_stands_in_the_text_is_opened() -> None:
    text = "佐藤花子さん、090-2222-3333。" * 5
    body = b"\nhello\nbegin 644 =?utf-8?B?5bGxLnR4dA==?=\n" + uuencoded(text.encode()) + b"bye\n"
    found = shown(extract(HEAD + body, "a.eml"))
    lines = len(uuencoded(text.encode()).splitlines())
    assert found[2:] == [
        ("本文 1行目", "hello"),
        (f"本文 {3 + lines}行目", "bye"),
        ("ファイル名", "山.txt"),
        ("添付「山.txt」の1行目", text),
    ]


def test_a_picture_that_stands_in_the_text_is_told_of_and_words_are_words() -> None:
    document = extract(HEAD + b"\nbegin 644 a.png\n" + uuencoded(b"\x89PNG\r\n" + bytes(90)), "a.eml")
    assert (document.unread, document.unopened) == (1, 0)
    text = "begin 644 a.txt\nTaro Yamada says hello\nend"
    assert text in extract(HEAD + b"\n" + text.encode(), "a.eml").text


def test_the_frame_of_an_address_card_is_no_text() -> None:
    card = "Content-Type: text/vcard; charset=utf-8\n\nBEGIN:VCARD\nFN:山田太郎\nEND:VCARD\n"
    assert shown(extract(HEAD + card.encode(), "a.eml"))[2:] == [("本文 2行目", "FN:山田太郎")]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("ISO-2022-JP", "cp932"), ("ISO-2022-JP", "utf-8"), ("utf-8", "iso2022_jp"), ("iso-8859-1", "utf-8")],
)
def test_a_body_under_a_wrong_label_is_read(charset: str, encoding: str) -> None:
    head = f"From: a@example.jp\r\nSubject: x\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    document = extract(head.encode() + "申請者は山田太郎さんです。\r\n".encode(encoding), "a.eml")
    assert ("本文 1行目", "申請者は山田太郎さんです。") in shown(document)
    assert document.notes == ()


def test_characters_of_a_body_that_are_broken_are_told_of() -> None:
    head = b"From: a@example.jp\nSubject: x\nContent-Type: text/plain; charset=iso-2022-jp\n\n"
    document = extract(head + "申請者は山田さん".encode("cp932")[:-1] + b" \xff", "a.eml")
    assert "申請者は山田さ" in document.text
    assert [note.en for note in document.notes] == ["1 character(s) could not be read."]
