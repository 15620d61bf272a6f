"""Deliveries of alerts, guarded."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("work", "0007_alert_guards")]
    operations = []
