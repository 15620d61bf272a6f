"""What of a job is taken from stock, or put into it, by its reports."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0011_limit_follows_quantity'),
    ]

    operations = [
        migrations.AddField(
            model_name='jobrequirement',
            name='is_backflushed',
            field=models.BooleanField(db_default=False, default=False, verbose_name='booked by the report'),
        ),
    ]
