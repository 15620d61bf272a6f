"""Rates with validity."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('plant', '0003_documents'),
    ]

    operations = []
