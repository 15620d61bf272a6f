"""The delivery room, labels and the print queue."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_properties'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(blank=True, max_length=32, verbose_name='site')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('webhook', 'Webhook'), ('printer', 'Printer')], max_length=16, verbose_name='channel')),
                ('destination', models.CharField(max_length=500, verbose_name='to')),
                ('subject', models.CharField(max_length=200, verbose_name='about')),
                ('kind', models.CharField(blank=True, max_length=100, verbose_name='kind')),
                ('key', models.CharField(max_length=300, verbose_name='key')),
                ('seq', models.BigIntegerField(verbose_name='number')),
                ('message_id', models.UUIDField(default=uuid.uuid4, unique=True, verbose_name='message id')),
                ('content_type', models.CharField(max_length=100, verbose_name='content type')),
                ('payload', models.TextField(verbose_name='content')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('dead', 'Needs a person'), ('discarded', 'Discarded')], default='waiting', max_length=16, verbose_name='state')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='tries')),
                ('available_at', models.DateTimeField(verbose_name='next try')),
                ('last_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="last answer's status")),
                ('last_answer', models.TextField(blank=True, verbose_name='last answer')),
                ('actor', models.CharField(max_length=170, verbose_name='actor key')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'message out',
                'verbose_name_plural': 'messages out',
            },
        ),
        migrations.CreateModel(
            name='LabelTemplateVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('width', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='width in mm')),
                ('height', models.DecimalField(decimal_places=1, max_digits=6, verbose_name='height in mm')),
                ('elements', models.JSONField(verbose_name='elements')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('created_by', models.CharField(max_length=200, verbose_name='made by')),
            ],
            options={
                'verbose_name': 'version of a label template',
                'verbose_name_plural': 'versions of label templates',
                'ordering': ['template', '-number'],
            },
        ),
        migrations.CreateModel(
            name='Printer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('zpl', 'Label printer (ZPL)'), ('pdf', 'Printer that reads PDF')], default='zpl', max_length=8, verbose_name='reads')),
                ('host', models.CharField(max_length=253, verbose_name='address')),
                ('port', models.PositiveIntegerField(default=9100, verbose_name='port')),
                ('dots', models.PositiveSmallIntegerField(default=203, verbose_name='dots per inch')),
                ('asks_status', models.BooleanField(default=True, help_text='ZPL printers answer ~HS. Only then is it known that a label arrived and that paper is there.', verbose_name='ask it whether it is ready')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(verbose_name='added')),
            ],
            options={
                'verbose_name': 'printer',
                'verbose_name_plural': 'printers',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='PrintJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('noun', models.CharField(max_length=32, verbose_name='kind of subject')),
                ('subject_id', models.CharField(max_length=100, verbose_name='subject key')),
                ('subject_label', models.CharField(max_length=200, verbose_name='subject')),
                ('fields', models.JSONField(verbose_name='what stood on it')),
                ('copies', models.PositiveSmallIntegerField(default=1, verbose_name='copies')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('requested_by', models.CharField(max_length=200, verbose_name='printed by')),
                ('created_at', models.DateTimeField(verbose_name='asked for')),
            ],
            options={
                'verbose_name': 'print job',
                'verbose_name_plural': 'print jobs',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='SendingPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='reason')),
                ('paused_at', models.DateTimeField(verbose_name='paused')),
                ('paused_by', models.CharField(max_length=200, verbose_name='paused by')),
                ('resumed_at', models.DateTimeField(blank=True, null=True, verbose_name='resumed')),
                ('resumed_by', models.CharField(blank=True, max_length=200, verbose_name='resumed by')),
            ],
            options={
                'verbose_name': 'pause of sending',
                'verbose_name_plural': 'pauses of sending',
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None, verbose_name='events')),
                ('secret', models.TextField(editable=False)),
                ('previous_secret', models.TextField(blank=True, editable=False)),
                ('previous_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='old secret valid until')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(verbose_name='added')),
                ('last_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last message')),
                ('last_status', models.PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name="last answer's status")),
                ('last_answer', models.TextField(blank=True, editable=False, verbose_name='last answer')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='DeliverySequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=300)),
                ('last', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'delivery sequence',
                'verbose_name_plural': 'delivery sequences',
                'constraints': [models.UniqueConstraint(fields=('key',), name='core_deliverysequence_key')],
            },
        ),
        migrations.CreateModel(
            name='LabelTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('noun', models.CharField(max_length=32, verbose_name='for')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(verbose_name='added')),
            ],
            options={
                'verbose_name': 'label template',
                'verbose_name_plural': 'label templates',
                'ordering': ['noun', 'name'],
                'constraints': [models.UniqueConstraint(fields=('site', 'noun', 'name'), name='core_labeltemplate_name_in_site', violation_error_message='There is a label of this name already. Choose another one.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='labeltemplate',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='5fdeed8cd1bd7d351a2cdee46265f2a9844e1cef', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_8fcf5', table='core_labeltemplate', when='AFTER')),
        ),
        migrations.AddField(
            model_name='labeltemplateversion',
            name='template',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='core.labeltemplate', verbose_name='label template'),
        ),
        migrations.AddConstraint(
            model_name='printer',
            constraint=models.UniqueConstraint(fields=('site', 'name'), name='core_printer_name_in_site', violation_error_message='This name is taken in this site. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='printer',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['zpl', 'pdf'])), name='core_printer_kind'),
        ),
        migrations.AddConstraint(
            model_name='printer',
            constraint=models.CheckConstraint(condition=models.Q(('port__gte', 1), ('port__lte', 65535)), name='core_printer_port'),
        ),
        migrations.AddConstraint(
            model_name='printer',
            constraint=models.CheckConstraint(condition=models.Q(('dots__in', [203, 300, 600])), name='core_printer_dots'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='printer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='core.printer', verbose_name='printer'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='printer',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='2a1e4529d4279014738a09fee8e9ce4a0e37d5e9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_476fa', table='core_printer', when='AFTER')),
        ),
        migrations.AddField(
            model_name='printjob',
            name='delivery',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='print_job', to='core.delivery', verbose_name='message out'),
        ),
        migrations.AddField(
            model_name='printjob',
            name='printer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='core.printer', verbose_name='printer'),
        ),
        migrations.AddField(
            model_name='printjob',
            name='reprint_of',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reprints', to='core.printjob', verbose_name='again of'),
        ),
        migrations.AddField(
            model_name='printjob',
            name='template',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='core.labeltemplateversion', verbose_name='label'),
        ),
        migrations.AddConstraint(
            model_name='sendingpause',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('resumed_at__isnull', True)), name='core_sendingpause_one_open'),
        ),
        migrations.AddConstraint(
            model_name='sendingpause',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resumed_at__isnull', True), ('resumed_by', '')), models.Q(('resumed_at__isnull', False), models.Q(('resumed_by', ''), _negated=True)), _connector='OR'), name='core_sendingpause_resumed'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.UniqueConstraint(fields=('site', 'name'), name='core_webhookendpoint_name_in_site', violation_error_message='This name is taken in this site. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('previous_secret', ''), ('previous_until__isnull', True)), models.Q(models.Q(('previous_secret', ''), _negated=True), ('previous_until__isnull', False)), _connector='OR'), name='core_webhookendpoint_overlap'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='endpoint',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='core.webhookendpoint', verbose_name='webhook'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', 'last_at,last_status,last_answer', 'secret,previous_secret', '')", func='RETURN NULL;', hash='64fd53d6c5abfceb5fded4e7ae5b179c02861992', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_32a39', table='core_webhookendpoint', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='labeltemplateversion',
            constraint=models.UniqueConstraint(fields=('template', 'number'), name='core_labeltemplateversion_number'),
        ),
        migrations.AddConstraint(
            model_name='labeltemplateversion',
            constraint=models.CheckConstraint(condition=models.Q(('height__gte', 5), ('height__lte', 420), ('width__gte', 10), ('width__lte', 300)), name='core_labeltemplateversion_size'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='labeltemplateversion',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='084e5eb327ea7fc2f812c0b7d263012bb17c024f', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_149db', table='core_labeltemplateversion', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='printjob',
            index=models.Index(fields=['site', '-created_at'], name='core_printjob_recent'),
        ),
        migrations.AddIndex(
            model_name='printjob',
            index=models.Index(fields=['noun', 'subject_id'], name='core_printjob_subject'),
        ),
        migrations.AddConstraint(
            model_name='printjob',
            constraint=models.CheckConstraint(condition=models.Q(('copies__gte', 1), ('copies__lte', 200)), name='core_printjob_copies'),
        ),
        migrations.AddConstraint(
            model_name='printjob',
            constraint=models.CheckConstraint(condition=models.Q(('reprint_of__isnull', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='core_printjob_reprint_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='printjob',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='3b78b362d85fa533f0da3742e6c1d36e57ae999f', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_db4dd', table='core_printjob', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['available_at'], name='core_delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'sending', 'dead'])), fields=['key', 'seq'], name='core_delivery_unsettled'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['site', '-created_at'], name='core_delivery_recent'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('key', 'seq'), name='core_delivery_seq'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'dead', 'discarded'])), name='core_delivery_state'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['waiting', 'sending'])), models.Q(models.Q(('state__in', ['waiting', 'sending']), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='core_delivery_ended'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'email'), ('endpoint__isnull', True), ('printer__isnull', True)), models.Q(('channel', 'webhook'), ('endpoint__isnull', False), ('printer__isnull', True)), models.Q(('channel', 'printer'), ('endpoint__isnull', True), ('printer__isnull', False)), _connector='OR'), name='core_delivery_target_of_channel'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."channel" IS DISTINCT FROM NEW."channel" OR OLD."endpoint_id" IS DISTINCT FROM NEW."endpoint_id" OR OLD."printer_id" IS DISTINCT FROM NEW."printer_id" OR OLD."destination" IS DISTINCT FROM NEW."destination" OR OLD."key" IS DISTINCT FROM NEW."key" OR OLD."seq" IS DISTINCT FROM NEW."seq" OR OLD."message_id" IS DISTINCT FROM NEW."message_id" OR OLD."content_type" IS DISTINCT FROM NEW."content_type" OR OLD."payload" IS DISTINCT FROM NEW."payload" OR OLD."created_at" IS DISTINCT FROM NEW."created_at"))', execute="core_frozen('site, channel, endpoint_id, printer_id, destination, key, seq, message_id, content_type, payload, created_at')", func='RETURN NULL;', hash='baf3295ecc286305e2640c7cf9e59d38089af0c7', operation='UPDATE', pgid='pgtrigger_frozen_42bd0', table='core_delivery', when='BEFORE')),
        ),
    ]
