"""A form that somebody else's saving overtook: what this page did not touch follows the other, the rest is put side by side.

A form with a ``revision`` carries beside it what its fields held when the page was opened. So a second click on 保存 cannot bring
back old values of fields that nobody touched here: without that, a tab from this morning would undo what was made stricter since.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kijun.web.punctuation import listed
from kijun.web.versions import Stale

WhoChanged = Callable[[Any, datetime.datetime], Iterable[tuple[str, datetime.datetime]]]
"""``(row, since)``: who changed a row since then, and when."""
_BEGAN: Final = "-began"
_AT: Final = ""  # no field has this name
_SHORT: Final = 40  # characters that are carried as they are; of longer values a digest
_SHOWN: Final = 200


class RevisionInput(forms.HiddenInput):
    """The revision, and in a second hidden field what the page began with. ``form`` is set by the form that has it."""

    form: Any = None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = super().render(name, value, attrs, renderer)
        if self.form is None:
            return own
        began = self.form.data.get(name + _BEGAN, "") if self.form.is_bound else snapshot(self.form)
        return format_html('{}<input type="hidden" name="{}" value="{}">', own, name + _BEGAN, began)


@dataclass(slots=True)
class Differences:
    """What two pages made of one row. ``taken``: label and value that this page follows; ``open``: field, what stands there, what was entered here."""

    since: datetime.datetime | None = None
    taken: list[tuple[str, str]] = field(default_factory=list)
    open: list[tuple[str, str, str]] = field(default_factory=list)


def snapshot(form: Any) -> str:
    """What the form's fields show before anybody types, as JSON, and since when."""
    held = {name: _key(_initial(form, name)) for name in _known(form)}
    return json.dumps({**held, _AT: str(int(time.time()))}, ensure_ascii=False, separators=(",", ":"))


def merge(form: Any, stale: Stale) -> Differences | None:
    """Bring a bound form up to the row as its view read it now; None where the view read nothing newer than what was sent.

    The form's data are replaced: today's revision, others' values in fields that were not touched here. Where both changed a field, what was
    entered here stays in it. A page that does not say what it began with (one from before an update) has touched every field that differs.
    """
    name = form.add_prefix("revision")
    now = form.get_initial_for_field(form.fields["revision"], "revision")
    if now is None or not form.compares:
        if stale.current is not None:
            _write(form, name, [str(stale.current)])
        return None
    if str(now) == str(form.data.get(name, "")):
        return (
            None  # it was overtaken between reading and saving: the next try reads what stands there by then
        )
    began = _began(form.data.get(name + _BEGAN, ""))
    found = Differences(_moment(began))
    for one in _known(form):
        _compare(form, one, began.get(one), found)
    _write(form, name, [str(now)])
    _write(form, name + _BEGAN, [snapshot(form)])
    return found


def sentences(found: Differences, who: Iterable[tuple[str, datetime.datetime]]) -> Iterator[str]:
    """What is said on top of the page."""
    yield _("この内容は、あなたが開いたあとに、別の画面か別の人が更新しました。まだ保存していません。")
    for name, at in who:
        shown = f"{timezone.localtime(at):%Y/%m/%d %H:%M}"
        yield _("更新した人：%(name)s（%(at)s）") % {"name": name, "at": shown}
    for label, theirs in found.taken:
        yield _(
            "「%(label)s」は「%(theirs)s」に変わりました。この画面では変えていないため、その内容にしました。"
        ) % {
            "label": label,
            "theirs": theirs,
        }
    if found.open:
        yield _(
            "両方で変えた項目があります。その項目で、どちらを残すか決めてから、もう一度保存してください。"
        )
    elif found.taken:
        yield _("これでよければ、もう一度保存してください。")
    else:
        yield _("この画面の項目に違いはありません。よければ、もう一度保存してください。")


