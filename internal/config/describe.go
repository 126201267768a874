package config

import "log/slog"

// Source tells where a value comes from.
type Source string

// The sources.
const (
	FromEnvironment Source = "environment"
	FromDefault     Source = "default"
)

// Described is one setting as people may see it.
type Described struct {
	Variable string `json:"variable"`
	Value    string `json:"value"` // secrets are hidden
	Source   Source `json:"source"`
	Meaning  string `json:"meaning"`
}

// Describe lists every setting with its effective value.
func (c *Config) Describe() []Described {
	var list []Described
	for _, s := range c.settings {
		list = append(list, Described{Variable: s.name, Value: s.value.show(), Source: s.source, Meaning: s.meaning})
	}
	return append(append(list, c.Temporal.describe()...), c.describeTraces())
}

func (t Temporal) describe() []Described {
	source := func(given bool) Source {
		if given {
			return FromEnvironment
		}
		return FromDefault
	}
	p := t.read()
	return []Described{
		{
			"TEMPORAL_ADDRESS", t.Address(), source(t.IsSet()),
			"the Temporal server; without it, standalone runs one of its own",
		},
		{"TEMPORAL_NAMESPACE", t.Namespace(), source(p.Namespace != ""), "the namespace of the procurements"},
		{"TEMPORAL_TLS", t.tls(), source((p.TLS != nil || p.APIKey != "")), "whether the connection is encrypted"},
		{"TEMPORAL_API_KEY", t.apiKey(), source(p.APIKey != ""), "login to the Temporal server"},
	}
}

// LogValue is the effective configuration without secrets and without defaults.
func (c *Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, d := range c.Describe() {
		if d.Source != FromDefault {
			attrs = append(attrs, slog.String(d.Variable, d.Value))
		}
	}
	return slog.GroupValue(attrs...)
}
