"""What of an operation is taken from stock, or put into it, by the reports of its jobs."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('production', '0006_work_instructions'),
    ]

    operations = [
        migrations.AddField(
            model_name='materialspecification',
            name='is_backflushed',
            field=models.BooleanField(db_default=False, default=False, help_text='Booked as quantities are reported: inputs by backflush, outputs as a lot or numbers.', verbose_name='booked by the report'),
        ),
    ]
