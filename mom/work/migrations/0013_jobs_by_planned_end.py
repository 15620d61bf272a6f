"""Jobs by their planned end: how much of a plan was kept is asked by day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0012_backflush'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='joborder',
            index=models.Index(condition=models.Q(('planned_end__isnull', False)), fields=['site', 'planned_end'], name='work_job_by_plan'),
        ),
    ]
