"""What a Japanese text contains: personal and confidential information, attacks on a model, harmful expression.

No Django, no network, no machine-learning framework. `Inspector().inspect(text)` gives an `Inspection`; docs/inspection.md
shows how.
"""

from kijun.inspection.inspector import Inspector
from kijun.inspection.masking import Treatment, mask, partial, redact, treat
from kijun.inspection.model import Finding, Inspection, InspectionError, RuleError, TextTooLong
from kijun.inspection.placeholders import BrokenPlaceholders, Placeholders, TooManyPlaceholders
from kijun.inspection.policy import Policy
from kijun.inspection.restoring import Restorer, restore, unknown_placeholders
from kijun.inspection.rule import Rule
from kijun.inspection.stream import Release, StreamInspector
from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind, Target, Words

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
    "mask",
    "partial",
    "redact",
    "restore",
    "treat",
    "unknown_placeholders",
]
