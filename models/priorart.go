package models

import (
	"slices"
	"strings"
)

// EntryPriorArtSearch is a search for what exists or is protected already.
const EntryPriorArtSearch EntryKind = "prior_art_search"

// What follows from a patent for the buyers.
const (
	PatentNoConsequence = "none"
	PatentLicence       = "licence"
	PatentRestate       = "restate_need"
)

// PatentDatabase is the kind of a database in which patents are found.
const PatentDatabase = "patents"

// A PriorArtSearch says where was searched, for what, and which patents stand in the way of the need. Without one,
// nobody knows whether a need is unmet.
type PriorArtSearch struct {
	SearchedOn string     `json:"searched_on" format:"date"`
	Databases  []Database `json:"databases" minItems:"1" maxItems:"100" doc:"Where was searched"`
	Summary    Text       `json:"summary" doc:"What was found"`
	Patents    []Patent   `json:"patents,omitempty" maxItems:"500" doc:"Those found that concern the need"`
	Document   string     `json:"document,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the search report"`
}

// A Database is one that was searched.
type Database struct {
	Name    string   `json:"name" minLength:"1" maxLength:"400" example:"Espacenet"`
	Kind    string   `json:"kind" enum:"patents,literature,products,projects,other" doc:"What it lists"`
	Queries []string `json:"queries" minItems:"1" maxItems:"100" doc:"What was searched for, as typed"`
}

// A Patent is one that concerns the need.
type Patent struct {
	Number      string `json:"number" minLength:"1" maxLength:"60" example:"EP1234567B1"`
	Holder      string `json:"holder" minLength:"1" maxLength:"400"`
	ExpiresOn   string `json:"expires_on,omitempty" format:"date" doc:"Absent: not known"`
	Blocks      Text   `json:"blocks,omitempty" doc:"Which part of the need cannot be met without it"`
	Consequence string `json:"consequence" enum:"none,licence,restate_need" doc:"What the buyers do about it"`
	Reason      string `json:"reason" minLength:"1" maxLength:"8000" doc:"Why that follows"`
}

// Check refuses a search nowhere or for nothing, and a patent that blocks a need without saying which part.
func (s PriorArtSearch) Check() error {
	faults := compact(checkDate("/searched_on", s.SearchedOn), CheckText("/summary", s.Summary, 20_000))
	if len(s.Databases) == 0 {
		faults = append(faults, Refuse(CodeInvalidValue, "/databases", "nothing was searched").
			Accepting("at least one database, with what was searched for"))
	}
	for n, db := range s.Databases {
		faults = append(faults, db.check(item("/databases", n))...)
	}
	for n, p := range s.Patents {
		faults = append(faults, p.check(item("/patents", n))...)
	}
	if s.Document != "" {
		faults = append(faults, checkDigest("/document", s.Document)...)
	}
	return Refusals(faults)
}

func (db Database) check(at string) []*Refusal {
	faults := append(compact(checkWord(at+"/name", db.Name, 400)),
		checkOneOf(at+"/kind", db.Kind, PatentDatabase, "literature", "products", "projects", "other")...)
	if !slices.ContainsFunc(db.Queries, func(q string) bool { return strings.TrimSpace(q) != "" }) {
		faults = append(faults, Refuse(CodeInvalidValue, at+"/queries", "nothing was searched for").
			Accepting("at least one query"))
	}
	return faults
}

func (p Patent) check(at string) []*Refusal {
	faults := append(checkOneOf(at+"/consequence", p.Consequence, PatentNoConsequence, PatentLicence, PatentRestate),
		compact(checkWord(at+"/number", p.Number, 60), checkWord(at+"/holder", p.Holder, 400),
			checkWord(at+"/reason", p.Reason, 8000))...)
	if p.ExpiresOn != "" {
		faults = append(faults, compact(checkDate(at+"/expires_on", p.ExpiresOn))...)
	}
	if len(p.Blocks) > 0 || p.Consequence != PatentNoConsequence {
		faults = append(faults, compact(CheckText(at+"/blocks", p.Blocks, 4000))...)
	}
	return faults
}

// Documents names the search report, if it is there.
func (s PriorArtSearch) Documents() []string { return given(s.Document) }

// CheckAgainst refuses a search that is still to come.
func (s PriorArtSearch) CheckAgainst(d Dossier, e Entry) error {
	return d.past(e, "/searched_on", s.SearchedOn)
}

// OfPatents tells whether patents were searched for.
func (s PriorArtSearch) OfPatents() bool {
	return slices.ContainsFunc(s.Databases, func(db Database) bool { return db.Kind == PatentDatabase })
}

// Restating lists the numbers of the patents because of which the need is to be restated.
func (s PriorArtSearch) Restating() []string {
	var numbers []string
	for _, p := range s.Patents {
		if p.Consequence == PatentRestate {
			numbers = append(numbers, p.Number)
		}
	}
	return numbers
}
