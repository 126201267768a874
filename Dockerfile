# One static binary, not run as root. Build: docker build --build-arg VERSION="$(scripts/version)" -t ppi-engine/ppi .
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /ppi ./cmd/ppi \
 && install -d -m 0700 -o 65532 -g 65532 /data

# A shell and wget for health checks and emergencies, root certificates for webhooks; nothing is installed.
FROM alpine:3.24.1
COPY --from=build /ppi /usr/local/bin/ppi
COPY --from=build --chown=65532:65532 /data /var/lib/ppi
ENV PPI_DATA_DIR=/var/lib/ppi
USER 65532:65532
VOLUME /var/lib/ppi
EXPOSE 8080 9464
ENTRYPOINT ["/usr/local/bin/ppi"]
CMD ["--help"]
