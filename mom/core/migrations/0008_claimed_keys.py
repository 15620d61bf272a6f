"""A function that locks an idempotency key and then looks for its answer."""

from django.db import migrations

from mom.core.db import key_functions


class Migration(migrations.Migration):
    dependencies = [("core", "0007_units_of_machines")]
    operations = [migrations.RunSQL(key_functions.CREATE, key_functions.UNDO)]
