"""Indexes for the one search box."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0002_guards'),
    ]

    operations = []
