package config_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/models"
)

func load(t *testing.T, environ ...string) *config.Config {
	t.Helper()
	c, err := config.Load(environ, config.Inspect)
	require.NoError(t, err)
	return c
}

func faultsOf(t *testing.T, err error) config.Faults {
	t.Helper()
	var faults config.Faults
	require.ErrorAs(t, err, &faults)
	return faults
}

func variables(faults config.Faults) []string {
	var names []string
	for _, f := range faults {
		names = append(names, f.Variable)
	}
	return names
}

func TestTheDefaultsAreSound(t *testing.T) {
	t.Parallel()
	c := load(t, "PPI_DATA_DIR=/srv/ppi")
	require.Equal(t, "127.0.0.1:8080", c.Listen.String())
	require.Equal(t, "http://127.0.0.1:8080", c.PublicURL.String())
	require.Equal(t, "/srv/ppi/checkpoints", c.CheckpointDir)
	require.Equal(t, "ppi", c.TaskQueue)
	require.Equal(t, slog.LevelInfo, c.LogLevel)
	require.Equal(t, config.LogText, c.LogFormat)
	require.Equal(t, 15*time.Second, c.ShutdownTimeout)
	require.Equal(t, []int{7233, 8233, 0}, []int{c.TemporalPort, c.TemporalUIPort, c.PostgresPort})
	require.False(t, c.Temporal.IsSet())
	require.Equal(t, "127.0.0.1:7233", c.Temporal.Address())
	require.Equal(t, "ppi", c.Temporal.Namespace())
	require.Equal(t, "ppi-service", c.ServiceNamespace)
	require.Equal(t, "ppi_app", c.AppRole())
	require.Empty(t, c.WebhookAllow)
}

func TestTheEnvironmentOverridesTheDefaults(t *testing.T) {
	t.Parallel()
	c := load(t,
		"PPI_DATA_DIR=relative", "PPI_LISTEN=[::1]:0", "PPI_PUBLIC_URL=https://ppi.example.eu/api/",
		"PPI_WEBHOOK_ALLOW=10.0.0.0/8, fd00::/8", "PPI_LOG_LEVEL=debug", "PPI_LOG_FORMAT=json",
		"PPI_DATABASE_URL=postgres://record@db/ppi", "PPI_TASK_QUEUE=",
		"TEMPORAL_ADDRESS=temporal:7233", "TEMPORAL_NAMESPACE=procurement",
	)
	require.True(t, filepath.IsAbs(c.DataDir))
	require.Equal(t, "[::1]:0", c.Listen.String())
	require.Equal(t, "https://ppi.example.eu/api", c.PublicURL.String())
	require.Len(t, c.WebhookAllow, 2)
	require.Equal(t, slog.LevelDebug, c.LogLevel)
	require.Equal(t, "record", c.AppRole())
	require.Equal(t, "ppi", c.TaskQueue, "empty is not set")
	options, err := c.Temporal.ClientOptions()
	require.NoError(t, err)
	require.Equal(t, "temporal:7233", options.HostPort)
	require.Equal(t, "procurement", options.Namespace)
	require.Equal(t, "procurement-service", c.ServiceNamespace)
	options, err = c.Temporal.In(c.ServiceNamespace).ClientOptions()
	require.NoError(t, err)
	require.Equal(t, "temporal:7233", options.HostPort)
	require.Equal(t, "procurement-service", options.Namespace)
	require.Equal(t, "127.0.0.1:9/procurement", c.Temporal.At("127.0.0.1:9").String())
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load([]string{
		"PPI_DATA_DIR=/srv/ppi",
		"PPI_DATABASE_URL=mysql://root@db/ppi",
		"PPI_DATABASE_MAX_CONNS=many",
		"PPI_LISTEN=localhost:8080",
		"PPI_PUBLIC_URL=ftp://example.eu",
		"PPI_TRUSTED_PROXIES=10.0.0.1/8",
		"PPI_TASK_QUEUE=a b",
		"PPI_MASTER_KEY=c2hvcnQ=",
		"PPI_WEBHOOK_ALLOW=10.0.0.0",
		"PPI_LOG_LEVEL=loud",
		"PPI_LOG_FORMAT=xml",
		"PPI_SHUTDOWN_TIMEOUT=1h",
		"PPI_TEMPORAL_PORT=70000",
		"PPI_LISTENS=127.0.0.1:1",
		"TEMPORAL_TLS_CLIENT_CERT_PATH=/absent/cert.pem", "TEMPORAL_TLS_CLIENT_KEY_PATH=/absent/key.pem",
	}, config.Migrate)
	faults := faultsOf(t, err)
	require.ElementsMatch(t, []string{
		"PPI_DATABASE_URL", "PPI_DATABASE_MAX_CONNS", "PPI_LISTEN", "PPI_PUBLIC_URL", "PPI_TRUSTED_PROXIES",
		"PPI_TASK_QUEUE",
		"PPI_MASTER_KEY", "PPI_WEBHOOK_ALLOW", "PPI_LOG_LEVEL", "PPI_LOG_FORMAT", "PPI_SHUTDOWN_TIMEOUT",
		"PPI_TEMPORAL_PORT",
		"PPI_LISTENS", "TEMPORAL_*", "PPI_DATABASE_OWNER_URL",
	}, variables(faults))
	for _, f := range faults {
		require.NotEmpty(t, f.Reason, f.Variable)
		require.NotEmpty(t, f.Accepted, f.Variable)
		require.Contains(t, err.Error(), f.Variable+"", f.Variable)
	}
}

