"""Inspection that never fails in a way that could show a text: for programs that answer line by line and file by file."""

from __future__ import annotations

import traceback

from kijun.inspection.inspector import Inspector
from kijun.inspection.model import Inspection, InspectionError


class Unforeseen(InspectionError):
    """A fault of ours met a text. The words name the place in our code and nothing of the text."""

    def __init__(self, error: Exception) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno}"
        super().__init__(
            f"内部の不具合のため調べられませんでした（{where}）。開発元に知らせてください。",
            f"a fault of the program kept this from being inspected ({where}); please report it",
        )


def inspect_carefully(inspector: Inspector, text: str) -> Inspection:
    """The inspection of a text, or an `InspectionError` and nothing else, whatever happens."""
    try:
        return inspector.inspect(text)
    except InspectionError:
        raise
    except Exception as error:  # one text must not end the others, and a traceback may quote it
        refusal = Unforeseen(error)
    raise refusal
