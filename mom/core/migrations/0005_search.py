"""The one search box: an entry per thing that has a number or a name, and how its text is folded."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from mom.core.db.search_functions import FOLDING, NO_FOLDING


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_delivery'),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLDING, NO_FOLDING),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noun', models.CharField(max_length=32, verbose_name='noun')),
                ('object_id', models.BigIntegerField(verbose_name='key')),
                ('site', models.CharField(max_length=32, verbose_name='site')),
                ('code', models.CharField(max_length=100, verbose_name='code')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('also', models.CharField(blank=True, max_length=100, verbose_name='also known as')),
                ('folded_code', models.CharField(db_collation='C', max_length=200)),
                ('folded_also', models.CharField(blank=True, db_collation='C', max_length=200)),
                ('words', models.TextField()),
                ('is_retired', models.BooleanField(default=False, verbose_name='out of use')),
            ],
            options={
                'verbose_name': 'search entry',
                'verbose_name_plural': 'search entries',
                'indexes': [
                    models.Index(fields=['site', 'noun', 'is_retired', 'folded_code'], name='core_search_code'),
                    models.Index(
                        condition=models.Q(('folded_also', ''), _negated=True),
                        fields=['site', 'noun', 'folded_also'],
                        name='core_search_also',
                    ),
                    GinIndex(OpClass('words', name='gin_trgm_ops'), fastupdate=False, name='core_search_words'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('noun', 'object_id'), name='core_searchentry_once_per_thing'),
                ],
            },
        ),
    ]