func TestOneSupplierIsNotGivenAllConnectionsForReceipt(t *testing.T) {
	t.Parallel()
	environ := func(atOnce string) []string {
		return []string{
			"PPI_DATA_DIR=/srv/ppi", "PPI_DATABASE_URL=postgres://ppi:x@db/ppi", "PPI_RECEIPT_MAX_CONNS=10",
			"PPI_AT_ONCE_PER_PERSON=" + atOnce,
		}
	}
	_, err := config.Load(environ("10"), config.Serve)
	faults := faultsOf(t, err)
	require.Equal(t, []string{"PPI_AT_ONCE_PER_PERSON"}, variables(faults))
	require.Equal(t, "less than PPI_RECEIPT_MAX_CONNS, which is 10", faults[0].Accepted)
	for _, fits := range []struct {
		atOnce  string
		purpose config.Purpose
	}{{"9", config.Serve}, {"10", config.Work}} {
		_, err = config.Load(environ(fits.atOnce), fits.purpose)
		require.NoError(t, err, "%v", fits)
	}
}

func TestAMisspeltVariableIsAFault(t *testing.T) {
	t.Parallel()
	for given, meant := range map[string]string{
		"PPI_LISTN":              "PPI_LISTEN",
		"PPI_OWNER_DATABASE_URL": "PPI_DATABASE_OWNER_URL",
		"PPI_TRUSTED_PROXY":      "PPI_TRUSTED_PROXIES",
		"PPI_DATADIR":            "PPI_DATA_DIR",
	} {
		_, err := config.Load([]string{"PPI_DATA_DIR=/srv/ppi", given + "=x"}, config.Inspect)
		faults := faultsOf(t, err)
		require.Len(t, faults, 1)
		require.Equal(t, given, faults[0].Variable)
		require.Contains(t, faults[0].Accepted, meant+" (did you mean that?)")
	}
	_, err := config.Load([]string{"PPI_DATA_DIR=/srv/ppi", "PPI_COLOUR_OF_THE_LOGO=blue"}, config.Inspect)
	require.NotContains(t, err.Error(), "did you mean")
	load(t, "PPI_DATA_DIR=/srv/ppi", "PPI_TEST_DATABASE_URL=postgres://x", "PPI_LISTN=")
}

