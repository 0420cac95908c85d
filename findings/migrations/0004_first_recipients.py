from django.db import migrations

RECIPIENTS = ("Kontaktní centrum", "Odborná firma na zdravotnický odpad")


def fill(apps, schema_editor):
    recipients = apps.get_model("findings", "Recipient").objects
    for position, name in enumerate(RECIPIENTS, start=1):
        recipients.create(name=name, position=10 * position)


def empty(apps, schema_editor):
    """Takes out what was put in; whatever a city added or used goes with the tables, a migration before this one."""
    apps.get_model("findings", "Recipient").objects.filter(name__in=RECIPIENTS, handovers=None).delete()


class Migration(migrations.Migration):
    dependencies = [("findings", "0003_boxes_handovers_and_injuries")]

    operations = [migrations.RunPython(fill, empty)]
