"""Lists of control plans come in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_demo_without_keys'),
        ('core', '0007_units_of_machines'),
        ('erp', '0003_lists_of_definitions'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='tableimport',
            name='erp_tableimport_kind_known',
        ),
        migrations.AlterField(
            model_name='tableimport',
            name='kind',
            field=models.CharField(choices=[('machines', 'Machines'), ('people', 'People'), ('materials', 'Materials'), ('orders', 'Orders'), ('stock', 'Opening stock'), ('routings', 'Definitions'), ('plans', 'Control plans')], max_length=9, verbose_name='list of'),
        ),
        migrations.AddConstraint(
            model_name='tableimport',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['machines', 'people', 'materials', 'orders', 'stock', 'routings', 'plans'])), name='erp_tableimport_kind_known'),
        ),
    ]