func TestSettingsThatContradictEachOtherAreFaults(t *testing.T) {
	t.Parallel()
	_, err := config.Load([]string{"PPI_DATA_DIR=/srv/ppi", "PPI_LISTEN=127.0.0.1:7233", "PPI_POSTGRES_PORT=8233"},
		config.Inspect)
	require.Equal(t, []string{"PPI_TEMPORAL_PORT", "PPI_POSTGRES_PORT"}, variables(faultsOf(t, err)))
	load(t, "PPI_DATA_DIR=/srv/ppi", "PPI_LISTEN=127.0.0.1:0", "PPI_TEMPORAL_PORT=0", "PPI_TEMPORAL_UI_PORT=0")

	_, err = config.Load([]string{
		"PPI_DATA_DIR=/srv/ppi", "PPI_DATABASE_URL=postgres://ppi@db/ppi",
		"PPI_DATABASE_OWNER_URL=postgres://ppi@db/ppi",
	}, config.Inspect)
	require.Equal(t, []string{"PPI_DATABASE_URL"}, variables(faultsOf(t, err)))

	_, err = config.Load([]string{
		"PPI_DATA_DIR=/srv/ppi", "TEMPORAL_NAMESPACE=one",
		"PPI_TEMPORAL_SERVICE_NAMESPACE=one",
	}, config.Inspect)
	require.Equal(t, []string{"PPI_TEMPORAL_SERVICE_NAMESPACE"}, variables(faultsOf(t, err)))
	require.ErrorContains(t, err, "one-service")
}

func TestEachCommandSaysWhatItCannotDoWithout(t *testing.T) {
	t.Parallel()
	const record = "PPI_DATABASE_URL=postgres://app@db/ppi"
	for _, c := range []struct {
		purpose config.Purpose
		environ []string
		missing []string
	}{
		{config.Standalone, nil, nil},
		{config.Standalone, []string{record}, []string{"PPI_DATABASE_OWNER_URL", "PPI_TEMPORAL_DATABASE_URL"}},
		{config.Standalone, []string{record, "TEMPORAL_ADDRESS=t:7233"}, []string{"PPI_DATABASE_OWNER_URL"}},
		{config.Serve, nil, []string{"PPI_DATABASE_URL"}},
		{config.Serve, []string{record}, nil},
		{config.Work, nil, []string{"PPI_DATABASE_URL"}},
		{config.Migrate, []string{record}, []string{"PPI_DATABASE_OWNER_URL"}},
		{config.Inspect, nil, nil},
	} {
		_, err := config.Load(append(c.environ, "PPI_DATA_DIR=/srv/ppi"), c.purpose)
		if c.missing == nil {
			require.NoError(t, err, "%s %v", c.purpose, c.environ)
			continue
		}
		require.Equal(t, c.missing, variables(faultsOf(t, err)), "%s %v", c.purpose, c.environ)
	}
}

func TestWithoutAHomeTheDataDirectoryMustBeGiven(t *testing.T) {
	t.Parallel()
	c, err := config.Load(nil, config.Inspect)
	if os.Geteuid() == 0 {
		require.NoError(t, err)
		require.Equal(t, "/var/lib/ppi", c.DataDir)
		return
	}
	require.Equal(t, []string{"PPI_DATA_DIR"}, variables(faultsOf(t, err)))
	require.Equal(t, "/home/ada/.local/share/ppi", load(t, "HOME=/home/ada").DataDir)
	require.Equal(t, "/data/ppi", load(t, "HOME=/home/ada", "XDG_DATA_HOME=/data").DataDir)
}

const secretText = "correct-horse-battery-staple-042"

