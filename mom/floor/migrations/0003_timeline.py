"""Timeline and stops."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0002_messages_in'),
    ]

    operations = []
