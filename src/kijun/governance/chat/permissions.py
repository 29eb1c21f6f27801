"""Who chats, who sees a conversation (its person alone), who writes, reviews and withdraws a department's prompts."""

from __future__ import annotations

from typing import Any

import rules

from kijun.governance.accounts.roles import Role, add_perm, is_approver, is_it_staff, is_staff_member


def _mine(person: Any, thing: Any) -> bool:
    return thing is None or thing.person_id == person.pk


def _author(person: Any, prompt: Any) -> bool:
    return prompt is None or prompt.author_id == person.pk


def _leads(person: Any, prompt: Any) -> bool:
    """The person approves for the prompt's department; not what they wrote themselves."""
    if prompt is None:
        return True
    return prompt.author_id != person.pk and bool(person.covers(prompt.department, Role.APPROVER))


def _archived_or_led(person: Any, prompt: Any) -> bool:
    """What is archived is nobody's: any approver may take it to a department."""
    return prompt is None or prompt.state == "archived" or _leads(person, prompt)


archived_or_led = rules.predicate(_archived_or_led)
mine, author, leads = rules.predicate(_mine), rules.predicate(_author), rules.predicate(_leads)

add_perm("chat.use", is_staff_member & mine)
add_perm("chat.write_prompt", is_staff_member & author)
add_perm("chat.review_prompt", is_approver & leads)
add_perm("chat.withdraw_prompt", is_staff_member & (author | (is_approver & leads)))
add_perm("chat.move_prompt", is_it_staff | (is_staff_member & (author | (is_approver & archived_or_led))))
add_perm("chat.notice", is_it_staff)
