"""The base of every refusal whose message a person reads."""

from __future__ import annotations

from django_stubs_ext import StrOrPromise


class Refusal(ValueError):
    """Something a person gave cannot be taken.

    ``message`` says what happened and what to do next; ``params`` fill its ``%(name)s`` places. It is
    translated when it is shown, not when it is raised.
    """

    def __init__(self, message: StrOrPromise, **params: object) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text
