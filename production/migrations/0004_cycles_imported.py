"""Ideal cycles from tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("production", "0003_ideal_cycle")]
    operations = []
