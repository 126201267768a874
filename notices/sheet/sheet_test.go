package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/ppi-engine/ppi/models"
)

var languages = []string{"en", "de", "fr", "it", "es", "tr"}

// A desk is a dossier with a need, an announcement, two lots and some requirements.
type desk struct {
	models.Dossier

	need, heard models.ID
}

func newDesk(t require.TestingT, all ...models.Requirement) *desk {
	d := &desk{Dossier: models.Dossier{
		Procurement: models.Procurement{ID: models.NewID(models.PrefixProcurement), Languages: []string{"en", "fr"}},
		Tendering: models.Tendering{Lots: []models.Lot{
			{ID: models.NewID(models.PrefixLot), Number: 1, Title: models.Text{"en": "Compute"}},
			{ID: models.NewID(models.PrefixLot), Number: 2, Title: models.Text{"en": "Storage"}},
		}},
		Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}}
	d.need = d.write(t, models.EntryCommonNeed, models.PhaseNeeds, "", models.CommonNeed{
		Outcome: models.Outcome{Outcome: models.Text{"en": "Less energy"}, Indicator: models.Text{"en": "Energy"}},
	})
	d.heard = d.write(t, models.EntryAnnouncement, models.PhaseConsultation, "",
		models.Announcement{Title: models.Text{"en": "Consultation"}})
	for _, r := range all {
		d.require(t, r)
	}
	return d
}

func (d *desk) write(
	t require.TestingT, kind models.EntryKind, phase models.Phase, subject string, content any,
) models.ID {
	body, digest, err := models.Canonical(content)
	require.NoError(t, err)
	e := models.Entry{
		ID: models.NewID(models.PrefixEntry), Kind: kind, Phase: phase, Version: 1, Subject: subject, Body: body,
		Digest: digest,
	}
	d.Entries = append(d.Entries, e)
	return e.ID
}

func (d *desk) require(t require.TestingT, r models.Requirement) {
	d.write(t, models.EntryRequirement, models.PhaseSpecification, r.Code, r)
}

// full is a requirement that says all that one can say.
func (d *desk) full(code string) models.Requirement {
	return models.Requirement{
		Code: code, Statement: models.Text{"en": "A job needs little energy.", "fr": "Un calcul consomme peu."},
		Type: "performance", Priority: "must", Use: "minimum", Minimum: models.Text{"en": "30 kWh", "fr": "30 kWh"},
		Measure: &models.Measure{Indicator: "energy per job", Unit: "kWh", AtMost: "30.0"},
		Verification: models.Verification{
			Method: "test", How: models.Text{"en": "Read the meter.", "fr": "Relever le compteur."},
		},
		Traces: []models.ID{d.need}, Evidence: []models.ID{d.heard}, Lots: []models.ID{d.Tendering.Lots[1].ID},
	}
}

func (d *desk) export(t require.TestingT, language string) []byte {
	file, err := Write(d.Dossier, language)
	require.NoError(t, err)
	return file
}

// read reads a file into the dossier.
func (d *desk) read(file []byte) (Reading, error) {
	b, err := Open(file)
	if err != nil {
		return Reading{}, err
	}
	return b.Read(d.Dossier)
}

// edited opens a file, changes it and saves it.
func edited(t require.TestingT, file []byte, edit func(*excelize.File)) []byte {
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	edit(f)
	saved, err := f.WriteToBuffer()
	require.NoError(t, err)
	return saved.Bytes()
}

// cellOf names the cell of a column in a row of a sheet in English.
func (d *desk) cellOf(t require.TestingT, head string, row int) string {
	w, err := load()
	require.NoError(t, err)
	for i, c := range columns(d.Dossier) {
		if w["en"].name(c) == head {
			cell, err := excelize.CoordinatesToCellName(i+1, row)
			require.NoError(t, err)
			return cell
		}
	}
	t.Errorf("no column %q", head)
	t.FailNow()
	return ""
}

