package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed page.html
var pageText string

//go:embed page.css
var styleText string

//go:embed page.js
var scriptText string

// The page is put together as text: its parts are ours, and each stands in it byte for byte, because the policy names
// their digests.
var page = template.Must(template.New("page").Parse(pageText))

// build compiles the program for browsers and puts it into the page, with the script from Go's own installation that
// starts such programs.
func build(ctx context.Context) ([]byte, error) {
	starter, err := os.ReadFile(filepath.Join(goRoot(ctx), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, err
	}
	program, err := compile(ctx)
	if err != nil {
		return nil, err
	}
	packed, err := pack(program)
	if err != nil {
		return nil, err
	}
	script := string(starter) + "\n" + scriptText
	var out bytes.Buffer
	err = page.Execute(&out, map[string]string{
		"Style": styleText, "StyleHash": hash(styleText), "Script": script, "ScriptHash": hash(script),
		"Program": base64.StdEncoding.EncodeToString(packed),
	})
	if err != nil {
		return nil, fmt.Errorf("put the page together: %w", err)
	}
	return out.Bytes(), nil
}

func goRoot(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "" // reading the starter will say that it is missing
	}
	return strings.TrimSpace(string(out))
}

// compile builds the program the same way each time.
func compile(ctx context.Context) ([]byte, error) {
	dir, err := os.MkdirTemp("", "ppi-seal-page-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "seal.wasm")
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=",
		"-o", name, "github.com/ppi-engine/ppi/cmd/ppi-seal-wasm")
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if said, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile the program of the page: %w\n%s", err, said)
	}
	return os.ReadFile(name)
}

func pack(program []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("pack the program of the page: %w", err)
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack the program of the page: %w", err)
	}
	return out.Bytes(), nil
}

// hash is how a policy names a script or a style that stands in the page.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
