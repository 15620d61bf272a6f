"""Stops of reported work with their reason; one stretch of work open at a time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('plant', '0002_guards'),
        ('work', '0003_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='jobresponse',
            name='is_stop',
            field=models.BooleanField(db_default=False, default=False, verbose_name='stop'),
        ),
        migrations.AddField(
            model_name='jobresponse',
            name='note',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='note'),
        ),
        migrations.AddField(
            model_name='jobresponse',
            name='reason',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason', verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='jobresponse',
            name='work_kind',
            field=models.CharField(choices=[('setup', 'Setup'), ('production', 'Production'), ('breakdown', 'Breakdown'), ('maintenance', 'Maintenance'), ('inspection', 'Inspection'), ('logistics', 'Logistics'), ('waiting', 'Waiting'), ('planned_stop', 'Planned stop')], max_length=12, verbose_name='kind'),
        ),
        migrations.AddIndex(
            model_name='jobresponse',
            index=models.Index(condition=models.Q(('is_stop', True)), fields=['site', 'started_at'], name='work_response_stops'),
        ),
        migrations.AddConstraint(
            model_name='jobresponse',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('job_order',), name='work_jobresponse_one_open_per_job'),
        ),
        migrations.AddConstraint(
            model_name='jobresponse',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('job_order', None)), fields=('equipment',), name='work_jobresponse_one_open_without_job'),
        ),
        migrations.AddConstraint(
            model_name='jobresponse',
            constraint=models.CheckConstraint(condition=models.Q(('reason', None), ('is_stop', True), _connector='OR'), name='work_jobresponse_reason_is_of_a_stop'),
        ),
        migrations.AddConstraint(
            model_name='labourentry',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('person', 'job_response'), name='work_labourentry_one_open_per_person'),
        ),
    ]
