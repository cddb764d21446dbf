"""Django's settings. What differs between machines comes from the environment; everything else is decided here."""

import os
import secrets
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

PACKAGE = Path(__file__).resolve().parent.parent

# Where a running instance writes (see ``bangfu home``).
BANGFU_HOME = os.environ.get("BANGFU_HOME", str(Path(".bangfu").resolve()))
# Protection at rest (docs/security/files-at-rest.md): "off" where the home lies on an encrypted volume; where the keys lie, and where
# protected files lie open when memory has no room for them.
BANGFU_PROTECT = os.environ.get("BANGFU_PROTECT", "on") != "off"
BANGFU_KEYS = os.environ.get("BANGFU_KEYS", "")
BANGFU_OPEN = os.environ.get("BANGFU_OPEN", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("BANGFU_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("BANGFU_ORIGINS", "").split(",") if origin]


def _secret() -> str:
    """Signs sessions and forms; made once, kept beside the other keys."""
    path = Path(BANGFU_HOME) / "secret"
    try:
        return path.read_text("utf-8")
    except OSError:
        pass
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError:
        return secrets.token_urlsafe(50)
    return path.read_text("utf-8")


def _database(url: str) -> dict[str, Any]:
    """A connection string as Django wants it. Persistent connections: six times faster than none (STACK 0)."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url)) if url else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": str(parts.pop("dbname", "bangfu")),
        "USER": str(parts.pop("user", "bangfu_app")),
        "PASSWORD": str(parts.pop("password", "")),
        "HOST": str(parts.pop("host", "")),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {key: str(value) for key, value in parts.items()},
    }


DATABASES = {"default": _database(os.environ.get("BANGFU_DATABASE_URL") or os.environ.get("DATABASE_URL", ""))}
# Migrations run as the owner; the role that everything else runs as, and that migrations give rights to, is named here.
APP_ROLE = os.environ.get("BANGFU_APP_ROLE", "bangfu_app")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "bangfu.ground.acts.apps.ActsConfig",
    "bangfu.ground.trail.apps.TrailConfig",
    "bangfu.ground.access.apps.AccessConfig",
    "bangfu.ground.policy.apps.PolicyConfig",
    "bangfu.ground.approval.apps.ApprovalConfig",
    "bangfu.record.registry.apps.RegistryConfig",
    "bangfu.record.sources.apps.SourcesConfig",
    "bangfu.decide.comparison.apps.ComparisonConfig",
    "bangfu.decide.identification.apps.IdentificationConfig",
    "bangfu.terminals.desk.apps.DeskConfig",
]
MIDDLEWARE = [
    "bangfu.terminals.desk.security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bangfu.terminals.desk.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bangfu.terminals.desk.sessions.HeldSessions",
]
ROOT_URLCONF = "bangfu.site.urls"
WSGI_APPLICATION = "bangfu.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "bangfu.terminals.desk.shell.shell",
            ]
        },
    }
]

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "desk:sign_in"
LOGIN_REDIRECT_URL = "desk:home"

SECRET_KEY = _secret()
# The longest that policy may allow; how long a session really holds is asked at every page (terminals/desk/sessions.py).
SESSION_COOKIE_AGE = 24 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SAVE_EVERY_REQUEST = False
# Served over TLS, cookies are for TLS alone; the demo on this machine's own address has none.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(os.environ.get("BANGFU_TLS"))
# How many proxies of our own stand before the web server: so many addresses at the end of X-Forwarded-For are believed.
BANGFU_PROXIES = int(os.environ.get("BANGFU_PROXIES", "0"))
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "bangfu.terminals.desk.views.errors.csrf_failed"

# An upload may be large; it is streamed to disk, never into memory.
FILE_UPLOAD_HANDLERS = ["bangfu.terminals.desk.receiving.BoundedUpload"]
FILE_UPLOAD_TEMP_DIR = str(Path(BANGFU_HOME) / "uploads")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# Nothing is changed any more when less is free on the disk of the instance: in bytes.
BANGFU_LEAST_ROOM = int(os.environ.get("BANGFU_LEAST_ROOM", str(200 * 1024**2)))
# How much memory the worker's comparisons and checks of deliveries take, as --memory does at the command line.
BANGFU_MEMORY = os.environ.get("BANGFU_MEMORY", "1GB")
BANGFU_LARGEST_UPLOAD = int(os.environ.get("BANGFU_LARGEST_UPLOAD", str(1024**3)))

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [str(PACKAGE / "locale")]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
# Served straight from the packages: nothing is collected into another folder.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "bangfu.site.logs.WithoutValues",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
