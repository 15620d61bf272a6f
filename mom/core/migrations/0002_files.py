"""Uploaded files with their revisions, and notes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_ground'),
    ]

    operations = []
