from django.db import migrations

# Name → months of validity, None for ever.
KINDS = {
    "Vstupní školení": None,
    "Zkouška odborné způsobilosti": None,
    "Průběžné školení": 6,
    "BOZP": 24,
    "První pomoc": 24,
    "Návykové látky a bezpečný sběr": 12,
    "Supervize": None,
}


def fill(apps, schema_editor):
    kinds = apps.get_model("patrols", "TrainingKind").objects
    for position, (name, months) in enumerate(KINDS.items(), start=1):
        kinds.create(name=name, position=10 * position, validity_months=months)


def empty(apps, schema_editor):
    """Takes out what was put in; whatever a city added or used goes with the tables, a migration before this one."""
    apps.get_model("patrols", "TrainingKind").objects.filter(name__in=KINDS, trainings=None, needs=None).delete()


class Migration(migrations.Migration):
    dependencies = [("patrols", "0007_training_register")]

    operations = [migrations.RunPython(fill, empty)]
