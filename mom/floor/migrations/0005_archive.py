"""The archive."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0004_meanings'),
    ]

    operations = []