func TestSecretsNeverShow(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{
		"PPI_DATABASE_URL":          "postgres://app:" + secretText + "@db/ppi?sslpassword=" + secretText,
		"PPI_DATABASE_OWNER_URL":    "postgres://owner:" + secretText + "@db/ppi",
		"PPI_TEMPORAL_DATABASE_URL": "postgres://temporal:" + secretText + "@db/temporal",
		"PPI_MASTER_KEY":            base64.StdEncoding.EncodeToString([]byte(secretText)),
		"PPI_CHECKPOINT_KEY":        base64.StdEncoding.EncodeToString([]byte(secretText)),
		"PPI_RECEIPT_KEY":           base64.StdEncoding.EncodeToString([]byte(secretText)),
		"TEMPORAL_API_KEY":          secretText,
		"TEMPORAL_CODEC_AUTH":       secretText,
		"TEMPORAL_CODEC_ENDPOINT":   "http://codec",
		"TEMPORAL_GRPC_META_TOKEN":  secretText,
	}
	environ := []string{"PPI_DATA_DIR=/srv/ppi"}
	for name, value := range secrets {
		environ = append(environ, name+"="+value)
	}
	c := load(t, environ...)
	require.Contains(t, c.DatabaseURL.Reveal(), secretText)
	require.Equal(t, []byte(secretText), c.MasterKey.Bytes())

	keys, err := json.Marshal(c)
	require.NoError(t, err)
	described, err := json.Marshal(c.Describe())
	require.NoError(t, err)
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).
		Info("c", "config", c, "all", *c, "key", c.MasterKey, "url", c.DatabaseURL, "temporal", c.Temporal)
	slog.New(slog.NewTextHandler(&logged, nil)).
		Info("c", "config", c, "all", *c, "key", c.MasterKey, "url", c.DatabaseURL, "temporal", c.Temporal)
	// fmt cannot call methods of a field that is not exported.
	inside := struct {
		c config.Config
		k config.Key
		d config.DatabaseURL
		t config.Temporal
	}{*c, c.MasterKey, c.DatabaseURL, c.Temporal}
	byteList := strings.Trim(fmt.Sprint([]byte(secretText)), "[]") //nolint:staticcheck // the list of numbers is meant
	shown := []string{string(keys), string(described), logged.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown = append(shown, fmt.Sprintf(verb, c), fmt.Sprintf(verb, *c), fmt.Sprintf(verb, inside),
			fmt.Sprintf(verb, c.MasterKey), fmt.Sprintf(verb, c.DatabaseURL), fmt.Sprintf(verb, c.Temporal))
	}
	for _, text := range shown {
		for _, form := range []string{
			secretText, base64.StdEncoding.EncodeToString([]byte(secretText)),
			fmt.Sprintf("%x", secretText), byteList,
		} {
			require.NotContains(t, text, form)
		}
	}
	require.Contains(t, string(described), "postgres://app:***@db/ppi")
	require.Contains(t, logged.String(), "***")
}

func TestASecretThatCannotBeReadIsNotQuoted(t *testing.T) {
	t.Parallel()
	_, err := config.Load([]string{
		"PPI_DATA_DIR=/srv/ppi", "PPI_MASTER_KEY=" + secretText,
		"PPI_DATABASE_URL=postgres://app:" + secretText + "%zz@db",
		"PPI_DATABASE_OWNER_URL=" + secretText,
	}, config.Inspect)
	require.Len(t, faultsOf(t, err), 3)
	require.NotContains(t, err.Error(), secretText)
}

func TestEveryValueTellsItsSource(t *testing.T) {
	t.Parallel()
	sources := map[string]config.Source{}
	for _, d := range load(t, "PPI_DATA_DIR=/srv/ppi", "TEMPORAL_NAMESPACE=x").Describe() {
		require.NotEmpty(t, d.Meaning, d.Variable)
		sources[d.Variable] = d.Source
	}
	require.Equal(t, config.FromEnvironment, sources["PPI_DATA_DIR"])
	require.Equal(t, config.FromDefault, sources["PPI_LISTEN"])
	require.Equal(t, config.FromEnvironment, sources["TEMPORAL_NAMESPACE"])
	require.Equal(t, config.FromDefault, sources["TEMPORAL_ADDRESS"])
}

func TestTheFileOfTemporalProfilesIsReadOnlyOnRequest(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file := filepath.Join(home, "temporal.toml")
	require.NoError(t, os.WriteFile(file, []byte("[profile.default]\naddress = \"cloud:7233\"\n"), 0o600))
	require.Equal(t, "cloud:7233", load(t, "PPI_DATA_DIR=/srv/ppi", "TEMPORAL_CONFIG_FILE="+file).Temporal.Address())
	require.False(t, load(t, "PPI_DATA_DIR=/srv/ppi", "HOME="+home).Temporal.IsSet())
}

