from django.db import migrations

from reports import guards


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0015_field_checks"),
        ("reports", "0012_timesheets_to_sign"),
    ]

    operations = [guards.operation("patrols_fieldcheck")]
