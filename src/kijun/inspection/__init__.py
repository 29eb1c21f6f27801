"""What a Japanese text contains: personal and confidential information, attacks on a model, harmful expression.

No Django, no network, no machine-learning framework. `Inspector().inspect(text)` gives an `Inspection`; docs/inspection.md
shows how. Each name is loaded when it is first asked for: who only needs the names of what can be found does not wait for what finds it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kijun.inspection.inspector import Inspector
    from kijun.inspection.masking import Treatment, mask, partial, redact, treat
    from kijun.inspection.model import Finding, Inspection, InspectionError, RuleError, TextTooLong
    from kijun.inspection.placeholders import BrokenPlaceholders, Placeholders, TooManyPlaceholders
    from kijun.inspection.policy import Policy
    from kijun.inspection.restoring import Restorer, restore, unknown_placeholders
    from kijun.inspection.rule import Rule
    from kijun.inspection.stream import Release, StreamInspector
    from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind, Target, Words
    from kijun.inspection.written_out import in_clear

__all__ = [
    "Attack",
    "BrokenPlaceholders",
    "DataType",
    "Expression",
    "Finding",
    "Inspection",
    "InspectionError",
    "Inspector",
    "Kind",
    "Placeholders",
    "Policy",
    "Release",
    "Restorer",
    "Rule",
    "RuleError",
    "StreamInspector",
    "Target",
    "TextTooLong",
    "TooManyPlaceholders",
    "Treatment",
    "Words",
    "in_clear",
    "mask",
    "partial",
    "redact",
    "restore",
    "treat",
    "unknown_placeholders",
]

_MODULES: Final = {
    "inspector": ("Inspector",),
    "masking": (
        "Treatment",
        "mask",
        "partial",
        "redact",
        "treat",
    ),
    "model": (
        "Finding",
        "Inspection",
        "InspectionError",
        "RuleError",
        "TextTooLong",
    ),
    "placeholders": (
        "BrokenPlaceholders",
        "Placeholders",
        "TooManyPlaceholders",
    ),
    "policy": ("Policy",),
    "restoring": (
        "Restorer",
        "restore",
        "unknown_placeholders",
    ),
    "rule": ("Rule",),
    "stream": (
        "Release",
        "StreamInspector",
    ),
    "vocabulary": (
        "Attack",
        "DataType",
        "Expression",
        "Kind",
        "Target",
        "Words",
    ),
    "written_out": ("in_clear",),
}
_PLACES: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A name of `__all__`, from its module."""
    module = _PLACES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return found
