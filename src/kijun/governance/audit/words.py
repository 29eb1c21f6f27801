"""What the trail's codes are called on a page: actions, kinds of things, fields.

Apps add their own in ``AppConfig.ready``. What nobody named falls back on the names that the models carry, so that a new
action is readable from its first day.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from kijun.governance.audit.refs import CONSOLE
from kijun.web import dates
from kijun.web.punctuation import bracketed, labelled, listed

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?")
_actions: dict[str, StrOrPromise] = {
    "audit.chain_removed": _("記録の鎖を取り除いた"),
    "audit.verified": _("操作の記録を検証した"),
}
_kinds: dict[str, StrOrPromise] = {"audit.chain": _("操作の記録")}
_fields: dict[str, StrOrPromise] = {
    "entries": _("件数"),
    "head": _("末尾の値"),
    "breaks": _("不整合の件数"),
    "reason": _("理由"),
}
_values: dict[tuple[str, str], dict[str, StrOrPromise]] = {}
_VERBS: dict[str, StrOrPromise] = {
    "accepted": _("受け入れた"),
    "added": _("追加した"),
    "answered": _("回答した"),
    "applied": _("反映した"),
    "approved": _("承認した"),
    "assigned": _("割り当てた"),
    "cancelled": _("取り消した"),
    "changed": _("変更した"),
    "closed": _("閉じた"),
    "completed": _("完了した"),
    "ended": _("終えた"),
    "imported": _("取り込んだ"),
    "made": _("作成した"),
    "opened": _("開いた"),
    "published": _("公開した"),
    "registered": _("登録した"),
    "removed": _("削除した"),
    "reopened": _("再開した"),
    "returned": _("差し戻した"),
    "saved": _("保存した"),
    "staged": _("予約した"),
    "started": _("始めた"),
    "submitted": _("提出した"),
    "verified": _("確認した"),
    "viewed": _("閲覧した"),
    "withdrawn": _("取り下げた"),
}


def add_actions(words: Mapping[str, StrOrPromise]) -> None:
    """``{"inventory.registered": _("AIシステムを登録した")}``."""
    _actions.update(words)


def add_kinds(words: Mapping[str, StrOrPromise]) -> None:
    """``{"inventory.aisystem": _("AIシステム")}``."""
    _kinds.update(words)


def add_fields(words: Mapping[str, StrOrPromise]) -> None:
    """Names of keys in ``detail`` that are no fields of the thing's model."""
    _fields.update(words)


def add_values(kind_code: str, values: Mapping[str, Mapping[Any, StrOrPromise]]) -> None:
    """Words for coded values in ``detail`` that are no choices of the thing's own fields:
    ``add_values("accounts.person", {"role": dict(Role.choices)})``."""
    for key, words in values.items():
        _values[kind_code, key] = {str(code): word for code, word in words.items()}


def actor(label: str) -> str:
    """Who did it. The trail keeps one label for commands on the machine; readers get it in their language."""
    if label == CONSOLE.label:
        return gettext("操作卓")
    mark = f"（{CONSOLE.label}）"
    return bracketed(label.removesuffix(mark), gettext("操作卓")) if label.endswith(mark) else label


def action(code: str) -> str:
    """What was done, for example AIシステムを登録した; the code itself where nothing better is known."""
    if code in _actions:
        return str(_actions[code])
    app, _dot, verb = code.partition(".")
    verb_word = _VERBS.get(verb.rpartition("_")[2])
    try:
        title = apps.get_app_config(app).verbose_name
    except LookupError:
        return code
    return labelled(title, verb_word) if verb_word else code


def kind(code: str) -> str:
    """What sort of thing it was."""
    if code in _kinds:
        return str(_kinds[code])
    model = _model(code)
    return str(model._meta.app_config.verbose_name) if model and model._meta.app_config else code


def field(kind_code: str, key: str) -> str:
    """The name of a key in ``detail``: the model's field, a word that was added, or the key."""
    found = _field(kind_code, key)
    if found is not None and str(found.verbose_name) != key.replace("_", " "):
        return str(found.verbose_name)
    return str(_fields.get(key, key))


def value(kind_code: str, key: str, raw: Any) -> str:
    """A value as people read it: choices by their label, lists joined, yes and no in words."""
    if raw is None or raw == "":
        return str(_("（なし）"))
    if isinstance(raw, bool):
        return str(_("はい") if raw else _("いいえ"))
    if isinstance(raw, list):
        return listed(value(kind_code, key, one) for one in raw) or str(_("（なし）"))
    if isinstance(raw, dict):
        return listed(labelled(field(kind_code, k), value(kind_code, k, v)) for k, v in raw.items())
    named = _values.get((kind_code, key), {}).get(str(raw))
    if named is not None:
        return str(named)
    found = _field(kind_code, key)
    if found is not None and found.choices:
        return str(dict(found.flatchoices).get(raw, raw))
    return _dated(str(raw))


def _dated(text: str) -> str:
    """A day or moment as people write it; the trail keeps them as ISO 8601 writes them."""
    try:
        if _DAY.fullmatch(text):
            return dates.format_date(datetime.date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            at = datetime.datetime.fromisoformat(text)
            return f"{timezone.localtime(at) if timezone.is_aware(at) else at:%Y/%m/%d %H:%M}"
    except ValueError:
        pass
    return text


def _model(code: str) -> type[Model] | None:
    try:
        return apps.get_model(code)
    except (LookupError, ValueError):
        return None


def _field(kind_code: str, key: str) -> Field[Any, Any] | None:
    model = _model(kind_code)
    if model is None:
        return None
    try:
        found = model._meta.get_field(key)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None
