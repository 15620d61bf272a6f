"""Orders without a routing."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('production', '0002_definitions'),
    ]

    operations = []
