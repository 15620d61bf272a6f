"""Django's PostgreSQL backend, asking a kept connection whether it lives without a round trip."""
