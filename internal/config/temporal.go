package config

import (
	"cmp"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

const (
	defaultTemporalAddress = "127.0.0.1:7233"
	defaultNamespace       = "ppi"
)

// Temporal says how to reach the Temporal server, as the TEMPORAL_* variables of Temporal's own tools describe it. Its
// secrets are not shown; see [Key].
type Temporal struct {
	profile sealed[envconfig.ClientConfigProfile]
}

// loadTemporal reads TEMPORAL_*. The file of profiles that Temporal's CLI uses is read only when TEMPORAL_CONFIG_FILE
// or TEMPORAL_PROFILE asks for it, so that a person's default profile does not decide where procurements run.
func loadTemporal(env environment) (Temporal, error) {
	profile, err := envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{
		DisableFile: env["TEMPORAL_CONFIG_FILE"] == "" && env["TEMPORAL_PROFILE"] == "",
		EnvLookup:   env,
	})
	if err != nil {
		return Temporal{}, fmt.Errorf("read the Temporal configuration: %w", err)
	}
	t := Temporal{profile: seal(profile)}
	_, err = t.ClientOptions()
	return t, err
}

// read is the profile, empty for the zero value.
func (t Temporal) read() envconfig.ClientConfigProfile {
	if t.profile == nil {
		return envconfig.ClientConfigProfile{}
	}
	return t.profile()
}

// IsSet tells whether the address of a server was given.
func (t Temporal) IsSet() bool { return t.read().Address != "" }

// Address is the server's host and port.
func (t Temporal) Address() string {
	return cmp.Or(t.read().Address, defaultTemporalAddress)
}

// Namespace is the namespace of the procurements.
func (t Temporal) Namespace() string {
	return cmp.Or(t.read().Namespace, defaultNamespace)
}

// In returns how to reach another namespace of the same server.
func (t Temporal) In(namespace string) Temporal {
	profile := t.read()
	profile.Namespace = namespace
	return Temporal{profile: seal(profile)}
}

// At returns how to reach our own server at address, which needs no login.
func (t Temporal) At(address string) Temporal {
	return Temporal{profile: seal(envconfig.ClientConfigProfile{Address: address, Namespace: t.Namespace()})}
}

// ClientOptions returns the options of the SDK to connect. The caller adds its logger. The error names certificate
// files that cannot be read.
func (t Temporal) ClientOptions() (client.Options, error) {
	profile := t.read()
	options, err := profile.ToClientOptions(envconfig.ToClientOptionsRequest{})
	if err != nil {
		return client.Options{}, fmt.Errorf("read the Temporal configuration: %w", err)
	}
	options.HostPort, options.Namespace = t.Address(), t.Namespace()
	return options, nil
}

func (t Temporal) tls() string {
	p := t.read()
	if (p.TLS == nil && p.APIKey == "") || (p.TLS != nil && p.TLS.Disabled) {
		return "off"
	}
	return "on"
}

func (t Temporal) apiKey() string {
	if t.read().APIKey == "" {
		return ""
	}
	return hidden
}

// String shows where the server is.
func (t Temporal) String() string { return t.Address() + "/" + t.Namespace() }

// Format shows the same for every verb.
func (t Temporal) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(t.String())) }

// LogValue shows the same in logs.
func (t Temporal) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText shows the same in JSON and other encodings.
func (t Temporal) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// LookupEnv implements envconfig.EnvLookup; an empty variable is not set.
func (e environment) LookupEnv(name string) (string, bool) {
	value := e[name]
	return value, value != ""
}

// Environ implements envconfig.EnvLookup, which looks for TEMPORAL_GRPC_META_*.
func (e environment) Environ() []string {
	pairs := make([]string, 0, len(e))
	for name, value := range e {
		pairs = append(pairs, name+"="+value)
	}
	return pairs
}
