"""Municipalities, the department tree with validity, closing days."""
