"""Plant documents with versions, approval and read-confirmation."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import mom.core.db.guard_sql
import mom.core.db.ranges
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_files'),
        ('accounts', '0003_signatures'),
        ('plant', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('kind', models.CharField(choices=[('sop', 'Procedure (SOP)'), ('work_instruction', 'Work instruction'), ('drawing', 'Drawing'), ('safety_sheet', 'Safety sheet')], max_length=16, verbose_name='kind')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DocumentReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readers', to='plant.document', verbose_name='document')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='area or machine')),
                ('personnel_class', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.personnelclass', verbose_name='skill')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'readers of a document',
                'verbose_name_plural': 'readers of documents',
            },
        ),
        migrations.CreateModel(
            name='DocumentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('change_note', models.TextField(verbose_name='what changed')),
                ('author_name', models.CharField(max_length=200, verbose_name="author's name")),
                ('created_at', models.DateTimeField(verbose_name='added')),
                ('planned_from', models.DateTimeField(blank=True, null=True, verbose_name='in force from')),
                ('needs_reading', models.BooleanField(default=True, verbose_name='must be read again')),
                ('no_reading_reason', models.CharField(blank=True, max_length=500, verbose_name='why not')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('approved', 'Approved'), ('withdrawn', 'Withdrawn')], default='draft', max_length=12, verbose_name='status')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('approved_by', models.CharField(blank=True, max_length=200, verbose_name='approved by')),
                ('effective_from', models.DateTimeField(blank=True, null=True, verbose_name='in force since')),
                ('effective_to', models.DateTimeField(blank=True, null=True, verbose_name='in force until')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('withdrawn_by', models.CharField(blank=True, max_length=200, verbose_name='withdrawn by')),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='row version')),
                ('attachment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.attachment', verbose_name='file')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='plant.document', verbose_name='document')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'document version',
                'verbose_name_plural': 'document versions',
                'ordering': ['document', '-number'],
            },
        ),
        migrations.CreateModel(
            name='ReadConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(verbose_name='read')),
                ('confirmed_by', models.CharField(max_length=200, verbose_name='confirmed by')),
                ('document_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='plant.documentversion', verbose_name='version')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read_confirmations', to='plant.person', verbose_name='person')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'read confirmation',
                'verbose_name_plural': 'read confirmations',
                'ordering': ['-confirmed_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='plant_document_code_unique_in_site', violation_error_message='This code is taken in this site. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='plant_document_code_not_empty', violation_error_message='A code is needed.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sop', 'work_instruction', 'drawing', 'safety_sheet'])), name='plant_document_kind_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='a22ee8495e8a2eee5e103814f55b31357b6fe4e2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_b97f4', table='plant_document', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='documentreader',
            constraint=models.UniqueConstraint(fields=('document', 'personnel_class', 'equipment'), name='plant_documentreader_once', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentreader',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='fa29062ea6630ffaa89bd426f5c5d5f5c10031cb', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_c5fd0', table='plant_documentreader', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=models.UniqueConstraint(fields=('document', 'number'), name='plant_documentversion_number_once'),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'in_review', 'approved', 'withdrawn'])), name='plant_documentversion_status_known'),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', ''), ('effective_from', None), ('effective_to', None), ('status__in', ['draft', 'in_review'])), models.Q(models.Q(('approved_by', ''), _negated=True), ('approved_at__isnull', False), ('effective_from__isnull', False), ('status', 'approved')), models.Q(models.Q(models.Q(('approved_at', None), ('approved_by', ''), ('effective_from', None)), models.Q(models.Q(('approved_by', ''), _negated=True), ('approved_at__isnull', False), ('effective_from__isnull', False), ('effective_to__isnull', False)), _connector='OR'), ('status', 'withdrawn')), _connector='OR'), name='plant_documentversion_approved_whole'),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('withdrawn_by', ''), _negated=True), models.Q(('withdrawn_reason', ''), _negated=True), ('status', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', '')), _connector='OR'), name='plant_documentversion_withdrawn_whole'),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('needs_reading', True), ('no_reading_reason', '')), models.Q(models.Q(('no_reading_reason', ''), _negated=True), ('needs_reading', False)), _connector='OR'), name='plant_documentversion_no_reading_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to', None), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='plant_documentversion_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='documentversion',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('effective_from__isnull', False)), expressions=[('document', '='), (mom.core.db.ranges.TsTzRange('effective_from', 'effective_to'), '&&')], name='plant_documentversion_one_in_force'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentversion',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='7a09dbedf81bfe3af2b7ab560bbd1dc050a7db5d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_23b22', table='plant_documentversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentversion',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='1f24f67963633840560c9d729d340af7da854044', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_6abf3', table='plant_documentversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentversion',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."document_id" IS DISTINCT FROM NEW."document_id" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."attachment_id" IS DISTINCT FROM NEW."attachment_id" OR OLD."sha256" IS DISTINCT FROM NEW."sha256" OR OLD."change_note" IS DISTINCT FROM NEW."change_note" OR OLD."author_id" IS DISTINCT FROM NEW."author_id" OR OLD."author_name" IS DISTINCT FROM NEW."author_name" OR OLD."created_at" IS DISTINCT FROM NEW."created_at" OR OLD."planned_from" IS DISTINCT FROM NEW."planned_from" OR OLD."needs_reading" IS DISTINCT FROM NEW."needs_reading" OR OLD."no_reading_reason" IS DISTINCT FROM NEW."no_reading_reason"))', execute="core_frozen('site_id, document_id, number, attachment_id, sha256, change_note, author_id, author_name, created_at, planned_from, needs_reading, no_reading_reason')", func='RETURN NULL;', hash='b93ffd32b6dd7a09279ec49e611174e245617dd6', operation='UPDATE', pgid='pgtrigger_frozen_f4715', table='plant_documentversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentversion',
            trigger=pgtrigger.compiler.Trigger(name='approved_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.approved_at IS NOT NULL) AND (OLD."approved_at" IS DISTINCT FROM NEW."approved_at" OR OLD."approved_by" IS DISTINCT FROM NEW."approved_by" OR OLD."effective_from" IS DISTINCT FROM NEW."effective_from"))', execute="core_frozen('approved_at, approved_by, effective_from')", func='RETURN NULL;', hash='3d0e470dc17f52dbc9b4a567826e5b6533893255', operation='UPDATE', pgid='pgtrigger_approved_stays_0c269', table='plant_documentversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentversion',
            trigger=pgtrigger.compiler.Trigger(name='withdrawn_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.status = \'withdrawn\') AND (OLD."withdrawn_at" IS DISTINCT FROM NEW."withdrawn_at" OR OLD."withdrawn_by" IS DISTINCT FROM NEW."withdrawn_by" OR OLD."withdrawn_reason" IS DISTINCT FROM NEW."withdrawn_reason" OR OLD."effective_to" IS DISTINCT FROM NEW."effective_to"))', execute="core_frozen('withdrawn_at, withdrawn_by, withdrawn_reason, effective_to')", func='RETURN NULL;', hash='93463389edd8409f38e1dfd715f449e7ca6e67c1', operation='UPDATE', pgid='pgtrigger_withdrawn_stays_e7691', table='plant_documentversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentversion',
            trigger=pgtrigger.compiler.Trigger(name='moves', sql=mom.core.db.guard_sql.GuardSql(func="\n    IF TG_OP = 'INSERT' THEN\n        IF NEW.status <> 'draft' THEN\n            RAISE EXCEPTION 'a version begins as a draft'\n                USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_moves';\n        END IF;\n    ELSIF OLD.status <> NEW.status AND (\n        OLD.status = 'withdrawn' OR (OLD.status = 'approved' AND NEW.status <> 'withdrawn')\n        OR (NEW.status = 'approved' AND OLD.status <> 'in_review')\n    ) THEN\n        RAISE EXCEPTION 'a version that is % does not become %', OLD.status, NEW.status\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_moves';\n    END IF;\n    IF NEW.status = 'approved' AND OLD.status <> 'approved' AND NOT EXISTS (\n        SELECT 1 FROM accounts_approval a\n        WHERE a.subject_type = 'plant.documentversion' AND a.subject_id = NEW.id::text\n    ) THEN\n        RAISE EXCEPTION 'version % has no approval', NEW.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_needs_approval';\n    END IF;\n    IF NOT EXISTS (\n        SELECT 1 FROM core_attachment f WHERE f.id = NEW.attachment_id AND f.sha256 = NEW.sha256\n        AND f.subject_type = 'plant.document' AND f.subject_id = NEW.document_id::text\n    ) THEN\n        RAISE EXCEPTION 'the file of version % is not one of its document', NEW.id\n            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_documentversion_own_file';\n    END IF;\n    RETURN NEW;\n", hash='66c265af1fd3f5fefa791fcea5ccc7115eac2790', operation='INSERT OR UPDATE', pgid='pgtrigger_moves_a5c9d', table='plant_documentversion', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='readconfirmation',
            index=models.Index(fields=['document_version'], name='plant_readconfirmation_version'),
        ),
        migrations.AddConstraint(
            model_name='readconfirmation',
            constraint=models.UniqueConstraint(fields=('person', 'document_version'), name='plant_readconfirmation_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readconfirmation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='bd1ae30a28f76e1ca77e1eee41a6414522c9004e', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_1d6e7', table='plant_readconfirmation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readconfirmation',
            trigger=pgtrigger.compiler.Trigger(name='of_approved', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM plant_documentversion v JOIN plant_person p ON p.id = NEW.person_id\n                        WHERE v.id = NEW.document_version_id AND v.status = 'approved'\n                        AND v.site_id = NEW.site_id AND p.site_id = NEW.site_id\n                    ) THEN\n                        RAISE EXCEPTION 'only an approved version of the own site is confirmed'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'plant_readconfirmation_of_approved';\n                    END IF;\n                    RETURN NEW;\n                ", hash='af3c7d83264aebdf80d3a30e79ba0a872f2f6ae1', operation='INSERT', pgid='pgtrigger_of_approved_de43c', table='plant_readconfirmation', when='BEFORE')),
        ),
    ]
