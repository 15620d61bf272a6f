"""Typed properties, aliases at partner systems and number ranges."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import mom.core.db.guard_sql
import mom.core.db.ranges
import mom.core.fields
from mom.core.db import number_functions


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_files'),
    ]

    operations = [
        BtreeGistExtension(),  # exclusion constraints over keys and time ranges
        migrations.RunSQL(number_functions.CREATE, number_functions.UNDO),
        migrations.CreateModel(
            name='NumberCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(blank=True, max_length=7, verbose_name='period')),
                ('last', models.PositiveBigIntegerField(verbose_name='last number')),
            ],
            options={
                'verbose_name': 'counter',
                'verbose_name_plural': 'counters',
            },
        ),
        migrations.CreateModel(
            name='NumberRange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=20, verbose_name='site')),
                ('noun', models.CharField(max_length=32, verbose_name='of')),
                ('pattern', models.CharField(max_length=64, verbose_name='pattern')),
                ('resets', models.CharField(choices=[('never', 'Never'), ('year', 'Every year'), ('month', 'Every month')], default='never', max_length=8, verbose_name='starts again')),
                ('first', models.PositiveBigIntegerField(default=1, verbose_name='first number')),
                ('is_gapless', models.BooleanField(default=True, verbose_name='without gaps')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'number range',
                'verbose_name_plural': 'number ranges',
                'ordering': ['noun'],
            },
        ),
        migrations.CreateModel(
            name='PropertyDefinition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=20, verbose_name='site')),
                ('noun', models.CharField(max_length=32, verbose_name='of')),
                ('code', models.CharField(max_length=64, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('data_type', models.CharField(choices=[('number', 'Number'), ('text', 'Text'), ('boolean', 'Yes or no'), ('choice', 'Choice'), ('date', 'Day')], max_length=8, verbose_name='type')),
                ('unit', mom.core.fields.UnitField(blank=True, max_length=3, verbose_name='unit')),
                ('choices', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=None, verbose_name='choices')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('is_deprecated', models.BooleanField(default=False, help_text='Its values stay; new ones are refused.', verbose_name='no longer used')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
            ],
            options={
                'verbose_name': 'property',
                'verbose_name_plural': 'properties',
                'ordering': ['noun', 'code'],
            },
        ),
        migrations.CreateModel(
            name='PropertyValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=20, verbose_name='site')),
                ('holder', models.CharField(max_length=32, verbose_name='of')),
                ('subject_id', models.BigIntegerField(verbose_name='thing')),
                ('number', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='number')),
                ('lower', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='lower limit')),
                ('upper', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='upper limit')),
                ('target', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='target')),
                ('unit', mom.core.fields.UnitField(blank=True, max_length=3, verbose_name='unit')),
                ('base_number', models.DecimalField(blank=True, decimal_places=20, editable=False, max_digits=48, null=True)),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='text')),
                ('boolean', models.BooleanField(blank=True, null=True, verbose_name='yes or no')),
                ('date', models.DateField(blank=True, null=True, verbose_name='day')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('set_at', models.DateTimeField(verbose_name='set')),
                ('set_by', models.CharField(max_length=200, verbose_name='set by')),
            ],
            options={
                'verbose_name': 'property value',
                'verbose_name_plural': 'property values',
                'ordering': ['definition', 'holder', 'subject_id', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=20, verbose_name='site')),
                ('noun', models.CharField(max_length=32, verbose_name='of')),
                ('subject_id', models.BigIntegerField(verbose_name='thing')),
                ('system', models.CharField(max_length=32, verbose_name='system')),
                ('external_id', models.CharField(max_length=200, verbose_name='number there')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
            ],
            options={
                'verbose_name': 'alias',
                'verbose_name_plural': 'aliases',
                'ordering': ['system', 'external_id'],
                'indexes': [models.Index(fields=['noun', 'subject_id'], name='core_alias_of_thing'), models.Index(fields=['site', 'external_id'], name='core_alias_by_number')],
                'constraints': [models.CheckConstraint(condition=models.Q(('system__regex', '^[A-Z0-9][A-Z0-9_-]{0,31}\\Z')), name='core_alias_system_shape'), models.CheckConstraint(condition=models.Q(('external_id', ''), _negated=True), name='core_alias_number_not_empty'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='core_alias_ends_after_start'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('site', '='), ('system', '='), ('noun', '='), ('external_id', '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_until'), '&&')], name='core_alias_names_one_thing')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alias',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='7718c06e5f78a40fedd91b692a261c516f397eb7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_b83d9', table='core_alias', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alias',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='a66d5c64354c3d1e213e21d2c3a4883ee1833d95', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_bcf9f', table='core_alias', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alias',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."noun" IS DISTINCT FROM NEW."noun" OR OLD."subject_id" IS DISTINCT FROM NEW."subject_id" OR OLD."system" IS DISTINCT FROM NEW."system" OR OLD."external_id" IS DISTINCT FROM NEW."external_id" OR OLD."valid_from" IS DISTINCT FROM NEW."valid_from"))', execute="core_frozen('site, noun, subject_id, system, external_id, valid_from')", func='RETURN NULL;', hash='c825ee79f4b1fe4ae40591e8b7f0f28c88283ad4', operation='UPDATE', pgid='pgtrigger_frozen_3d5a9', table='core_alias', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='numberrange',
            constraint=models.UniqueConstraint(fields=('site', 'noun'), name='core_numberrange_one_per_noun'),
        ),
        migrations.AddConstraint(
            model_name='numberrange',
            constraint=models.CheckConstraint(condition=models.Q(('pattern__regex', '\\{seq(:0?[1-9][0-9]?)?\\}')), name='core_numberrange_has_counter'),
        ),
        migrations.AddConstraint(
            model_name='numberrange',
            constraint=models.CheckConstraint(condition=models.Q(('resets', 'never'), models.Q(('pattern__regex', '\\{(yy|yyyy)\\}'), ('resets', 'year')), models.Q(('pattern__regex', '\\{(yy|yyyy)\\}'), ('resets', 'month'), ('pattern__contains', '{mm}')), _connector='OR'), name='core_numberrange_period_in_pattern'),
        ),
        migrations.AddField(
            model_name='numbercounter',
            name='number_range',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counters', to='core.numberrange', verbose_name='number range'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numberrange',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='12bfefb72583691005ae9932740618d5bfc7160e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_27a21', table='core_numberrange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numberrange',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='6f9c7d48e3b26de3bbfe2aef1771272dafb1882a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c48f9', table='core_numberrange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numberrange',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."noun" IS DISTINCT FROM NEW."noun" OR OLD."is_gapless" IS DISTINCT FROM NEW."is_gapless"))', execute="core_frozen('site, noun, is_gapless')", func='RETURN NULL;', hash='7aa4ba39285df46f2c62c9df27faab81821b36af', operation='UPDATE', pgid='pgtrigger_frozen_fab74', table='core_numberrange', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='propertydefinition',
            constraint=models.UniqueConstraint(fields=('site', 'noun', 'code'), name='core_propertydefinition_code_unique'),
        ),
        migrations.AddConstraint(
            model_name='propertydefinition',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z0-9]+(?:_[a-z0-9]+)*\\Z')), name='core_propertydefinition_code_shape'),
        ),
        migrations.AddConstraint(
            model_name='propertydefinition',
            constraint=models.CheckConstraint(condition=models.Q(('data_type__in', ['number', 'text', 'boolean', 'choice', 'date'])), name='core_propertydefinition_type_known'),
        ),
        migrations.AddConstraint(
            model_name='propertydefinition',
            constraint=models.CheckConstraint(condition=models.Q(('data_type', 'number'), ('unit', ''), _connector='OR'), name='core_propertydefinition_only_numbers_have_units'),
        ),
        migrations.AddConstraint(
            model_name='propertydefinition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('choices__len__gte', 1), ('data_type', 'choice')), models.Q(models.Q(('data_type', 'choice'), _negated=True), ('choices', [])), _connector='OR'), name='core_propertydefinition_choice_has_choices'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertydefinition',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='45c3e3586b9e46f5a55e9810ec8582e9df05c849', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_8ef20', table='core_propertydefinition', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertydefinition',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='a6467ab21f455bc026c88c21ff955147ae001c8a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_3e90b', table='core_propertydefinition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertydefinition',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."noun" IS DISTINCT FROM NEW."noun" OR OLD."code" IS DISTINCT FROM NEW."code"))', execute="core_frozen('site, noun, code')", func='RETURN NULL;', hash='6eab9a5009b39d006a410f4448017e643c045e84', operation='UPDATE', pgid='pgtrigger_frozen_d7369', table='core_propertydefinition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertydefinition',
            trigger=pgtrigger.compiler.Trigger(name='fits_its_values', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF EXISTS (SELECT 1 FROM core_propertyvalue v WHERE v.definition_id = NEW.id AND (\n                            OLD.data_type <> NEW.data_type\n                            OR (CASE v.unit WHEN 'C62' THEN 'count' WHEN 'H87' THEN 'count' WHEN 'PR' THEN 'count' WHEN 'DZN' THEN 'count' WHEN 'CEN' THEN 'count' WHEN 'MIL' THEN 'count' WHEN 'SEC' THEN 'time' WHEN 'C26' THEN 'time' WHEN 'MIN' THEN 'time' WHEN 'HUR' THEN 'time' WHEN 'DAY' THEN 'time' WHEN 'KGM' THEN 'mass' WHEN 'GRM' THEN 'mass' WHEN 'MGM' THEN 'mass' WHEN 'TNE' THEN 'mass' WHEN 'LBR' THEN 'mass' WHEN 'MTR' THEN 'length' WHEN 'MMT' THEN 'length' WHEN 'CMT' THEN 'length' WHEN 'KMT' THEN 'length' WHEN '4H' THEN 'length' WHEN 'INH' THEN 'length' WHEN 'FOT' THEN 'length' WHEN 'MTK' THEN 'area' WHEN 'CMK' THEN 'area' WHEN 'MMK' THEN 'area' WHEN 'MTQ' THEN 'volume' WHEN 'LTR' THEN 'volume' WHEN 'MLT' THEN 'volume' WHEN 'HLT' THEN 'volume' WHEN 'GLL' THEN 'volume' WHEN 'JOU' THEN 'energy' WHEN 'KWH' THEN 'energy' WHEN 'WHR' THEN 'energy' WHEN 'MWH' THEN 'energy' WHEN '3B' THEN 'energy' WHEN 'WTT' THEN 'power' WHEN 'KWT' THEN 'power' WHEN 'MAW' THEN 'power' WHEN 'PAL' THEN 'pressure' WHEN 'KPA' THEN 'pressure' WHEN 'MPA' THEN 'pressure' WHEN 'BAR' THEN 'pressure' WHEN 'P1' THEN 'ratio' WHEN '59' THEN 'ratio' WHEN 'CEL' THEN 'temperature_celsius' WHEN 'KEL' THEN 'temperature_kelvin' WHEN 'HTZ' THEN 'frequency' WHEN 'RPM' THEN 'frequency' ELSE '' END) <> (CASE NEW.unit WHEN 'C62' THEN 'count' WHEN 'H87' THEN 'count' WHEN 'PR' THEN 'count' WHEN 'DZN' THEN 'count' WHEN 'CEN' THEN 'count' WHEN 'MIL' THEN 'count' WHEN 'SEC' THEN 'time' WHEN 'C26' THEN 'time' WHEN 'MIN' THEN 'time' WHEN 'HUR' THEN 'time' WHEN 'DAY' THEN 'time' WHEN 'KGM' THEN 'mass' WHEN 'GRM' THEN 'mass' WHEN 'MGM' THEN 'mass' WHEN 'TNE' THEN 'mass' WHEN 'LBR' THEN 'mass' WHEN 'MTR' THEN 'length' WHEN 'MMT' THEN 'length' WHEN 'CMT' THEN 'length' WHEN 'KMT' THEN 'length' WHEN '4H' THEN 'length' WHEN 'INH' THEN 'length' WHEN 'FOT' THEN 'length' WHEN 'MTK' THEN 'area' WHEN 'CMK' THEN 'area' WHEN 'MMK' THEN 'area' WHEN 'MTQ' THEN 'volume' WHEN 'LTR' THEN 'volume' WHEN 'MLT' THEN 'volume' WHEN 'HLT' THEN 'volume' WHEN 'GLL' THEN 'volume' WHEN 'JOU' THEN 'energy' WHEN 'KWH' THEN 'energy' WHEN 'WHR' THEN 'energy' WHEN 'MWH' THEN 'energy' WHEN '3B' THEN 'energy' WHEN 'WTT' THEN 'power' WHEN 'KWT' THEN 'power' WHEN 'MAW' THEN 'power' WHEN 'PAL' THEN 'pressure' WHEN 'KPA' THEN 'pressure' WHEN 'MPA' THEN 'pressure' WHEN 'BAR' THEN 'pressure' WHEN 'P1' THEN 'ratio' WHEN '59' THEN 'ratio' WHEN 'CEL' THEN 'temperature_celsius' WHEN 'KEL' THEN 'temperature_kelvin' WHEN 'HTZ' THEN 'frequency' WHEN 'RPM' THEN 'frequency' ELSE '' END)\n                            OR (NEW.data_type = 'choice' AND NOT v.text = ANY (NEW.choices)))) THEN\n                        RAISE EXCEPTION 'property has values of another kind' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertydefinition_fits_its_values';\n                    END IF;\n                    RETURN NEW;\n                ", hash='4eea9a07f0ade1ed77e2eebb40786f07eb46234b', operation='UPDATE OF "data_type", "unit", "choices"', pgid='pgtrigger_fits_its_values_2e47f', table='core_propertydefinition', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='propertyvalue',
            name='definition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='core.propertydefinition', verbose_name='property'),
        ),
        migrations.AddConstraint(
            model_name='numbercounter',
            constraint=models.UniqueConstraint(fields=('number_range', 'period'), name='core_numbercounter_one_per_period'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numbercounter',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='6e85e7bc245faa85578bd133615b74b2d917459c', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_2e31d', table='core_numbercounter', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='numbercounter',
            trigger=pgtrigger.compiler.Trigger(name='goes_up', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF NEW.last <= OLD.last OR NEW.number_range_id <> OLD.number_range_id\n                       OR NEW.period <> OLD.period THEN\n                        RAISE EXCEPTION 'a counter only goes up' USING ERRCODE = 'check_violation',\n                            CONSTRAINT = 'core_numbercounter_goes_up';\n                    END IF;\n                    RETURN NEW;\n                ", hash='29c966d691a154a8550d937b7ec0782b0a50dc8e', operation='UPDATE', pgid='pgtrigger_goes_up_15363', table='core_numbercounter', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='propertyvalue',
            index=models.Index(fields=['holder', 'subject_id', 'definition'], name='core_property_of_thing'),
        ),
        migrations.AddIndex(
            model_name='propertyvalue',
            index=models.Index(fields=['definition', 'holder', 'base_number'], name='core_property_by_number'),
        ),
        migrations.AddIndex(
            model_name='propertyvalue',
            index=models.Index(fields=['definition', 'holder', 'text'], name='core_property_by_text'),
        ),
        migrations.AddConstraint(
            model_name='propertyvalue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('boolean', None), ('date', None), ('text', ''), models.Q(('lower', None), ('number', None), ('target', None), ('upper', None), _negated=True)), models.Q(('lower', None), ('number', None), ('target', None), ('unit', ''), ('upper', None), models.Q(models.Q(models.Q(('text', ''), _negated=True), ('boolean', None), ('date', None)), models.Q(('boolean__isnull', False), ('date', None), ('text', '')), models.Q(('boolean', None), ('date__isnull', False), ('text', '')), _connector='OR')), _connector='OR'), name='core_propertyvalue_one_type'),
        ),
        migrations.AddConstraint(
            model_name='propertyvalue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lower', None), ('upper', None), ('lower__lte', models.F('upper')), _connector='OR'), models.Q(('target', None), ('lower', None), ('target__gte', models.F('lower')), _connector='OR'), models.Q(('target', None), ('upper', None), ('target__lte', models.F('upper')), _connector='OR')), name='core_propertyvalue_limits_in_order'),
        ),
        migrations.AddConstraint(
            model_name='propertyvalue',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='core_propertyvalue_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='propertyvalue',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('definition', '='), ('holder', '='), ('subject_id', '='), (mom.core.db.ranges.TsTzRange('valid_from', 'valid_until'), '&&')], name='core_propertyvalue_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertyvalue',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='8b9f1fb8406f782ccb648c3e9de174c8561ce564', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_59859', table='core_propertyvalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertyvalue',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='505a8349ac177e29af32e2389fe26f52bbe48a0f', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_ce5ab', table='core_propertyvalue', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertyvalue',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site" IS DISTINCT FROM NEW."site" OR OLD."definition_id" IS DISTINCT FROM NEW."definition_id" OR OLD."holder" IS DISTINCT FROM NEW."holder" OR OLD."subject_id" IS DISTINCT FROM NEW."subject_id" OR OLD."number" IS DISTINCT FROM NEW."number" OR OLD."lower" IS DISTINCT FROM NEW."lower" OR OLD."upper" IS DISTINCT FROM NEW."upper" OR OLD."target" IS DISTINCT FROM NEW."target" OR OLD."unit" IS DISTINCT FROM NEW."unit" OR OLD."base_number" IS DISTINCT FROM NEW."base_number" OR OLD."text" IS DISTINCT FROM NEW."text" OR OLD."boolean" IS DISTINCT FROM NEW."boolean" OR OLD."date" IS DISTINCT FROM NEW."date" OR OLD."valid_from" IS DISTINCT FROM NEW."valid_from" OR OLD."set_at" IS DISTINCT FROM NEW."set_at" OR OLD."set_by" IS DISTINCT FROM NEW."set_by"))', execute="core_frozen('site, definition_id, holder, subject_id, number, lower, upper, target, unit, base_number, text, boolean, date, valid_from, set_at, set_by')", func='RETURN NULL;', hash='c6353753109a36fbf9302ba6eb3e5bc77ae874f5', operation='UPDATE', pgid='pgtrigger_frozen_0dd43', table='core_propertyvalue', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertyvalue',
            trigger=pgtrigger.compiler.Trigger(name='end_comes_nearer', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF OLD.valid_until IS NOT NULL\n                       AND (NEW.valid_until IS NULL OR NEW.valid_until > OLD.valid_until) THEN\n                        RAISE EXCEPTION 'a value that ended does not hold again' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertyvalue_end_comes_nearer';\n                    END IF;\n                    RETURN NEW;\n                ", hash='ed5b564c072f583d1bd284ecdf25e9751a9d8474', operation='UPDATE OF "valid_until"', pgid='pgtrigger_end_comes_nearer_8c30f', table='core_propertyvalue', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertyvalue',
            trigger=pgtrigger.compiler.Trigger(name='fits_its_definition', sql=mom.core.db.guard_sql.GuardSql(declare='DECLARE d core_propertydefinition%ROWTYPE; kind text;', func="\n                    SELECT * INTO d FROM core_propertydefinition WHERE id = NEW.definition_id FOR SHARE;\n                    IF d.site <> NEW.site THEN\n                        RAISE EXCEPTION 'property of another site' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertyvalue_same_site';\n                    END IF;\n                    IF d.is_deprecated THEN\n                        RAISE EXCEPTION 'property is no longer used' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertyvalue_property_in_use';\n                    END IF;\n                    kind := CASE WHEN NEW.boolean IS NOT NULL THEN 'boolean' WHEN NEW.date IS NOT NULL THEN 'date'\n                                 WHEN NEW.text <> '' THEN 'text' ELSE 'number' END;\n                    IF kind <> replace(d.data_type, 'choice', 'text') THEN\n                        RAISE EXCEPTION 'value of another type than its property' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertyvalue_right_type';\n                    END IF;\n                    IF d.data_type = 'choice' AND NOT NEW.text = ANY (d.choices) THEN\n                        RAISE EXCEPTION 'value is none of the choices' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertyvalue_known_choice';\n                    END IF;\n                    IF (NEW.unit = '') <> (d.unit = '')\n                       OR (CASE NEW.unit WHEN 'C62' THEN 'count' WHEN 'H87' THEN 'count' WHEN 'PR' THEN 'count' WHEN 'DZN' THEN 'count' WHEN 'CEN' THEN 'count' WHEN 'MIL' THEN 'count' WHEN 'SEC' THEN 'time' WHEN 'C26' THEN 'time' WHEN 'MIN' THEN 'time' WHEN 'HUR' THEN 'time' WHEN 'DAY' THEN 'time' WHEN 'KGM' THEN 'mass' WHEN 'GRM' THEN 'mass' WHEN 'MGM' THEN 'mass' WHEN 'TNE' THEN 'mass' WHEN 'LBR' THEN 'mass' WHEN 'MTR' THEN 'length' WHEN 'MMT' THEN 'length' WHEN 'CMT' THEN 'length' WHEN 'KMT' THEN 'length' WHEN '4H' THEN 'length' WHEN 'INH' THEN 'length' WHEN 'FOT' THEN 'length' WHEN 'MTK' THEN 'area' WHEN 'CMK' THEN 'area' WHEN 'MMK' THEN 'area' WHEN 'MTQ' THEN 'volume' WHEN 'LTR' THEN 'volume' WHEN 'MLT' THEN 'volume' WHEN 'HLT' THEN 'volume' WHEN 'GLL' THEN 'volume' WHEN 'JOU' THEN 'energy' WHEN 'KWH' THEN 'energy' WHEN 'WHR' THEN 'energy' WHEN 'MWH' THEN 'energy' WHEN '3B' THEN 'energy' WHEN 'WTT' THEN 'power' WHEN 'KWT' THEN 'power' WHEN 'MAW' THEN 'power' WHEN 'PAL' THEN 'pressure' WHEN 'KPA' THEN 'pressure' WHEN 'MPA' THEN 'pressure' WHEN 'BAR' THEN 'pressure' WHEN 'P1' THEN 'ratio' WHEN '59' THEN 'ratio' WHEN 'CEL' THEN 'temperature_celsius' WHEN 'KEL' THEN 'temperature_kelvin' WHEN 'HTZ' THEN 'frequency' WHEN 'RPM' THEN 'frequency' ELSE '' END) <> (CASE d.unit WHEN 'C62' THEN 'count' WHEN 'H87' THEN 'count' WHEN 'PR' THEN 'count' WHEN 'DZN' THEN 'count' WHEN 'CEN' THEN 'count' WHEN 'MIL' THEN 'count' WHEN 'SEC' THEN 'time' WHEN 'C26' THEN 'time' WHEN 'MIN' THEN 'time' WHEN 'HUR' THEN 'time' WHEN 'DAY' THEN 'time' WHEN 'KGM' THEN 'mass' WHEN 'GRM' THEN 'mass' WHEN 'MGM' THEN 'mass' WHEN 'TNE' THEN 'mass' WHEN 'LBR' THEN 'mass' WHEN 'MTR' THEN 'length' WHEN 'MMT' THEN 'length' WHEN 'CMT' THEN 'length' WHEN 'KMT' THEN 'length' WHEN '4H' THEN 'length' WHEN 'INH' THEN 'length' WHEN 'FOT' THEN 'length' WHEN 'MTK' THEN 'area' WHEN 'CMK' THEN 'area' WHEN 'MMK' THEN 'area' WHEN 'MTQ' THEN 'volume' WHEN 'LTR' THEN 'volume' WHEN 'MLT' THEN 'volume' WHEN 'HLT' THEN 'volume' WHEN 'GLL' THEN 'volume' WHEN 'JOU' THEN 'energy' WHEN 'KWH' THEN 'energy' WHEN 'WHR' THEN 'energy' WHEN 'MWH' THEN 'energy' WHEN '3B' THEN 'energy' WHEN 'WTT' THEN 'power' WHEN 'KWT' THEN 'power' WHEN 'MAW' THEN 'power' WHEN 'PAL' THEN 'pressure' WHEN 'KPA' THEN 'pressure' WHEN 'MPA' THEN 'pressure' WHEN 'BAR' THEN 'pressure' WHEN 'P1' THEN 'ratio' WHEN '59' THEN 'ratio' WHEN 'CEL' THEN 'temperature_celsius' WHEN 'KEL' THEN 'temperature_kelvin' WHEN 'HTZ' THEN 'frequency' WHEN 'RPM' THEN 'frequency' ELSE '' END) THEN\n                        RAISE EXCEPTION 'unit of another kind than its property' USING ERRCODE = 'check_violation', CONSTRAINT = 'core_propertyvalue_same_dimension';\n                    END IF;\n                    NEW.base_number := round(NEW.number * (CASE NEW.unit WHEN 'C62' THEN 1::numeric(60, 24) / 1 WHEN 'H87' THEN 1::numeric(60, 24) / 1 WHEN 'PR' THEN 2::numeric(60, 24) / 1 WHEN 'DZN' THEN 12::numeric(60, 24) / 1 WHEN 'CEN' THEN 100::numeric(60, 24) / 1 WHEN 'MIL' THEN 1000::numeric(60, 24) / 1 WHEN 'SEC' THEN 1::numeric(60, 24) / 1 WHEN 'C26' THEN 1::numeric(60, 24) / 1000 WHEN 'MIN' THEN 60::numeric(60, 24) / 1 WHEN 'HUR' THEN 3600::numeric(60, 24) / 1 WHEN 'DAY' THEN 86400::numeric(60, 24) / 1 WHEN 'KGM' THEN 1::numeric(60, 24) / 1 WHEN 'GRM' THEN 1::numeric(60, 24) / 1000 WHEN 'MGM' THEN 1::numeric(60, 24) / 1000000 WHEN 'TNE' THEN 1000::numeric(60, 24) / 1 WHEN 'LBR' THEN 45359237::numeric(60, 24) / 100000000 WHEN 'MTR' THEN 1::numeric(60, 24) / 1 WHEN 'MMT' THEN 1::numeric(60, 24) / 1000 WHEN 'CMT' THEN 1::numeric(60, 24) / 100 WHEN 'KMT' THEN 1000::numeric(60, 24) / 1 WHEN '4H' THEN 1::numeric(60, 24) / 1000000 WHEN 'INH' THEN 127::numeric(60, 24) / 5000 WHEN 'FOT' THEN 381::numeric(60, 24) / 1250 WHEN 'MTK' THEN 1::numeric(60, 24) / 1 WHEN 'CMK' THEN 1::numeric(60, 24) / 10000 WHEN 'MMK' THEN 1::numeric(60, 24) / 1000000 WHEN 'MTQ' THEN 1::numeric(60, 24) / 1 WHEN 'LTR' THEN 1::numeric(60, 24) / 1000 WHEN 'MLT' THEN 1::numeric(60, 24) / 1000000 WHEN 'HLT' THEN 1::numeric(60, 24) / 10 WHEN 'GLL' THEN 473176473::numeric(60, 24) / 125000000000 WHEN 'JOU' THEN 1::numeric(60, 24) / 1 WHEN 'KWH' THEN 3600000::numeric(60, 24) / 1 WHEN 'WHR' THEN 3600::numeric(60, 24) / 1 WHEN 'MWH' THEN 3600000000::numeric(60, 24) / 1 WHEN '3B' THEN 1000000::numeric(60, 24) / 1 WHEN 'WTT' THEN 1::numeric(60, 24) / 1 WHEN 'KWT' THEN 1000::numeric(60, 24) / 1 WHEN 'MAW' THEN 1000000::numeric(60, 24) / 1 WHEN 'PAL' THEN 1::numeric(60, 24) / 1 WHEN 'KPA' THEN 1000::numeric(60, 24) / 1 WHEN 'MPA' THEN 1000000::numeric(60, 24) / 1 WHEN 'BAR' THEN 100000::numeric(60, 24) / 1 WHEN 'P1' THEN 1::numeric(60, 24) / 100 WHEN '59' THEN 1::numeric(60, 24) / 1000000 WHEN 'CEL' THEN 1::numeric(60, 24) / 1 WHEN 'KEL' THEN 1::numeric(60, 24) / 1 WHEN 'HTZ' THEN 1::numeric(60, 24) / 1 WHEN 'RPM' THEN 1::numeric(60, 24) / 60 ELSE 1 END), 20);\n                    RETURN NEW;\n                ", hash='ae309aae50455403d44044f11f316a7b0fa5b4f7', operation='INSERT', pgid='pgtrigger_fits_its_definition_ef038', table='core_propertyvalue', when='BEFORE')),
        ),
    ]
