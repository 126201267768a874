package api

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"github.com/ppi-engine/ppi/api/rest"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/views"
)

// callsKeptFor is how long somebody who passes on a call profile may keep it: it changes with a release only.
const callsKeptFor = time.Hour

// CallDeadlineView is what clocks show in a zone.
type CallDeadlineView struct {
	Local string `json:"local" doc:"A date alone where no source gives the hour" example:"2021-02-02T17:00"`
	Zone  string `json:"zone" doc:"IANA zone" example:"Europe/Brussels"`
}

// CallProfileView is a call for proposals whose rules are known, without the rules.
type CallProfileView struct {
	ID        string            `json:"id" example:"COS-PPI-2020-2-04"`
	Title     string            `json:"title" doc:"In English"`
	Programme string            `json:"programme"`
	Opens     string            `json:"opens,omitempty" format:"date" doc:"Absent: in no source"`
	Closes    *CallDeadlineView `json:"closes,omitempty" doc:"Of the first stage; absent: in no source"`
	TextDate  string            `json:"text_date,omitempty" format:"date" doc:"Of the edition that the rules are from"`
	Note      string            `json:"note,omitempty" doc:"What no rule says, in English"`
}

// CallRulesView is a call with its rules.
type CallRulesView struct {
	CallProfileView

	Language string         `json:"language" doc:"Of the explanations"`
	Rules    []CallRuleView `json:"rules" doc:"What no source says is absent"`
}

// CallRuleView is one rule of a call.
type CallRuleView struct {
	ID        string       `json:"id" doc:"With eligibility_ before it, the code of the criterion at a gate"`
	Kind      string       `json:"kind" example:"contracting_authorities"`
	Phase     models.Phase `json:"phase,omitempty" doc:"At whose gate it is judged; absent: at every gate"`
	Explained string       `json:"explained" doc:"What it asks for"`
	Source    string       `json:"source"`
	Note      string       `json:"note,omitempty" doc:"In English"`
	Values    RawObject    `json:"values" doc:"What the kind of rule is given, by name"`
}

func showCall(p views.CallProfile) CallProfileView {
	v := CallProfileView{
		ID: p.ID, Title: p.Title, Programme: p.Programme, Opens: p.Opens.OrNothing(), TextDate: p.TextDate.OrNothing(),
		Note: p.Note,
	}
	if !p.Closes.IsZero() {
		v.Closes = &CallDeadlineView{p.Closes.Local, p.Closes.Zone}
	}
	return v
}

func showCallRule(r views.CallRule, language string) (CallRuleView, error) {
	values, err := r.Values()
	return CallRuleView{
		ID: r.ID, Kind: string(r.Kind), Phase: r.Phase, Explained: r.Explain(language), Source: r.Source, Note: r.Note,
		Values: RawObject{values},
	}, err
}

func (s *server) listCallProfiles(
	ctx context.Context, in *struct{ rest.Paging },
) (*rest.CachedPage[CallProfileView], error) {
	page, err := rest.List(ctx, in.Paging, url.Values{}, views.CallProfiles,
		func(p views.CallProfile) models.ID { return models.ID(p.ID) }, showCall)
	return rest.KeptPage(page, err, callsKeptFor)
}

type callInput struct {
	Call string `path:"call" maxLength:"64" doc:"ID of a call profile" example:"COS-PPI-2020-2-04"`
	Lang string `query:"lang" maxLength:"12" doc:"Of the explanations: en, fr, de, it, es or tr"`
}

func (s *server) getCallProfile(_ context.Context, in *callInput) (*rest.Cached[CallRulesView], error) {
	if err := views.CheckCallLanguage(in.Lang); err != nil {
		return nil, err
	}
	p, err := views.CallProfileOf(in.Call)
	if err != nil {
		return nil, err
	}
	view := CallRulesView{CallProfileView: showCall(p), Language: cmp.Or(in.Lang, "en"), Rules: []CallRuleView{}}
	for _, r := range p.Rules {
		rule, err := showCallRule(r, in.Lang)
		if err != nil {
			return nil, err
		}
		view.Rules = append(view.Rules, rule)
	}
	return rest.Kept(view, callsKeptFor), nil
}

