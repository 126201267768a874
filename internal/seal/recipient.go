package seal

import (
	"bytes"

	"filippo.io/age"

	"github.com/ppi-engine/ppi/models"
)

// secretKey begins every secret key of age; age writes it in capitals and accepts it in no other form.
const secretKey = "AGE-SECRET-KEY-" //nolint:gosec // what identities begin with, to refuse them

// CheckRecipient refuses what is not the public X25519 key of an age identity.
func CheckRecipient(field, recipient string) *models.Refusal {
	if _, err := age.ParseX25519Recipient(recipient); err != nil {
		return models.Refuse(models.CodeInvalidValue, field, "this is no age recipient").Accepting("a public key as ppi seal keygen or age-keygen prints it: age1…")
	}
	return nil
}

// RefuseSecret refuses bytes that hold a secret key of age: the platform never takes one, wherever it is put.
func RefuseSecret(content []byte) *models.Refusal {
	if !bytes.Contains(content, []byte(secretKey)) {
		return nil
	}
	return models.Refuse(models.CodeSecretKey, "", "the request holds a secret key of age; nothing of it was kept").
		Accepting("the public key only; and a new pair of keys, since this one was sent over the network")
}
