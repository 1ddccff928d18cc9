# The base is pinned by tag; whoever releases an image should pin it by digest as well.
FROM python:3.11-slim-bookworm AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /venv
# The dependencies first: this layer lasts until requirements.lock changes.
COPY requirements.lock ./
RUN /venv/bin/pip install --only-binary :all: --require-hashes -r requirements.lock
COPY . .
RUN /venv/bin/pip install --no-deps . && /venv/bin/pip check && /venv/bin/pip uninstall -y pip setuptools

FROM python:3.11-slim-bookworm
# For the embedded engine: claims take two thirds of the time with it (docs/redis.md).
RUN apt-get update && apt-get install -y --no-install-recommends libjemalloc2 && rm -rf /var/lib/apt/lists/*
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
COPY --from=builder /venv /venv
# Pictures land here, and fairbrush.toml is read from here; what is mounted over it has to be writable for that user.
RUN install -d -o 10001 -g 10001 /pictures
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /pictures
ENTRYPOINT ["fairbrush"]
CMD ["--help"]
