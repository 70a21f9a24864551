"""Remember which shutdown dates were known when a revision was saved."""

from django.db import migrations, models


def known_by_now(apps, schema_editor):
    """Of what is saved already, the dates known today count as known: nobody is told old news."""
    language_model = apps.get_model("catalog", "LanguageModel")
    pinned_price = apps.get_model("scenarios", "PinnedPrice")
    for row in language_model.objects.exclude(shutdown_on=None).select_related("provider"):
        pins = pinned_price.objects.filter(model=f"{row.provider.slug}/{row.model_id}")
        pins.update(shutdown_on=row.shutdown_on)


class Migration(migrations.Migration):
    dependencies = [
        ("scenarios", "0002_editions"),
    ]

    operations = [
        migrations.AddField(
            model_name="pinnedprice",
            name="shutdown_on",
            field=models.DateField(null=True),
        ),
        migrations.RunPython(known_by_now, migrations.RunPython.noop),
    ]
