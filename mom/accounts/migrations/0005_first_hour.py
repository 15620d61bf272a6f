"""What a person has seen of the tours."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_saved_views'),
    ]

    operations = []
