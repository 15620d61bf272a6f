"""Hour-by-hour board and shift report."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0005_rules'),
    ]

    operations = []
