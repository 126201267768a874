package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ppi-engine/ppi/models"
)

// A key that is set in .env and does not reach a process would be made anew there, as a file.
func TestComposePassesTheKeysToTheProcessesThatNeedThem(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	var composed struct {
		Services map[string]struct{ Environment map[string]string }
	}
	require.NoError(t, yaml.Unmarshal(text, &composed))
	example, err := os.ReadFile("../../.env.example")
	require.NoError(t, err)
	passed := map[string][]string{}
	for name, s := range composed.Services {
		for variable, value := range s.Environment {
			if strings.HasPrefix(variable, "PPI_") && strings.HasSuffix(variable, "_KEY") {
				require.Equal(t, "${"+variable+":-}", value, "%s of %s", variable, name)
				passed[name] = append(passed[name], variable)
			}
		}
	}
	require.Len(t, passed, 2)
	require.ElementsMatch(t, keyVariables(models.KeyUses()...), passed["api"])
	require.ElementsMatch(t, keyVariables(models.KeyMaster, models.KeyCheckpoint), passed["worker"],
		"a worker signs no receipts")
	for _, variable := range passed["api"] {
		require.Regexp(t, "(?m)^#"+variable+"=$", string(example))
	}
}

func keyVariables(uses ...models.KeyUse) []string {
	variables := make([]string, len(uses))
	for i, use := range uses {
		variables[i] = "PPI_" + strings.ToUpper(string(use)) + "_KEY"
	}
	return variables
}
