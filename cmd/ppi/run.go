package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/pgserver"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/internal/supervise"
	"github.com/ppi-engine/ppi/internal/temporalserver"
	"github.com/ppi-engine/ppi/models"
)

// Exit codes of every command.
const (
	exitDone    = 0
	exitFailed  = 1 // any other failure
	exitUsage   = 2 // command line or configuration must change: a fault in it, a port or data directory in use
	exitMissing = 3 // a program must be installed or built first
	exitKeys    = 4 // the keys here are not those of the record, or one was replaced
)

// commands is the command line. A command is a struct in a file of its own, with
// a method Run(context.Context, *invocation) error.
type commands struct {
	Standalone standaloneCommand `cmd:"" help:"Run PostgreSQL, Temporal with its web UI, API and worker here."`
	Serve      serveCommand      `cmd:"" help:"Serve the API."`
	Worker     workerCommand     `cmd:"" help:"Run workflows and activities."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database's schema up to date."`
	Backup     backupCommand     `cmd:"" help:"Copy the databases of standalone, while it runs or is stopped."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup in the place of standalone's databases."`
	Recover    recoverCommand    `cmd:"" help:"Bring record and Temporal together after either was lost or restored."`
	Receipt    receiptCommand    `cmd:"" help:"Enter a receipt that a supplier holds and the record may have lost."`
	Audit      auditCommand      `cmd:"" help:"Verify the record, or export the events of a procurement."`
	Erase      eraseCommand      `cmd:"" help:"Erase personal parts of events that need not be kept any more."`
	Demo       demoCommand       `cmd:"" help:"Play a real joint procurement on a system that is removed afterwards."`
	Key        keyCommand        `cmd:"" help:"Make an API key for an administrator; replace keys of the installation."`
	Seal       sealCommand       `cmd:"" help:"Seal and open tenders on this machine, without a server."`
	Award      awardCommand      `cmd:"" help:"Rank the tenders of a lot, and check rankings, without a server."`
	Calendar   calendarCommand   `cmd:"" help:"Count time limits and judge timetables, without a server."`
	Lint       lintCommand       `cmd:"" help:"Find words in a text that favour somebody or cannot be verified."`
	Config     configCommand     `cmd:"" help:"Show the effective configuration, without secrets."`
	Version    versionCommand    `cmd:"" help:"Show the version."`
}

// invocation is what a command is given.
type invocation struct {
	environ        []string
	stdout, stderr io.Writer
}

// run is the whole program; it returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	helped := false
	parser, err := kong.New(&commands{}, kong.Name("ppi"), kong.Writers(stdout, stderr),
		kong.Description("A workflow engine for public procurement of innovation. Settings come from the "+
			"environment: ppi config lists them."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.WithHyphenPrefixedParameters(true), // keys in base64url may begin with a hyphen
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return report(stderr, err)
	}
	command, err := parser.Parse(args)
	if helped {
		return exitDone // after --help kong goes on parsing
	}
	if err == nil {
		err = command.Run(&invocation{environ: environ, stdout: stdout, stderr: stderr})
		if faults := models.Faults(err); len(faults) > 0 && asksJSON(command) {
			err = errors.Join(err, writeJSON(stdout, map[string]any{"faults": faults}))
		}
	}
	return report(stderr, err)
}

// asksJSON tells whether a command was asked to write what programs read. What it refuses is written so, too.
func asksJSON(command *kong.Context) bool {
	return slices.ContainsFunc(command.Flags(), func(f *kong.Flag) bool {
		asked, isBool := command.FlagValue(f).(bool)
		return f.Name == "json" && isBool && asked
	})
}

// report writes why a command failed and returns its exit code.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(stderr, "ppi: %v\n", err)
	if advice := adviceOn(err); advice != "" {
		fmt.Fprintf(stderr, "ppi: %s\n", advice)
	}
	for i, fault := range models.Faults(err) {
		if i > 0 { // the error itself says the first
			fmt.Fprintf(stderr, "ppi: %v\n", fault)
		}
		if fault.Accepted != "" {
			fmt.Fprintf(stderr, "ppi: accepted: %s\n", fault.Accepted)
		}
	}
	if is[*kong.ParseError](err) {
		fmt.Fprintln(stderr, "ppi: ppi --help lists commands and flags")
	}
	return exitCode(err)
}

func exitCode(err error) int {
	switch {
	case is[*pgserver.NotInstalledError](err), is[*temporalserver.NotFoundError](err):
		return exitMissing
	case is[*keyring.MismatchError](err), errors.Is(err, keyring.ErrReplaced):
		return exitKeys
	case is[*kong.ParseError](err), is[config.Faults](err), is[*portsTakenError](err), is[*supervise.LockedError](err),
		is[*pgserver.UnreachableError](err), is[*pgserver.VersionError](err), is[*pgserver.InUseError](err),
		is[*temporalserver.RefusedError](err), is[*store.TooManyConnsError](err), is[*store.HeldKeysError](err),
		is[*pathError](err), is[*addressError](err), is[*notLintedError](err):
		return exitUsage
	default:
		return exitFailed
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// writeJSON writes what programs read.
func writeJSON(to io.Writer, v any) error {
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
