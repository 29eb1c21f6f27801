"""What the catalogue says of a control, for pages and forms; a municipality's own controls are known by id alone."""

from __future__ import annotations

from django.utils.translation import get_language

from kijun.catalog import Control, UnknownId, load


def control(control_id: str) -> Control | None:
    """The control of the current catalogue; None for one that it does not hold."""
    try:
        return load().control(control_id)
    except UnknownId:
        return None


def title(control_id: str, lang: str | None = None) -> str:
    """The control's title in the reader's language; the id where nothing is known."""
    found = control(control_id)
    return found.title.get(lang or get_language() or "ja") if found else control_id


def label(control_id: str) -> str:
    """Id and title: P6.1.2 利用者の認証と権限の付与."""
    found = title(control_id)
    return control_id if found == control_id else f"{control_id} {found}"


def grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """All controls by topic, as grouped choices in the reader's language."""
    lang = get_language() or "ja"
    return [
        (
            f"{topic.id} {topic.name.get(lang)}",
            [(one.id, f"{one.id} {one.title.get(lang)}") for one in topic.controls],
        )
        for topic in load().topics
    ]