func TestEveryLanguageHasAllWordsAndNoWordHasTwoMeanings(t *testing.T) {
	t.Parallel()
	_, err := vocabularyOf()
	require.NoError(t, err)
	all, err := load()
	require.NoError(t, err)
	require.Len(t, all, len(languages))
	english := all["en"]
	for _, language := range languages {
		w := all[language]
		for _, key := range keys() {
			require.NotEmpty(t, w.Columns[key].Name, "%s of %s", key, language)
			require.NotEmpty(t, w.Columns[key].Meaning, "%s of %s", key, language)
			for _, code := range values(key) {
				require.NotEmpty(t, w.Values[code], "%s of %s", code, language)
			}
		}
		require.Len(t, w.Values, len(english.Values))
		require.Len(t, w.Sheets, 3)
		require.Len(t, w.Heads, len(english.Heads))
		require.Len(t, w.Kinds, 3)
		require.NotEmpty(t, w.Invalid)
	}
	require.NoError(t, CheckLanguage("tr"))
	refusal, _ := models.RefusalOf(CheckLanguage("pl"))
	require.Equal(t, "lang", refusal.Field)
}

func TestWhatIsExportedInAnyLanguageIsImportedUnchanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-002"))
	d.require(t, models.Requirement{
		Code: "R-001", Statement: models.Text{"en": "=1+1", "pl": "+ @ -"}, Type: "functional", Priority: "wont",
		Use: "none",
	})
	for _, language := range languages {
		reading, err := d.read(d.export(t, language))
		require.NoError(t, err)
		require.Len(t, reading.Rows, 2)
		require.Equal(t, []string{"R-001", "R-002"},
			[]string{reading.Rows[0].Requirement.Code, reading.Rows[1].Requirement.Code})
		require.Empty(t, reading.Absent)
		for _, row := range reading.Rows {
			require.Equal(t, Unchanged, row.Change, "%s: %v", language, row.Fields)
			require.Empty(t, row.Fields)
		}
	}
}

// Whatever people write, into whichever language: export and import change nothing.
func TestExportAndImportChangeNothing(t *testing.T) {
	t.Parallel()
	said := rapid.StringMatching(`[ -~\n\r\tàéßçğİı=+@\x01-\x08\-“”…]{0,60}[A-Za-z0-9=+@\-]`)
	for seed := range languages {
		d := newDesk(t)
		drawn := rapid.Custom(func(t *rapid.T) models.Requirement {
			r := d.full("R-001")
			r.Statement = models.Text{"en": said.Draw(t, "statement")}
			r.Minimum = models.Text{"en": said.Draw(t, "minimum"), "de-AT": said.Draw(t, "Mindestniveau")}
			r.Priority = rapid.SampledFrom([]string{"should", "could"}).Draw(t, "priority")
			r.Use = models.UseAward
			if rapid.Bool().Draw(t, "bare") {
				r.Measure, r.Traces, r.Evidence, r.Lots = nil, nil, nil, nil
				r.Verification = models.Verification{}
			}
			return r
		})
		var all []models.Requirement
		for n := range 40 {
			r := drawn.Example(seed*1000 + n)
			r.Code = fmt.Sprintf("R-%03d", n)
			require.NoError(t, r.Check())
			d.require(t, r)
			all = append(all, r)
		}
		reading, err := d.read(d.export(t, languages[seed]))
		require.NoError(t, err)
		for n, row := range reading.Rows {
			require.Equal(t, Unchanged, row.Change, "%v", row.Fields)
			require.Equal(t, all[n], row.Requirement)
		}
	}
}

func TestWhatBeginsLikeAFormulaIsWrittenAsText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`=HYPERLINK("http://x","y")`, "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A1"} {
		d := newDesk(t)
		r := d.full("R-001")
		r.Statement = models.Text{"en": text, "fr": "x"}
		d.require(t, r)
		f, err := excelize.OpenReader(bytes.NewReader(d.export(t, "en")))
		require.NoError(t, err)
		at := d.cellOf(t, "What is required (en)", 2)
		formula, err := f.GetCellFormula("Requirements", at)
		require.NoError(t, err)
		require.Empty(t, formula)
		kind, err := f.GetCellType("Requirements", at)
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeSharedString, kind)
	}
}

func TestASheetIsMadeToBeWorkedOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	f, err := excelize.OpenReader(bytes.NewReader(d.export(t, "tr")))
	require.NoError(t, err)
	require.Equal(t, []string{"Gereksinimler", "Sütunlar", "Kimlikler"}, f.GetSheetList())
	shown, err := f.GetColVisible("Gereksinimler", "A")
	require.NoError(t, err)
	require.False(t, shown, "the reference of a row is kept from hands")
	offered, err := f.GetDataValidations("Gereksinimler")
	require.NoError(t, err)
	require.Len(t, offered, 4)
	panes, err := f.GetPanes("Gereksinimler")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	guarded, err := f.GetSheetProtection("Gereksinimler")
	require.NoError(t, err)
	require.False(t, guarded.DeleteColumns)
	rows, err := f.GetRows("Kimlikler")
	require.NoError(t, err)
	require.Equal(t, []string{string(d.need), "ihtiyaç", "", "Less energy"}, rows[1])
}

func TestWhatWasWrittenIntoASheetIsRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	d.require(t, d.full("R-002"))
	file := edited(t, d.export(t, "en"), func(f *excelize.File) {
		set := func(head string, row int, value any) {
			require.NoError(t, f.SetCellValue("Requirements", d.cellOf(t, head, row), value))
		}
		set("At most", 2, "4,5")
		set("At least", 2, 2.25)
		set("What is required (fr)", 2, "")
		set("Lots", 2, "2; 1")
		set("Own notes", 2, "ask Ayşe")
		for head, value := range map[string]any{
			"Code": "R-010", "Type": "funzione", "Priority": "SHOULD", "Use": "puanlanır",
			"What is required (en)": "It is quiet.", "What is required (fr)": "Il est silencieux.",
			"Verified by": "démonstration", "How it is verified (en)": "Listen.", "From which needs": string(d.need),
		} {
			set(head, 5, value)
		}
		require.NoError(t, f.RemoveRow("Requirements", 3))
	})
	reading, err := d.read(file)
	require.NoError(t, err)
	require.Equal(t, []string{"R-002"}, reading.Absent, "a row that is not there changes nothing")
	require.Len(t, reading.Rows, 2)
	changed, added := reading.Rows[0], reading.Rows[1]
	require.Equal(t, Changed, changed.Change)
	require.Equal(t, []string{"/statement/fr", "/measure/at_least", "/measure/at_most", "/lots"}, changed.Fields)
	require.Equal(t, &models.Measure{Indicator: "energy per job", Unit: "kWh", AtLeast: "2.25", AtMost: "4.5"},
		changed.Requirement.Measure)
	require.Equal(t, []models.ID{d.Tendering.Lots[1].ID, d.Tendering.Lots[0].ID}, changed.Requirement.Lots)
	require.Equal(t, d.Of(models.EntryRequirement)[0].ID, changed.Entry.ID)
	require.Equal(t, Added, added.Change)
	require.Equal(t, models.Requirement{
		Code: "R-010", Statement: models.Text{"en": "It is quiet.", "fr": "Il est silencieux."}, Type: "functional",
		Priority: "should", Use: "award", Traces: []models.ID{d.need},
		Verification: models.Verification{Method: "demonstration", How: models.Text{"en": "Listen."}},
	}, added.Requirement)
	require.Equal(t, "Requirements!"+d.cellOf(t, "From which needs", 4), added.Cell("/traces"))
	for _, nowhere := range []string{"/nowhere", "", "@version"} {
		require.Equal(t, "Requirements!"+d.cellOf(t, "Code", 4), added.Cell(nowhere))
	}
}

