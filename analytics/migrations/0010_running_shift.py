"""The running shift, written with less work."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analytics", "0009_reckoning")]
    operations = []
