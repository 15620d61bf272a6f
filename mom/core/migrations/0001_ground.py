"""The ground's tables, and the database functions that guard them and the tables of every app above."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from mom.core.db import ground_functions


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.RunSQL(ground_functions.BEFORE_TABLES, ground_functions.UNDO_FIRST),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('entry_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('chain', models.CharField(max_length=32)),
                ('seq', models.BigIntegerField()),
                ('prev_hash', models.BinaryField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'verbose_name': 'audit seal',
                'verbose_name_plural': 'audit seals',
            },
        ),
        migrations.CreateModel(
            name='EventReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField()),
                ('subscriber', models.CharField(max_length=100)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'event receipt',
                'verbose_name_plural': 'event receipts',
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('principal', models.CharField(max_length=170)),
                ('key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.TextField(blank=True)),
                ('headers', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'idempotency key',
                'verbose_name_plural': 'idempotency keys',
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=100, verbose_name='topic')),
                ('key', models.CharField(max_length=200, verbose_name='key')),
                ('seq', models.BigIntegerField(verbose_name='number')),
                ('payload', models.JSONField(verbose_name='payload')),
                ('actor', models.CharField(max_length=170, verbose_name='actor key')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('available_at', models.DateTimeField(verbose_name='due')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                ('dead_at', models.DateTimeField(blank=True, null=True, verbose_name='given up')),
                ('error', models.TextField(blank=True, verbose_name='last error')),
            ],
            options={
                'verbose_name': 'outbox event',
                'verbose_name_plural': 'outbox events',
            },
        ),
        migrations.CreateModel(
            name='OutboxSequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=100)),
                ('key', models.CharField(max_length=200)),
                ('last', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'outbox sequence',
                'verbose_name_plural': 'outbox sequences',
            },
        ),
        migrations.CreateModel(
            name='RowVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('table_name', models.CharField(max_length=63, verbose_name='table')),
                ('row_id', models.CharField(max_length=100, verbose_name='row')),
                ('operation', models.CharField(max_length=6, verbose_name='operation')),
                ('old', models.JSONField(null=True, verbose_name='old')),
                ('new', models.JSONField(null=True, verbose_name='new')),
                ('actor', models.CharField(max_length=170, verbose_name='actor key')),
                ('actor_label', models.CharField(max_length=200, verbose_name='actor')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
            ],
            options={
                'verbose_name': 'row version',
                'verbose_name_plural': 'row versions',
            },
        ),
        migrations.CreateModel(
            name='StoredBlob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('content', models.BinaryField()),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'stored file',
                'verbose_name_plural': 'stored files',
            },
        ),
        migrations.CreateModel(
            name='TaskRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=100, verbose_name='kind')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Running'), ('succeeded', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=16, verbose_name='status')),
                ('parameters', models.JSONField(default=dict, verbose_name='parameters')),
                ('done', models.PositiveBigIntegerField(default=0, verbose_name='done')),
                ('total', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='of')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('requested_by', models.CharField(max_length=170, verbose_name='requested by')),
                ('requested_by_label', models.CharField(max_length=200, verbose_name='requested by')),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True, verbose_name='cancel requested')),
                ('result', models.JSONField(default=dict, verbose_name='result')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('claims', models.PositiveIntegerField(default=0, help_text="How often a worker took it: the present one's fence.")),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='tries since the last progress')),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='last sign of life')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='leased until')),
                ('created_at', models.DateTimeField(verbose_name='requested')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'long work',
                'verbose_name_plural': 'long work',
            },
        ),
        migrations.CreateModel(
            name='TaskRunIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='line')),
                ('column', models.CharField(blank=True, max_length=200, verbose_name='column')),
                ('value', models.CharField(blank=True, max_length=500, verbose_name='value')),
                ('code', models.CharField(max_length=100, verbose_name='code')),
                ('message', models.TextField(verbose_name='message')),
            ],
            options={
                'verbose_name': 'issue of long work',
                'verbose_name_plural': 'issues of long work',
            },
        ),
        migrations.CreateModel(
            name='WorkerHeartbeat',
            fields=[
                ('queue', models.CharField(max_length=50, primary_key=True, serialize=False, verbose_name='queue')),
                ('rung_at', models.DateTimeField(null=True, verbose_name='rung')),
                ('stamped_at', models.DateTimeField(null=True, verbose_name='answered')),
                ('worker', models.CharField(blank=True, max_length=200, verbose_name='worker')),
            ],
            options={
                'verbose_name': 'worker heartbeat',
                'verbose_name_plural': 'worker heartbeats',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('chain', models.CharField(help_text="The site's code, or - where the act belongs to no site.", max_length=32, verbose_name='site')),
                ('actor_kind', models.CharField(max_length=16, verbose_name='kind of actor')),
                ('actor_id', models.CharField(max_length=150, verbose_name='actor key')),
                ('actor_label', models.CharField(max_length=200, verbose_name='actor')),
                ('action', models.CharField(max_length=100, verbose_name='action')),
                ('subject_type', models.CharField(max_length=100, verbose_name='kind of subject')),
                ('subject_id', models.CharField(max_length=100, verbose_name='subject key')),
                ('subject_label', models.CharField(max_length=200, verbose_name='subject')),
                ('before', models.JSONField(verbose_name='before')),
                ('after', models.JSONField(verbose_name='after')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit trail',
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'id'], name='core_auditentry_subject'), models.Index(fields=['chain', 'recorded_at'], name='core_auditentry_site_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='02c5b3acd8c97d971da4d504822edb2237864cf2', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_97da0', table='core_auditentry', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='auditseal',
            constraint=models.UniqueConstraint(fields=('chain', 'seq'), name='core_auditseal_seq'),
        ),
        migrations.AddConstraint(
            model_name='auditseal',
            constraint=models.UniqueConstraint(fields=('chain', 'prev_hash'), name='core_auditseal_no_fork'),
        ),
        migrations.AddConstraint(
            model_name='auditseal',
            constraint=models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='core_auditseal_seq_positive'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditseal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='dc3838942d0afa68b230973a782ee3017287f78d', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_b7549', table='core_auditseal', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='eventreceipt',
            constraint=models.UniqueConstraint(fields=('event_id', 'subscriber'), name='core_eventreceipt_once'),
        ),
        migrations.AddIndex(
            model_name='idempotencykey',
            index=models.Index(fields=['created_at'], name='core_idempotencykey_age'),
        ),
        migrations.AddConstraint(
            model_name='idempotencykey',
            constraint=models.UniqueConstraint(fields=('principal', 'key'), name='core_idempotencykey_once'),
        ),
        migrations.AddIndex(
            model_name='outboxevent',
            index=models.Index(condition=models.Q(('dead_at__isnull', True), ('done_at__isnull', True)), fields=['available_at'], name='core_outboxevent_due'),
        ),
        migrations.AddIndex(
            model_name='outboxevent',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['topic', 'key', 'seq'], name='core_outboxevent_pending'),
        ),
        migrations.AddIndex(
            model_name='outboxevent',
            index=models.Index(condition=models.Q(('dead_at__isnull', False)), fields=['dead_at'], name='core_outboxevent_dead'),
        ),
        migrations.AddConstraint(
            model_name='outboxevent',
            constraint=models.UniqueConstraint(fields=('topic', 'key', 'seq'), name='core_outboxevent_seq'),
        ),
        migrations.AddConstraint(
            model_name='outboxevent',
            constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('dead_at__isnull', True), _connector='OR'), name='core_outboxevent_one_end'),
        ),
        migrations.AddConstraint(
            model_name='outboxsequence',
            constraint=models.UniqueConstraint(fields=('topic', 'key'), name='core_outboxsequence_key'),
        ),
        migrations.AddIndex(
            model_name='rowversion',
            index=models.Index(fields=['table_name', 'row_id', 'id'], name='core_rowversion_row'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rowversion',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='0f1a11b251ed97d572050c588c839226d5b1b972', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_5b643', table='core_rowversion', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='storedblob',
            constraint=models.UniqueConstraint(fields=('sha256',), name='core_storedblob_sha256'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='storedblob',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."sha256" IS DISTINCT FROM NEW."sha256" OR OLD."size" IS DISTINCT FROM NEW."size" OR OLD."content" IS DISTINCT FROM NEW."content"))', execute="core_frozen('sha256, size, content')", func='RETURN NULL;', hash='bcb4ea3c4a8eb1568e7f1b602aa91a9b768521c9', operation='UPDATE', pgid='pgtrigger_frozen_0be38', table='core_storedblob', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='taskrun',
            index=models.Index(fields=['site', '-created_at'], name='core_taskrun_recent'),
        ),
        migrations.AddIndex(
            model_name='taskrun',
            index=models.Index(condition=models.Q(('status__in', ['queued', 'running'])), fields=['lease_until'], name='core_taskrun_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'succeeded', 'failed', 'cancelled'])), name='core_taskrun_status'),
        ),
        migrations.AddConstraint(
            model_name='taskrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('status__in', ['cancelled', 'failed', 'succeeded'])), models.Q(models.Q(('status__in', ['cancelled', 'failed', 'succeeded']), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='core_taskrun_finished'),
        ),
        migrations.AddField(
            model_name='taskrunissue',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='issues', to='core.taskrun', verbose_name='long work'),
        ),
        migrations.AddIndex(
            model_name='taskrunissue',
            index=models.Index(fields=['run', 'line', 'id'], name='core_taskrunissue_line'),
        ),
        migrations.RunSQL(ground_functions.AFTER_TABLES, ground_functions.UNDO),
    ]
