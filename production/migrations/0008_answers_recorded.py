import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """When an answer was kept stands beside when it was given. There are no answers yet to fill it in for."""

    dependencies = [
        ("production", "0007_backflush"),
    ]

    operations = [
        migrations.AddField(
            model_name="stepanswer",
            name="recorded_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="recorded"),
            preserve_default=False,
        ),
    ]
