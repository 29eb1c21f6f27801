"""The public register and what residents read."""