def beside_field(label: str, theirs: str, mine: str) -> str:
    """What is said beside a field that both changed."""
    return _(
        "「%(label)s」は、別の画面か別の人が「%(theirs)s」に変えました。この画面の入力は「%(mine)s」です。このまま保存すると、この画面の入力になります。"
    ) % {"label": label, "theirs": theirs, "mine": mine}


def _compare(form: Any, name: str, began: str | None, found: Differences) -> None:
    theirs, mine = _initial(form, name), _sent(form, name)
    if theirs == mine or not _differs(form, name, form.get_initial_for_field(form.fields[name], name)):
        return
    known = began is not None
    if known and began == _key(theirs):
        return  # only this page changed it
    bound = form[name]
    said = _words(bound.field, theirs)
    if known and (began == _key(mine) or (_is_choice(bound.field) and not _differs(form, name, began))):
        found.taken.append((str(bound.label), said))
        _write(form, bound.html_name, theirs)
    else:
        found.open.append((name, said, _words(bound.field, mine)))


def _known(form: Any) -> list[str]:
    """Fields of which the form says what stands there. Of secrets and files it says nothing."""
    silent = forms.PasswordInput | forms.HiddenInput | forms.FileInput | forms.MultiWidget
    return [
        name
        for name, one in form.fields.items()
        if not isinstance(one.widget, silent)
        and not one.disabled
        and (name in form.initial or one.initial is not None)
    ]


def _initial(form: Any, name: str) -> list[str]:
    """The texts that a browser sends for a field in which nobody typed."""
    one = form.fields[name]
    value = one.prepare_value(form.get_initial_for_field(one, name))
    if isinstance(one.widget, forms.CheckboxInput):
        return ["on"] if one.widget.check_test(value) else []
    return _texts(one.widget.format_value(value))


def _sent(form: Any, name: str) -> list[str]:
    one = form.fields[name]
    value = one.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    if isinstance(one.widget, forms.CheckboxInput):
        return ["on"] if value else []
    return _texts(value)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple | set) else [value]
    texts = ("" if one is None else str(one).replace("\r\n", "\n").strip() for one in values)
    return sorted(text for text in texts if text)


def _key(texts: list[str]) -> str:
    whole = "\n".join(texts)
    if len(whole) <= _SHORT and not whole.startswith("#"):
        return whole
    return f"#{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _is_choice(one: forms.Field) -> bool:
    return isinstance(one, forms.ModelChoiceField) and not isinstance(one, forms.ModelMultipleChoiceField)


def _differs(form: Any, name: str, value: Any) -> bool:
    """What was sent means something else than this value: dates and people may be written in several ways."""
    one = form.fields[name]
    raw = one.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    return bool(one.has_changed(value, raw))


def _words(one: forms.Field, texts: list[str]) -> str:
    """A value for people: the labels of choices, the beginning of a long text."""
    if isinstance(one.widget, forms.CheckboxInput):
        return _("はい") if texts else _("いいえ")
    labels = dict(_flat(getattr(one, "choices", ())))
    whole = listed([labels.get(text, text) for text in texts]) if texts else labels.get("", _("（空欄）"))
    return whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}…"


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(key), str(label)


def _write(form: Any, name: str, texts: list[str]) -> None:
    """Put values into the form's data; a line in which a person was typed (``NAME-typed``) gives way to the choice."""
    data = form.data.copy()
    data.pop(f"{name}-typed", None)
    if hasattr(data, "setlist"):
        data.setlist(name, texts)
    else:
        data[name] = texts[0] if len(texts) == 1 else texts
    if not texts:
        data.pop(name)
    form.data = data


def _began(text: Any) -> Mapping[str, str]:
    """What a page says that it began with; whatever else was sent is nothing."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return {key: one for key, one in found.items() if isinstance(one, str)} if isinstance(found, dict) else {}


def _moment(began: Mapping[str, str]) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromtimestamp(int(began.get(_AT, "")), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None
