from patrols.models.shifts import COUNTS, Shift, ShiftQuerySet

__all__ = ["COUNTS", "Shift", "ShiftQuerySet"]
