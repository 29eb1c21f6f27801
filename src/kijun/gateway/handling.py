"""What a purpose does with a finding: which group its type belongs to, and which of several actions wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kijun.gateway.snapshot import Action, Group, Handling
from kijun.inspection import Attack, DataType, Expression

_NUMBERS: Final = (
    DataType.MY_NUMBER,
    DataType.RESIDENT_CODE,
    DataType.PENSION_NUMBER,
    DataType.DRIVER_LICENSE,
    DataType.PASSPORT,
    DataType.RESIDENCE_CARD,
    DataType.HEALTH_INSURANCE,
    DataType.BANK_ACCOUNT,
    DataType.CREDIT_CARD,
)
#: Each type's group; what is not named here belongs to `Group.PERSONAL`.
GROUPS: Final[Mapping[str, Group]] = {
    **dict.fromkeys(map(str, _NUMBERS), Group.NUMBERS),
    DataType.SENSITIVE: Group.SENSITIVE,
    DataType.SECRET: Group.SECRETS,
    DataType.URL_TOKEN: Group.SECRETS,
    DataType.CONFIDENTIALITY_MARK: Group.CONFIDENTIAL,
    DataType.CORPORATE_NUMBER: Group.CONFIDENTIAL,
    DataType.IP_ADDRESS: Group.CONFIDENTIAL,
    DataType.FORBIDDEN_WORD: Group.FORBIDDEN,
    **dict.fromkeys(map(str, Attack), Group.ATTACK),
    **dict.fromkeys(map(str, Expression), Group.EXPRESSION),
    Expression.FORBIDDEN_WORD: Group.FORBIDDEN,
}
#: Groups that are personal information: they never go to a service that may train on what is sent (P5.1.2).
PERSONAL: Final = frozenset({Group.PERSONAL, Group.SENSITIVE, Group.NUMBERS})
#: Where a purpose names nothing for a group: what cannot be undone is refused, what can be masked is masked.
DEFAULT_INPUT: Final[Mapping[str, Action]] = {
    Group.PERSONAL: Action.MASK,
    Group.SENSITIVE: Action.MASK,
    Group.NUMBERS: Action.BLOCK,
    Group.SECRETS: Action.BLOCK,
    Group.CONFIDENTIAL: Action.CONFIRM,
    Group.FORBIDDEN: Action.BLOCK,
    Group.ATTACK: Action.BLOCK,
    Group.EXPRESSION: Action.CONFIRM,
}
DEFAULT_OUTPUT: Final[Mapping[str, Action]] = {
    Group.PERSONAL: Action.ALLOW,
    Group.SENSITIVE: Action.ALLOW,
    Group.NUMBERS: Action.MASK,
    Group.SECRETS: Action.MASK,
    Group.CONFIDENTIAL: Action.ALLOW,
    Group.FORBIDDEN: Action.MASK,
    Group.ATTACK: Action.ALLOW,
    Group.EXPRESSION: Action.BLOCK,
}
_STRICTNESS: Final[Mapping[Action, int]] = {
    Action.ALLOW: 0,
    Action.MASK: 1,
    Action.CONFIRM: 2,
    Action.BLOCK: 3,
}


NOT_INSPECTED: Final = "NOT_INSPECTED"
"""Stands among the findings of a record whose question or answer held what no inspection reads (pictures, sound). No type of a finding."""


def group_of(type: str) -> Group:
    """The group of a finding's type."""
    return GROUPS.get(type, Group.PERSONAL)


def action_for(type: str, handling: Handling, defaults: Mapping[str, Action]) -> Action:
    """What happens to a finding of a type: the type's own action, else its group's, else the default's."""
    named = handling.types.get(type) or handling.groups.get(group_of(type))
    return Action(named) if named else defaults[group_of(type)]


def strictest(actions: Iterable[Action]) -> Action:
    """The action that wins where several findings ask for different ones; `Action.ALLOW` without any."""
    return max(actions, key=_STRICTNESS.__getitem__, default=Action.ALLOW)
