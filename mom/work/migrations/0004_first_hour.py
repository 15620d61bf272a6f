"""Stop reasons of reported work."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0003_search'),
    ]

    operations = []
