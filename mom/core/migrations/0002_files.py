"""Uploaded files with their revisions, and notes."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import mom.core.db.ranges


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_ground'),
    ]

    operations = [
        BtreeGistExtension(),  # exclusion constraints over texts and time ranges
        migrations.CreateModel(
            name='Rendition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.PositiveIntegerField()),
                ('side', models.PositiveIntegerField()),
                ('media_type', models.CharField(max_length=40)),
                ('content', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'page picture',
                'verbose_name_plural': 'page pictures',
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('subject_type', models.CharField(max_length=100, verbose_name='kind of subject')),
                ('subject_id', models.CharField(max_length=100, verbose_name='subject key')),
                ('kind', models.CharField(choices=[('photo', 'Photo'), ('pdf', 'Document'), ('drawing', 'Drawing'), ('other', 'Other')], max_length=8, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('number', models.CharField(blank=True, max_length=64, verbose_name='drawing number')),
                ('revision', models.CharField(blank=True, max_length=16, verbose_name='revision')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_to', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(verbose_name='size')),
                ('media_type', models.CharField(max_length=40, verbose_name='content type')),
                ('width', models.PositiveIntegerField(verbose_name='width')),
                ('height', models.PositiveIntegerField(verbose_name='height')),
                ('pages', models.PositiveIntegerField(verbose_name='pages')),
                ('file_name', models.CharField(max_length=120, verbose_name='file name')),
                ('original_name', models.CharField(blank=True, max_length=200, verbose_name="name at the sender's")),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('added_by', models.CharField(max_length=170, verbose_name='added by (key)')),
                ('added_by_label', models.CharField(max_length=200, verbose_name='added by')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('withdrawn_by', models.CharField(blank=True, max_length=200, verbose_name='withdrawn by')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedblob', verbose_name='content')),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='replaces')),
                ('thumb', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedblob', verbose_name='picture')),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('subject_type', models.CharField(max_length=100, verbose_name='kind of subject')),
                ('subject_id', models.CharField(max_length=100, verbose_name='subject key')),
                ('text', models.TextField(max_length=4000, verbose_name='note')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('added_by', models.CharField(max_length=170, verbose_name='added by (key)')),
                ('added_by_label', models.CharField(max_length=200, verbose_name='added by')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('withdrawn_by', models.CharField(blank=True, max_length=200, verbose_name='withdrawn by')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
                'indexes': [models.Index(fields=['site', 'subject_type', 'subject_id', '-added_at'], name='core_note_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='core_note_text_not_empty'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_by', ''), _negated=True), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='core_note_withdrawn_whole')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='48598efb5b7a1bfce74d908df207c9bdd339787f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_e6013', table='core_note', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='831896ad1fe68e994140e92944d894514d2cc8ce', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_4d8f9', table='core_note', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."subject_type" IS DISTINCT FROM NEW."subject_type" OR OLD."subject_id" IS DISTINCT FROM NEW."subject_id" OR OLD."text" IS DISTINCT FROM NEW."text" OR OLD."added_at" IS DISTINCT FROM NEW."added_at" OR OLD."added_by" IS DISTINCT FROM NEW."added_by" OR OLD."added_by_label" IS DISTINCT FROM NEW."added_by_label"))', execute="core_frozen('site, subject_type, subject_id, text, added_at, added_by, added_by_label')", func='RETURN NULL;', hash='7be480b7aa9142748b829349401757527c8f468e', operation='UPDATE', pgid='pgtrigger_frozen_d4ca8', table='core_note', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='stays_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.withdrawn_at IS NOT NULL) AND (OLD."withdrawn_at" IS DISTINCT FROM NEW."withdrawn_at" OR OLD."withdrawn_by" IS DISTINCT FROM NEW."withdrawn_by" OR OLD."withdrawn_reason" IS DISTINCT FROM NEW."withdrawn_reason"))', execute="core_frozen('withdrawn_at, withdrawn_by, withdrawn_reason')", func='RETURN NULL;', hash='89e3fb6744bcccbd0cb86e7ea3f2aac6bd3090d2', operation='UPDATE', pgid='pgtrigger_stays_withdrawn_c6c8a', table='core_note', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='rendition',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.storedblob'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['site', 'subject_type', 'subject_id', '-added_at'], name='core_attachment_subject'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(fields=['added_by', 'site', 'added_at'], name='core_attachment_quota'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['photo', 'pdf', 'drawing', 'other'])), name='core_attachment_kind'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='core_attachment_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'drawing'), _negated=True), models.Q(models.Q(('number', ''), _negated=True), models.Q(('revision', ''), _negated=True)), _connector='OR'), name='core_attachment_drawing_has_number'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_by', ''), _negated=True), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='core_attachment_withdrawn_whole'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('number', ''), _negated=True)), expressions=[('site', '='), ('number', '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_to'), '&&')], name='core_attachment_one_valid_revision'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('number', ''), _negated=True)), fields=('site', 'number', 'revision'), name='core_attachment_revision_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='a250c1967d7926d991d4c5d87c1b186f0c508563', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_db063', table='core_attachment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='de79e401c6dd7b967c2a7f0badf64ec56bf5945e', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_d90f5', table='core_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."subject_type" IS DISTINCT FROM NEW."subject_type" OR OLD."subject_id" IS DISTINCT FROM NEW."subject_id" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."title" IS DISTINCT FROM NEW."title" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."revision" IS DISTINCT FROM NEW."revision" OR OLD."valid_from" IS DISTINCT FROM NEW."valid_from" OR OLD."replaces_id" IS DISTINCT FROM NEW."replaces_id" OR OLD."blob_id" IS DISTINCT FROM NEW."blob_id" OR OLD."thumb_id" IS DISTINCT FROM NEW."thumb_id" OR OLD."sha256" IS DISTINCT FROM NEW."sha256" OR OLD."size" IS DISTINCT FROM NEW."size" OR OLD."media_type" IS DISTINCT FROM NEW."media_type" OR OLD."width" IS DISTINCT FROM NEW."width" OR OLD."height" IS DISTINCT FROM NEW."height" OR OLD."pages" IS DISTINCT FROM NEW."pages" OR OLD."file_name" IS DISTINCT FROM NEW."file_name" OR OLD."original_name" IS DISTINCT FROM NEW."original_name" OR OLD."added_at" IS DISTINCT FROM NEW."added_at" OR OLD."added_by" IS DISTINCT FROM NEW."added_by" OR OLD."added_by_label" IS DISTINCT FROM NEW."added_by_label"))', execute="core_frozen('site, subject_type, subject_id, kind, title, number, revision, valid_from, replaces_id, blob_id, thumb_id, sha256, size, media_type, width, height, pages, file_name, original_name, added_at, added_by, added_by_label')", func='RETURN NULL;', hash='428eff0cf9c4b21d0b5020f80192fb006c9ae252', operation='UPDATE', pgid='pgtrigger_frozen_10896', table='core_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='stays_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.withdrawn_at IS NOT NULL) AND (OLD."withdrawn_at" IS DISTINCT FROM NEW."withdrawn_at" OR OLD."withdrawn_by" IS DISTINCT FROM NEW."withdrawn_by" OR OLD."withdrawn_reason" IS DISTINCT FROM NEW."withdrawn_reason" OR OLD."valid_to" IS DISTINCT FROM NEW."valid_to"))', execute="core_frozen('withdrawn_at, withdrawn_by, withdrawn_reason, valid_to')", func='RETURN NULL;', hash='289539b59bb147122fcde85bcbc2d3cc2c411cd8', operation='UPDATE', pgid='pgtrigger_stays_withdrawn_224aa', table='core_attachment', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='rendition',
            index=models.Index(fields=['made_at'], name='core_rendition_age'),
        ),
        migrations.AddConstraint(
            model_name='rendition',
            constraint=models.UniqueConstraint(fields=('source', 'page', 'side'), name='core_rendition_once'),
        ),
    ]
