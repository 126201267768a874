package config

import "strings"

// environment is os.Environ as a map. An empty variable counts as not set, as in docker-compose and systemd files.
type environment map[string]string

func newEnvironment(environ []string) environment {
	env := make(environment, len(environ))
	for _, pair := range environ {
		if name, value, found := strings.Cut(pair, "="); found {
			env[name] = value
		}
	}
	return env
}

// read sets the fields from the environment or the defaults.
func (c *Config) read(env environment) Faults {
	var faults Faults
	for i := range c.settings {
		s := &c.settings[i]
		text := env[s.name]
		s.source = FromEnvironment
		if text == "" {
			text, s.source = s.fallback, FromDefault
		}
		if text == "" {
			continue
		}
		if err := s.value.set(text); err != nil {
			faults = append(faults, Fault{
				Variable: s.name, Value: s.shown(text), Reason: err.Error(),
				Accepted: s.accepted,
			})
		}
	}
	return faults
}

// shown is what a message may quote of a value that cannot be read.
func (s *setting) shown(text string) string {
	if s.value.secret {
		return ""
	}
	return text
}
