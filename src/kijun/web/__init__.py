"""The page kit that every app shares; knows no domain."""
