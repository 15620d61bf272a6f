"""Plant documents with versions, approval and read-confirmation."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('plant', '0002_guards'),
    ]

    operations = []
