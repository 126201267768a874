package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/ppi-engine/ppi/internal/audit"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/eventlog"
	"github.com/ppi-engine/ppi/internal/keyring"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
	followed "github.com/ppi-engine/ppi/views/audit"
)

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Verify the record or an export; name the first event that does not fit."`
	Export auditExportCommand `cmd:"" help:"Write all events of a procurement with their proof, for ppi audit verify."`

	Openings auditOpeningsCommand `cmd:"" help:"Write what proves the openings of a procurement, for ppi audit verify."`

	Key auditKeyCommand `cmd:"" help:"Show the keys that verify checkpoints and exports, the one in use first."`
}

// errNotValid makes the exit code of a verification that found a fault; the report names the fault.
var errNotValid = errors.New("the record is not valid")

type auditVerifyCommand struct {
	Export string `type:"existingfile" placeholder:"FILE" help:"Verify this export; - is the standard input."`

	Checkpoint []string `type:"existingfile" sep:"none" placeholder:"FILE" help:"Compare with this one; repeatable."`

	PublicLog string `type:"existingfile" placeholder:"FILE" help:"Compare an export with answers of /v1/public-log."`

	Openings string `type:"existingfile" placeholder:"FILE" help:"Compare an export with this, of ppi audit openings."`

	WithoutFiles bool `name:"without-files" help:"Do not compare the stored bytes of documents and tenders."`

	Key  []string `sep:"none" placeholder:"KEY" help:"Accept this key only, see ppi audit key; repeatable."`
	JSON bool     `name:"json" help:"Write JSON."`
}

func (c auditVerifyCommand) Run(ctx context.Context, inv *invocation) error {
	verify := c.verifyRecord
	if c.Export != "" {
		verify = c.verifyExport
	}
	report, failed := verify(ctx, inv)
	if failed != nil && report.Tables == nil {
		return failed
	}
	if err := c.write(inv.stdout, report); err != nil {
		return errors.Join(err, failed)
	}
	if failed == nil && !report.valid() {
		return errNotValid
	}
	return failed
}

func (c auditVerifyCommand) write(out io.Writer, report recordReport) error {
	if !c.JSON {
		return report.Print(out)
	}
	return writeJSON(out, report.asJSON())
}

func (c auditVerifyCommand) verifyExport(context.Context, *invocation) (recordReport, error) {
	input := os.Stdin
	if c.Export != "-" {
		file, err := os.Open(c.Export)
		if err != nil {
			return recordReport{}, err
		}
		defer file.Close()
		input = file
	}
	o := audit.Options{VerifierKeys: c.Key}
	for _, path := range c.Checkpoint {
		signed, err := os.ReadFile(path)
		if err != nil {
			return recordReport{}, err
		}
		o.Earlier = append(o.Earlier, signed)
	}
	if c.PublicLog != "" {
		file, err := os.Open(c.PublicLog)
		if err != nil {
			return recordReport{}, err
		}
		defer file.Close()
		if o.Public, err = audit.ReadPublicLog(file); err != nil {
			return recordReport{}, err
		}
	}
	if c.Openings == "" {
		report, err := audit.VerifyExport(input, o)
		return recordReport{Report: report}, err
	}
	return c.verifyOpenings(input, o)
}

// verifyOpenings also computes the proofs of what openers did again, by what the events of an export committed to.
func (c auditVerifyCommand) verifyOpenings(export io.Reader, o audit.Options) (report recordReport, err error) {
	told := followed.NewToldOpenings()
	o.Read = told.Read
	if report.Report, err = audit.VerifyExport(export, o); err != nil || !report.Valid {
		return report, err
	}
	file, err := os.Open(c.Openings)
	if err != nil {
		return report, err
	}
	defer file.Close()
	openings, err := told.Compare(file)
	if err != nil {
		return report, fmt.Errorf("%s: %w", c.Openings, err)
	}
	report.Openings = &openings
	return report, nil
}

// verifyRecord also compares with the latest checkpoints of our archive, because that is outside the database. If files
// cannot be compared, the report has what was found before.
func (c auditVerifyCommand) verifyRecord(ctx context.Context, inv *invocation) (report recordReport, err error) {
	cfg, err := config.Load(inv.environ, config.Inspect)
	if err != nil {
		return report, err
	}
	known, err := c.known(cfg)
	if err != nil {
		return report, err
	}
	err = withRecordOf(ctx, inv, cfg, func(record *store.Store) error {
		if report.Report, err = record.Log().Verify(ctx, known); err != nil || !report.Valid {
			return err
		}
		tables, err := followed.Follow(ctx, record)
		if err != nil {
			return err
		}
		report.Tables = &tables
		if err := tables.CompareReleases(ctx, record); err != nil {
			return err
		}
		if c.WithoutFiles {
			return nil
		}
		// Files may take hours, or be what cannot be read.
		fmt.Fprintf(inv.stderr, "ppi: rows and events that do not follow: %d; now comparing files\n", tables.All)
		return tables.CompareFiles(ctx, record, progressOn(inv.stderr))
	})
	return report, err
}

