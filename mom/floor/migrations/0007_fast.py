"""Fast rows."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0006_days'),
    ]

    operations = []
