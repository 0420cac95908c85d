from django.db import migrations

from reports import guards


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0003_boxes_handovers_and_injuries"),
        ("patrols", "0007_training_register"),
        ("reports", "0005_editions_and_documents"),
    ]

    operations = [
        guards.operation(table) for table in ("findings_deposit", "findings_handedbox", "patrols_training")
    ]
