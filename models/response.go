package models

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ResponseContent is what an economic operator answers to a market consultation.
type ResponseContent struct {
	Language string           `json:"language" minLength:"2" maxLength:"35" doc:"BCP 47 tag of the answers"`
	SME      bool             `json:"sme,omitempty" doc:"Small or medium-sized enterprise (Recommendation 2003/361/EC)"`
	Answers  []ResponseAnswer `json:"answers" maxItems:"200"`
	Remarks  *ResponseRemarks `json:"remarks,omitempty" doc:"What was not asked"`
}

// A ResponseAnswer answers one question.
type ResponseAnswer struct {
	Question string `json:"question" maxLength:"60" doc:"ID of the question"`
	Answer   string `json:"answer" minLength:"1" maxLength:"20000" doc:"Text, decimal, yes or no, or a choice's number"`
	Confidentiality
}

// ResponseRemarks are what nobody asked for.
type ResponseRemarks struct {
	Text string `json:"text" minLength:"1" maxLength:"40000"`
	Confidentiality
}

// Confidentiality marks what must not be disclosed, such as technical or trade secrets (Directive
// 2014/24/EU, Article 21(1)).
type Confidentiality struct {
	Confidential bool   `json:"confidential,omitempty"`
	Rationale    string `json:"rationale,omitempty" maxLength:"2000" doc:"Why it is confidential; required if it is"`
}

func (c Confidentiality) check(field string) []*Refusal {
	if c.Confidential == (strings.TrimSpace(c.Rationale) != "") {
		return nil
	}
	return []*Refusal{Refuse(CodeInvalidValue, field, "a mark of confidentiality and its reason go together").
		Accepting("confidential with a rationale, or neither")}
}

// Check refuses a response that says nothing, does not fit the questions, leaves out a required one, or
// marks something confidential without reason.
func (r ResponseContent) Check(q Questionnaire) error {
	faults := compact(CheckLanguage("/language", r.Language))
	if len(r.Answers) == 0 && r.Remarks == nil {
		faults = append(faults, Refuse(CodeInvalidValue, "/answers", "the response is empty").
			Accepting("an answer or a remark"))
	}
	if r.Remarks != nil {
		words := compact(checkWord("/remarks/text", r.Remarks.Text, 40_000))
		faults = slices.Concat(faults, words, r.Remarks.check("/remarks"))
	}
	seen := map[string]bool{}
	for i, a := range r.Answers {
		field := "/answers/" + strconv.Itoa(i)
		faults = append(faults, a.checkAnswer(field, q)...)
		if seen[a.Question] {
			faults = append(faults, Refuse(CodeInvalidValue, field, "%q is answered twice", a.Question).
				Accepting("one answer to each question"))
		}
		seen[a.Question] = true
	}
	for _, question := range q.Questions {
		if question.Required && !seen[question.ID] {
			faults = append(faults, Refuse(CodeInvalidValue, "/answers", "%q is not answered", question.ID).
				Accepting("an answer to each required question"))
		}
	}
	return Refusals(faults)
}

func (a ResponseAnswer) checkAnswer(field string, q Questionnaire) []*Refusal {
	question, ok := find(q.Questions, func(x Question) bool { return x.ID == a.Question })
	if !ok {
		return []*Refusal{Refuse(CodeInvalidValue, field+"/question",
			"%q is not a question of the questionnaire", a.Question).
			Accepting("the ID of a question")}
	}
	return append(a.check(field), question.fits(field+"/answer", a.Answer)...)
}

// fits refuses an answer of another kind than the question asks for.
func (q Question) fits(field, answer string) []*Refusal {
	switch q.Answer {
	case AnswerNumber:
		return compact(CheckDecimal(field, answer))
	case AnswerYesNo:
		return checkOneOf(field, answer, "yes", "no")
	case AnswerChoice:
		if n, err := strconv.Atoi(answer); err != nil || n < 1 || n > len(q.Choices) {
			return []*Refusal{Refuse(CodeInvalidValue, field, "%q is not one of the choices", answer).
				Accepting("a number from 1 to %d", len(q.Choices))}
		}
		return nil
	}
	return compact(checkWord(field, answer, 20_000))
}

// Discloses returns the place of the first confidential passage of the response that stands in text word
// for word, with the same words as a reader sees them; empty: none.
func (r ResponseContent) Discloses(text string) string {
	told := spoken(text)
	if r.Remarks != nil && r.Remarks.Confidential && quotes(told, r.Remarks.Text) {
		return "/remarks"
	}
	for _, a := range r.Answers {
		if a.Confidential && quotes(told, a.Answer) {
			return "/answers/" + a.Question
		}
	}
	return ""
}

// quotes tells whether the text repeats a secret, or a whole sentence of it.
func quotes(told, secret string) bool {
	if whole := spoken(secret); tellsSomething(whole) && strings.Contains(told, whole) {
		return true
	}
	for _, sentence := range strings.FieldsFunc(secret,
		func(r rune) bool { return strings.ContainsRune(".!?;\n", r) }) {
		if s := spoken(sentence); len([]rune(s)) >= shortestSentence && strings.Contains(told, s) {
			return true
		}
	}
	return false
}

// shortestSentence is the length from which one sentence of several is looked for: shorter ones, such as "we are
// fast", stand in any text. A whole answer is looked for however short it is, if it tells something.
const shortestSentence = 20

// tellsSomething tells whether the words of a whole answer are the operator's own. A yes or no, the number of a choice,
// and words that stand in for an answer are not: a report can hardly avoid them.
func tellsSomething(whole string) bool {
	const shortest = 3 // letters or digits
	return len([]rune(strings.ReplaceAll(whole, " ", ""))) >= shortest &&
		!slices.Contains(sayNothing(), strings.TrimSpace(whole))
}

// sayNothing lists answers that reveal nothing about the operator, in the languages of most procurements.
func sayNothing() []string {
	return []string{
		"yes", "none", "not", "n a", "see above", "not applicable", "unknown", "not known", "confidential",
		"oui", "non", "aucun", "aucune", "sans objet", "voir ci dessus", "inconnu",
		"confidentiel", //nolint:misspell // French
		"nein", "keine", "keiner", "keines", "siehe oben", "entfällt", "unbekannt", "vertraulich", "nicht zutreffend",
		"ninguno", "ninguna", "véase arriba", "no aplicable", "desconocido",
		"confidencial",                                                                    //nolint:misspell // Spanish
		"nessuno", "nessuna", "vedi sopra", "non applicabile", "sconosciuto", "riservato", //nolint:misspell // Italian
		"nee", "geen", "zie boven", "niet van toepassing", "onbekend", "vertrouwelijk",
		"tak", "nie", "brak", "nie dotyczy", "poufne", "sim", "não", "nenhum", "nenhuma", "não aplicável", "ver acima",
		"hayır", "evet", "yok",
	}
}

// spoken is a text as its words alone, each between blanks: punctuation is not spoken.
func spoken(s string) string {
	words := strings.FieldsFunc(Plain(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
	return " " + strings.Join(words, " ") + " "
}

// A Respondent is who responded to a consultation.
type Respondent struct {
	Organisation ID `json:"organisation"`
	Person       ID `json:"person"`
}

// From is who responded.
func (r ConsultationResponse) From() Respondent { return Respondent{r.OrganisationID, r.PersonID} }
