"""All settings, in one file; environments differ by variables only (`.env.example` lists every one).

A local `.env` fills what the environment leaves out, and `var/servers.env`, which `make run` writes
while its embedded servers run, fills what is still missing, so that `manage.py` finds them too.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
import pghistory
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from apk.gdal import wheel_library

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
env.read_env(VAR_DIR / "servers.env")

# --- What this installation is ---------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# True when people reach the application over HTTPS: cookies, HSTS and redirects follow it.
HTTPS = env.bool("HTTPS", default=True)
# Where people reach the application: documents carry links to the records behind their figures.
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
# South-west and north-east corner (lat, lon) inside which a finding may lie; the default is the city of Ostrava.
CITY_NAME = env.str("CITY_NAME", default="Ostrava")
CITY_BOUNDS = tuple(env.list("CITY_BOUNDS", cast=float, default=[49.72, 18.09, 49.91, 18.39]))
# A base map under our own roof ("https://mapy.mesto.cz/{z}/{x}/{y}.png"); without one, maps show localities alone.
TILES_URL = env.str("TILES_URL", default="")
TILES_ATTRIBUTION = env.str("TILES_ATTRIBUTION", default="")
# Metres around a known place within which a finding belongs to it.
PLACE_RADIUS_M = env.float("PLACE_RADIUS_M", default=30.0)
# Metres within which two places are offered to be merged: what noise of the GPS pulls apart.
PLACE_NEAR_M = env.float("PLACE_NEAR_M", default=45.0)
# What the desk is told to look at when it reviews a finding: a position less exact than so many metres, farther than
# so many metres from the locality of the shift, more pieces at once than usual, and which two findings may be one
# event: so many metres and minutes apart.
REVIEW_ACCURACY_M = env.float("REVIEW_ACCURACY_M", default=50.0)
REVIEW_DISTANCE_M = env.float("REVIEW_DISTANCE_M", default=300.0)
REVIEW_PIECES = env.int("REVIEW_PIECES", default=20)
REVIEW_DUPLICATE_M = env.float("REVIEW_DUPLICATE_M", default=50.0)
REVIEW_DUPLICATE_MIN = env.int("REVIEW_DUPLICATE_MIN", default=60)

# --- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "apk.demo",
    "reports",
    "findings",
    "patrols",
    "apk.sync",
    "apk.audit",
    "apk.localities",
    "apk.people",
    "apk.apps.ApkConfig",
    "pghistory",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "leaflet",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "apk.apps.OwnStaticFilesConfig",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apk.sync.middleware.SyncMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "apk.people.middleware.OneTimePasswordMiddleware",
    "apk.audit.middleware.ActingUserMiddleware",
    "apk.sealed.SealedMonthMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "apk.urls"
WSGI_APPLICATION = "apk.wsgi.application"
FORM_RENDERER = "apk.forms.FormRenderer"

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
                "apk.people.navigation.navigation",
            ],
        },
    },
]

# --- Database, broker, cache -----------------------------------------------------------------------------------------

NO_SERVER = "Není nastaveno {}. Spusťte `make run`, které databázi i frontu spustí samo, nebo proměnnou nastavte."

if not env.str("DATABASE_URL", default=""):
    raise ImproperlyConfigured(NO_SERVER.format("DATABASE_URL"))
if not env.str("REDIS_URL", default=""):
    raise ImproperlyConfigured(NO_SERVER.format("REDIS_URL"))

DATABASES = {"default": {**env.db_url("DATABASE_URL"), "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False}}
# The web server keeps connections in psycopg's pool; the worker and commands open their own.
if env.bool("DATABASE_POOL", default=False):
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 10, "timeout": 5}

REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and sign-in ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "apk.people.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "apk.people.sign_in.SignInForm",
    "change_password": "apk.people.sign_in.ChangePasswordForm",
    "reset_password": "apk.people.sign_in.ResetPasswordForm",
    "reset_password_from_key": "apk.people.sign_in.ResetPasswordKeyForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "personal_number"
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Two limits: django-axes counts failures of one account, allauth all attempts from one address, which a whole
# police station may share.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": None}
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=1)
AXES_USERNAME_CALLABLE = "apk.people.accounts.login_name"
AXES_LOCKOUT_CALLABLE = "apk.people.accounts.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "apk.people.accounts.client_ip"
# Behind proxies of ours the sender's address is what the outermost of them wrote; anything before it may be made up.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXY_COUNT", default=0)

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Hours after which people who work at a desk sign in again; assistants keep SESSION_COOKIE_AGE.
DESK_SESSION_HOURS = env.int("DESK_SESSION_HOURS", default=12)

# --- Security --------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# The host prefix binds a cookie to this very host; browsers accept it only over HTTPS.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "apk.views.csrf_failure"

# A base map on another host of ours is the only picture from elsewhere.
tiles = urlsplit(TILES_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *([f"{tiles.scheme}://{tiles.netloc}"] if tiles.netloc else [])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "apk.staticfiles.BrowserLibraryFinder",
]
MEDIA_ROOT = VAR_DIR / "media"
# The internal location from which the proxy serves private files; without one, Django streams them.
MEDIA_ACCEL_LOCATION = env.str("MEDIA_ACCEL_LOCATION", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "apk.staticfiles.ModuleAwareManifestStorage"},
}
# A batch of records is at most this large; photos go one by one and have a limit of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
PHOTO_MAX_BYTES = 8 * 1024 * 1024
# A whole queue of a phone in a file: some two hundred records with a photo each.
RESCUE_MAX_BYTES = 100 * 1024 * 1024
# How many batches and photos one web process accepts at once; phones that come on top of it are asked to come later.
SYNC_BATCHES_AT_ONCE = env.int("SYNC_BATCHES_AT_ONCE", default=6)
SYNC_PHOTOS_AT_ONCE = env.int("SYNC_PHOTOS_AT_ONCE", default=2)

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "cs"
TIME_ZONE = "Europe/Prague"
USE_I18N = True
USE_TZ = True

# --- E-mail ----------------------------------------------------------------------------------------------------------

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="apk@localhost")

# --- Celery ----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
# Longer than the hard limit, so that no task is ever handed out a second time while it still runs.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 20 * 60, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Every night and not only on the first: a night without power must not cost the month its summary.
    "summarise-the-month-just-ended": {
        "task": "reports.tasks.request_last_month",
        "schedule": crontab(minute="10", hour="2"),
    },
    "close-ended-accounts": {
        "task": "apk.people.tasks.close_ended_accounts",
        "schedule": crontab(minute="5", hour="0"),
    },
    # Hourly in the day: what the mail server refuses in the morning is tried again, what was sent is not.
    "remind-of-deadlines": {"task": "reports.tasks.send_reminders", "schedule": crontab(minute="20", hour="7-18")},
    "sweep-photos": {"task": "findings.tasks.sweep_photos", "schedule": crontab(minute="40", hour="3")},
    "sweep-rescue-files": {"task": "apk.sync.tasks.sweep_rescue_files", "schedule": crontab(minute="50", hour="3")},
    "forget-sign-ins": {"task": "apk.people.tasks.forget_sign_ins", "schedule": crontab(minute="15", hour="0")},
    "sweep-documents": {"task": "reports.tasks.sweep_documents", "schedule": crontab(minute="50", hour="3")},
    "sweep-jobs": {"task": "reports.tasks.sweep_jobs", "schedule": timedelta(seconds=30)},
    "sweep-proposals": {"task": "patrols.tasks.sweep_proposals", "schedule": timedelta(seconds=30)},
    "send-notices-of-plans": {"task": "patrols.tasks.send_notices", "schedule": timedelta(minutes=1)},
    "worker-heartbeat": {"task": "apk.tasks.beat_heart", "schedule": timedelta(seconds=15)},
}

# --- Audit -----------------------------------------------------------------------------------------------------------

PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- Maps ------------------------------------------------------------------------------------------------------------

GDAL_LIBRARY_PATH = env.str("GDAL_LIBRARY_PATH", default="") or wheel_library("pyogrio", "libgdal*")
GEOS_LIBRARY_PATH = env.str("GEOS_LIBRARY_PATH", default="") or wheel_library("shapely", "libgeos_c*")
LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False}

# --- Logs: one JSON object a line, or coloured text while developing -------------------------------------------------

# Every line of a request or a task names it, its person and its address on the network.
DJANGO_STRUCTLOG_CELERY_ENABLED = True

shared_processors: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [*shared_processors, structlog.stdlib.ExtraAdder()],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": [], "propagate": True}},
}
structlog.configure(
    processors=[
        *shared_processors,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
