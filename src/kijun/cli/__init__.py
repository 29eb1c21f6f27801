"""The command ``kijun``."""
