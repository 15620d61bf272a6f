"""Late messages in sight."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("floor", "0007_rows_written_often")]
    operations = []
