"""Records of backups and their proofs."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='BackupRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('cause', models.CharField(choices=[('schedule', 'By schedule'), ('person', 'By hand'), ('upgrade', 'Before an upgrade')], max_length=16, verbose_name='cause')),
                ('status', models.CharField(choices=[('running', 'Running'), ('stored', 'Stored, not proven'), ('proven', 'Proven'), ('broken', "Can't be restored"), ('failed', 'Failed')], default='running', max_length=16, verbose_name='status')),
                ('directory', models.TextField(verbose_name='directory')),
                ('task_run_id', models.BigIntegerField(blank=True, null=True, verbose_name='long work')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('stored_at', models.DateTimeField(blank=True, null=True, verbose_name='stored')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('row_count', models.PositiveBigIntegerField(default=0, verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='bytes')),
                ('heads', models.JSONField(default=list, verbose_name='ends of the audit chains')),
                ('findings', models.JSONField(default=list, verbose_name='findings')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed')),
            ],
            options={
                'verbose_name': 'backup',
                'verbose_name_plural': 'backups',
                'indexes': [models.Index(fields=['-started_at'], name='core_backuprun_recent')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['running', 'stored', 'proven', 'broken', 'failed'])), name='core_backuprun_status'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('status', 'running')), models.Q(models.Q(('status', 'running'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='core_backuprun_ended'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['stored', 'proven']), _negated=True), ('stored_at__isnull', False), _connector='OR'), name='core_backuprun_stored')],
            },
        ),
    ]
