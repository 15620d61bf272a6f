"""The rebuild and the live fold."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0002_machine_buckets'),
    ]

    operations = []
