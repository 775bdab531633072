# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/fairmoe
ENV PATH=/opt/fairmoe/bin:$PATH
# PyPI's torch would bring CUDA along.
RUN pip install --index-url https://download.pytorch.org/whl/cpu "torch>=2.6,<2.14"
WORKDIR /src
COPY pyproject.toml README.md LICENSE app.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY assets assets
COPY docs/evidence.md docs/evidence.md
COPY pages pages
COPY fairmoe fairmoe
# Versions are those that pyproject.toml asks for.
# hadolint ignore=DL3013
RUN pip install ".[sign-in]"

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /tmp fairmoe
COPY --from=build /opt/fairmoe /opt/fairmoe
# The root may be read-only: what libraries cache, and uploads while they arrive, go to /tmp.
# A server address that is given keeps Streamlit from asking an outside host for its own.
ENV PATH=/opt/fairmoe/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ARROW_DEFAULT_MEMORY_POOL=system MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=65536 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost
# Secrets are mounted as /srv/fairmoe/.streamlit/secrets.toml, never copied.
WORKDIR /srv/fairmoe
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; p = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); r.urlopen('http://127.0.0.1:' + os.environ['STREAMLIT_SERVER_PORT'] + ('/' + p if p else '') + '/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "/opt/fairmoe/lib/python3.11/site-packages/fairmoe/app/app.py"]
