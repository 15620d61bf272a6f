"""Alerts and help calls, teams, turns on call, escalation."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import mom.core.db.ranges
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_first_hour'),
        ('plant', '0005_search'),
        ('work', '0005_loads'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertTeam',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, verbose_name='code')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('icon', models.CharField(choices=[('maint', 'Wrench'), ('truck', 'Truck'), ('qual', 'Shield'), ('user', 'Person'), ('prod', 'Machine'), ('connect', 'Plug'), ('bell', 'Bell')], default='bell', max_length=10, verbose_name='sign')),
                ('position', models.PositiveSmallIntegerField(default=50, verbose_name='place on the sheet')),
                ('email', models.EmailField(blank=True, help_text='Told beside its people.', max_length=254, verbose_name='e-mail of the team')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['position', 'code'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('help', 'Help call'), ('state', 'Machine state'), ('reading', 'Reading'), ('figure', 'Figure'), ('standard', 'Standard looks wrong'), ('other', 'Other')], max_length=8, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='what')),
                ('detail', models.CharField(blank=True, max_length=300, verbose_name='detail')),
                ('severity', models.CharField(choices=[('bad', 'Urgent'), ('warn', 'Warning'), ('info', 'Note')], default='warn', max_length=4, verbose_name='severity')),
                ('impact', models.CharField(choices=[('stopped', 'Machine stands'), ('slowed', 'Makes less'), ('blind', 'Not seen'), ('none', 'Nothing lost yet')], default='none', max_length=7, verbose_name='impact')),
                ('status', models.CharField(choices=[('open', 'Not accepted yet'), ('accepted', 'Accepted'), ('arrived', 'Somebody is there'), ('solved', 'Solved')], default='open', max_length=8, verbose_name='status')),
                ('source', models.CharField(max_length=100, verbose_name='source')),
                ('repeat_key', models.CharField(blank=True, max_length=200, verbose_name='condition')),
                ('raise_count', models.PositiveIntegerField(default=1, verbose_name='times raised')),
                ('waiting_since', models.DateTimeField(verbose_name='waits since')),
                ('holder', models.CharField(blank=True, max_length=200, verbose_name='who has it')),
                ('raised_at', models.DateTimeField(verbose_name='raised')),
                ('raised_by', models.CharField(max_length=200, verbose_name='raised by')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted')),
                ('accepted_by', models.CharField(blank=True, max_length=200, verbose_name='accepted by')),
                ('arrived_at', models.DateTimeField(blank=True, null=True, verbose_name='arrived')),
                ('arrived_by', models.CharField(blank=True, max_length=200, verbose_name='arrived by')),
                ('cleared_at', models.DateTimeField(blank=True, null=True, verbose_name='condition gone')),
                ('solved_at', models.DateTimeField(blank=True, null=True, verbose_name='solved')),
                ('solved_by', models.CharField(blank=True, max_length=200, verbose_name='solved by')),
                ('cause', models.CharField(blank=True, max_length=300, verbose_name='cause in words')),
                ('muted_at', models.DateTimeField(blank=True, null=True, verbose_name='muted')),
                ('muted_by', models.CharField(blank=True, max_length=200, verbose_name='muted by')),
                ('muted_until', models.DateTimeField(blank=True, null=True, verbose_name='muted until')),
                ('mute_reason', models.CharField(blank=True, max_length=200, verbose_name='why muted')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('equipment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.equipment', verbose_name='where')),
                ('holder_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='person')),
                ('job_order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.joborder', verbose_name='job')),
                ('reason', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.reason', verbose_name='cause')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='work.alertteam', verbose_name='team')),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'ordering': ['-raised_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='AlertTeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='person')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.alertteam', verbose_name='team')),
            ],
            options={
                'verbose_name': 'person in a team',
                'verbose_name_plural': 'people in teams',
            },
        ),
        migrations.AddField(
            model_name='alertteam',
            name='members',
            field=models.ManyToManyField(blank=True, related_name='alert_teams', through='work.AlertTeamMember', to='plant.person', verbose_name='people'),
        ),
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('after_minutes', models.PositiveSmallIntegerField(default=0, verbose_name='after minutes')),
                ('target', models.CharField(choices=[('on_call', 'Who is on call'), ('team', 'A whole team'), ('person', 'A person'), ('role', 'Everybody with a role')], max_length=10, verbose_name='tell')),
                ('is_active', models.BooleanField(default=True, verbose_name='holds')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('other_team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.alertteam', verbose_name='team told')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='person')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role', verbose_name='role')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='work.alertteam', verbose_name='team')),
            ],
            options={
                'verbose_name': 'step of escalation',
                'verbose_name_plural': 'steps of escalation',
                'ordering': ['team', 'after_minutes', 'id'],
            },
        ),
        migrations.CreateModel(
            name='AlertNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('waiting_since', models.DateTimeField(verbose_name='waited since')),
                ('told_at', models.DateTimeField(verbose_name='told')),
                ('told', models.JSONField(default=list, verbose_name='who')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='work.alert', verbose_name='alert')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.escalationstep', verbose_name='step of escalation')),
            ],
            options={
                'verbose_name': 'notice of an alert',
                'verbose_name_plural': 'notices of alerts',
                'ordering': ['told_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RotaEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_deputy', models.BooleanField(default=False, verbose_name='deputy')),
                ('started_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(verbose_name='until')),
                ('is_active', models.BooleanField(default=True, verbose_name='holds')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='person')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rota', to='work.alertteam', verbose_name='team')),
            ],
            options={
                'verbose_name': 'turn on call',
                'verbose_name_plural': 'turns on call',
                'ordering': ['started_at', 'is_deputy'],
            },
        ),
        migrations.CreateModel(
            name='AlertStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('raised', 'Raised'), ('again', 'Raised again'), ('accepted', 'Accepted'), ('arrived', 'Arrived'), ('handed_over', 'Handed over'), ('escalated', 'Told'), ('muted', 'Muted'), ('unmuted', 'Mute ended'), ('cleared', 'Condition gone'), ('solved', 'Solved')], max_length=11, verbose_name='act')),
                ('done_at', models.DateTimeField(verbose_name='when')),
                ('done_by', models.CharField(max_length=200, verbose_name='who')),
                ('actor', models.CharField(max_length=100, verbose_name='signed in as')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('op_uuid', models.UUIDField(unique=True, verbose_name='key')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='work.alert', verbose_name='alert')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='person')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('to_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.person', verbose_name='to person')),
                ('to_team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.alertteam', verbose_name='to team')),
            ],
            options={
                'verbose_name': 'step of an alert',
                'verbose_name_plural': 'steps of alerts',
                'ordering': ['done_at', 'id'],
                'indexes': [models.Index(fields=['alert', 'done_at'], name='work_alertstep_by_alert')],
                'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['raised', 'again', 'accepted', 'arrived', 'handed_over', 'escalated', 'muted', 'unmuted', 'cleared', 'solved'])), name='work_alertstep_act_known'), models.CheckConstraint(condition=models.Q(('done_at__isnull', False), models.Q(('done_by', ''), _negated=True)), name='work_alertstep_done_by_and_at')],
            },
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['site', 'raised_at'], name='work_alert_by_time'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('status', 'solved'), _negated=True), fields=['site'], name='work_alert_open'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['site', 'repeat_key', 'raised_at'], name='work_alert_by_condition'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['equipment', 'raised_at'], name='work_alert_by_machine'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['help', 'state', 'reading', 'figure', 'standard', 'other'])), name='work_alert_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ['bad', 'warn', 'info'])), name='work_alert_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('impact__in', ['stopped', 'slowed', 'blind', 'none'])), name='work_alert_impact_known'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='work_alert_title_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('raised_at__isnull', False), models.Q(('raised_by', ''), _negated=True)), name='work_alert_raised_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('accepted_by', '')), models.Q(('accepted_at__isnull', False), models.Q(('accepted_by', ''), _negated=True)), _connector='OR'), name='work_alert_accepted_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('arrived_at', None), ('arrived_by', '')), models.Q(('arrived_at__isnull', False), models.Q(('arrived_by', ''), _negated=True)), _connector='OR'), name='work_alert_arrived_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('solved_at', None), ('solved_by', '')), models.Q(('solved_at__isnull', False), models.Q(('solved_by', ''), _negated=True)), _connector='OR'), name='work_alert_solved_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('arrived_at', None), ('solved_at', None), ('status', 'open')), models.Q(('accepted_at__isnull', False), ('arrived_at', None), ('solved_at', None), ('status', 'accepted')), models.Q(('accepted_at__isnull', False), ('arrived_at__isnull', False), ('solved_at', None), ('status', 'arrived')), models.Q(('solved_at__isnull', False), ('status', 'solved')), _connector='OR'), name='work_alert_status_follows_its_steps'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'solved'), _negated=True), ('reason__isnull', False), models.Q(('cause', ''), _negated=True), _connector='OR'), name='work_alert_solved_has_a_cause'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mute_reason', ''), ('muted_at', None), ('muted_by', ''), ('muted_until', None)), models.Q(('muted_at__isnull', False), ('muted_until__gt', models.F('muted_at')), models.Q(('muted_by', ''), _negated=True), models.Q(('mute_reason', ''), _negated=True)), _connector='OR'), name='work_alert_mute_has_reason_and_end'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('status', 'solved'), _negated=True), models.Q(('repeat_key', ''), _negated=True)), fields=('site', 'repeat_key'), name='work_alert_one_open_per_condition'),
        ),
        migrations.AddConstraint(
            model_name='alertteammember',
            constraint=models.UniqueConstraint(fields=('team', 'person'), name='work_alertteammember_once'),
        ),
        migrations.AddConstraint(
            model_name='alertteam',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='work_alertteam_code_unique_in_site', violation_error_message='This code is taken in this site. Choose another one.'),
        ),
        migrations.AddConstraint(
            model_name='alertteam',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='work_alertteam_code_not_empty', violation_error_message='A code is needed.'),
        ),
        migrations.AddConstraint(
            model_name='alertteam',
            constraint=models.CheckConstraint(condition=models.Q(('icon__in', ['maint', 'truck', 'qual', 'user', 'prod', 'connect', 'bell'])), name='work_alertteam_icon_known'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.CheckConstraint(condition=models.Q(('target__in', ['on_call', 'team', 'person', 'role'])), name='work_escalationstep_target_known'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('other_team', None), ('person', None), ('role', None), ('target', 'on_call')), models.Q(('person', None), ('role', None), ('target', 'team')), models.Q(('other_team', None), ('person__isnull', False), ('role', None), ('target', 'person')), models.Q(('other_team', None), ('person', None), ('role__isnull', False), ('target', 'role')), _connector='OR'), name='work_escalationstep_names_its_target'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('team', 'after_minutes', 'target', 'person', 'other_team', 'role'), name='work_escalationstep_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='alertnotice',
            constraint=models.UniqueConstraint(fields=('alert', 'escalation', 'waiting_since'), name='work_alertnotice_once_a_wait'),
        ),
        migrations.AddConstraint(
            model_name='rotaentry',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__gt', models.F('started_at'))), name='work_rotaentry_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='rotaentry',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_active', True)), expressions=[('team', '='), (django.db.models.functions.comparison.Cast('is_deputy', models.IntegerField()), '='), (mom.core.db.ranges.TsTzRange('started_at', 'ended_at'), '&&')], name='work_rotaentry_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='rotaentry',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_active', True)), expressions=[('team', '='), ('person', '='), (mom.core.db.ranges.TsTzRange('started_at', 'ended_at'), '&&')], name='work_rotaentry_person_once'),
        ),
    ]
