"""All that changes the inventory. Each function: permission, transition, audit entry, one transaction."""

from kijun.governance.inventory.actions.checks import record_pilot, verify_system
from kijun.governance.inventory.actions.datasets import retire_dataset, save_dataset, set_dataset_owner
from kijun.governance.inventory.actions.imports import apply_import, import_datasets
from kijun.governance.inventory.actions.stages import change_stage
from kijun.governance.inventory.actions.systems import (
    discard_draft,
    register_system,
    save_step,
    set_owner,
    start_system,
)

__all__ = [
    "apply_import",
    "change_stage",
    "discard_draft",
    "import_datasets",
    "record_pilot",
    "register_system",
    "retire_dataset",
    "save_dataset",
    "save_step",
    "set_dataset_owner",
    "set_owner",
    "start_system",
    "verify_system",
]
