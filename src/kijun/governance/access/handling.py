"""What a purpose may do with what is found: the matrix of groups and directions, and the bounds that data classes set.

The bounds (guideline 5-1, 5-2: only the personal information that a clear purpose needs):

- On the way out, a group may be let through unmasked only where the purpose names the class of data: ``personal`` for personal
  information, ``sensitive`` for 要配慮個人情報, ``confidential`` for confidential marks. Without the class, it is masked, asked about
  or blocked: a person who confirms answers for a finding that is none.
- Individual Numbers (個人番号) may be used only for the tasks that the law names (番号法 9条), and no click of a person is such a
  task: without the class ``my_number`` they are masked or blocked, never confirmed. The other guarded numbers (accounts,
  licences, insurance …) follow ``personal``.
- Passwords and keys are never let through, in neither direction, whatever the classes.
- In answers, guarded numbers are shown unmasked under the same conditions; nobody can confirm a stream, so ``confirm`` is no choice there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import DEFAULT_INPUT, DEFAULT_OUTPUT, group_of
from kijun.gateway.snapshot import Action, Group, Handling
from kijun.governance.access.models import DataClass
from kijun.inspection import Attack, DataType, Expression
from kijun.inspection.vocabulary import LABELS
from kijun.web.punctuation import mark

INPUT, OUTPUT = "input", "output"
DEFAULTS: Final[Mapping[str, Mapping[str, Action]]] = {INPUT: DEFAULT_INPUT, OUTPUT: DEFAULT_OUTPUT}
ACTIONS: Final[Mapping[str, tuple[Action, ...]]] = {
    INPUT: (Action.ALLOW, Action.MASK, Action.CONFIRM, Action.BLOCK),
    OUTPUT: (Action.ALLOW, Action.MASK, Action.BLOCK),
}
DIRECTION_LABELS: Final[Mapping[str, StrOrPromise]] = {
    INPUT: gettext_lazy("入力"),
    OUTPUT: gettext_lazy("回答"),
}
ACTION_LABELS: Final[Mapping[str, StrOrPromise]] = {
    Action.ALLOW: gettext_lazy("そのまま通す"),
    Action.MASK: gettext_lazy("伏せて通す"),
    Action.CONFIRM: gettext_lazy("本人に確かめる"),
    Action.BLOCK: gettext_lazy("止める"),
}
ACTION_TONES: Final[Mapping[str, str]] = {
    Action.ALLOW: "neutral",
    Action.MASK: "info",
    Action.CONFIRM: "warning",
    Action.BLOCK: "danger",
}
GROUP_LABELS: Final[Mapping[str, StrOrPromise]] = {
    Group.PERSONAL: gettext_lazy("個人情報"),
    Group.SENSITIVE: gettext_lazy("要配慮個人情報"),
    Group.NUMBERS: gettext_lazy("個人番号・口座などの番号"),
    Group.SECRETS: gettext_lazy("パスワード・鍵"),
    Group.CONFIDENTIAL: gettext_lazy("機密・非公開"),
    Group.FORBIDDEN: gettext_lazy("禁止語"),
    Group.ATTACK: gettext_lazy("AIへの攻撃"),
    Group.EXPRESSION: gettext_lazy("不適切な表現"),
}
GROUP_HINTS: Final[Mapping[str, StrOrPromise]] = {
    Group.PERSONAL: gettext_lazy("氏名、住所、電話番号、生年月日など"),
    Group.SENSITIVE: gettext_lazy("病歴、障害、犯罪の経歴など"),
    Group.NUMBERS: gettext_lazy("個人番号、基礎年金番号、免許証、保険証、口座、カードなど"),
    Group.SECRETS: gettext_lazy("パスワード、APIキー、鍵付きURL"),
    Group.CONFIDENTIAL: gettext_lazy("「秘」の表示、法人番号、庁内のIPアドレス"),
    Group.FORBIDDEN: gettext_lazy("この自治体で使わないと決めた言葉"),
    Group.ATTACK: gettext_lazy("指示の上書き、文書に埋め込まれた指示など"),
    Group.EXPRESSION: gettext_lazy("差別、侮辱、暴力、断定しすぎなど"),
}
#: The class that lets a group of the input through unmasked.
_NEEDS: Final[Mapping[Group, DataClass]] = {
    Group.PERSONAL: DataClass.PERSONAL,
    Group.SENSITIVE: DataClass.SENSITIVE,
    Group.CONFIDENTIAL: DataClass.CONFIDENTIAL,
}
_ONLY_WITH: Final = gettext_lazy("そのまま通せるのは、入力してよい情報に「%(needed)s」を選んだ目的だけです。")
#: Every type that inspection finds, once: both vocabularies name the municipality's forbidden words.
TYPES: Final = tuple(
    str(one) for one in (*DataType, *Attack, *Expression) if one is not Expression.FORBIDDEN_WORD
)


def default(direction: str) -> dict[str, Any]:
    """The handling of a new purpose: every group as the gateway would treat it without a choice."""
    return {"groups": {str(group): str(DEFAULTS[direction][group]) for group in Group}, "types": {}}


def type_label(type_: str) -> str:
    """A type's name in the reader's language."""
    words = LABELS.get(type_)
    return type_ if words is None else words.in_("en" if (get_language() or "").startswith("en") else "ja")


def as_handling(value: Mapping[str, Any]) -> Handling:
    """The JSON of a purpose as the snapshot holds it."""
    return Handling(dict(value.get("groups", {})), dict(value.get("types", {})))


def action_of(value: Mapping[str, Any], direction: str, group: Group) -> Action:
    """What a purpose does with a group."""
    return Action(value.get("groups", {}).get(group) or DEFAULTS[direction][group])


def _needed_for_number(type_: str) -> DataClass:
    """The class that lets a guarded number through: the group as a whole holds 個人番号, a single other type does not."""
    return DataClass.MY_NUMBER if type_ in {"", DataType.MY_NUMBER} else DataClass.PERSONAL


def _refusal_on_input(group: Group, action: Action, classes: frozenset[str], type_: str) -> StrOrPromise:
    needed = _needed_for_number(type_) if group is Group.NUMBERS else _NEEDS.get(group)
    if group is Group.SECRETS and action is Action.ALLOW:
        return _("パスワードや鍵は、そのまま通せません。")
    if needed is None or needed in classes:
        return ""
    if needed is DataClass.MY_NUMBER and action in {Action.ALLOW, Action.CONFIRM}:
        return _(
            "個人番号を含む番号は、入力してよい情報に「特定個人情報」がない目的では、伏せるか止めるかのどちらかにしてください。"
        )
    if action is Action.ALLOW:
        return _ONLY_WITH % {"needed": needed.label}
    return ""


def _refusal_on_output(group: Group, action: Action, classes: frozenset[str], type_: str) -> StrOrPromise:
    if action is Action.CONFIRM:
        return _("回答では「本人に確かめる」を選べません。")
    if group is Group.SECRETS and action is Action.ALLOW:
        return _("パスワードや鍵は、そのまま通せません。")
    needed = _needed_for_number(type_)
    if group is Group.NUMBERS and action is Action.ALLOW and needed not in classes:
        return _ONLY_WITH % {"needed": needed.label}
    return ""


def refusal(
    direction: str, group: Group, action: Action, classes: frozenset[str], type_: str = ""
) -> StrOrPromise:
    """Why a group (or one type of it) may not be treated so for these data classes; empty when it may."""
    if direction == INPUT:
        return _refusal_on_input(group, action, classes, type_)
    return _refusal_on_output(group, action, classes, type_)


def problems(direction: str, value: Any, classes: Iterable[str]) -> list[Any]:
    """What is wrong with one direction's handling for a purpose with these data classes; empty when it may stand.

    Each is told in the language in which it is read: commands say it in two.
    """
    held = tuple(classes)
    one: Callable[[int], Any] = lazy(lambda at: _problems(direction, value, held)[at], str)
    return [one(at) for at in range(len(_problems(direction, value, held)))]


def _problems(direction: str, value: Any, classes: Iterable[str]) -> list[str]:
    if not isinstance(value, dict) or set(value) - {"groups", "types"}:
        return [_("「扱い」の形が正しくありません。")]
    held, found = frozenset(classes), []
    direction_label = DIRECTION_LABELS[direction]
    for kind, names in (("groups", {str(one) for one in Group}), ("types", {*TYPES})):
        chosen = value.get(kind, {})
        if not isinstance(chosen, dict):
            return [_("「扱い」の形が正しくありません。")]
        for name, raw in chosen.items():
            if name not in names:
                found.append(_("「%(name)s」という種類はありません。") % {"name": name})
                continue
            if raw not in {str(one) for one in Action}:
                found.append(_("「%(name)s」という扱いはありません。") % {"name": raw})
                continue
            group = Group(name) if kind == "groups" else group_of(name)
            why = refusal(direction, group, Action(raw), held, name if kind == "types" else "")
            if why:
                label = GROUP_LABELS[name] if kind == "groups" else type_label(name)
                found.append(f"{direction_label}{mark('・')}{label} — {why}")
    return found


def tidy(direction: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """As it is stored: every group written out, and only those types that differ from their group."""
    groups = {str(group): str(action_of(value, direction, group)) for group in Group}
    types = {
        name: action for name, action in value.get("types", {}).items() if groups[group_of(name)] != action
    }
    return {"groups": groups, "types": types}
