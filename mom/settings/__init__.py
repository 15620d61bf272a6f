"""Settings, by concern; `DJANGO_SETTINGS_MODULE` names one of dev, test, prod. Nobody else imports this package."""
