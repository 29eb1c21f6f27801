"""Which rows of a file were left out and why, kept after the import is over: encrypted, for they quote the file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0002_imported_row_digest")]

    operations = [migrations.AddField("importrun", "faults", models.BinaryField(blank=True, default=b""))]
