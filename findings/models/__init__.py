from findings.models.findings import Finding, FindingQuerySet, Photo, PhotoQuerySet, PlaceKind, Source
from findings.models.places import Place, PlaceQuerySet

__all__ = [
    "Finding",
    "FindingQuerySet",
    "Photo",
    "PhotoQuerySet",
    "Place",
    "PlaceKind",
    "PlaceQuerySet",
    "Source",
]
