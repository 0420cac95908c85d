from django.db import migrations

from reports import guards


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0001_initial"),
        ("patrols", "0003_first_code_lists"),
        ("reports", "0002_closing"),
    ]

    operations = [
        migrations.RunSQL(guards.SHARED, guards.SHARED_UNDONE),
        *(
            migrations.RunSQL(guards.keep(table), f"DROP TRIGGER append_only ON {table}")
            for table in ("reports_closingstep", "reports_monthcorrection", "reports_seal")
        ),
        *(
            guards.operation(table)
            for table in (
                "findings_finding",
                "findings_photo",
                "patrols_activity",
                "patrols_activitycount",
                "patrols_attendance",
                "patrols_shift",
                "reports_monthlysummary",
            )
        ),
    ]
