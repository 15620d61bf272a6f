"""What state codes mean."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0003_timeline'),
    ]

    operations = []
