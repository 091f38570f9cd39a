# One image for the API, the workers and the web page. CPU only: PyTorch without the GPU libraries.
# Needs BuildKit. Build it with `docker compose build`.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/ragapp
ENV PATH=/opt/ragapp/bin:$PATH
WORKDIR /src
# What changes least goes first, so that a change of ours installs no wheel again.
RUN pip install --index-url https://download.pytorch.org/whl/cpu torch==2.13.0
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY distribution distribution
COPY ragapp/__init__.py ragapp/
RUN pip install --constraint constraints.txt '.[evals,local,server]' && pip uninstall --yes ragapp
COPY ragapp ragapp
COPY ingest ingest
COPY ui ui
COPY evals evals
RUN pip install --no-deps .

FROM build AS models
ENV RAGAPP_MODELS_DIR=/models
RUN ragapp models fetch bge-small-en-v1.5

FROM python:3.11.14-slim-bookworm
# Debian keeps no old versions, so a version named here would be gone with its next security fix.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin ragapp \
    && install --directory --mode=700 --owner=10001 --group=10001 /data /blobs
COPY --from=build /opt/ragapp /opt/ragapp
COPY --from=models /models /models
ENV PATH=/opt/ragapp/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    HOME=/tmp \
    RAGAPP_DATA_DIR=/data \
    RAGAPP_MODELS_DIR=/models
USER 10001:10001
WORKDIR /data
EXPOSE 8000 8501 9464
ENTRYPOINT ["ragapp"]
CMD ["serve", "--host", "0.0.0.0", "--no-ui", "--workers", "0"]
