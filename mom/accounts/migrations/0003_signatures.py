"""Electronic signatures and approval policies."""

import django.contrib.postgres.fields
import django.db.models.deletion
import mom.core.db.guard_sql
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_ground'),
        ('accounts', '0002_badges'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_type', models.CharField(max_length=100, verbose_name='kind of record')),
                ('subject_id', models.CharField(max_length=100, verbose_name='record key')),
                ('subject_label', models.CharField(max_length=200, verbose_name='record')),
                ('subject_version', models.CharField(blank=True, max_length=40, verbose_name='version')),
                ('content_sha256', models.CharField(max_length=64, verbose_name='content')),
                ('mode', models.CharField(choices=[('none', 'No approval'), ('self', 'Self-approval'), ('four_eyes', 'Four eyes')], max_length=10, verbose_name='approval')),
                ('is_own', models.BooleanField(verbose_name='by the author')),
                ('approver_name', models.CharField(max_length=200, verbose_name='approved by')),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='authors')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('approved_at', models.DateTimeField(verbose_name='approved')),
            ],
            options={
                'verbose_name': 'approval',
                'verbose_name_plural': 'approvals',
                'ordering': ['-approved_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ApprovalPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('none', 'No approval'), ('self', 'Self-approval'), ('four_eyes', 'Four eyes')], max_length=10, verbose_name='approval')),
                ('is_regulated', models.BooleanField(default=False, verbose_name='regulated')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('reason', models.TextField(verbose_name='reason')),
                ('decided_by', models.CharField(max_length=200, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(verbose_name='decided')),
            ],
            options={
                'verbose_name': 'approval rule',
                'verbose_name_plural': 'approval rules',
                'ordering': ['record_class', '-valid_from', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RecordClass',
            fields=[
                ('code', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='code')),
                ('is_regulated', models.BooleanField(default=False, verbose_name='regulated')),
            ],
            options={
                'verbose_name': 'class of records',
                'verbose_name_plural': 'classes of records',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signer_name', models.CharField(max_length=100, verbose_name='signed by')),
                ('meaning', models.CharField(choices=[('performed', 'Performed'), ('verified', 'Verified'), ('reviewed', 'Reviewed'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=10, verbose_name='meaning')),
                ('reason', models.TextField(verbose_name='reason')),
                ('subject_type', models.CharField(max_length=100, verbose_name='kind of record')),
                ('subject_id', models.CharField(max_length=100, verbose_name='record key')),
                ('subject_label', models.CharField(max_length=200, verbose_name='record')),
                ('subject_version', models.CharField(blank=True, max_length=40, verbose_name='version')),
                ('content_sha256', models.CharField(max_length=64, verbose_name='content')),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name='authors')),
                ('signed_at', models.DateTimeField(verbose_name='signed')),
                ('utc_offset_minutes', models.SmallIntegerField(verbose_name='local offset in minutes')),
                ('proof', models.CharField(choices=[('both', 'name and secret'), ('secret', 'secret, in the same session')], max_length=10, verbose_name='proof')),
                ('device', models.CharField(blank=True, max_length=100, verbose_name='device')),
                ('session', models.CharField(max_length=64, verbose_name='session')),
                ('nonce', models.CharField(max_length=64, unique=True, verbose_name='request')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
                'ordering': ['-signed_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='approval',
            name='approver',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='approval',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='approvalpolicy',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approval_policies', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='approvalpolicy',
            name='record_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='accounts.recordclass', verbose_name='records'),
        ),
        migrations.AddField(
            model_name='approval',
            name='record_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='accounts.recordclass', verbose_name='records'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recordclass',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('code', '', '', '')", func='RETURN NULL;', hash='38518c390e79059b1958b484eea516c7329e241b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_de3c4', table='accounts_recordclass', when='AFTER')),
        ),
        migrations.AddField(
            model_name='signature',
            name='record_class',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='accounts.recordclass', verbose_name='records'),
        ),
        migrations.AddField(
            model_name='signature',
            name='signer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to=settings.AUTH_USER_MODEL, verbose_name='signer'),
        ),
        migrations.AddField(
            model_name='signature',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='approval',
            name='signature',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approval', to='accounts.signature', verbose_name='signature'),
        ),
        migrations.AddConstraint(
            model_name='approvalpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['none', 'self', 'four_eyes'])), name='accounts_approvalpolicy_mode_known'),
        ),
        migrations.AddConstraint(
            model_name='approvalpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('is_regulated', False), ('mode', 'four_eyes'), _connector='OR'), name='accounts_approvalpolicy_regulated_takes_four_eyes', violation_error_message='Regulated records take four eyes.'),
        ),
        migrations.AddConstraint(
            model_name='approvalpolicy',
            constraint=models.UniqueConstraint(fields=('site', 'record_class', 'valid_from'), name='accounts_approvalpolicy_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalpolicy',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='c46be08fe20a1a1d692422150f6d74ad6ebe6bee', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_c3e8a', table='accounts_approvalpolicy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalpolicy',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='9c86b91dad7de4792a5e1d1c413afbf44c7b382a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_e9a53', table='accounts_approvalpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approvalpolicy',
            trigger=pgtrigger.compiler.Trigger(name='only_ahead', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF NEW.valid_from < clock_timestamp() - interval '1 minute' THEN\n                        RAISE EXCEPTION 'an approval rule is never made for the past'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approvalpolicy_only_ahead';\n                    END IF;\n                    IF NOT NEW.is_regulated AND EXISTS (\n                        SELECT 1 FROM accounts_recordclass c WHERE c.code = NEW.record_class_id AND c.is_regulated\n                    ) THEN\n                        RAISE EXCEPTION '% is regulated at every site', NEW.record_class_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approvalpolicy_class_regulated';\n                    END IF;\n                    RETURN NEW;\n                ", hash='ca5ee14ca6d3c0c6295dba91b79065e1cd8dc1f1', operation='INSERT', pgid='pgtrigger_only_ahead_0d942', table='accounts_approvalpolicy', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(fields=['subject_type', 'subject_id'], name='accounts_signature_subject'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(fields=['site', '-signed_at'], name='accounts_signature_recent'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(fields=['session', 'signer'], name='accounts_signature_session'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('subject_type', 'subject_id', 'content_sha256', 'meaning', 'signer'), name='accounts_signature_once'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('meaning__in', ['performed', 'verified', 'reviewed', 'approved', 'rejected'])), name='accounts_signature_meaning_known'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('proof__in', ['both', 'secret'])), name='accounts_signature_proof_known'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('content_sha256__regex', '^[0-9a-f]{64}\\Z'), ('digest__regex', '^[0-9a-f]{64}\\Z')), name='accounts_signature_hash_shape'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('reason__regex', '\\S.*\\S')), name='accounts_signature_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('signer_name', ''), _negated=True), name='accounts_signature_has_name'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='0be83795ab6103445e7fe485a9cd6ca1789e590e', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_c1684', table='accounts_signature', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='b5cd97fcc30252c972f200d0e14b3c873809f8f4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_e9496', table='accounts_signature', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='not_by_author', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF NEW.meaning IN ('verified', 'reviewed', 'approved')\n                        AND NEW.signer_id::text = ANY (NEW.authors) AND (\n                            EXISTS (SELECT 1 FROM accounts_recordclass c\n                                    WHERE c.code = NEW.record_class_id AND c.is_regulated)\n                            OR (SELECT p.mode FROM accounts_approvalpolicy p\n                                WHERE p.record_class_id = NEW.record_class_id AND p.site_id = NEW.site_id\n                                    AND p.valid_from <= clock_timestamp()\n                                ORDER BY p.valid_from DESC, p.id DESC LIMIT 1) = 'four_eyes') THEN\n                        RAISE EXCEPTION 'author and approver are two people'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_signature_not_by_author';\n                    END IF;\n                    RETURN NEW;\n                ", hash='7123102d3a53c6ccb1fecec259ab26daf031c967', operation='INSERT', pgid='pgtrigger_not_by_author_e8f7d', table='accounts_signature', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='may_sign', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF NOT EXISTS (\n                        SELECT 1 FROM accounts_membership m JOIN accounts_role r ON r.id = m.role_id\n                        JOIN accounts_user u ON u.id = m.user_id\n                        WHERE m.user_id = NEW.signer_id AND (m.site_id IS NULL OR m.site_id = NEW.site_id)\n                            AND m.valid_from <= clock_timestamp()\n                            AND (m.valid_to IS NULL OR m.valid_to > clock_timestamp())\n                            AND u.is_active AND 'accounts.sign_record' = ANY (r.permissions)\n                    ) THEN\n                        RAISE EXCEPTION 'no role of this person signs at this site'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_signature_may_sign';\n                    END IF;\n                    RETURN NEW;\n                ", hash='f80e136f68764079b07585e58aeae282ea6bd302', operation='INSERT', pgid='pgtrigger_may_sign_49e63', table='accounts_signature', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(fields=['subject_type', 'subject_id'], name='accounts_approval_subject'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('subject_type', 'subject_id', 'content_sha256'), name='accounts_approval_once'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['none', 'self', 'four_eyes'])), name='accounts_approval_mode_known'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mode', 'four_eyes'), _negated=True), models.Q(('approver__isnull', False), ('is_own', False), ('signature__isnull', False)), _connector='OR'), name='accounts_approval_four_eyes_signed'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('content_sha256__regex', '^[0-9a-f]{64}\\Z')), name='accounts_approval_hash_shape'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='6e88a2ae501b18d60cefd6416065e925551ed667', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_0a559', table='accounts_approval', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='49edcc30c88fd5bb3e7c9ef5bc5b77921eac644a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_0d764', table='accounts_approval', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='as_the_rule_says', sql=mom.core.db.guard_sql.GuardSql(declare='DECLARE signed accounts_signature%ROWTYPE; rule text;', func="\n                    SELECT p.mode INTO rule FROM accounts_approvalpolicy p\n                    WHERE p.record_class_id = NEW.record_class_id AND p.site_id = NEW.site_id\n                        AND p.valid_from <= clock_timestamp() ORDER BY p.valid_from DESC, p.id DESC LIMIT 1;\n                    IF EXISTS (SELECT 1 FROM accounts_recordclass c\n                               WHERE c.code = NEW.record_class_id AND c.is_regulated) THEN\n                        rule := 'four_eyes';\n                    END IF;\n                    IF NEW.mode <> 'four_eyes' AND rule = 'four_eyes' THEN\n                        RAISE EXCEPTION '% takes four eyes', NEW.record_class_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_takes_four_eyes';\n                    END IF;\n                    IF NEW.is_own IS DISTINCT FROM coalesce(NEW.approver_id::text = ANY (NEW.authors), false) THEN\n                        RAISE EXCEPTION 'who approves their own work is named as such'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_own_named';\n                    END IF;\n                    IF NEW.signature_id IS NOT NULL THEN\n                        SELECT * INTO signed FROM accounts_signature WHERE id = NEW.signature_id;\n                        IF signed.meaning <> 'approved' OR signed.signer_id <> NEW.approver_id\n                            OR (signed.site_id, signed.record_class_id, signed.subject_type, signed.subject_id,\n                                signed.content_sha256) IS DISTINCT FROM\n                               (NEW.site_id, NEW.record_class_id, NEW.subject_type, NEW.subject_id,\n                                NEW.content_sha256) THEN\n                            RAISE EXCEPTION 'the signature was given for something else'\n                                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_approval_signed_this';\n                        END IF;\n                    END IF;\n                    RETURN NEW;\n                ", hash='77e4f815b934f0d866275dd20f7e24adcec0e8cc', operation='INSERT', pgid='pgtrigger_as_the_rule_says_acf58', table='accounts_approval', when='BEFORE')),
        ),
    ]