func TestAKeyIsKeptInAFileOfItsOwnerOnly(t *testing.T) {
	t.Parallel()
	c := load(t, "PPI_DATA_DIR="+filepath.Join(t.TempDir(), "ppi"),
		"PPI_RECEIPT_KEY="+base64.StdEncoding.EncodeToString([]byte(secretText)))
	none, err := c.FindKeys(models.KeyMaster)
	require.NoError(t, err)
	require.Empty(t, none)
	require.NoDirExists(t, c.DataDir, "looking makes nothing")

	first, err := c.KeepKey(models.KeyMaster, config.NewKey(), "")
	require.NoError(t, err)
	second, err := c.KeepKey(models.KeyMaster, config.NewKey(), "2f")
	require.NoError(t, err)
	_, err = c.KeepKey(models.KeyMaster, config.NewKey(), "")
	require.ErrorIs(t, err, fs.ErrExist, "a key is never written over")
	found, err := c.FindKeys(models.KeyMaster)
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.NotEqual(t, first.Bytes(), second.Bytes())
	require.ElementsMatch(t, [][]byte{first.Bytes(), second.Bytes()}, [][]byte{found[0].Bytes(), found[1].Bytes()})

	configured, err := c.FindKeys(models.KeyReceipt)
	require.NoError(t, err)
	require.Len(t, configured, 1)
	require.Equal(t, []byte(secretText), configured[0].Bytes())
	require.Equal(t, "PPI_RECEIPT_KEY", configured[0].Source)

	file := filepath.Join(c.DataDir, "keys", "master.key")
	require.Equal(t, file, first.Source)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(file, 0o644))
	_, err = c.FindKeys(models.KeyMaster)
	require.ErrorContains(t, err, "chmod 600")
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing is left over")
}

func TestMetricsAreShownOnLoopbackUnlessSaidOtherwise(t *testing.T) {
	t.Parallel()
	c := load(t, "PPI_DATA_DIR=/srv/ppi")
	require.Equal(t, "127.0.0.1:9464", c.MetricsAddress.String())
	require.False(t, c.Given("PPI_METRICS_ADDRESS"))
	c = load(t, "PPI_DATA_DIR=/srv/ppi", "PPI_METRICS_ADDRESS=0.0.0.0:9000")
	require.Equal(t, "0.0.0.0:9000", c.MetricsAddress.String())
	require.True(t, c.Given("PPI_METRICS_ADDRESS"))
	c = load(t, "PPI_DATA_DIR=/srv/ppi", "PPI_METRICS_ADDRESS=off")
	require.False(t, c.MetricsAddress.IsValid())
	require.Contains(t, c.Describe(), config.Described{
		Variable: "PPI_METRICS_ADDRESS", Value: "off", Source: config.FromEnvironment,
		Meaning: "where /metrics is shown to Prometheus, apart from the API",
	})
	for address, reason := range map[string]string{
		"localhost:1": "not an IP address and a port", "127.0.0.1:8080": "has the same port 8080 as PPI_LISTEN",
	} {
		_, err := config.Load([]string{"PPI_DATA_DIR=/srv/ppi", "PPI_METRICS_ADDRESS=" + address}, config.Inspect)
		require.Equal(t, []string{"PPI_METRICS_ADDRESS"}, variables(faultsOf(t, err)))
		require.ErrorContains(t, err, reason)
	}
}

func TestTracesAreSentOnlyIfOpenTelemetrysVariablesSayWhere(t *testing.T) {
	t.Parallel()
	const collector = "OTEL_EXPORTER_OTLP_ENDPOINT=http://user:hush@collector:4318"
	require.False(t, load(t, "PPI_DATA_DIR=/srv/ppi").Traces)
	c := load(t, "PPI_DATA_DIR=/srv/ppi", collector)
	require.True(t, c.Traces)
	require.NotContains(t, fmt.Sprint(c.Describe()), "hush")
	for _, off := range []string{"OTEL_SDK_DISABLED=true", "OTEL_TRACES_EXPORTER=none"} {
		require.False(t, load(t, "PPI_DATA_DIR=/srv/ppi", collector, off).Traces, off)
	}
	for variable, environ := range map[string][]string{
		"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector:4318"},
		"OTEL_EXPORTER_OTLP_PROTOCOL":        {collector, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"},
	} {
		_, err := config.Load(append(environ, "PPI_DATA_DIR=/srv/ppi"), config.Inspect)
		require.Equal(t, []string{variable}, variables(faultsOf(t, err)))
		require.NotContains(t, err.Error(), "hush")
	}
}
