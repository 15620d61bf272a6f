"""What every environment shares. Embedded and real servers differ in nothing but the address."""

import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from mom.settings import env

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env.text("MOM_DATA_DIR", BASE_DIR / ".mom"))

SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
# Mixed into every PIN before it is hashed and never in the database; the fallbacks are on their way out.
PIN_PEPPERS = [*env.words("PIN_PEPPER"), *env.words("PIN_PEPPER_FALLBACKS")]
DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = env.public_url("PUBLIC_URL")  # begins the links in e-mails and webhooks; empty: they have none
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "tree_queries",
    "axes",
    "django_htmx",
    "csp",
    "mom.core",
    "mom.accounts",
    "mom.plant",
    "mom.work",
    "mom.floor",
    "inventory",
    "quality",
    "maintenance",
    "production",
    "analytics",
    "mom.edge",
    "mom.erp",
    "mom.terminal",
    "mom.demo",
    "mom.start",
]

MIDDLEWARE = [
    "mom.core.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mom.core.web.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mom.accounts.device_session.DeviceMiddleware",
    "mom.accounts.middleware.SiteMiddleware",
    "mom.start.middleware.FirstPageMiddleware",
    "mom.core.web.middleware.ErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mom.urls"
WSGI_APPLICATION = "mom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mom.core.web.context.shell",
            ],
            "builtins": ["mom.core.templatetags.mom", "django.templatetags.i18n"],
        },
    }
]

