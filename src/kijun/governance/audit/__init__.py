"""The append-only, hash-chained trail of what people changed. Imports no other app."""
