from django.db import migrations

from reports import guards


class Migration(migrations.Migration):
    """The words of a sealed month change by a correction alone, as its records do."""

    dependencies = [("reports", "0007_record_imports")]

    operations = [guards.operation("reports_monthnarrative")]
