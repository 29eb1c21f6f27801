"""Why a file is refused. Each says what happened and what to do next, and none carries a word of the file."""

from __future__ import annotations

from typing import ClassVar

from kijun.inspection.model import InspectionError
from kijun.inspection.vocabulary import Words


class FileError(InspectionError):
    """A file is not inspected. `cause` is for operators: the kind of error and the line of our code, no content."""

    WORDS: ClassVar[Words] = Words("ファイルを調べられません。", "The file cannot be inspected.")

    def __init__(self, cause: str = "", **numbers: float) -> None:
        shown = {name: f"{number:,g}" if number < 1 else f"{number:,.0f}" for name, number in numbers.items()}
        super().__init__(self.WORDS.ja.format(**shown), self.WORDS.en.format(**shown))
        self.cause = cause


class LimitMet(FileError):
    """A file is larger, deeper or slower than is let through; this refuses whatever it is inside of as well."""


class FileTooLarge(LimitMet):
    """More bytes than the limit."""

    WORDS = Words(
        "ファイルが大きすぎます（上限 {bytes} バイト）。ファイルを分けてください。",
        "The file is too large (limit: {bytes} bytes). Split it.",
    )


class TooMuchText(LimitMet):
    """More characters than the limit."""

    WORDS = Words(
        "ファイルの文字が多すぎます（上限 {characters} 文字）。ファイルを分けてください。",
        "The file holds too much text (limit: {characters} characters). Split it.",
    )


class TooManyPages(LimitMet):
    """More pages than the limit."""

    WORDS = Words(
        "ページが多すぎます（上限 {pages} ページ）。ファイルを分けてください。",
        "The file has too many pages (limit: {pages}). Split it.",
    )


class TooManyCells(LimitMet):
    """More cells than the limit."""

    WORDS = Words(
        "セルが多すぎます（上限 {cells} セル）。必要な行だけにするか、ファイルを分けてください。",
        "The file has too many cells (limit: {cells}). Keep only the rows you need, or split it.",
    )


class TooManyEntries(LimitMet):
    """More parts in an Office file or a mail than the limit."""

    WORDS = Words(
        "ファイルの中の部品が多すぎます（上限 {entries} 個）。内容を別のファイルに写して保存し直してください。",
        "The file consists of too many parts (limit: {entries}). Copy its content to a new file and save that.",
    )


class UnpacksTooLarge(LimitMet):
    """A zip bomb, or something that grows like one."""

    WORDS = Words(
        "展開すると異常に大きくなるファイルのため、開きませんでした。送り主に確かめるか、内容を別のファイルに写して保存し直してください。",
        "The file grows out of proportion when it is unpacked, so it was not opened. "
        "Ask the sender, or copy its content to a new file and save that.",
    )


class NestedTooDeep(LimitMet):
    """Files in files in files, or elements in elements."""

    WORDS = Words(
        "ファイルの中にファイルなどが深く入れ子になっています（上限 {depth} 段）。中のファイルを取り出して別々に渡してください。",
        "Things are nested too deeply inside the file (limit: {depth} levels). "
        "Take the inner files out and hand them in one by one.",
    )


class TookTooLong(LimitMet):
    """Reading took more time than the limit."""

    WORDS = Words(
        "{seconds} 秒以内に読み取れなかったため、中止しました。ファイルを分けるか、別の形式で保存し直してください。",
        "The file could not be read within {seconds} seconds. Split it, or save it in another format.",
    )


class TookTooMuchMemory(LimitMet):
    """Reading needed more memory than the limit."""

    WORDS = Words(
        "読み取りに必要なメモリーが上限を超えたため、中止しました。ファイルを分けるか、別の形式で保存し直してください。",
        "Reading the file needed more memory than allowed. Split it, or save it in another format.",
    )


class EncryptedFile(FileError):
    """A password is needed."""

    WORDS = Words(
        "パスワードなどで保護されているため、内容を読み取れません。保護を外して保存し直してください。",
        "The file is encrypted or needs a password. Save it without protection and try again.",
    )


class DamagedFile(FileError):
    """Broken, cut short, or not built as its kind requires."""

    WORDS = Words(
        "ファイルが壊れているか、途中で切れています。元のソフトで開いて保存し直してください。",
        "The file is damaged or incomplete. Open it in the program that made it and save it again.",
    )


class UnsafeFile(FileError):
    """Holds what honest files of its kind never hold: XML declarations of entities, two parts of one name."""

    WORDS = Words(
        "通常のファイルにはない危険な記述があるため、開きませんでした。送り主に確かめるか、元のソフトで保存し直してください。",
        "The file holds constructs that are dangerous and that ordinary files do not have, so it was not opened. "
        "Ask the sender, or save it again in the program that made it.",
    )


class OldOfficeFile(FileError):
    """.doc, .xls, .ppt, .xlsb, .rtf."""

    WORDS = Words(
        "古い形式のOfficeファイル（.doc、.xls、.ppt、.xlsb、.rtf）は読み取れません。"
        "Officeで開き、.docx、.xlsx、.pptx で保存し直してください。",
        "Binary Office files (.doc, .xls, .ppt, .xlsb) and .rtf cannot be read. "
        "Open it in Office and save it as .docx, .xlsx or .pptx.",
    )


class ArchiveFile(FileError):
    """.zip and other archives."""

    WORDS = Words(
        "圧縮ファイルは調べられません。展開して、中のファイルを一つずつ渡してください。",
        "Archives are not inspected. Unpack it and hand in the files one by one.",
    )


class ImageFile(FileError):
    """A picture: there is no text in it to read."""

    WORDS = Words(
        "画像の中の文字は読み取れません。文字認識（OCR）で文字のあるPDFなどに変えるか、内容を入力し直してください。",
        "Text in pictures cannot be read. Turn it into a PDF with text (OCR), or type its content.",
    )


class UnknownFile(FileError):
    """Neither text nor a kind that is read."""

    WORDS = Words(
        "読み取れる種類のファイルではありません。"
        "テキスト、CSV、.xlsx、.docx、.pptx、PDF、メール（.eml）のいずれかで保存し直してください。",
        "This kind of file cannot be read. Save it as text, CSV, .xlsx, .docx, .pptx, PDF or mail (.eml).",
    )
