"""Loads of several orders, energy, and cavities."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0004_first_hour'),
    ]

    operations = []
