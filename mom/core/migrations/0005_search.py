"""Indexes for the one search box."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_delivery'),
    ]

    operations = []
