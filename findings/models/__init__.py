from findings.models.findings import (
    COUNTS,
    Finding,
    FindingQuerySet,
    Photo,
    PhotoQuerySet,
    PlaceKind,
    PositionSource,
    Source,
    WaitingPhoto,
)
from findings.models.places import Place, PlaceQuerySet

__all__ = [
    "COUNTS",
    "Finding",
    "FindingQuerySet",
    "Photo",
    "PhotoQuerySet",
    "Place",
    "PlaceKind",
    "PlaceQuerySet",
    "PositionSource",
    "Source",
    "WaitingPhoto",
]
