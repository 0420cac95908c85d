from patrols.models.shifts import Shift, ShiftQuerySet

__all__ = ["Shift", "ShiftQuerySet"]
