package seal

import (
	"bytes"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// secretKey begins every secret key of age, also the post-quantum ones, and the identities by which envelopes open; age
// writes it in capitals and accepts no other form.
const secretKey = "AGE-SECRET-KEY-" //nolint:gosec // what identities begin with, to refuse them

// RefuseSecret refuses bytes that contain a secret key of age or of an opener. The platform never accepts one, in any
// field.
func RefuseSecret(content []byte) *models.Refusal {
	if !bytes.Contains(content, []byte(secretKey)) && !bytes.Contains(content, []byte(envelope.SecretPrefix)) {
		return nil
	}
	return models.Refuse(models.CodeSecretKey, "",
		"the request contains a secret key; nothing of the request was kept").
		Accepting("only the public key, and of a new pair: this secret key was sent over the network")
}
