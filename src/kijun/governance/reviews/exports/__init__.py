"""Confirmed texts as files, with the block and the picture of their labels."""
