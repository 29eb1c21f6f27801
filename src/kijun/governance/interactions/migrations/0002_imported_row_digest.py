"""What a row said, so that a number that is given again is told from a row that comes again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0001_initial")]

    operations = [
        migrations.AddField("importedrow", "digest", models.CharField(default="", max_length=32)),
        migrations.AddIndex(
            "importedrow", models.Index(fields=["template", "digest"], name="imported_row_digest")
        ),
    ]
