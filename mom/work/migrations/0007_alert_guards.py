"""Guards of alerts."""

import mom.core.db.guard_sql
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0006_alerts'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='alertstep',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='c41e251e1376333083ca840f2f1d758983d3481a', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_12daf', table='work_alertstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='fcc2808f31a9b0d247dd21e528db929d12c8d1f6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_e4fd5', table='work_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='a8e116e631359ccaaf8066ef439f721743bf4d86', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_adf68', table='work_alert', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((true) AND (OLD."site_id" IS DISTINCT FROM NEW."site_id" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."equipment_id" IS DISTINCT FROM NEW."equipment_id" OR OLD."source" IS DISTINCT FROM NEW."source" OR OLD."repeat_key" IS DISTINCT FROM NEW."repeat_key" OR OLD."raised_at" IS DISTINCT FROM NEW."raised_at" OR OLD."raised_by" IS DISTINCT FROM NEW."raised_by"))', execute="core_frozen('site_id, kind, equipment_id, source, repeat_key, raised_at, raised_by')", func='RETURN NULL;', hash='e0c382d92fadd840fe88a21be779d186dc1fb0d4', operation='UPDATE', pgid='pgtrigger_frozen_87116', table='work_alert', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='solved_stays', sql=mom.core.db.guard_sql.GuardSql(func="\n                    IF OLD.status = 'solved' AND NEW IS DISTINCT FROM OLD THEN\n                        RAISE EXCEPTION 'a solved alert is not changed: raise it again'\n                            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'work_alert_solved_stays';\n                    END IF;\n                    RETURN NEW;\n                ", hash='b5455a5bb732bf125958cc66336f8c4a615c6e06', operation='UPDATE', pgid='pgtrigger_solved_stays_d7106', table='work_alert', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertteammember',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='f6fd8a48ebbd71b17dd1a9f0f6e3684f2b85f716', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_f5c4e', table='work_alertteammember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertteam',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='7e5353ba70859f76a58ec2d642d3da6181680662', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_4cad0', table='work_alertteam', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalationstep',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='4e4be2e92d90796c01a245f873fd08e3fda0e3b5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_468b6', table='work_escalationstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alertnotice',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(execute='core_append_only()', func='RETURN NULL;', hash='e5a1bbc0ae17b4a0ac35ab54a9a818af0b42a25e', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_59132', table='work_alertnotice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rotaentry',
            trigger=pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(execute="core_row_history('id', '', '', '')", func='RETURN NULL;', hash='c6e9cf80ede5fd92fffb56a4bd215e2ae5b30027', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_history_f6aec', table='work_rotaentry', when='AFTER')),
        ),
    ]
