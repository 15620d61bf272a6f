"""Records of backups and their proofs."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_search'),
    ]

    operations = []
