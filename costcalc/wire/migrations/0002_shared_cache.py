from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table of the cache that all workers share."""

    dependencies = [
        ("wire", "0001_rate_limit"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
