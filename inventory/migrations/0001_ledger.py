"""The stock ledger, its balances, storage places and built-in components."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import mom.core.db.guard_sql
import mom.core.db.ranges
import mom.core.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_accounts'),
        ('core', '0001_ground'),
        ('plant', '0002_guards'),
        ('work', '0005_loads'),
    ]

    operations = [
        migrations.CreateModel(
            name='StorageLocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('allows_negative', models.BooleanField(default=False, help_text='For a new shop until everything was counted once.', verbose_name='may go below zero')),
                ('is_blending', models.BooleanField(default=False, verbose_name='lots run together')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('equipment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='storage', to='plant.equipment', verbose_name='place')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'storage place',
                'verbose_name_plural': 'storage places',
                'ordering': ['equipment'],
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('op_uuid', models.UUIDField(unique=True, verbose_name='key')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('recorded_by', models.CharField(max_length=200, verbose_name='recorded by')),
                ('reversal_reason', models.CharField(blank=True, max_length=200, verbose_name='reason of the reversal')),
                ('kind', models.CharField(choices=[('opened', 'Opening stock'), ('received', 'Received'), ('consumed', 'Consumed'), ('produced', 'Produced'), ('by_product', 'By-product'), ('co_product', 'Co-product'), ('installed', 'Installed'), ('removed', 'Removed'), ('returned', 'Returned'), ('transferred', 'Transferred'), ('blended', 'Blended'), ('scrapped', 'Scrapped'), ('adjusted', 'Adjusted'), ('shipped', 'Shipped')], max_length=11, verbose_name='kind')),
                ('move_group', models.UUIDField(verbose_name='act')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, max_digits=18, verbose_name='quantity')),
                ('unit', mom.core.fields.UnitField(max_length=3, verbose_name='unit')),
                ('active_quantity', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='active quantity')),
                ('second_quantity', mom.core.fields.QuantityField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='second quantity')),
                ('second_unit', mom.core.fields.UnitField(blank=True, max_length=3, verbose_name='second unit')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('occurred_at', models.DateTimeField(verbose_name='when')),
                ('occurred_until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='plant.materialdefinition', verbose_name='material')),
                ('job_response', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='work.jobresponse', verbose_name='job response')),
                ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='plant.materiallot', verbose_name='lot')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='plant.businesspartner')),
                ('requirement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='work.jobrequirement', verbose_name='requirement')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='inventory.stockmove', verbose_name='reverses')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('sublot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='plant.materialsublot', verbose_name='sublot or serial number')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='inventory.storagelocation', verbose_name='place')),
            ],
            options={
                'verbose_name': 'stock move',
                'verbose_name_plural': 'stock moves',
                'ordering': ['occurred_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StockBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18, verbose_name='quantity')),
                ('active_quantity', mom.core.fields.QuantityField(decimal_places=6, default=0, max_digits=18, verbose_name='active quantity')),
                ('allows_negative', models.BooleanField(default=False, verbose_name='may go below zero')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stock_balances', to='plant.materialdefinition', verbose_name='material')),
                ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_balances', to='plant.materiallot')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
                ('sublot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_balances', to='plant.materialsublot')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='inventory.storagelocation', verbose_name='place')),
            ],
            options={
                'verbose_name': 'stock balance',
                'verbose_name_plural': 'stock balances',
                'ordering': ['location', 'definition', 'lot', 'sublot'],
            },
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.CharField(blank=True, max_length=64, verbose_name='position')),
                ('installed_at', models.DateTimeField(verbose_name='installed')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed')),
                ('removal_reason', models.CharField(blank=True, max_length=200, verbose_name='why it was removed')),
                ('component', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installed_in', to='plant.materialsublot', verbose_name='component')),
                ('install_response', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.jobresponse')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='plant.materialsublot', verbose_name='product')),
                ('remove_response', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.jobresponse')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'installation',
                'verbose_name_plural': 'installations',
                'ordering': ['product', 'position', 'installed_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('product', models.F('component')), _negated=True), name='inventory_installation_not_in_itself'), models.CheckConstraint(condition=models.Q(('removed_at', None), ('removed_at__gt', models.F('installed_at')), _connector='OR'), name='inventory_installation_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('removal_reason', ''), ('removed_at', None)), models.Q(('removed_at__isnull', False), models.Q(('removal_reason', ''), _negated=True)), _connector='OR'), name='inventory_installation_removed_with_reason'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('component', '='), (mom.core.db.ranges.TsTzRange('installed_at', 'removed_at'), '&&')], name='inventory_installation_one_place_at_a_time'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('position', ''), _negated=True), expressions=[('product', '='), ('position', '='), (mom.core.db.ranges.TsTzRange('installed_at', 'removed_at'), '&&')], name='inventory_installation_one_component_a_position')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='installation',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='ac793606e49c4c5ef7dcfd64e7dadba01244ef26', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_f7fb0', table='inventory_installation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='storagelocation',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='db297394b82c76042352cdeb708fcaa9b9c0873a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_eae42', table='inventory_storagelocation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='storagelocation',
            trigger=pgtrigger.compiler.Trigger(name='carry_to_balances', sql=mom.core.db.guard_sql.GuardSql(func='\n                    UPDATE inventory_stockbalance SET allows_negative = NEW.allows_negative\n                    WHERE location_id = NEW.id AND allows_negative IS DISTINCT FROM NEW.allows_negative;\n                    RETURN NULL;\n                ', hash='a354800c3a9bc026d1d803c3e596599253320fae', operation='UPDATE OF "allows_negative"', pgid='pgtrigger_carry_to_balances_128dc', table='inventory_storagelocation', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(condition=models.Q(('lot__isnull', False)), fields=['lot'], name='inventory_move_by_lot'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(condition=models.Q(('sublot__isnull', False)), fields=['sublot'], name='inventory_move_by_sublot'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['job_response'], name='inventory_move_by_response'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['move_group'], name='inventory_move_by_group'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['site', 'occurred_at'], name='inventory_move_by_time'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversal_reason', ''), ('reverses', None)), models.Q(('reverses__isnull', False), models.Q(('reversal_reason', ''), _negated=True)), _connector='OR'), name='inventory_stockmove_reversal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='inventory_stockmove_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('active_quantity', None), models.Q(('active_quantity__gt', 0), ('quantity__gt', 0)), models.Q(('active_quantity__lt', 0), ('quantity__lt', 0)), _connector='OR'), name='inventory_stockmove_active_has_same_sign'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('second_quantity', None), models.Q(('second_unit', ''), _negated=True), _connector='OR'), name='inventory_stockmove_second_has_unit'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('occurred_until', None), ('occurred_until__gt', models.F('occurred_at')), _connector='OR'), name='inventory_stockmove_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['opened', 'received', 'consumed', 'produced', 'by_product', 'co_product', 'installed', 'removed', 'returned', 'transferred', 'blended', 'scrapped', 'adjusted', 'shipped'])), name='inventory_stockmove_kind_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stockmove',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='9a1c0f826c7e15968f51c65c893485f45d154b9b', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_4eef3', table='inventory_stockmove', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stockmove',
            trigger=pgtrigger.compiler.Trigger(name='add_to_balances', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF EXISTS (SELECT 1 FROM moved m JOIN plant_materialdefinition d ON d.id = m.definition_id\n                               LEFT JOIN plant_materiallot l ON l.id = m.lot_id\n                               LEFT JOIN plant_materialsublot s ON s.id = m.sublot_id\n                               WHERE d.unit <> m.unit OR l.definition_id <> d.id OR s.definition_id <> d.id) THEN\n                        RAISE EXCEPTION 'a move is in its material''s unit, and its lot is of its material'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_stockmove_fits_material';\n                    END IF;\n                    INSERT INTO inventory_stockbalance\n                        (site_id, location_id, definition_id, lot_id, sublot_id, quantity, active_quantity,\n                         allows_negative)\n                    SELECT min(m.site_id), m.location_id, m.definition_id, m.lot_id, m.sublot_id, 0, 0,\n                           bool_or(p.allows_negative)\n                    FROM moved m JOIN inventory_storagelocation p ON p.id = m.location_id\n                    GROUP BY m.location_id, m.definition_id, m.lot_id, m.sublot_id\n                    ORDER BY m.location_id, m.definition_id, m.lot_id, m.sublot_id\n                    ON CONFLICT DO NOTHING;\n                    PERFORM 1 FROM inventory_stockbalance b\n                    WHERE EXISTS (SELECT 1 FROM moved m WHERE m.location_id = b.location_id\n                                  AND m.definition_id = b.definition_id AND m.lot_id IS NOT DISTINCT FROM b.lot_id\n                                  AND m.sublot_id IS NOT DISTINCT FROM b.sublot_id)\n                    ORDER BY b.id FOR UPDATE;\n                    UPDATE inventory_stockbalance AS b\n                    SET quantity = b.quantity + s.quantity, active_quantity = b.active_quantity + s.active_quantity\n                    FROM (\n                        SELECT location_id, definition_id, lot_id, sublot_id, sum(quantity) AS quantity,\n                               coalesce(sum(active_quantity), 0) AS active_quantity\n                        FROM moved GROUP BY location_id, definition_id, lot_id, sublot_id\n                    ) AS s\n                    WHERE b.location_id = s.location_id AND b.definition_id = s.definition_id\n                      AND b.lot_id IS NOT DISTINCT FROM s.lot_id AND b.sublot_id IS NOT DISTINCT FROM s.sublot_id;\n                    RETURN NULL;\n                ", hash='b0782d34999ff917bbe97b73be9ebf991c89245a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_add_to_balances_96c13', referencing='REFERENCING NEW TABLE AS moved ', table='inventory_stockmove', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='stockbalance',
            index=models.Index(fields=['lot'], name='inventory_balance_by_lot'),
        ),
        migrations.AddConstraint(
            model_name='stockbalance',
            constraint=models.UniqueConstraint(fields=('location', 'definition', 'lot', 'sublot'), name='inventory_stockbalance_one_a_key', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='stockbalance',
            constraint=models.CheckConstraint(condition=models.Q(('allows_negative', True), ('quantity__gte', 0), _connector='OR'), name='inventory_stockbalance_not_negative', violation_error_message='There is not that much of it there.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stockbalance',
            trigger=pgtrigger.compiler.Trigger(name='kept_by_database', sql=mom.core.db.guard_sql.GuardSql(func='\n            IF pg_trigger_depth() < 2 AND (TG_OP <> \'INSERT\' OR NEW."quantity" <> 0 OR NEW."active_quantity" <> 0) THEN\n                RAISE EXCEPTION \'% is kept by the database: % is refused. Add to the ledger.\', TG_TABLE_NAME, TG_OP\n                    USING ERRCODE = \'restrict_violation\', CONSTRAINT = TG_TABLE_NAME || \'_kept_by_database\',\n                        TABLE = TG_TABLE_NAME;\n            END IF;\n            IF TG_OP = \'DELETE\' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ', hash='eca09a15f08331871d072ed1c1dc694f9f45f771', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_kept_by_database_e4030', table='inventory_stockbalance', when='BEFORE')),
        ),
    ]