func TestEachFaultIsNamedByItsCell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		head     string
		value    any
		formula  string
		format   int
		code     models.Code
		says     string
		accepted string
	}{
		"a formula": {
			head: "What is required (en)", formula: "1+1", code: models.CodeCellInvalid, says: "formula",
			accepted: "value",
		},
		"a date": {
			head: "Minimum level (en)", value: 46083, format: 14, code: models.CodeCellInvalid,
			says:     "holds the number 46083",
			accepted: "format Text",
		},
		"a share": {head: "At most", value: 0.5, format: 9, code: models.CodeCellInvalid, says: `"50%"`},
		"true":    {head: "Indicator", value: true, code: models.CodeCellInvalid, says: "true or false"},
		"no value of the list": {
			head: "Priority", value: "urgent", code: models.CodeCellInvalid, says: "urgent", accepted: "must, should",
		},
		"a number with its unit": {
			head: "At most", value: "30 kWh", code: models.CodeCellInvalid,
			says: "no|not a decimal",
		},
		"a number of two meanings": {
			head: "At most", value: "1,500", code: models.CodeCellInvalid, says: "two ways", accepted: "1.500, or 1500",
		},
		"no number": {head: "At least", value: "NaN", code: models.CodeCellInvalid, says: "decimal"},
		"a lower bound above the upper": {
			head: "At least", value: "31", code: models.CodeInvalidValue, says: "no value is at least 31",
		},
		"a lot that is not there": {
			head: "Lots", value: "2, 7", code: models.CodeCellInvalid, says: `"7"`,
			accepted: "1",
		},
		"no ID": {
			head: "From which needs", value: "need 1", code: models.CodeInvalidID,
			says: "R-001",
		},
		"another code": {head: "Code", value: "R-009", code: models.CodeCellInvalid, says: "never changes"},
		"the code of another": {
			head: "Code", value: "R-002", code: models.CodeAlreadyExists,
			says: "row 2 as well",
		},
		"no code":               {head: "Code", value: "1", code: models.CodeCellInvalid, says: "never changes"},
		"a must that is scored": {head: "Use", value: "scored", code: models.CodeInvalidValue, says: "never scored"},
		"a minimum without level": {
			head: "Minimum level (en)", value: " ", code: models.CodeInvalidText,
			says: "empty",
		},
		"letters that run backwards": {
			head: "What is required (en)", value: "a\u202eb", code: models.CodeInvalidText, says: "202E",
		},
		"another reference": {
			head: "Engine reference", value: "@7", code: models.CodeRowStale, says: "withdrawn, or belongs to another",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.require(t, d.full("R-001"))
			d.require(t, d.full("R-002"))
			at := d.cellOf(t, c.head, 2)
			if name == "a minimum without level" {
				other := d.cellOf(t, "Minimum level (fr)", 2)
				require.NotEqual(t, at, other)
			}
			file := edited(t, d.export(t, "en"), func(f *excelize.File) {
				if c.formula != "" {
					require.NoError(t, f.SetCellFormula("Requirements", at, c.formula))
				} else {
					require.NoError(t, f.SetCellValue("Requirements", at, c.value))
				}
				if c.format > 0 {
					style, err := f.NewStyle(&excelize.Style{NumFmt: c.format})
					require.NoError(t, err)
					require.NoError(t, f.SetCellStyle("Requirements", at, at, style))
				}
				if name == "a minimum without level" {
					require.NoError(t, f.SetCellStr("Requirements", d.cellOf(t, "Minimum level (fr)", 2), ""))
				}
			})
			_, err := d.read(file)
			fault := faultAt(t, err, c.code)
			want := "Requirements!" + at
			switch c.head {
			case "At least":
				if name != "no number" {
					want = "Requirements!" + d.cellOf(t, "At most", 2)
				}
			case "Engine reference":
				want = "Requirements!" + d.cellOf(t, "Code", 2)
			case "Code":
				if name == "the code of another" {
					want = "Requirements!" + d.cellOf(t, "Code", 3)
				}
			}
			require.Equal(t, want, fault.Field)
			found := false
			for says := range strings.SplitSeq(c.says, "|") {
				found = found || strings.Contains(fault.Detail, says)
			}
			require.True(t, found, fault.Detail)
			require.Contains(t, fault.Accepted, c.accepted)
		})
	}
}

func faultAt(t *testing.T, err error, code models.Code) *models.Refusal {
	t.Helper()
	for _, fault := range models.Faults(err) {
		if fault.Code == code {
			return fault
		}
	}
	require.Failf(t, "no such fault", "%s in %v", code, models.Faults(err))
	return nil
}

func TestAllFaultsOfASheetAreToldAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for n := range 3 {
		d.require(t, d.full(fmt.Sprintf("R-00%d", n+1)))
	}
	file := edited(t, d.export(t, "en"), func(f *excelize.File) {
		for row := 2; row <= 4; row++ {
			require.NoError(t, f.SetCellStr("Requirements", d.cellOf(t, "Type", row), "thing"))
		}
	})
	_, err := d.read(file)
	require.Len(t, models.Faults(err), 3)
}

func TestARowOfAnotherVersionIsRefusedUnlessItChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	file := d.export(t, "en")
	at := len(d.Entries) - 1
	d.Entries[at].Version = 2
	reading, err := d.read(file)
	require.NoError(t, err)
	require.Equal(t, Unchanged, reading.Rows[0].Change)
	now := d.full("R-001")
	now.Statement["en"] = "A job needs very little energy."
	d.Entries[at].Body, d.Entries[at].Digest, err = models.Canonical(now)
	require.NoError(t, err)
	_, err = d.read(file)
	fault := faultAt(t, err, models.CodeRowStale)
	require.Equal(t, "Requirements!B2", fault.Field)
	require.Contains(t, fault.Detail, "row 2: R-001 has changed since the sheet was exported; its version is 2 now")
}

