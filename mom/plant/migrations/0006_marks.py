"""Marks."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('plant', '0005_search'),
    ]

    operations = []
