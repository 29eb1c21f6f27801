"""The staff's own AI page: conversations through the gateway, attachments, prompts that a department shares."""