// EligibilityView is a consortium judged by every rule of a call.
type EligibilityView struct {
	Call     string           `json:"call"`
	AsOf     time.Time        `json:"as_of" doc:"Procedure time for which it was judged"`
	Language string           `json:"language" doc:"Of the explanations and reasons"`
	Eligible bool             `json:"eligible" doc:"Every rule is met"`
	Summary  EligibilityCount `json:"summary"`
	Rules    []JudgedRuleView `json:"rules"`
}

// EligibilityCount is how many rules were found so.
type EligibilityCount struct {
	Met     int `json:"met"`
	NotMet  int `json:"not_met"`
	Unknown int `json:"unknown" doc:"The record does not say it; at a gate that blocks as well"`
}

// JudgedRuleView is one rule with what was found.
type JudgedRuleView struct {
	CallRuleView

	Finding  models.Finding `json:"finding" enum:"met,not_met,unknown"`
	Reason   string         `json:"reason" doc:"What was found"`
	Counted  []string       `json:"counted" doc:"Names of what was counted"`
	Missing  []string       `json:"missing" doc:"Names of what does not meet it, or of which too little is recorded"`
	AsOne    [][]string     `json:"taken_as_one" doc:"Organisations that were taken for one legal entity"`
	Evidence []string       `json:"evidence" doc:"Entries that the finding rests on, as id@digest"`
	Needed   string         `json:"needed,omitempty" doc:"What would meet it; absent if it is met"`
}

// EligibilityQuestionView says by what to judge.
type EligibilityQuestionView struct {
	Call callProfile `json:"call,omitempty" doc:"Another call than that of the procurement"`
	AsOf *time.Time  `json:"as_of,omitempty" doc:"Procedure time for which to judge; absent: now"`
}

type eligibilityInput struct {
	ProcurementPath

	Lang string `query:"lang" maxLength:"12" doc:"Of explanations and reasons: en, fr, de, it, es or tr"`
	Body *EligibilityQuestionView
}

func (s *server) judgeEligibility(ctx context.Context, in *eligibilityInput) (*rest.Shown[EligibilityView], error) {
	if err := views.CheckCallLanguage(in.Lang); err != nil {
		return nil, err
	}
	q := views.EligibilityQuestion{Language: in.Lang}
	if in.Body != nil {
		q.Call, q.AsOf = string(in.Body.Call), in.Body.AsOf
	}
	found, err := s.views.Eligibility(ctx, rest.Reader(ctx), q)
	if err != nil {
		return nil, err
	}
	view := EligibilityView{
		Call: found.Profile.ID, AsOf: utc(found.AsOf), Language: cmp.Or(in.Lang, "en"), Rules: []JudgedRuleView{},
	}
	for _, j := range found.Judgements {
		rule, err := showCallRule(j.Rule, in.Lang)
		if err != nil {
			return nil, err
		}
		view.Summary.add(j.Finding)
		view.Rules = append(view.Rules, JudgedRuleView{
			CallRuleView: rule, Finding: j.Finding, Reason: j.Reason, Counted: orEmpty(j.Counted),
			Missing: orEmpty(j.Missing), AsOne: orEmpty(j.AsOne), Evidence: orEmpty(j.Evidence), Needed: j.Needed,
		})
	}
	view.Eligible = view.Summary.NotMet+view.Summary.Unknown == 0
	return &rest.Shown[EligibilityView]{Body: view}, nil
}

func (c *EligibilityCount) add(f models.Finding) {
	switch f {
	case models.FindingMet:
		c.Met++
	case models.FindingNotMet:
		c.NotMet++
	default:
		c.Unknown++
	}
}
