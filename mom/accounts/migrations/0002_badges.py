"""Badges, PINs and enrolled devices; the epoch that ends a person's sessions."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import mom.core.db.guard_sql


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_accounts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Badge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]{3,39}\\Z')], verbose_name='code')),
                ('issued_at', models.DateTimeField(editable=False, verbose_name='issued at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
            ],
            options={
                'verbose_name': 'badge',
                'verbose_name_plural': 'badges',
                'ordering': ['-issued_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('kind', models.CharField(choices=[('tablet', 'Tablet at a station'), ('wall', 'Wall of an area')], max_length=10, verbose_name='kind')),
                ('station', models.CharField(max_length=64, verbose_name='station')),
                ('auto_lock_seconds', models.PositiveIntegerField(default=300, verbose_name='locks after (seconds)')),
                ('code_digest', models.CharField(blank=True, editable=False, max_length=64, verbose_name='code')),
                ('code_expires_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='code valid until')),
                ('digest', models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True, verbose_name='credential')),
                ('enrolled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='enrolled at')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked at')),
                ('created_at', models.DateTimeField(editable=False, verbose_name='added at')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'device',
                'verbose_name_plural': 'devices',
                'ordering': ['site', 'name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='pin', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('digest', models.CharField(editable=False, max_length=160, verbose_name='digest')),
                ('pepper', models.CharField(editable=False, max_length=12, verbose_name='pepper')),
                ('is_one_time', models.BooleanField(default=False, editable=False, verbose_name='must be changed')),
                ('set_at', models.DateTimeField(editable=False, verbose_name='set at')),
            ],
            options={
                'verbose_name': 'PIN',
                'verbose_name_plural': 'PINs',
            },
        ),
        migrations.CreateModel(
            name='SecretTries',
            fields=[
                ('key', models.CharField(max_length=80, primary_key=True, serialize=False, verbose_name='whose')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='tries')),
                ('last_at', models.DateTimeField(null=True, verbose_name='last try')),
            ],
            options={
                'verbose_name': 'wrong tries',
                'verbose_name_plural': 'wrong tries',
            },
        ),
        migrations.CreateModel(
            name='StationVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('station', models.CharField(max_length=64, verbose_name='station')),
                ('last_at', models.DateTimeField(verbose_name='last here')),
            ],
            options={
                'verbose_name': 'visit to a station',
                'verbose_name_plural': 'visits to stations',
                'ordering': ['-last_at'],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='session_epoch',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='sessions ended'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='sessions_end_with_lock', sql=mom.core.db.guard_sql.GuardSql(condition='WHEN (OLD."is_active" IS DISTINCT FROM (NEW."is_active"))', func='NEW.session_epoch := OLD.session_epoch + 1; RETURN NEW;', hash='be92324aef529a4127034a098fc6a068f021292d', operation='UPDATE OF "is_active"', pgid='pgtrigger_sessions_end_with_lock_f9faa', table='accounts_user', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='badge',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='badges', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.CreateModel(
            name='DeviceUse',
            fields=[
                ('device', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='accounts.device')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen at')),
                ('last_seen_from', models.GenericIPAddressField(null=True, verbose_name='last seen from')),
            ],
            options={
                'verbose_name': 'use of a device',
                'verbose_name_plural': 'uses of devices',
            },
        ),
        migrations.AddField(
            model_name='device',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddConstraint(
            model_name='pin',
            constraint=models.CheckConstraint(condition=models.Q(('digest__startswith', '$argon2id$')), name='accounts_pin_digest_is_argon2id'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pin',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('user_id', '', 'digest', '')", func='RETURN NULL;', hash='a0d1bcfd75885799c72c4fcc9fa19d92bc766237', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_c4765', table='accounts_pin', when='AFTER')),
        ),
        migrations.AddField(
            model_name='stationvisit',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='stationvisit',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddConstraint(
            model_name='badge',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9][A-Z0-9-]{3,39}\\Z')), name='accounts_badge_code_shape'),
        ),
        migrations.AddConstraint(
            model_name='badge',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('revoked_at__gte', models.F('issued_at')), _connector='OR'), name='accounts_badge_order_of_ends'),
        ),
        migrations.AddConstraint(
            model_name='badge',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('code',), name='accounts_badge_code_unique_while_valid', violation_error_message="This badge is in somebody's hands already. Revoke it first."),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='badge',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='2e72167460cda4485b062bfbb345d192d835b06b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_6688c', table='accounts_badge', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='badge',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."user_id" IS DISTINCT FROM NEW."user_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."issued_at" IS DISTINCT FROM NEW."issued_at"))', execute="core_frozen('user_id, code, issued_at')", func='RETURN NULL;', hash='4a5e18e69d792dfdc7f716ec923870ec826e49c9', operation='UPDATE', pgid='pgtrigger_frozen_c4075', table='accounts_badge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='badge',
            trigger=pgtrigger.compiler.Trigger(name='stays_revoked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.revoked_at IS NOT NULL) AND (OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at"))', execute="core_frozen('revoked_at')", func='RETURN NULL;', hash='882b3191bd6fb0e5132a5f26d360d7db53e7cdb0', operation='UPDATE', pgid='pgtrigger_stays_revoked_b9f55', table='accounts_badge', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(condition=models.Q(('code_digest', ''), _negated=True), fields=['code_digest'], name='accounts_device_code'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('site', 'name'), name='accounts_device_name_unique_while_valid', violation_error_message='Another device has this name. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('auto_lock_seconds__gte', 30), ('auto_lock_seconds__lte', 900)), name='accounts_device_auto_lock_in_range', violation_error_message='A device locks after 30 to 900 seconds.'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code_digest', ''), ('code_expires_at__isnull', True)), models.Q(models.Q(('code_digest', ''), _negated=True), ('code_expires_at__isnull', False)), _connector='OR'), name='accounts_device_code_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('digest__isnull', True), ('enrolled_at__isnull', False), _connector='OR'), name='accounts_device_credential_is_enrolled'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), models.Q(('code_digest', ''), ('digest__isnull', True)), _connector='OR'), name='accounts_device_revoked_has_no_credential'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['tablet', 'wall'])), name='accounts_device_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('station', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='accounts_device_is_named'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', 'digest,code_digest', '')", func='RETURN NULL;', hash='a1ac4637e7c5226085519d3693788dd1ddd8d131', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_cf016', table='accounts_device', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."created_at" IS DISTINCT FROM NEW."created_at"))', execute="core_frozen('site_id, kind, created_at')", func='RETURN NULL;', hash='cd0f26dacfd2383a65ad1990f267fe0e722a24e4', operation='UPDATE', pgid='pgtrigger_frozen_ec991', table='accounts_device', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='stays_revoked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD.revoked_at IS NOT NULL) AND (OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at" OR OLD."digest" IS DISTINCT FROM NEW."digest"))', execute="core_frozen('revoked_at, digest')", func='RETURN NULL;', hash='ee31eda7b635e9db6c6812cb159cb87043c19a80', operation='UPDATE', pgid='pgtrigger_stays_revoked_d684d', table='accounts_device', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='stationvisit',
            constraint=models.UniqueConstraint(fields=('site', 'station', 'user'), name='accounts_stationvisit_once'),
        ),
    ]
