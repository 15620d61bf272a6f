"""Backups that are proven by a restore, and the restore itself.

`server` and `programs` reach PostgreSQL as its owner, `manifest` says what a backup holds, `make` writes one, `prove`
restores it beside the living database and compares, `restore` puts it in the place of the living one, `runs` keeps the
record, the schedule and the retention.
"""
