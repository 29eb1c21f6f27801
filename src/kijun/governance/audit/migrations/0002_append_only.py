"""The database itself refuses to change or delete what the trail says."""

from django.db import migrations

from kijun.governance.audit import triggers


def put_on(apps, schema_editor):
    triggers.create(schema_editor.connection)


def take_off(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(put_on, take_off)]
