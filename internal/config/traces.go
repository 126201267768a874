package config

import "net/url"

// OpenTelemetry's own variables say where traces go; its exporter reads them, with further ones.
const (
	otlpEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	otlpTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	otlpProtocol       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	otlpTracesProtocol = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	onlyProtocol       = "http/protobuf"
)

// loadTraces finds out whether traces are sent: when OpenTelemetry's variables name an endpoint and do not turn them
// off.
func (c *Config) loadTraces(env environment) Faults {
	if env["OTEL_SDK_DISABLED"] == "true" || env["OTEL_TRACES_EXPORTER"] == "none" {
		return nil
	}
	var faults Faults
	for _, name := range []string{otlpEndpoint, otlpTracesEndpoint} {
		if env[name] == "" {
			continue
		}
		c.Traces = true
		u, err := url.Parse(env[name])
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			faults = append(faults, Fault{
				Variable: name, Reason: "not an http or https URL",
				Accepted: "the address of an OTLP collector, such as http://127.0.0.1:4318",
			})
		}
	}
	for _, name := range []string{otlpProtocol, otlpTracesProtocol} {
		if c.Traces && env[name] != "" && env[name] != onlyProtocol {
			faults = append(faults, Fault{
				Variable: name, Value: env[name], Reason: "traces are sent by another protocol only",
				Accepted: onlyProtocol,
			})
		}
	}
	return faults
}

func (c *Config) describeTraces() Described {
	d := Described{
		Variable: otlpEndpoint, Value: "off", Source: FromDefault,
		Meaning: "where traces are sent, by OTLP over HTTP; OpenTelemetry's other variables apply, too",
	}
	if c.Traces {
		d.Value, d.Source = "on", FromEnvironment // the URL may hold a login
	}
	return d
}
