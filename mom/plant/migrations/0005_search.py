"""Indexes for the one search box."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('plant', '0004_rates'),
    ]

    operations = []
