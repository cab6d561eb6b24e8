# One image for every role: a static binary with the web app inside, and nothing else.
#
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" --tag turnout .
#
# Needs BuildKit for the cache mounts. It keeps to what the built-in frontend knows, so that a build fetches nothing but
# base images and packages.

FROM node:24-bookworm-slim AS web
# As scripts/node-env.sh does: later ones refuse a lock file without the packages of other systems.
RUN npm install --global npm@10.9.4
WORKDIR /src/web
# Before the sources, so that a change to them installs nothing.
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-bookworm AS rust
WORKDIR /src
# Static with glibc. Only with the explicit --target below: without it, procedural macros would be linked statically too.
ENV RUSTFLAGS="-C target-feature=+crt-static"
# An owner for the data folder of the image, which has no shell to make one.
RUN mkdir /empty
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY xtask xtask

FROM rust AS dynamodb-local-build
COPY tests/dynamo-conformance tests/dynamo-conformance
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target,sharing=locked \
    target="$(uname -m)-unknown-linux-gnu" && \
    cargo build --locked --release --target "$target" --target-dir target \
        --manifest-path tests/dynamo-conformance/Cargo.toml --bin dynamodb-local && \
    cp "target/$target/release/dynamodb-local" /dynamodb-local

# For development and tests only: compose.yaml uses it in the place of Amazon DynamoDB.
FROM debian:bookworm-slim AS dynamodb-local
COPY --from=dynamodb-local-build /dynamodb-local /usr/local/bin/dynamodb-local
COPY --from=dynamodb-local-build --chown=65532:65532 /empty /data
USER 65532:65532
VOLUME /data
EXPOSE 8000
# This image has a shell, so that its health can be asked: a port that answers is all that is wanted.
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=15 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000"]
ENTRYPOINT ["dynamodb-local"]
CMD ["--listen", "0.0.0.0:8000", "--data", "/data/dynamodb.db"]

FROM rust AS build
COPY --from=web /src/web/dist web/dist
# The repository is not in the context, so that `turnout --version` names what it is told here: `git rev-parse HEAD`.
ARG REVISION=unknown
# The cache mounts keep what dependencies were compiled to. The binary is copied out, since a mount is not part of a layer.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target,sharing=locked \
    target="$(uname -m)-unknown-linux-gnu" && \
    TURNOUT_COMMIT="${REVISION}" cargo build --locked --release --target "$target" --package turnout-server --features dynamodb,nats && \
    cp "target/$target/release/turnout" /turnout

FROM scratch AS turnout
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Turnout" \
      org.opencontainers.image.description="Event management and ticketing: every role in one binary" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT" \
      org.opencontainers.image.source="https://github.com/turnout-events/turnout" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# TLS to AWS trusts what the system trusts, and here there is no system.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /empty /data
COPY --from=build /turnout /turnout
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    TURNOUT_LISTEN=0.0.0.0:3000 \
    TURNOUT_DATA=/data
USER 65532:65532
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["/turnout", "healthcheck"]
ENTRYPOINT ["/turnout"]
CMD ["serve"]
