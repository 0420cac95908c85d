"""Shifts planned before plans were published: everybody saw them at once, so their assistants know them as they stand."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Least, Now, TruncDate


def announce(apps, schema_editor):
    shifts = apps.get_model("patrols", "Shift").objects.annotate(told=TruncDate(Least(F("start"), Now())))
    announcements = apps.get_model("patrols", "Announcement").objects
    announcements.bulk_create(
        (
            announcements.model(
                shift=shift,
                assistant_id=shift.assistant_id,
                locality_id=shift.locality_id,
                start=shift.start,
                end=shift.end,
                note=shift.note,
                announced_on=shift.told,
                asks="nothing",
            )
            for shift in shifts.filter(announcement__isnull=True).iterator(2000)
        ),
        batch_size=2000,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("patrols", "0005_announcements"),
    ]

    operations = [
        # Back again the announcements go with their table.
        migrations.RunPython(announce, migrations.RunPython.noop),
    ]
