"""Where a piece of text stands in a file, in words for people, and the text of a file with its places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from kijun.inspection.vocabulary import Words

PlaceKind = Literal["line", "cell", "page", "slide", "paragraph", "part"]


class Part(StrEnum):
    """What is beside, under or behind the running text of a file."""

    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTE = "footnote"
    ENDNOTE = "endnote"
    COMMENT = "comment"
    TEXT_BOX = "text_box"
    DELETED = "deleted"
    READING = "reading"
    FIELD = "field"
    FORMULA = "formula"
    ALT_TEXT = "alt_text"
    LINK = "link"
    PROPERTIES = "properties"
    AUTHOR = "author"
    NOTES = "notes"
    MASTER = "master"
    CHART = "chart"
    HIDDEN_DATA = "hidden_data"
    SHEET_NAME = "sheet_name"
    FORM_FIELD = "form_field"
    ANNOTATION = "annotation"
    BOOKMARK = "bookmark"
    MAIL_HEADER = "mail_header"
    SUBJECT = "subject"
    BODY = "body"
    HTML_BODY = "html_body"
    FILE_NAME = "file_name"
    WHOLE = "whole"


_PART_WORDS: Final[Mapping[Part, Words]] = {
    Part.HEADER: Words("ヘッダー", "header"),
    Part.FOOTER: Words("フッター", "footer"),
    Part.FOOTNOTE: Words("脚注", "footnote"),
    Part.ENDNOTE: Words("文末脚注", "endnote"),
    Part.COMMENT: Words("コメント", "comment"),
    Part.TEXT_BOX: Words("図形・テキストボックス", "text box"),
    Part.DELETED: Words("削除された文字（変更履歴）", "deleted text (tracked changes)"),
    Part.READING: Words("ふりがな", "reading"),
    Part.FIELD: Words("フィールドコード", "field code"),
    Part.FORMULA: Words("数式", "formula"),
    Part.ALT_TEXT: Words("代替テキスト", "alternative text"),
    Part.LINK: Words("リンク先", "link target"),
    Part.PROPERTIES: Words("文書のプロパティ", "document properties"),
    Part.AUTHOR: Words("作成者・更新者の名前", "names of authors"),
    Part.NOTES: Words("ノート", "notes"),
    Part.MASTER: Words("スライドマスター", "slide master"),
    Part.CHART: Words("グラフ・図表", "chart or diagram"),
    Part.HIDDEN_DATA: Words("画面に出ないデータ", "data that is not shown"),
    Part.SHEET_NAME: Words("名前", "name"),
    Part.FORM_FIELD: Words("入力欄", "form field"),
    Part.ANNOTATION: Words("注釈", "annotation"),
    Part.BOOKMARK: Words("しおり", "bookmark"),
    Part.MAIL_HEADER: Words("差出人・宛先", "sender and recipients"),
    Part.SUBJECT: Words("件名", "subject"),
    Part.BODY: Words("本文", "body"),
    Part.HTML_BODY: Words("HTML本文", "HTML body"),
    Part.FILE_NAME: Words("ファイル名", "file name"),
    Part.WHOLE: Words("ファイル", "file"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a file; what is zero or empty does not apply.

    `number` counts from 1: the line of a text, the row of a CSV file, the page, the slide, the paragraph, the
    table, or which of several parts. `line` and `column` count inside it. `name` is a sheet's name and `cell` its
    cell (``B3``). `part` says what beside the running text it is; `within` are the names of the files that
    one has to open first, outermost first.
    """

    kind: PlaceKind
    number: int = 0
    line: int = 0
    column: int = 0
    name: str = field(default="", repr=False)
    cell: str = ""
    part: Part | None = None
    within: tuple[str, ...] = field(default=(), repr=False)

    @property
    def words(self) -> Words:
        """The place as people say it: シート「名簿」のB3; sheet 名簿, B3."""
        ja, en = [f"添付「{name}」" for name in self.within], [f"attachment {name}" for name in self.within]
        here = self._here()
        if here.ja:
            ja.append(here.ja)
            en.append(here.en)
        if self.part is not None:
            label = _PART_WORDS[self.part]
            count = str(self.number) if self.kind == "part" and self.number else ""
            row = f" {self.line}行目" if self.kind == "part" and self.line else ""
            ja.append(f"{label.ja}{count}{row}")
            en.append(" ".join(filter(None, (label.en, count))) + (f", line {self.line}" if row else ""))
        return Words("の".join(ja), ", ".join(en))

    def _here(self) -> Words:
        """The place without its part and what it is within."""
        if self.kind == "line" and self.column:
            return Words(f"{self.number}行目 {self.column}列目", f"line {self.number}, column {self.column}")
        if self.kind == "line":
            return Words(f"{self.number}行目", f"line {self.number}") if self.number else Words("", "")
        if self.kind == "cell" and not self.name:
            return Words(
                f"表{self.number}の{self.line}行目 {self.column}列目",
                f"table {self.number}, row {self.line}, column {self.column}",
            )
        if self.name:
            sheet = Words(f"シート「{self.name}」", f"sheet {self.name}")
            return Words(f"{sheet.ja}の{self.cell}", f"{sheet.en}, {self.cell}") if self.cell else sheet
        if self.kind == "page" and self.line:
            return Words(f"{self.number}ページ {self.line}行目", f"page {self.number}, line {self.line}")
        if self.kind == "page":
            return Words(f"{self.number}ページ", f"page {self.number}")
        if self.kind == "slide":
            return Words(f"スライド{self.number}", f"slide {self.number}")
        if self.kind == "paragraph":
            return Words(f"段落{self.number}", f"paragraph {self.number}")
        return Words("", "")


class Piece(NamedTuple):
    """`text[start:end]` of a document came from `place`."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file and where each piece of it stands.

    Pieces are in the order of the text and do not overlap; what is between them are line breaks and, between the cells of
    a row, tabs. `kind` is what the content is, whatever the name says: text, csv, tsv, html, json, xlsx, docx,
    pptx, pdf or eml. `notes` tell people what they should know; `unread` counts what is inside and was not
    read: pictures, scanned pages, attachments that are encrypted or of an unknown kind. `unopened` counts those of them
    that are files with text: encrypted or damaged ones, archives, old Office files; and PDF files without text on any page, or with a part that is no text to us.
    """

    text: str = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)
    kind: str
    notes: tuple[Words, ...] = field(default=(), repr=False)
    unread: int = 0
    unopened: int = 0

    def place_of(self, start: int, end: int | None = None) -> Place:
        """The place of the first character of ``text[start:end]`` that came from somewhere; of a gap, what is before it."""
        at = bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1
        after = at + 1
        if at >= 0 and start < self.pieces[at].end:
            return self.pieces[at].place
        if after < len(self.pieces) and (at < 0 or (end is not None and self.pieces[after].start < end)):
            return self.pieces[after].place
        return self.pieces[at].place if at >= 0 else Place("part", part=Part.WHOLE)
