"""The reader of each kind; loaded with what it needs only when a file of that kind comes."""

from __future__ import annotations

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.kinds import by_bytes, misnamed, of_text
from kijun.inspection.vocabulary import Words

_KINDS = {
    "text": Words("テキスト", "text"),
    "csv": Words("CSV", "CSV"),
    "tsv": Words("タブ区切りテキスト", "tab-separated text"),
    "json": Words("JSON", "JSON"),
    "html": Words("HTML", "HTML"),
    "xlsx": Words("Excelブック", "an Excel workbook"),
    "docx": Words("Word文書", "a Word document"),
    "pptx": Words("PowerPointスライド", "PowerPoint slides"),
    "pdf": Words("PDF", "PDF"),
    "eml": Words("メール", "a mail"),
}


def read(data: bytes, name: str, collector: Collector) -> str:
    """Gather the text of a file into `collector`; gives its kind. Raises FileError."""
    kind = _read(data, name, collector)
    if misnamed(kind, name):
        words = _KINDS[kind]
        collector.note(
            f"ファイル名と中身の種類が違います。中身（{words.ja}）に従って読み取りました。",
            f"The name does not fit the content; it was read as what it is: {words.en}.",
        )
    return kind


def _read(data: bytes, name: str, collector: Collector) -> str:
    kind = by_bytes(data, name)
    if kind == "zip":
        from kijun.inspection.files.office import read_office

        return read_office(data, collector, read)
    if kind == "pdf":
        from kijun.inspection.files.pdf import read_pdf

        read_pdf(data, collector, read)
        return kind
    if kind == "eml":
        from kijun.inspection.files.mail import read_mail

        read_mail(data, collector, read)
        return kind
    return _read_text(data, name, collector)


def _read_text(data: bytes, name: str, collector: Collector) -> str:
    from kijun.inspection.files.decoding import decode
    from kijun.inspection.files.plain import read_json, read_separated, read_text, separator_of

    collector.budget.room_for(len(data) // 4)  # no encoding has more than four bytes a character
    decoded = decode(data)
    text = decoded.text
    collector.budget.room_for(len(text))
    collector.note_broken(decoded.broken, decoded.zeros)
    kind = of_text(text, name)
    if kind == "html":
        from kijun.inspection.files.markup import read_html

        read_html(text, collector)
    elif kind == "json":
        read_json(text, collector)
    elif kind in ("csv", "tsv"):
        read_separated(text, collector, separator_of(text, tabs=kind == "tsv"))
    else:
        read_text(text, collector)
    return kind
