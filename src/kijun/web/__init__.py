"""The page kit that every app shares; knows no domain."""

from pathlib import Path


def pdf_fonts_folder() -> Path:
    """The folder of the fonts that PDFs are set in (Noto Sans JP, whole)."""
    return Path(__file__).parent / "pdf_fonts"
