"""A step that the rules do not allow."""


class Refused(ValueError):
    """The message is a Czech sentence for the person who wanted the step."""
