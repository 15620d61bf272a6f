"""Rules that raise alerts, and where each stands."""

import datetime
import django.db.models.deletion
import mom.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
        ('plant', '0005_search'),
        ('work', '0007_alert_guards'),
        ('analytics', '0004_targets'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('subject', models.CharField(choices=[('state', 'Machine state'), ('reading', 'Reading'), ('figure', 'Figure of the shift')], max_length=7, verbose_name='watches')),
                ('state', models.CharField(blank=True, choices=[('run', 'Running'), ('idle', 'Waiting'), ('setup', 'Setup'), ('plan', 'Planned stop'), ('down', 'Down'), ('off', 'No signal')], max_length=5, verbose_name='state')),
                ('signal', models.CharField(blank=True, max_length=64, verbose_name='signal')),
                ('side', models.CharField(blank=True, choices=[('above', 'above'), ('below', 'below')], max_length=5, verbose_name='when it is')),
                ('figure', models.CharField(blank=True, choices=[('oee', 'OEE below its target'), ('uncoded', 'Stopped time without reason above'), ('performance', 'Performance above (standard looks wrong)')], max_length=11, verbose_name='figure')),
                ('threshold', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='limit')),
                ('dead_band', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18, verbose_name='dead band')),
                ('delay', models.DurationField(default=datetime.timedelta(0), verbose_name='for longer than')),
                ('least_minutes', models.PositiveSmallIntegerField(default=60, verbose_name='after planned minutes')),
                ('severity', models.CharField(choices=[('bad', 'Urgent'), ('warn', 'Warning'), ('info', 'Note')], default='warn', max_length=4, verbose_name='severity')),
                ('impact', models.CharField(choices=[('stopped', 'Machine stands'), ('slowed', 'Makes less'), ('blind', 'Not seen'), ('none', 'Nothing lost yet')], default='none', max_length=7, verbose_name='impact')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='where')),
                ('reason', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason', verbose_name='reason')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.alertteam', verbose_name='team')),
            ],
            options={
                'verbose_name': 'alert rule',
                'verbose_name_plural': 'alert rules',
                'ordering': ['code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RuleStanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phase', models.CharField(choices=[('normal', 'Normal'), ('pending', 'Holds, not long enough'), ('raised', 'Raised')], max_length=7, verbose_name='phase')),
                ('since', models.DateTimeField(blank=True, null=True, verbose_name='since')),
                ('seen_at', models.DateTimeField(verbose_name='judged up to')),
                ('value', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='last value')),
                ('equipment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='machine')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standings', to='analytics.alertrule', verbose_name='rule')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'standing of a rule',
                'verbose_name_plural': 'standings of rules',
            },
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='analytics_alertrule_code_unique_in_site', violation_error_message='This code is taken in this site. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='analytics_alertrule_code_not_empty', violation_error_message='A code is needed.'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('subject__in', ['state', 'reading', 'figure'])), name='analytics_alertrule_subject_known'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ['bad', 'warn', 'info'])), name='analytics_alertrule_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('impact__in', ['stopped', 'slowed', 'blind', 'none'])), name='analytics_alertrule_impact_known'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('figure', ''), ('signal', ''), ('subject', 'state'), models.Q(('state', ''), _negated=True)), models.Q(('figure', ''), ('reason', None), ('state', ''), ('subject', 'reading'), ('threshold__isnull', False), ('side__in', ['above', 'below']), models.Q(('signal', ''), _negated=True)), models.Q(('reason', None), ('signal', ''), ('state', ''), ('subject', 'figure'), models.Q(('figure', ''), _negated=True)), _connector='OR'), name='analytics_alertrule_says_what_it_watches'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('dead_band__gte', 0)), name='analytics_alertrule_band_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('delay__gte', datetime.timedelta(0))), name='analytics_alertrule_delay_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='alertrule',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='analytics_alertrule_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='rulestanding',
            constraint=models.UniqueConstraint(fields=('rule', 'equipment'), name='analytics_rulestanding_once'),
        ),
        migrations.AddConstraint(
            model_name='rulestanding',
            constraint=models.CheckConstraint(condition=models.Q(('phase__in', ['normal', 'pending', 'raised'])), name='analytics_rulestanding_phase_known'),
        ),
        migrations.AddConstraint(
            model_name='rulestanding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('phase', 'normal'), ('since', None)), models.Q(('phase__in', ['pending', 'raised']), ('since__isnull', False)), _connector='OR'), name='analytics_rulestanding_since_while_it_holds'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertrule',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='6aba57334760ab7429b1cad77688d330f511e455', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_a7846', table='analytics_alertrule', when='AFTER')),
        ),
    ]
