from django.db import migrations

from reports import guards


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0006_announce_known_shifts"),
        ("reports", "0009_history_of_imports"),
    ]

    operations = [guards.operation("patrols_announcement")]