// progressEvery is how often is told how far the comparison of files has come.
const progressEvery = 10 * time.Second

func progressOn(stderr io.Writer) func(followed.Files) {
	told := time.Now()
	return func(f followed.Files) {
		if time.Since(told) >= progressEvery {
			told = time.Now()
			fmt.Fprintf(stderr, "ppi: files compared: %s\n", f)
		}
	}
}

// known is what the verifier knows beforehand: keys, and checkpoints from outside of the database.
func (c auditVerifyCommand) known(cfg *config.Config) (o eventlog.VerifyOptions, err error) {
	if len(c.Key) > 0 {
		if o.Verifiers, err = audit.Verifiers(c.Key...); err != nil {
			return o, err
		}
	}
	if o.Earlier, err = c.earlier(o.Verifiers); err != nil {
		return o, err
	}
	archive := audit.Archive(cfg.CheckpointDir)
	for _, archive := range []audit.Archive{archive, archive.Public()} {
		kept, err := archive.Latest()
		if err != nil {
			return o, err
		}
		if kept.Size > 0 {
			o.Earlier = append(o.Earlier, kept)
		}
	}
	return o, nil
}

func (c auditVerifyCommand) earlier(verifiers note.Verifiers) ([]audit.Checkpoint, error) {
	checkpoints := make([]audit.Checkpoint, len(c.Checkpoint))
	for i, path := range c.Checkpoint {
		signed, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if checkpoints[i], err = audit.ReadCheckpoint(signed, verifiers); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return checkpoints, nil
}

type auditExportCommand struct {
	Procurement string `arg:"" placeholder:"PRC" help:"The procurement's ID, prc_…"`
}

func (c auditExportCommand) Run(ctx context.Context, inv *invocation) error {
	procurement, err := models.ParseID(models.PrefixProcurement, "procurement", c.Procurement)
	if err != nil {
		return err
	}
	return withRecord(ctx, inv, func(cfg *config.Config, record *store.Store) error {
		keys, err := keyring.Match(ctx, keyring.Options{Record: record, Config: cfg}, models.KeyCheckpoint)
		if err != nil {
			return err
		}
		key, err := checkpointKey(cfg, keys)
		if err != nil {
			return err
		}
		shown, err := sharedParts(ctx, record, procurement)
		if err != nil {
			return err
		}
		_, err = record.Log().Export(ctx, key, procurement, shown, inv.stdout)
		return err
	})
}

type auditOpeningsCommand struct {
	Procurement string `arg:"" placeholder:"PRC" help:"The procurement's ID, prc_…"`
}

func (c auditOpeningsCommand) Run(ctx context.Context, inv *invocation) error {
	procurement, err := models.ParseID(models.PrefixProcurement, "procurement", c.Procurement)
	if err != nil {
		return err
	}
	return withRecord(ctx, inv, func(_ *config.Config, record *store.Store) error {
		return followed.WriteOpenings(ctx, record, procurement, inv.stdout)
	})
}

type auditKeyCommand struct{}

// Run writes the key in use first, then those that were used before, newest first: each may have signed an export.
func (auditKeyCommand) Run(ctx context.Context, inv *invocation) error {
	return withRecord(ctx, inv, func(_ *config.Config, record *store.Store) error {
		entries, err := record.KeyEntries(ctx)
		if err != nil {
			return err
		}
		return writeVerifiers(inv.stdout, entries)
	})
}

func writeVerifiers(out io.Writer, entries []models.KeyEntry) error {
	found := false
	for _, k := range slices.Backward(models.InstallationKeys(entries)) {
		if k.Use != models.KeyCheckpoint {
			continue
		}
		for _, verifier := range slices.Backward(k.Verifiers) {
			found = true
			if _, err := fmt.Fprintln(out, verifier); err != nil {
				return fmt.Errorf("write the key: %w", err)
			}
		}
	}
	if !found {
		return keyring.ErrNoKey
	}
	return nil
}

// sharedParts are the parts of events that an export of the procurement carries.
func sharedParts(ctx context.Context, record *store.Store, procurement models.ID) (eventlog.Shown, error) {
	at, err := record.Standing(ctx, procurement)
	if errors.Is(err, store.ErrNoProcurement) {
		return nil, nil //nolint:nilnil // only events are left of it: no part is shown
	}
	return views.SharedParts(at.Status), err
}
