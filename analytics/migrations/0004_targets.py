"""Targets and the KPI book."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0003_rebuild'),
    ]

    operations = []
