import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def say_whose(apps, schema_editor):
    """A flag said that a workspace is somebody's own; whose, its first owner says."""
    membership = apps.get_model("accounts", "Membership")
    taken = set()
    for workspace in apps.get_model("accounts", "Workspace").objects.filter(personal=True).order_by("pk"):
        first = membership.objects.filter(workspace=workspace, role="owner").order_by("pk").first()
        if first is not None and first.user_id not in taken:
            taken.add(first.user_id)
            workspace.personal_of_id = first.user_id
            workspace.save(update_fields=["personal_of"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_doors'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspace',
            name='personal_of',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(say_whose, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='workspace',
            name='personal',
        ),
    ]
