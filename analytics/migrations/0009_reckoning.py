"""Time without an order, chosen per site."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analytics", "0008_rows_written_often")]
    operations = []
