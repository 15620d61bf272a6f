"""Signs of machines, written with less work."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("floor", "0008_late")]
    operations = []