func TestALayoutThatIsNotKnownIsRefusedByCell(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	for name, c := range map[string]struct {
		edit  func(*excelize.File) error
		field string
		code  models.Code
	}{
		"a head of one's own": {func(f *excelize.File) error {
			return f.SetCellStr("Requirements", "C1", "Kind of thing")
		}, "Requirements!C1", models.CodeSheetLayout},
		"a column twice": {func(f *excelize.File) error {
			return f.SetCellStr("Requirements", "C1", "Priorité")
		}, "Requirements!D1", models.CodeSheetLayout},
		"words under no head": {func(f *excelize.File) error {
			return f.SetCellStr("Requirements", "AD3", "x")
		}, "Requirements!AD3", models.CodeSheetLayout},
		"no column of codes": {func(f *excelize.File) error {
			return f.RemoveCol("Requirements", "B")
		}, "Requirements!A1", models.CodeSheetLayout},
		"another name of the sheet": {func(f *excelize.File) error {
			return f.SetSheetName("Requirements", "Wishes")
		}, "", models.CodeSheetLayout},
		"merged cells": {func(f *excelize.File) error {
			return f.MergeCell("Requirements", "C2", "C3")
		}, "Requirements!C2:C3", models.CodeCellInvalid},
		"too many rows": {func(f *excelize.File) error {
			return f.SetCellStr("Requirements", "B2002", "R-001")
		}, "Requirements!B2002", models.CodeCellInvalid},
		"nothing": {func(f *excelize.File) error {
			return f.RemoveRow("Requirements", 2)
		}, "Requirements!A2", models.CodeSheetLayout},
		"a row without its words": {func(f *excelize.File) error {
			for col := 2; col < 24; col++ {
				cell, err := excelize.CoordinatesToCellName(col, 2)
				if err == nil {
					err = f.SetCellStr("Requirements", cell, "")
				}
				if err != nil {
					return err
				}
			}
			return nil
		}, "Requirements!B2", models.CodeCellInvalid},
		"a row of one's own of a code that stands": {func(f *excelize.File) error {
			return f.SetCellStr("Requirements", "A2", "")
		}, "Requirements!B2", models.CodeAlreadyExists},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := edited(t, d.export(t, "en"), func(f *excelize.File) { require.NoError(t, c.edit(f)) })
			_, err := d.read(file)
			require.Equal(t, c.field, faultAt(t, err, c.code).Field)
		})
	}
}

// repacked writes the parts of a file anew.
func repacked(t require.TestingT, file []byte, change func(name string, content []byte) []byte, more ...string) []byte {
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add := func(name string, content []byte) {
		part, err := w.Create(name)
		require.NoError(t, err)
		_, err = part.Write(content)
		require.NoError(t, err)
	}
	for _, f := range archive.File {
		r, err := f.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		add(f.Name, change(f.Name, content))
	}
	for _, name := range more {
		add(name, []byte("<x/>"))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestAFileThatIsNotReadIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	file := d.export(t, "en")
	same := func(_ string, content []byte) []byte { return content }
	in := func(part string, change func(string) string) []byte {
		return repacked(t, file, func(name string, content []byte) []byte {
			if name == part {
				return []byte(change(string(content)))
			}
			return content
		})
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":         {nil, "no .xlsx"},
		"a table of text": {[]byte("code;statement\n"), "no .xlsx"},
		"half a file":     {file[:len(file)/2], "no .xlsx"},
		"the old format":  {append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, file...), "password"},
		"too large":       {make([]byte, MostBytes+1), "larger than"},
		"macros":          {repacked(t, file, same, "xl/vbaProject.bin"), "macros"},
		"links":           {repacked(t, file, same, "xl/externalLinks/externalLink1.xml"), "links to other files"},
		"a part twice":    {repacked(t, file, same, "xl/WORKBOOK.xml"), "twice"},
		"a format with macros": {in("[Content_Types].xml", func(s string) string {
			return strings.ReplaceAll(s, "spreadsheetml.sheet.main", "sheet.macroEnabled.main")
		}), "macros"},
		"a bomb": {in("xl/sharedStrings.xml", func(s string) string {
			return s + strings.Repeat(" ", mostUnpacked)
		}), "unpacked"},
		"no sheets": {in("xl/workbook.xml", func(string) string { return "<workbook/>" }), "no sheet of requirements"},
		"broken":    {in("xl/worksheets/sheet1.xml", func(s string) string { return s[:len(s)/2] }), "damaged"},
		"a sheet missing": {in("xl/_rels/workbook.xml.rels", func(s string) string {
			return strings.ReplaceAll(s, "worksheets/sheet1.xml", "worksheets/sheet9.xml")
		}), "missing in the file"},
		"a cell without place": {in("xl/worksheets/sheet1.xml", func(s string) string {
			return strings.Replace(s, `r="B2"`, `r="2B"`, 1)
		}), "with the name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := d.read(c.file)
			refusal, ok := models.RefusalOf(err)
			require.True(t, ok)
			require.Contains(t, []models.Code{models.CodeSheetUnreadable, models.CodeSheetLayout}, refusal.Code)
			require.Contains(t, refusal.Detail, c.says)
		})
	}
}

