"""The delivery room and the print queue."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_properties'),
    ]

    operations = []
