package main

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/acts"
	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/internal/config"
)

func TestTheLimitsOfServeAreItsSettings(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load([]string{
		"PPI_DATA_DIR=/srv/ppi", "PPI_DATABASE_URL=postgres://ppi:x@db/ppi", "PPI_TRUSTED_PROXIES=10.0.0.0/8",
		"PPI_REQUESTS_PER_KEY=1", "PPI_REQUESTS_PER_ADDRESS=2", "PPI_WRONG_KEYS_PER_ADDRESS=3",
		"PPI_AT_ONCE_PER_PERSON=4",
		"PPI_AT_ONCE_PER_ORGANISATION=5", "PPI_CHECKS_AT_ONCE=6", "PPI_READ_TIMEOUT=7s", "PPI_WRITE_TIMEOUT=8m",
		"PPI_IDLE_TIMEOUT=9s",
	}, config.Serve)
	require.NoError(t, err)
	require.Equal(t, rest.Limits{
		PerKey: 1, PerAddress: 2, WrongKeys: 3, OfPerson: 4, OfOrganisation: 5,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}, requestLimits(cfg))
	require.Equal(t, acts.Limits{Checks: 6, ChecksOfOne: 3}, actLimits(cfg))
	require.Equal(t, rest.Timeouts{Read: 7 * time.Second, Write: 8 * time.Minute, Idle: 9 * time.Second}, timeouts(cfg))
}
