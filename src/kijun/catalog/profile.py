"""Which controls a system of a given tier has to answer: effort in proportion to risk."""

from __future__ import annotations

from dataclasses import dataclass

from kijun.catalog.model import Catalog, Control
from kijun.catalog.vocabulary import Level, Tier


@dataclass(frozen=True, slots=True)
class Profile:
    """The ids of the controls that a tier requires in one version of the catalogue, in natural order."""

    id: str
    tier: Tier
    controls: tuple[str, ...]

    @property
    def urn(self) -> str:
        return f"urn:kijun:profile:{self.id}"


def required(catalog: Catalog, tier: str, level: str | None = None) -> tuple[Control, ...]:
    """The controls that `tier` requires, in natural order; of one level only where `level` is given.

    For the organisation's level, pass the highest tier among the municipality's systems. Raises ValueError
    where tier or level is not a word of the catalogue.
    """
    wanted = None if level is None else Level(level)
    tier = Tier(tier)
    return tuple(
        control for control in catalog.controls if tier in control.tiers and wanted in (None, control.level)
    )


def profile(catalog: Catalog, tier: str) -> Profile:
    """The profile of a tier, ``kijun-high``."""
    tier = Tier(tier)
    return Profile(f"kijun-{tier}", tier, tuple(control.id for control in required(catalog, tier)))


def profiles(catalog: Catalog) -> tuple[Profile, ...]:
    """One profile a tier, smallest first."""
    return tuple(profile(catalog, tier) for tier in Tier)
