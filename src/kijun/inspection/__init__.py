"""What a Japanese text contains: personal and confidential information, attacks on a model, harmful expression.

No Django, no network, no machine-learning framework. `Inspector().inspect(text)` gives an `Inspection`; docs/inspection.md
shows how.
"""

from kijun.inspection.inspector import Inspector
from kijun.inspection.model import Finding, Inspection, InspectionError, RuleError, TextTooLong
from kijun.inspection.policy import Policy
from kijun.inspection.rule import Rule
from kijun.inspection.vocabulary import Attack, DataType, Expression, Kind, Target, Words

__all__ = [
    "Attack",
    "DataType",
    "Expression",
    "Finding",
    "Inspection",
    "InspectionError",
    "Inspector",
    "Kind",
    "Policy",
    "Rule",
    "RuleError",
    "Target",
    "TextTooLong",
    "Words",
]
