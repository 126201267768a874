package seal

import (
	"bytes"
	"strings"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// secretKey begins every secret key of age, also the post-quantum ones; age writes it in capitals and accepts no other
// form.
const secretKey = "AGE-SECRET-KEY-" //nolint:gosec // what identities begin with, to refuse them

// postQuantum begins the public keys of age's hybrid of ML-KEM-768 and X25519.
const postQuantum = "age1pq1"

// CheckRecipient refuses what is not the public X25519 key of an age identity.
func CheckRecipient(field, recipient string) *models.Refusal {
	const accepted = "a public X25519 key as ppi seal keygen or age-keygen prints it: age1 and 58 characters"
	if strings.HasPrefix(recipient, postQuantum) {
		return models.Refuse(models.CodeInvalidValue, field,
			"this is a post-quantum key; such keys are not supported yet").
			Accepting("%s", accepted)
	}
	if _, err := age.ParseX25519Recipient(recipient); err != nil {
		return models.Refuse(models.CodeInvalidValue, field, "this is not a public X25519 key of age").
			Accepting("%s", accepted)
	}
	return nil
}

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
