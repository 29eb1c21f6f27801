"""Commands about people, for ``kijun.cli``."""
