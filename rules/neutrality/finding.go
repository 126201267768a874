package neutrality

// A Requirement is a sentence or two of what tenderers read, in one or more languages.
type Requirement struct {
	ID string `json:"id"`
	// Part says what the text is for; empty: it is a need or a requirement.
	Part Part `json:"part,omitempty"`
	// Statement is keyed by BCP 47 tag.
	Statement map[string]string `json:"statement"`
}

// A Code names a kind of finding.
type Code string

// The kinds of finding.
const (
	// CodeBrand is a product or maker named without "or equivalent".
	CodeBrand Code = "brand"
	// CodeBrandEquivalent is one named with "or equivalent": allowed only where no precise description is possible.
	CodeBrandEquivalent Code = "brand_or_equivalent"
	// CodeOrigin is a mention of a patent, trade mark, maker or origin.
	CodeOrigin Code = "origin"
	// CodeStandard is a standard cited without "or equivalent".
	CodeStandard Code = "standard_without_equivalent"
	// CodeVague is a word that cannot be verified.
	CodeVague Code = "vague"
	// CodeSolutionFirst is a technology where a need should stand.
	CodeSolutionFirst Code = "solution_first"
	// CodeOverspecified is an exact value without tolerance.
	CodeOverspecified Code = "over_specified"
	// CodeLocalPreference is a preference for firms, products, references or certificates of a place.
	CodeLocalPreference Code = "local_preference"
	// CodeSubcontracting is a limit to what may be subcontracted.
	CodeSubcontracting Code = "subcontracting_limited"
	// CodeSelection is an award criterion that says what a tenderer is, not what it offers.
	CodeSelection Code = "selection_as_award"
	// CodeLanguage says that there are no phrases for the language, so most was not checked.
	CodeLanguage Code = "language_not_checked"
)

// Advice tells whether findings of the kind are lawful as they stand, if the reason why is recorded.
func (c Code) Advice() bool { return c == CodeBrandEquivalent }

// A Severity says how bad a finding is.
type Severity string

// The severities.
const (
	// High breaks the law unless justified.
	High Severity = "high"
	// Medium needs a reason or a better word.
	Medium Severity = "medium"
	// Low is worth a thought.
	Low Severity = "low"
)

// A Finding is one place in a requirement.
type Finding struct {
	Code        Code     `json:"code"`
	Severity    Severity `json:"severity"`
	Requirement string   `json:"requirement"`
	Language    string   `json:"language"`
	// Start and End are offsets in characters (Unicode code points), End exclusive.
	Start int `json:"start"`
	End   int `json:"end"`
	// Text is what stands there.
	Text       string `json:"text"`
	Reason     string `json:"reason"`
	Suggestion string `json:"suggestion"`
	// Source is the article or rule.
	Source string `json:"source"`
}

// explanation is what is said of every finding of a kind.
type explanation struct {
	severity                   Severity
	reason, suggestion, source string
}

func explain(code Code) explanation {
	switch code {
	case CodeBrand:
		return explanation{
			High, "names a product or its maker, which favours it",
			"describe function and performance; where that is impossible, say why and add \"or equivalent\"",
			"Directive 2014/24/EU, Article 42(4)",
		}
	case CodeBrandEquivalent:
		return explanation{
			Medium, "names a product or its maker, although with \"or equivalent\"",
			"keep it only where no precise description is possible, and record why",
			"Directive 2014/24/EU, Article 42(4)",
		}
	case CodeOrigin:
		return explanation{
			Medium, "mentions a patent, trade mark, maker or origin",
			"say what is needed, not whose it is or where it is from", "Directive 2014/24/EU, Article 42(4)",
		}
	case CodeStandard:
		return explanation{
			High, "cites a standard without \"or equivalent\"",
			"add \"or equivalent\" in the same sentence, or state the performance itself",
			"Directive 2014/24/EU, Article 42(3)(b)",
		}
	case CodeVague:
		return explanation{
			Medium, "cannot be verified, nor compared between tenders",
			"give a value, a unit and how it is measured", "Directive 2014/24/EU, Article 42(3)(a)",
		}
	case CodeSolutionFirst:
		return explanation{
			Low, "names a technology where a need should stand",
			"state the outcome with baseline and target, and leave the solution to the market",
			"Call COS-PPI-2020-2-04, mandatory activity I",
		}
	case CodeOverspecified:
		return explanation{
			Low, "gives an exact value without tolerance, which perhaps one product has",
			"give a limit, a range or a tolerance, and why it is needed",
			"Directive 2014/24/EU, Article 42(2); C-413/17 Roche Lietuva",
		}
	case CodeLocalPreference, CodeSubcontracting, CodeSelection:
		return explainFairness(code)
	case CodeLanguage:
	}
	return explanation{
		Low, "the engine knows no phrases of this language: it looked for names only " +
			"and cannot say whether the text is neutral",
		"have someone who knows the language read it", "Directive 2014/24/EU, Article 42",
	}
}

// explainFairness explains what keeps others out although no product is named.
func explainFairness(code Code) explanation {
	switch code {
	case CodeLocalPreference:
		return explanation{
			High, "prefers firms, products, references or certificates of one place",
			"ask for what is needed wherever it comes from; take equivalent proof from every member state",
			"Directive 2014/24/EU, Articles 18(1) and 42(2)",
		}
	case CodeSubcontracting:
		return explanation{
			Medium, "limits what may be subcontracted",
			"leave it open, or say which tasks the tenderer has to perform itself, and why",
			"Directive 2014/24/EU, Articles 63 and 71",
		}
	default:
		return explanation{
			Medium, "scores what a tenderer is or has done, which is for selection, not what it offers",
			"ask for it as a selection criterion, or score what is offered; experience counts only of the people who " +
				"perform the contract, where their quality has a significant effect",
			"Directive 2014/24/EU, Articles 58 and 67(2)(b); C-532/06 Lianakis",
		}
	}
}
