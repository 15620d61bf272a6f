"""Electronic signatures and approval policies."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_badges'),
    ]

    operations = []
