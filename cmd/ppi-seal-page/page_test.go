package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/ppi-engine/ppi/internal/seal/envelope"
	"github.com/ppi-engine/ppi/models"
)

// browser opens the page in the machine's Chromium, from a file and without a network. It returns what the page asked
// the network for.
func browser(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must have Chromium; .ci/run installs it")
		}
		t.Skip("no chromium in PATH: install it to test the sealing page (scripts/setup chromium)")
	}
	built, err := build(t.Context())
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "ppi-seal.html")
	require.NoError(t, os.WriteFile(name, built, 0o600))

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	var mu sync.Mutex
	var asked []string
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(func(event any) {
		if sent, is := event.(*network.EventRequestWillBeSent); is {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, sent.Request.URL)
		}
	}))
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("file://"+name)))
	await(ctx, t, `document.getElementById("state").textContent === "The program is ready."`)
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return asked
	}
}

// in evaluates an expression that gives a Promise of text.
func in(ctx context.Context, t *testing.T, expression string) string {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	return out
}

// await waits until a condition holds in the page.
func await(ctx context.Context, t *testing.T, condition string) {
	t.Helper()
	in(ctx, t, `new Promise((done) => {
		const look = () => { if (`+condition+`) done(""); else setTimeout(look, 20) };
		look();
	})`)
}

func quoted(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// refusedIn evaluates an expression and returns the code that it is refused with.
func refusedIn(ctx context.Context, t *testing.T, expression string) string {
	t.Helper()
	return in(ctx, t, `(async () => {
		try { await `+expression+`; return "done" } catch (e) { return e.code || String(e) }
	})()`)
}

func TestThePageMakesKeysSealsChecksAndReleasesWithoutAnyConnection(t *testing.T) {
	t.Parallel()
	ctx, asked := browser(t)
	procurement := models.NewID(models.PrefixProcurement)

	// Three openers make their keys in the page.
	var keys []string
	var announced []envelope.Announcement
	for range 3 {
		var made struct{ Key, Announcement string }
		owner := envelope.Owner{
			Mode: models.ModeLive, Procurement: procurement, Buyer: models.NewID(models.PrefixOrganisation),
			Person: models.NewID(models.PrefixPerson),
		}
		printed := in(ctx, t, `ppiSeal.makeKey(`+quoted(t, owner)+`).then(JSON.stringify)`)
		require.NoError(t, json.Unmarshal([]byte(printed), &made))
		a, err := envelope.ReadAnnouncement([]byte(made.Announcement))
		require.NoError(t, err)
		keys, announced = append(keys, made.Key), append(announced, a)
	}
	set, err := envelope.NewSet(2, announced)
	require.NoError(t, err)
	fingerprint, err := set.Fingerprint()
	require.NoError(t, err)
	deadline := time.Now().Add(-time.Hour).Truncate(time.Second)
	box, err := envelope.NewBox(models.NewID(models.PrefixBox), 1, deadline, set)
	require.NoError(t, err)
	text, err := envelope.Render(box)
	require.NoError(t, err)
	shown := in(ctx, t, `ppiSeal.openers({box: `+quoted(t, string(text))+`}).then(JSON.stringify)`)
	require.Contains(t, shown, fingerprint)

	// A supplier seals a price with three MiB of breakdown; what comes out is an envelope to everybody else.
	sealing := func(fingerprint string) string {
		return `ppiSeal.seal(` + quoted(t, map[string]any{
			"box": string(text), "fingerprint": fingerprint, "kind": "price",
			"supplier": models.NewID(models.PrefixOrganisation),
		}) + `, [priced])`
	}
	in(ctx, t, `ppiSeal.price({amount: "100.00", currency: "EUR"}, [new Blob(["x".repeat(3 << 20)])])
		.then((blob) => { globalThis.priced = blob; return "" })`)
	require.Equal(t, string(models.CodeFingerprintDiffers), refusedIn(ctx, t, sealing("0000")))
	file, err := base64.StdEncoding.DecodeString(in(ctx, t, sealing(fingerprint)+`.then(async (r) => {
		globalThis.sealed = r.file;
		const bytes = new Uint8Array(await r.file.arrayBuffer());
		let text = "";
		for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
		return btoa(text);
	})`))
	require.NoError(t, err)
	header, err := envelope.Check(bytes.NewReader(file))
	require.NoError(t, err)
	require.Contains(t, in(ctx, t, `ppiSeal.check({}, [sealed]).then(JSON.stringify)`), header.Digest())
	require.Equal(t, string(models.CodeNotSealed), refusedIn(ctx, t, `ppiSeal.check({}, [sealed.slice(1)])`))

	// Two openers release in the page.
	o, err := envelope.NewOpening(box, models.EnvelopePrice, []envelope.Header{header})
	require.NoError(t, err)
	releasing := func(key, deadline string) string {
		return `ppiSeal.release(` + quoted(t, map[string]any{
			"box": string(text), "fingerprint": fingerprint, "kind": "price", "key": key, "deadline": deadline,
		}) + `, [sealed])`
	}
	require.Equal(t, string(models.CodeDeadlineDiffers), refusedIn(ctx, t, releasing(keys[0], "")))
	for _, key := range keys[:2] {
		r, err := envelope.ReadRelease([]byte(in(ctx, t, releasing(key, deadline.Format(time.RFC3339)))))
		require.NoError(t, err)
		require.NoError(t, o.Accept(r))
	}
	identities, err := o.Identities()
	require.NoError(t, err)
	var content bytes.Buffer
	require.NoError(t, envelope.Open(&content, bytes.NewReader(file), identities))
	price, breakdown, err := envelope.ReadPrice(&content)
	require.NoError(t, err)
	require.Equal(t, models.Money{Amount: "100.00", Currency: "EUR"}, price)
	left, err := io.ReadAll(breakdown)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("x", 3<<20), string(left))

	// The policy lets no script reach anybody, and none tried.
	stopped := in(ctx, t, `new Promise((done) => {
		document.addEventListener("securitypolicyviolation", (e) => done(e.effectiveDirective));
		fetch("https://example.org/").then(() => done("reached"), () => {});
	})`)
	require.Equal(t, "connect-src", stopped)
	requested := strings.Join(asked(), " ")
	require.Contains(t, requested, "file://", "what the browser asks for is seen")
	require.NotContains(t, requested, "http")
}

func TestAFormOfThePageShowsItsResultAndItsRefusals(t *testing.T) {
	t.Parallel()
	ctx, _ := browser(t)
	form := `document.querySelector("#makeKey form")`
	fill := func(field string, value models.ID) string {
		return form + `.elements.` + field + `.value = ` + strconv.Quote(string(value)) + `;`
	}
	submit := form + `.querySelector("button").click();`
	shown := form + `.querySelector("output")`
	in(ctx, t, fill("procurement", "prc_1")+fill("buyer", models.NewID(models.PrefixOrganisation))+
		fill("person", models.NewID(models.PrefixPerson))+submit+`""`)
	await(ctx, t, shown+`.className === "refused"`)
	in(ctx, t, fill("procurement", models.NewID(models.PrefixProcurement))+submit+`""`)
	await(ctx, t, shown+`.querySelectorAll("a[download]").length === 2`)
	own := in(ctx, t, `fetch(`+shown+`.querySelector("a").href).then((r) => r.text(), () => "blocked")`)
	require.Equal(t, "blocked", own, "not even its own result is read by a connection")
}
