package seal_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/internal/seal"
	"github.com/ppi-engine/ppi/models"
)

func signer(t *testing.T, name string, seed byte) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner(name, bytes.Repeat([]byte{seed}, 32))
	require.NoError(t, err)
	return s
}

func receipt() seal.Receipt {
	r := seal.Receipt{
		Act: seal.ActReceived, TenderID: "tnd_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10",
		ProcurementID: "prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11", LotID: "lot_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e12",
		BoxID: "box_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e14", HandsIn: models.HandedTender,
		OrganisationID: "org_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e13", Mode: models.ModeRehearsal,
		ProcedureTime: time.Date(2018, 7, 9, 9, 59, 59, 123456000, time.UTC),
		RealTime:      time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		Envelopes: []models.Envelope{
			{N: 1, Kind: models.EnvelopeQuality, Digest: strings.Repeat("a", 64), Size: 7340032},
			{N: 2, Kind: models.EnvelopePrice, Digest: strings.Repeat("b", 64), Size: 4096},
		},
	}
	r.Manifest = seal.Manifest(r.Envelopes)
	return r
}

func ExampleVerify() {
	issuer, _ := seal.NewSigner("ppi.test/receipts", bytes.Repeat([]byte{7}, 32))
	signed, _ := issuer.Sign(receipt())
	fmt.Print(signed)

	r, err := seal.Verify(signed, issuer.PublicKey())
	fmt.Println(r.Act, r.ProcedureTime.Format(time.RFC3339Nano), err)
	// Output:
	// ppi-engine.org/tender-receipt/2
	// act received
	// tender tnd_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10
	// procurement prc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e11
	// lot lot_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e12
	// box box_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e14
	// hands_in tender
	// organisation org_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e13
	// mode rehearsal
	// procedure_time 2018-07-09T09:59:59.123456Z
	// real_time 2026-11-22T08:00:00.000000Z
	// manifest afd357c5ef74f8bd7e95f691ee21d4b2c2535256cac051d3108f854cc63b6165
	// envelope quality aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 7340032
	// envelope price bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb 4096
	//
	// — ppi.test/receipts A/N4ymZ3aKlysdwRQmH/AQbdaYKCrmPZ7ETSriMfybyUIKnAjI03SZ0otys8GSNal3tSQO9fXe9r9OuhM7Fa3XEIDwg=
	// received 2018-07-09T09:59:59.123456Z <nil>
}

func TestAReceiptVerifiesAndReadsBackAsItWasSigned(t *testing.T) {
	t.Parallel()
	issuer := signer(t, "ppi.example.eu/receipts", 7)
	for name, change := range map[string]func(*seal.Receipt){
		"received":  func(*seal.Receipt) {},
		"replacing": func(r *seal.Receipt) { r.SupersedesID = "tnd_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e14" },
		"withdrawn": func(r *seal.Receipt) { r.Act = seal.ActWithdrawn },
		"confirmed": func(r *seal.Receipt) {
			r.Act, r.NoticeID = seal.ActConfirmed, "ntc_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e15"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := receipt()
			change(&r)
			signed, err := issuer.Sign(r)
			require.NoError(t, err)
			verified, err := seal.Verify(signed, issuer.PublicKey())
			require.NoError(t, err)
			require.Equal(t, r, verified)
			read, err := seal.Read(signed)
			require.NoError(t, err)
			require.Equal(t, r, read)
		})
	}
}

// Whatever single byte of it is changed, a receipt verifies no longer, or says exactly the same.
func TestAnAlteredReceiptDoesNotVerify(t *testing.T) {
	t.Parallel()
	issuer := signer(t, "ppi.example.eu/receipts", 7)
	original := receipt()
	signed, err := issuer.Sign(original)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		altered := []byte(signed)
		altered[rapid.IntRange(0, len(altered)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		verified, err := seal.Verify(string(altered), issuer.PublicKey())
		if err == nil { // base64 has bits that mean nothing
			require.Equal(t, original, verified)
		}
	})
}

func TestAReceiptOfAnotherIssuerDoesNotVerify(t *testing.T) {
	t.Parallel()
	signed, err := signer(t, "ppi.example.eu/receipts", 7).Sign(receipt())
	require.NoError(t, err)
	for name, other := range map[string]*seal.Signer{
		"other key, same name": signer(t, "ppi.example.eu/receipts", 8),
		"same key, other name": signer(t, "ppi.example.org/receipts", 7),
	} {
		_, err := seal.Verify(signed, other.PublicKey())
		require.Error(t, err, name)
	}
	_, err = seal.Verify(signed, "no key")
	require.ErrorContains(t, err, "public key")
}

// A signature over a text of another form, or with a list that has another manifest, is no receipt.
func TestOnlyReceiptsAreReadAsReceipts(t *testing.T) {
	t.Parallel()
	good := receipt().Text()
	for name, text := range map[string]string{
		"another type":    strings.Replace(good, "/2\n", "/3\n", 1),
		"a line too many": good + "remark none\n",
		"a line twice":    strings.Replace(good, "act received\n", "act received\nact received\n", 1),
		"a line missing":  strings.Replace(good, "mode rehearsal\n", "", 1),
		"another order": strings.Replace(good, "act received\ntender tnd_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10\n",
			"tender tnd_019abf3e-6d5c-7a41-9a53-2f6b1d1c7e10\nact received\n", 1),
		"another instant":    strings.Replace(good, "59.123456Z", "59.123Z", 1),
		"another envelope":   strings.Replace(good, "price b", "price c", 1),
		"half an envelope":   strings.Replace(good, " 4096\n", "\n", 1),
		"an unsized one":     strings.Replace(good, " 4096\n", " many\n", 1),
		"a size in disguise": strings.Replace(good, " 4096\n", " +4096\n", 1),
	} {
		require.NotEqual(t, good, text, name)
		_, err := seal.Read(text + "\n— ppi.example.eu/receipts AAAA\n")
		require.Error(t, err, name)
	}
	_, err := seal.Read(good)
	require.Error(t, err, "not signed at all")
}

func TestASignerNeedsASeedAndAName(t *testing.T) {
	t.Parallel()
	_, err := seal.NewSigner("ppi.example.eu/receipts", []byte("short"))
	require.Error(t, err)
	for _, name := range []string{"", "two words", "one+one"} {
		_, err := seal.NewSigner(name, make([]byte, 32))
		require.Error(t, err, name)
	}
}
