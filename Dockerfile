# syntax=docker/dockerfile:1
# The image of Zyra: `docker build -t zyra .`, or `--target dev` for the dev container.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv --without-pip /srv/zyra
WORKDIR /src
COPY requirements.txt ./
# Wheels only: nothing is compiled, so no compiler is needed here either.
RUN pip --python /srv/zyra install --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
RUN pip --python /srv/zyra install --no-deps --no-build-isolation .

FROM python:${PYTHON}-slim-bookworm AS base
# ecCodes' wheel for 64-bit ARM lacks the library itself.
# Debian keeps one version of a package only, so that a pinned one would be gone one day.
# hadolint ignore=DL3008
RUN if [ "$(uname -m)" = aarch64 ]; then \
      apt-get update && apt-get install -y --no-install-recommends libeccodes0 && \
      rm -rf /var/lib/apt/lists/*; \
    fi
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin zyra && \
    install -d -o zyra -g zyra -m 700 /data /data/uploads /data/results /data/state
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ZYRA_UPLOAD_DIR=/data/uploads ZYRA_RESULTS_DIR=/data/results ZYRA_STATE_DIR=/data/state
VOLUME /data
EXPOSE 8000

FROM base AS dev
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends bash ca-certificates curl git && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /workspace
CMD ["sleep", "infinity"]

FROM base AS production
COPY --from=build /srv/zyra /srv/zyra
COPY deploy/gunicorn.conf.py /etc/zyra/gunicorn.conf.py
ENV PATH=/srv/zyra/bin:$PATH
# By number, so that Kubernetes sees that it is not root.
USER 10001:10001
WORKDIR /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
CMD ["gunicorn", "--config", "/etc/zyra/gunicorn.conf.py", "zyra.api.server:app"]
