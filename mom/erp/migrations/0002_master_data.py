"""Imports of machines, people, materials, orders and opening stock."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('erp', '0001_imports'),
    ]

    operations = []
