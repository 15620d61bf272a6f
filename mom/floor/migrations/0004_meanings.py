"""What state codes mean."""

from django.db import migrations

from mom.floor.engine.meaning_rows import given_meanings

TELL = "SELECT set_config('app.actor', 'system:migration', true), set_config('app.actor_label', 'migration', true)"
INSERT = """
INSERT INTO floor_statemapping
    (state_model, code, mode, state, time_class, time_class_without_order, loss_class, valid_from)
VALUES (%s, %s, %s, %s, %s, %s, %s, '1970-01-01 00:00:00+00')
"""


def give_meanings(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TELL)
        cursor.executemany(INSERT, list(given_meanings()))


def take_away(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TELL)
        cursor.execute("DELETE FROM floor_statemapping WHERE site_id IS NULL")


class Migration(migrations.Migration):

    dependencies = [
        ('floor', '0003_timeline'),
    ]

    operations = [migrations.RunPython(give_meanings, take_away)]
