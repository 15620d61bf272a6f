"""`manage.py test`: fast hashes, quiet logs; the database, the broker and the rules are the real ones."""

from mom.settings.base import *  # noqa: F403 - settings modules extend each other by name

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUDIT_ANCHOR_DIR = DATA_DIR / "test-audit-anchors"  # noqa: F405 - never those of a running installation
ARCHIVE_URL = str(DATA_DIR / "test-archive")  # noqa: F405
PIN_PEPPERS = ["only-for-tests-only-for-tests-only-for-tests-0123456789"]
LOGGING = {"level": "WARNING", "format": "console"}
LANGUAGES = [("en", "English"), ("eo", "Pseudo")]
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # looks a file up when it is asked for; scanning them all for each test client takes long
