"""Log lines that tell an operator where it went wrong, and never what a person typed.

An exception's text often quotes the value that it could not take: a database's "Failing row contains (…)", a name that
is no number. So a traceback keeps its frames and the kind of exception; the text stays only where it speaks about the
machine or the program.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Final, TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.template import TemplateDoesNotExist, TemplateSyntaxError

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

FRAMES: Final = "Traceback (most recent call last):"
OF_THE_MACHINE: Final = (
    OSError,
    MemoryError,
    ImportError,
    NameError,
    AttributeError,
    ImproperlyConfigured,
    OperationalError,
    TemplateDoesNotExist,
    TemplateSyntaxError,
)
"""Kinds of exception whose text names files, modules, attributes or the state of the database, not content."""


class WorthTelling(logging.Filter):
    """A form that comes back with its errors (422) is an ordinary answer and leaves no line."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 422


class Formatter(logging.Formatter):
    """The formatter of every handler of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """The queue writes a failed job's traceback into the line itself; only its frames stay."""
        if record.name == "django-q" and FRAMES in str(record.msg):
            head, _traceback, rest = record.getMessage().partition(FRAMES)
            frames = [line for line in rest.splitlines() if line.startswith('  File "')]
            copy = logging.makeLogRecord(record.__dict__)
            copy.msg, copy.args = "\n".join([f"{head.partition(' - ')[0]} - {FRAMES}", *frames]), None
            return super().format(copy)
        if record.exc_info and getattr(record, "status_code", 500) < 500:
            # Somebody's request was refused: the line says why, and where our code refused it helps nobody.
            copy = logging.makeLogRecord(record.__dict__)
            copy.exc_info = copy.exc_text = None
            return super().format(copy)
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  # logging's own name
        lines: list[str] = []
        error: BaseException | None = ei[1]
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            lines[:0] = [*_one(error), *(["", "The exception above led to:", ""] if lines else [])]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def _one(error: BaseException) -> list[str]:
    """The frames of one exception and what kind it is."""
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    text = (
        f": {error}"
        if isinstance(error, OF_THE_MACHINE)
        else " (its text may quote what was typed and is left out)"
    )
    return [FRAMES, *([frames] if frames else []), kind + text]
