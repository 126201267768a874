package audit

import (
	"testing"

	"github.com/ppi-engine/ppi/internal/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
