#!/bin/sh
# Makes both namespaces once the server answers; an existing one is left as it is. The server's address is in
# TEMPORAL_ADDRESS; the procurements' namespace in TEMPORAL_NAMESPACE, that of webhooks and maintenance in
# TEMPORAL_SERVICE_NAMESPACE.
set -eu
attempt=0
until temporal operator cluster health; do
	attempt=$((attempt + 1))
	if [ "$attempt" -ge 60 ]; then
		echo "Temporal at $TEMPORAL_ADDRESS did not become healthy within two minutes" >&2
		exit 1
	fi
	sleep 2
done

# ensure NAMESPACE RETENTION
ensure() {
	temporal operator namespace describe --namespace "$1" ||
		temporal operator namespace create --namespace "$1" --retention "$2"
}
ensure "$TEMPORAL_NAMESPACE" "$TEMPORAL_RETENTION"
ensure "$TEMPORAL_SERVICE_NAMESPACE" "$TEMPORAL_SERVICE_RETENTION"
