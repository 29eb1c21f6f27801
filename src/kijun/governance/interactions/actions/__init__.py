"""What changes around records: holds, access reports, imports. Each function: permission, validation, effect, audit entry."""

from kijun.governance.interactions.actions.holds import (
    NO_HOLD,
    hold_for_case,
    put_hold,
    release_for_case,
    release_hold,
)
from kijun.governance.interactions.actions.imports import (
    confirm_import,
    discard_import,
    remove_template,
    save_template,
    stage_import,
)
from kijun.governance.interactions.actions.reports import ACKNOWLEDGED, acknowledge, generate, remark

__all__ = [
    "ACKNOWLEDGED",
    "NO_HOLD",
    "acknowledge",
    "confirm_import",
    "discard_import",
    "generate",
    "hold_for_case",
    "put_hold",
    "release_for_case",
    "release_hold",
    "remark",
    "remove_template",
    "save_template",
    "stage_import",
]
