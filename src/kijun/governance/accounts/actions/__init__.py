"""What may be done with people. Every function checks permission, changes, and writes to the trail at once."""

from kijun.governance.accounts.actions.entry_links import make_recovery_link, make_set_up_link, recover
from kijun.governance.accounts.actions.imports import import_people
from kijun.governance.accounts.actions.people import (
    add_person,
    deactivate,
    reactivate,
    set_language,
    update_person,
)
from kijun.governance.accounts.actions.postings import end_posting, post_person
from kijun.governance.accounts.actions.roles import end_grant, grant_role
from kijun.governance.accounts.actions.security import (
    change_password,
    end_sessions,
    reset_second_factor,
    unlock,
)

__all__ = [
    "add_person",
    "change_password",
    "deactivate",
    "end_grant",
    "end_posting",
    "end_sessions",
    "grant_role",
    "import_people",
    "make_recovery_link",
    "make_set_up_link",
    "post_person",
    "reactivate",
    "recover",
    "reset_second_factor",
    "set_language",
    "unlock",
    "update_person",
]
