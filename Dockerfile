# The hub in a container. `make docker-check` walks these steps without a Docker engine.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/hub
COPY requirements/runtime.txt requirements/
RUN /opt/hub/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY hub hub
COPY adapters adapters
COPY schemas schemas
RUN /opt/hub/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/hub hub
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 HUB_FOLDER=/var/lib/hub
USER hub
WORKDIR /var/lib/hub
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
ENTRYPOINT ["hub"]
CMD ["serve"]
