package envelope

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/pvss"
	"github.com/ppi-engine/ppi/models"
)

// The opening kit is a box as it was sealed, released and opened once. It must open for ever: tenders outlive programs.
const kit = "testdata/kit"

// kitFacts is what must come out of the kit, and the steps on the way that docs/sealing.md describes.
type kitFacts struct {
	SecondGenerator string `json:"second_generator"`
	SetText         string `json:"set_text"`
	SetDigest       string `json:"set_digest"`
	Fingerprint     string `json:"fingerprint"`
	// KeyTag is that of the proof of the first opener's key; ReleaseTag that of the first release.
	KeyTag     string     `json:"key_tag"`
	ReleaseTag string     `json:"release_tag"`
	Envelopes  []kitFound `json:"envelopes"`
}

type kitFound struct {
	File        string `json:"file"`
	ContextText string `json:"context_text"`
	Tag         string `json:"tag"`
	Header      string `json:"header"`
	Secret      string `json:"secret"`
	Identity    string `json:"identity"`
	// Content is the text that was sealed; empty where the envelope is unreadable.
	Content string `json:"content,omitempty"`
}

func kitFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(kit, name))
	require.NoError(t, err)
	return content
}

func kitOpening(t *testing.T) (*Opening, []kitFound) {
	t.Helper()
	box, err := ReadBox(kitFile(t, "box.json"))
	require.NoError(t, err)
	var facts kitFacts
	require.NoError(t, json.Unmarshal(kitFile(t, "facts.json"), &facts))
	var headers []Header
	for _, e := range facts.Envelopes {
		h, err := Check(bytes.NewReader(kitFile(t, e.File)))
		require.NoError(t, err)
		headers = append(headers, h)
	}
	o, err := NewOpening(box, models.EnvelopePrice, headers)
	require.NoError(t, err)
	return o, facts.Envelopes
}

func TestTheOpeningKitOpens(t *testing.T) {
	t.Parallel()
	for name, releases := range map[string][]string{
		"first and second": {"release-1.json", "release-2.json"},
		"second and third": {"release-2.json", "release-3.json"},
		"after a handover": {"handover", "release-4.json", "release-3.json"},
	} {
		o, found := kitOpening(t)
		for _, r := range releases {
			if r == "handover" {
				h, err := ReadHandover(kitFile(t, "handover.json"))
				require.NoError(t, err)
				require.NoError(t, o.Apply(h))
				continue
			}
			release, err := ReadRelease(kitFile(t, r))
			require.NoError(t, err)
			require.NoError(t, o.Accept(release), name)
		}
		identities, err := o.Identities()
		require.NoError(t, err)
		for _, e := range found {
			require.Equal(t, e.Identity, identities[e.Header].String(), name)
			var content bytes.Buffer
			err := Open(&content, bytes.NewReader(kitFile(t, e.File)), identities)
			if e.Content == "" {
				r, is := models.RefusalOf(err)
				require.True(t, is)
				require.Equal(t, models.CodeUnreadable, r.Code)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, e.Content, content.String())
		}
	}
}

// What is done here is what `tail -n +2 price-a.sealed | age -d -i identity.txt` does.
func TestPlainAgeOpensTheContentWithTheIdentityAlone(t *testing.T) {
	t.Parallel()
	_, found := kitOpening(t)
	for _, e := range found {
		identity, err := age.ParseX25519Identity(e.Identity)
		require.NoError(t, err)
		_, content, _ := bytes.Cut(kitFile(t, e.File), []byte("\n"))
		r, err := age.Decrypt(bytes.NewReader(content), identity)
		if e.Content == "" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, e.Content, string(text))
	}
}

func TestEveryStepGivesWhatTheDescriptionSays(t *testing.T) {
	t.Parallel()
	require.JSONEq(t, string(kitFile(t, "facts.json")), string(factsOf(t)))
}

// factsOf computes the facts from the other files of the kit.
func factsOf(t *testing.T) []byte {
	t.Helper()
	box, err := ReadBox(kitFile(t, "box.json"))
	require.NoError(t, err)
	text, err := Render(struct {
		Format      string      `json:"format"`
		Mode        models.Mode `json:"mode"`
		Openers     []Opener    `json:"openers"`
		Procurement models.ID   `json:"procurement"`
		Threshold   int         `json:"threshold"`
	}{formatSet, box.Set.Mode, box.Set.openers(), box.Set.Procurement, box.Set.Threshold})
	require.NoError(t, err)
	facts := kitFacts{SecondGenerator: pvss.SecondGenerator().String(), SetText: string(text)}
	facts.SetDigest, err = box.Set.Digest()
	require.NoError(t, err)
	require.Equal(t, models.Digest(text), facts.SetDigest)
	facts.Fingerprint, err = box.Set.Fingerprint()
	require.NoError(t, err)

	var keys []Key
	for _, name := range []string{"key-1.json", "key-2.json"} {
		key, err := ReadKey(kitFile(t, name))
		require.NoError(t, err)
		keys = append(keys, key)
	}
	announced, err := keys[0].Announce()
	require.NoError(t, err)
	tag, err := announced.tag()
	require.NoError(t, err)
	facts.KeyTag = hex.EncodeToString(tag[:])
	release, err := ReadRelease(kitFile(t, "release-1.json"))
	require.NoError(t, err)
	tag, err = release.tag()
	require.NoError(t, err)
	facts.ReleaseTag = hex.EncodeToString(tag[:])

	for _, e := range [][2]string{
		{"price-a.sealed", pricedAt(t, "1250000.10")},
		{"price-b.sealed", pricedAt(t, "999999.99")},
		{"price-c.sealed", ""},
	} {
		facts.Envelopes = append(facts.Envelopes, foundIn(t, e[0], e[1], keys))
	}
	rendered, err := json.MarshalIndent(facts, "", "  ")
	require.NoError(t, err)
	return append(rendered, '\n')
}

func pricedAt(t *testing.T, amount string) string {
	t.Helper()
	line, err := PriceLine(models.Money{Amount: amount, Currency: "EUR"})
	require.NoError(t, err)
	return string(line)
}

func foundIn(t *testing.T, file, content string, keys []Key) kitFound {
	t.Helper()
	h, err := Check(bytes.NewReader(kitFile(t, file)))
	require.NoError(t, err)
	text, err := Render(h.text.Context)
	require.NoError(t, err)
	opened := make(map[int]pvss.Point)
	for i, key := range keys {
		opened[i] = key.secret.Open(h.text.Shares[i].Point, pvss.Tag{}).Point
	}
	secret, err := pvss.Recover(opened)
	require.NoError(t, err)
	identity, err := identityOf(secret, h.sum)
	require.NoError(t, err)
	return kitFound{
		File: file, ContextText: string(text), Tag: models.Digest(text), Header: h.Digest(),
		Secret: hex.EncodeToString(secret.Bytes()), Identity: identity.String(), Content: content,
	}
}
