# One image for web, worker, beat and management commands. What is installed is fixed by hashes in lock files.

ARG PYTHON_VERSION=3.11

FROM node:24-slim AS libraries
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:${PYTHON_VERSION}-slim AS packages
RUN python -m venv /opt/venv
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: -r requirements.lock

FROM python:${PYTHON_VERSION}-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/apk
# The user's number is fixed so that volumes keep their owner from one image to the next. The proxy, under a user of its
# own, reads photos from the volume too.
RUN groupadd --system --gid 10001 apk \
    && useradd --system --uid 10001 --gid apk --home-dir /app --shell /usr/sbin/nologin apk \
    && install --directory --owner=apk --group=apk --mode=0755 /var/lib/apk/media /var/lib/apk/schedule
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=libraries /app/node_modules node_modules
COPY . .
# Collecting needs settings that exist, not settings that work; none of these values stays in the image.
RUN SECRET_KEY=build DATABASE_URL=postgresql:///build REDIS_URL=redis:///0 python manage.py collectstatic --no-input
USER apk
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py"]