DATABASES = {"default": {**env.database(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}}
DATABASES["default"]["OPTIONS"]["options"] = (  # type: ignore[index]
    f"-c lock_timeout=5s -c statement_timeout={env.text('DATABASE_STATEMENT_TIMEOUT', '30s')}"
    " -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    # What is prepared, and what triggers ask, is read by keys: one plan serves all of them.
    " -c plan_cache_mode=force_generic_plan"
)
# Backups and restores work as the owner of the tables, past the limits above.
# Off where a pooler hands out another server connection with each transaction.
DATABASE_PREPARES = env.boolean("DATABASE_PREPARES", default=True)
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL", env.text("DATABASE_URL"))
# Where the audit trail's heads are written each day; copy it to where this server's administrators can't write.
AUDIT_ANCHOR_DIR = Path(env.text("AUDIT_ANCHOR_DIR", DATA_DIR / "audit-anchors"))

# Where closed days of the shop-floor record go: a path, or s3://bucket/prefix?region=…&endpoint_override=host:port.
ARCHIVE_URL = env.text("MOM_ARCHIVE_URL", DATA_DIR / "archive")

BACKUP: dict[str, Any] = {
    "DIRECTORY": Path(env.text("BACKUP_DIR", DATA_DIR / "backups")),
    "IS_SCHEDULED": env.boolean("BACKUP_SCHEDULED", default=True),
    "HOUR": env.integer("BACKUP_HOUR", 2, least=0, most=23),
    "TIME_ZONE": env.text("BACKUP_TIME_ZONE", ""),  # empty: the machine's
    "KEEP_DAILY": env.integer("BACKUP_KEEP_DAILY", 7, least=1),
    "KEEP_WEEKLY": env.integer("BACKUP_KEEP_WEEKLY", 5, least=0),
    "PROGRAMS": env.text("MOM_PG_BIN", ""),  # pg_dump and pg_restore; empty: looked for
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "mom.accounts.backends.PasswordBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "mom.accounts.lockout.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False  # no line in the log of every command
AXES_CLIENT_IP_CALLABLE = "mom.core.api.client.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]

SESSION_ENGINE = "mom.accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
DEVICE_COOKIE_NAME = "mom_device"
CSRF_FAILURE_VIEW = "mom.core.web.refusals.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = ["mom.core.web.uploads.CappedUpload"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
# Where the source of what runs here can be had (AGPL, section 13); About shows it. Empty: About says whom to ask.
SOURCE_URL = env.text("SOURCE_URL", "")
SCAN_PATTERNS = env.text("SCAN_PATTERNS", "")  # what codes begin with: mom.core.scan.patterns
SCAN_PREFIX = env.text("SCAN_PREFIX", "")  # what the scanners send in front of every scan; empty: told by their speed

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FILTERS_EMPTY_CHOICE_LABEL = _("any")
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = Path(env.text("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

REDIS_URL = env.redis_url()
CACHE_URL = env.text("CACHE_URL", REDIS_URL.rsplit("/", 1)[0] + "/1")
CACHES = {
    "default": {
        "BACKEND": "mom.core.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "TIMEOUT": 300,
        "KEY_PREFIX": "mom",
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mom.accounts.authentication.TokenAuthentication",
        "mom.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["mom.core.api.permissions.RequiresPermission"],
    "DEFAULT_PARSER_CLASSES": ["mom.core.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["mom.core.api.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "mom.core.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "mom.core.api.schema.Schema",
    "EXCEPTION_HANDLER": "mom.core.api.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["mom.core.api.throttles.PrincipalThrottle"],
    "DEFAULT_THROTTLE_RATES": {"principal": env.text("API_RATE", "1200/min"), "anonymous": "60/min"},
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": env.integer("NUM_PROXIES", 0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MOM",
    "DESCRIPTION": "Manufacturing operations management: production, quality, maintenance, inventory, figures.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Fields that share a name and not their words.
    "ENUM_NAME_OVERRIDES": {
        "AlertKindEnum": "mom.work.models.alert_labels.ALERT_KIND.choices",
        "LotDispositionEnum": "mom.plant.models.labels.LOT_DISPOSITION.choices",
        "StockClassEnum": "inventory.models.labels.STOCK_CLASS.choices",
        "CharacteristicKindEnum": "quality.models.labels.CHARACTERISTIC_KIND.choices",
        "ChartKindEnum": "quality.models.labels.CHART_KIND.choices",
        "DispositionKindEnum": "quality.models.labels.DISPOSITION_KIND.choices",
        "InspectionStatusEnum": "quality.models.labels.INSPECTION_STATUS.choices",
        "NonconformanceSeverityEnum": "quality.models.labels.SEVERITY.choices",
        "NonconformanceStatusEnum": "quality.models.labels.NONCONFORMANCE_STATUS.choices",
        "VersionStatusEnum": "quality.models.labels.PLAN_STATUS.choices",
        "FailureCauseEnum": "maintenance.models.labels.CAUSE_CHOICES",
        "FailureMechanismEnum": "maintenance.models.labels.MECHANISM_CHOICES",
        "FailureModeEnum": "maintenance.models.labels.MODE_CHOICES",
        "MaintenanceBasisEnum": "maintenance.models.labels.DUE_BASIS.choices",
        "MaintenanceDueCauseEnum": "maintenance.models.labels.DUE_CAUSE.choices",
        "MaintenanceKindEnum": "maintenance.models.labels.MAINTENANCE_KIND.choices",
        "MaintenanceStepKindEnum": "maintenance.models.labels.STEP_KIND.choices",
        "GateLevelEnum": "mom.work.models.labels.GATE_LEVEL.choices",
        "MachineStateEnum": "mom.floor.models.labels.MACHINE_STATE.choices",
        "DeliveryStateEnum": "mom.core.engine.delivery.DeliveryState",
        "RateStateEnum": "mom.plant.engine.terms.RateState",
        "SeverityEnum": "mom.work.models.alert_labels.ALERT_SEVERITY.choices",
        "StatusStateEnum": ["ok", "info", "warn", "bad"],
    },
}

# The delivery room. No mail server: e-mails wait. Hosts: names, *.names, addresses or networks, by comma.
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=True)  # STARTTLS
EMAIL_USE_SSL = env.boolean("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "mom@localhost")
DELIVERY_WORKERS = env.integer("DELIVERY_WORKERS", 1)
WEBHOOK_ALLOW_HTTP = env.boolean("WEBHOOK_ALLOW_HTTP", default=False)
WEBHOOK_ALLOWED_HOSTS = env.words("WEBHOOK_ALLOWED_HOSTS")  # empty: every public host
WEBHOOK_PRIVATE_HOSTS = env.words("WEBHOOK_PRIVATE_HOSTS")  # inside the plant's network and allowed all the same
PRINTER_HOSTS = env.words("PRINTER_HOSTS")  # where printers may stand; empty: nowhere

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 60,
    "global_keyprefix": "mom:",
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "retry_on_timeout": True,
}
CELERY_RESULT_BACKEND = None
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_VISIBILITY_TIMEOUT = 1800
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_TRACK_STARTED = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING_CONFIG = "mom.core.logging.configure"
LOGGING = {"level": env.text("LOG_LEVEL", "INFO"), "format": env.text("LOG_FORMAT", "json")}

PGTRIGGER_MIGRATIONS = True
SILENCED_SYSTEM_CHECKS: list[str] = []
