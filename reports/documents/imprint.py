"""What a document says of its own making (tiráž), beside its figures. Pure."""

from dataclasses import dataclass

from apk import czech


@dataclass(frozen=True)
class Imprint:
    """Which edition a document belongs to; 0 is none.

    `standing` says how final its figures are; `address` is where the application is reached, with a scheme and
    without a slash at its end, and "" when links would lead nowhere.
    """

    edition: int = 0
    standing: str = ""
    address: str = ""

    @property
    def text(self) -> str:
        """„Vydání 2 – průběžná čísla"; "" of a document outside every edition."""
        if not self.edition:
            return ""
        number = f"Vydání{czech.SPACE}{self.edition}"
        return f"{number} – {self.standing}" if self.standing else number


UNISSUED = Imprint()
"""Of a document outside every edition."""
