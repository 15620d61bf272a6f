"""Guards of alerts."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0006_alerts'),
    ]

    operations = []
