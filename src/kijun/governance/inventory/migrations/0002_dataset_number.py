from django.db import migrations, models


def number_what_is_there(apps, schema_editor):
    """In the order in which they were made, from 1 in each municipality."""
    last = {}
    for dataset in apps.get_model("inventory", "Dataset").objects.order_by("pk"):
        last[dataset.municipality_id] = last.get(dataset.municipality_id, 0) + 1
        dataset.number = last[dataset.municipality_id]
        dataset.save(update_fields=["number"])


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        migrations.AddField("dataset", "number", models.PositiveIntegerField(editable=False, null=True)),
        migrations.RunPython(number_what_is_there, migrations.RunPython.noop),
        migrations.AlterField("dataset", "number", models.PositiveIntegerField(editable=False)),
        migrations.AddConstraint(
            "dataset",
            models.UniqueConstraint(fields=["municipality", "number"], name="dataset_number_once"),
        ),
    ]
