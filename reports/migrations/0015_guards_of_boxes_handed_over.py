from django.db import migrations

from reports import guards


class Migration(migrations.Migration):
    """What lies in a box handed over belongs to the month of the handover, whenever it was found."""

    dependencies = [("reports", "0014_evaluations")]

    operations = [guards.anew("findings_deposit"), guards.anew("findings_handedbox")]
