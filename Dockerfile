# One image for web processes and workers; compose.yaml starts both from it.
FROM node:22-slim AS web
WORKDIR /build/web
COPY web/ ./
RUN npm ci --no-audit --no-fund && npm run build

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 KEFU_HOST=0.0.0.0 KEFU_VAR=/var/lib/kefu
WORKDIR /opt/kefu
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY kefu/ kefu/
COPY --from=web /build/web/dist web/dist
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --system --home-dir /var/lib/kefu --create-home kefu
USER kefu
VOLUME /var/lib/kefu
EXPOSE 8180
CMD ["kefu", "serve"]
