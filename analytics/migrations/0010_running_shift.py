"""Until when nothing but time and counted pieces moves in a running shift, and what time goes into."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0008_rows_written_often'),
    ]

    operations = [
        migrations.AddField(
            model_name='liveshift',
            name='steady_parts',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='liveshift',
            name='steady_until',
            field=models.DateTimeField(null=True),
        ),
    ]
