"""People: sign-in, roles with validity, transfers (人事異動)."""
