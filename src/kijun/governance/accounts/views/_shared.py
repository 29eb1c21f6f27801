"""What the views about people share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm


def add_errors(form: BaseForm, error: ValidationError) -> None:
    """An action's refusal as errors of the form, beside the field where the form has it."""
    messages: dict[str | None, Any] = {None: error}
    if hasattr(error, "error_dict"):
        messages = dict(error.error_dict.items())
    for field, problems in messages.items():
        form.add_error(field if field in form.fields else None, problems)


def first_message(error: ValidationError) -> str:
    """The refusal in one line, where there is no form to show it in."""
    return " ".join(error.messages)