// An office program may leave rows without content at the very end of a sheet.
func TestEmptyRowsFarBelowAreNoFault(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	file := repacked(t, d.export(t, "en"), func(_ string, content []byte) []byte {
		return bytes.Replace(content, []byte("</sheetData>"),
			[]byte(`<row r="1048576"><c r="C1048576"/></row></sheetData>`), 1)
	})
	reading, err := d.read(file)
	require.NoError(t, err)
	require.Equal(t, Unchanged, reading.Rows[0].Change)
}

// A part that says of itself that it is small is not read beyond that.
func TestAPartThatIsLargerThanItSaysIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(make([]byte, 2*mostUnpacked))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml"} {
		part, err := z.CreateRaw(&zip.FileHeader{
			Name: name, Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 100,
		})
		require.NoError(t, err)
		_, err = part.Write(packed.Bytes())
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	_, err = d.read(file.Bytes())
	require.Contains(t, faultAt(t, err, models.CodeSheetUnreadable).Detail, "damaged")
}

// Whatever stands in the parts of a file, it is read or refused.
func TestADamagedWorkbookIsReadOrRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	whole := d.export(t, "en")
	damage := []string{
		"", "<f>1</f>", "</row>", "<row r=\"9\">", "<c r=\"B3\" t=\"s\"><v>99</v></c>", "<c t=\"e\"><v>#N/A</v></c>",
		"&#0;",
		"<v/>", "t=\"d\"", "-1", "9999999999", "s=\"77\"", "<is><t>x</t></is>", "]]>", "\x00",
	}
	drawn := rapid.Custom(func(rt *rapid.T) []byte {
		part := rapid.SampledFrom([]string{
			"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
			"xl/_rels/workbook.xml.rels",
		}).Draw(rt, "part")
		return repacked(rt, whole, func(name string, content []byte) []byte {
			if name != part {
				return content
			}
			from := rapid.IntRange(0, len(content)).Draw(rt, "from")
			until := min(len(content), from+rapid.IntRange(0, 12).Draw(rt, "length"))
			return slices.Concat(content[:from], []byte(rapid.SampledFrom(damage).Draw(rt, "damage")), content[until:])
		})
	})
	for seed := range 40 {
		d.readOrRefused(t, drawn.Example(seed))
	}
}

// Whatever a file holds, it is read or refused, and what is read can be written down.
func FuzzReadingAWorkbookRefusesOrReadsIt(f *testing.F) {
	d := newDesk(f)
	d.require(f, d.full("R-001"))
	whole := d.export(f, "en")
	f.Add(whole)
	f.Add(whole[:len(whole)-30])
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) { d.readOrRefused(t, file) })
}

// The same for what stands in the sheet itself, which the compression of a file hides from the fuzzer.
func FuzzReadingASheetRefusesOrReadsIt(f *testing.F) {
	d := newDesk(f)
	d.require(f, d.full("R-001"))
	whole := d.export(f, "en")
	repacked(f, whole, func(name string, content []byte) []byte {
		if strings.HasPrefix(name, "xl/") && strings.HasSuffix(name, ".xml") {
			f.Add(name, content)
		}
		return content
	})
	f.Fuzz(func(t *testing.T, part string, content []byte) {
		d.readOrRefused(t, repacked(t, whole, func(name string, as []byte) []byte {
			if name == part {
				return content
			}
			return as
		}))
	})
}

func (d *desk) readOrRefused(t *testing.T, file []byte) {
	t.Helper()
	reading, err := d.read(file)
	if err != nil {
		_, refused := models.RefusalOf(err)
		require.True(t, refused, "%v", err)
		return
	}
	for _, row := range reading.Rows {
		require.NoError(t, row.Requirement.Check())
	}
}

func TestTheSameRecordGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.require(t, d.full("R-001"))
	first := d.export(t, "en")
	for range 3 {
		require.Equal(t, first, d.export(t, "en"))
	}
}
