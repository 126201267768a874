// Command ppi-seal-page builds one HTML file by which suppliers seal and openers release on their own machines. The
// file holds everything, the program as WebAssembly too, and its policy forbids it to open any connection: it can be
// kept, compared by its digest and used offline. Two builds of one version with one Go give the same bytes.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	output := flag.String("o", "ppi-seal.html", "the file to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *output, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ppi-seal-page:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be stopped
	}
}

// run builds the page and prints its SHA-256 as sha256sum does.
func run(ctx context.Context, output string, stdout io.Writer) error {
	page, err := build(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(output, page, 0o644); err != nil { //nolint:gosec // for everybody
		return err
	}
	sum := sha256.Sum256(page)
	_, err = fmt.Fprintf(stdout, "%s  %s\n", hex.EncodeToString(sum[:]), output)
	return err
}
