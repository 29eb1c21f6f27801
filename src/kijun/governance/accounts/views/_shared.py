"""What the views about people share."""

from __future__ import annotations

from django.core.exceptions import ValidationError


def first_message(error: ValidationError) -> str:
    """The refusal in one line, where there is no form to show it in."""
    return " ".join(error.messages)
