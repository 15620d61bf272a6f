"""Typed properties, aliases at partner systems and number ranges."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_files'),
    ]

    operations = []
