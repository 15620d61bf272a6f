"""Alerts and help calls."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0005_loads'),
    ]

    operations = []
