"""Kijun: AI governance for Japanese local governments."""
