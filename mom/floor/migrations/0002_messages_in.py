"""Messages in."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0001_shop_floor'),
    ]

    operations = []
