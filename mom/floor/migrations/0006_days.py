"""Days in the archive."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0005_archive'),
    ]

    operations = []
