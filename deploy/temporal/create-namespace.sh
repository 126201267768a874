#!/bin/sh
# Makes the namespace once the server answers; an existing one is left as it is. The server's address is in
# TEMPORAL_ADDRESS, the namespace in TEMPORAL_NAMESPACE.
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
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
	temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION"
