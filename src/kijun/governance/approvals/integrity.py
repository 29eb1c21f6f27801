"""The seal of a frozen copy: what was put forward is what is decided, and what is shown later."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kijun.governance.approvals.models import Approval


def digest(frozen: Any) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON: keys sorted, no blanks, UTF-8. TypeError for what JSON has not."""
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(approval: Approval) -> bool:
    """The frozen copy still is what was put forward."""
    return digest(approval.frozen) == approval.digest
