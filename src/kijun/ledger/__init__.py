"""What was said, kept: append, seal, verify, search, aggregate, erase. No Django."""
