"""The sample town みちしるべ市: a municipality of its own, marked as a sample, that leaves whole.

>>> from kijun.sites import sample
>>> lines = sample.load()      # what to print: who may sign in with what, shown this once
>>> sample.remove()
"""

from kijun.sites.sample.loading import is_loaded, load
from kijun.sites.sample.removing import remove

__all__ = ["is_loaded", "load", "remove"]
