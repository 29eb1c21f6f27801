"""Putting values back where their placeholders stand: in a text, or in a stream that is cut anywhere."""

from __future__ import annotations

from collections.abc import Callable

from kijun.inspection.placeholders import Placeholders


def restore(text: str, placeholders: Placeholders, write: Callable[[str], str] = str) -> str:
    """A text with the values of its placeholders; those that the table never gave stay as they are.

    One pass: a value that itself looks like a placeholder comes back as it was. ``write`` says how a value is written in this text.
    """
    return placeholders.grammar.whole.sub(
        lambda found: found[0] if (value := placeholders.value(found)) is None else write(value), text
    )


def unknown_placeholders(text: str, placeholders: Placeholders) -> tuple[str, ...]:
    """The placeholders in a text, as they are written there, that stand for nothing: an AI made them up, or wrote them so that
    nobody can say what they stand for (⟦氏名1、氏名3⟧)."""
    grammar = placeholders.grammar
    return tuple(
        dict.fromkeys(
            near[0]
            for near in grammar.near.finditer(text)
            if (whole := grammar.whole.fullmatch(near[0])) is None or placeholders.value(whole) is None
        )
    )


class Restorer:
    """`restore` over a stream. It holds back what may be the beginning of a placeholder, and only that.

    What it gives, joined, is `restore` of all it was fed, wherever that was cut. One stream belongs to one thread.
    """

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders
        self._held = ""
        self._before = ""  # what was given last, in which an unknown one may have begun
        self._unknown: dict[str, None] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._held)} characters held>"

    @property
    def unknown(self) -> tuple[str, ...]:
        """The placeholders so far, as they were written, that stand for nothing."""
        return tuple(self._unknown)

    def feed(self, chunk: str) -> str:
        """Take the next piece; give what is certain."""
        text = self._held + chunk
        cut = self._placeholders.grammar.held_from(text)
        self._held = text[cut:]
        return self._restore(text[:cut])

    def close(self) -> str:
        """Give what was held: nothing more comes, so it is no placeholder."""
        text, self._held = self._held, ""
        return self._restore(text)

    def _restore(self, text: str) -> str:
        read = self._before + text
        self._unknown.update(dict.fromkeys(unknown_placeholders(read, self._placeholders)))
        self._before = read[-self._placeholders.grammar.nearest :]
        return restore(text, self._placeholders)
