"""What a plant needs on its first day."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('plant', '0005_search'),
    ]

    operations = []
