"""What a search looks in: the same in every database."""

from django.db import migrations, models

from costcalc.folding import sought


def fold(apps, schema_editor):
    revision = apps.get_model("scenarios", "Revision")
    for row in apps.get_model("scenarios", "SavedScenario").objects.iterator(chunk_size=500):
        current = revision.objects.filter(scenario=row, number=row.revision).first()
        row.sought = sought(row.name, row.note, current.sides if current else "")
        row.save(update_fields=["sought"])


class Migration(migrations.Migration):
    dependencies = [
        ("scenarios", "0003_shutdown_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedscenario",
            name="sought",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
