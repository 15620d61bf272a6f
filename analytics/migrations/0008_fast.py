"""Fast rows."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0007_marks'),
    ]

    operations = []
