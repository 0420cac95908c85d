"""What is hidden on a photo before anybody else sees it: faces, number plates."""

import pghistory
from django.db import models

from apk.people.models import User
from findings.models.findings import Photo


@pghistory.track()
class Covering(models.Model):
    """Areas of a photo that are painted over in `file`, which is shown instead of the photo.

    `areas` are [left, top, width, height] as shares of the picture, 0 to 1. The photo itself stays as it came, so that
    its digest can be verified; only the desk may open it, and each opening is logged.
    """

    photo = models.OneToOneField(Photo, models.PROTECT, related_name="covering", verbose_name="fotografie")
    areas = models.JSONField("zakryté části")
    file = models.FileField("soubor", max_length=120)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="kdo zakryl")
    at = models.DateTimeField("kdy zakryto")

    class Meta:
        verbose_name = "zakrytí fotografie"
        verbose_name_plural = "zakrytí fotografií"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"Zakrytí: {self.photo}"
