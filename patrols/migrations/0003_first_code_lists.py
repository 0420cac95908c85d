"""The code lists that a city starts with; it renames, retires and adds to them as it likes."""

from django.db import migrations

LISTS = {
    "ActivityKind": (
        "Pochůzka v lokalitě",
        "Pochůzka u ubytovny",
        "Dohled na přechodu",
        "Dohled u školy",
        "Kontrola okolí heren a barů",
        "Dětské dopravní hřiště",
        "Preventivní akce, beseda",
        "Sběr stříkaček",
        "Dohled v MHD",
        "Asistence strážníkům",
        "Multidisciplinární tým",
        "Školení",
        "Supervize",
        "Porada s mentorem",
    ),
    "Counter": (
        "Kontakty s občany",
        "Děti a mládež",
        "Záškoláctví",
        "Kouření a alkohol dětí",
        "Černé skládky",
        "Předání strážníkům",
        "Předání OSPOD",
        "Účastníci preventivní akce",
    ),
    "Organisation": (
        "Renarkon",
        "Poradna Charity Ostrava",
        "Centrom",
        "Vzájemné soužití",
        "Společně–Jekhetane",
        "Armáda spásy",
        "OSPOD, sociální odbor",
        "Úřad práce",
    ),
    "ReferralReason": ("Dluhy", "Zaměstnání", "Bydlení", "Sousedské spory", "Závislosti"),
    "CalledPatrol": (
        "Hlídka MP: doprava",
        "Hlídka MP: veřejný pořádek",
        "Hlídka MP: obecně závazná vyhláška",
        "Hlídka MP: občanské soužití",
        "Hlídka MP: majetek",
        "Hlídka Policie ČR",
    ),
}
MEASURES = {"Kontakty s občany": "contacts", "Děti a mládež": "children"}


def fill(apps, schema_editor):
    for model, names in LISTS.items():
        entries = apps.get_model("patrols", model).objects
        for position, name in enumerate(names, start=1):
            measure = {"measure": MEASURES.get(name, "")} if model == "Counter" else {}
            entries.create(name=name, position=10 * position, **measure)


def empty(apps, schema_editor):
    """Takes out what was put in; whatever a city added or used goes with the tables, a migration before this one."""
    for model, names in LISTS.items():
        apps.get_model("patrols", model).objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [("patrols", "0002_activities_and_attendance")]

    operations = [migrations.RunPython(fill, empty)]
