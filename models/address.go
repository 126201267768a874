package models

import (
	"net/mail"
	"strings"
)

// An Address is where an organisation receives post, electronic post too. Notices, letters and the individual report
// name it (Directive 2014/24/EU, Article 84(1)(a) and Annex V, Part C, point 1).
type Address struct {
	Street   string `json:"street" minLength:"1" maxLength:"200" doc:"Street and number, or post box"`
	Postcode string `json:"postcode,omitempty" maxLength:"20"`
	Town     string `json:"town" minLength:"1" maxLength:"200"`
	Email    string `json:"email,omitempty" maxLength:"254" doc:"For questions about procurements, not of one person"`
}

// Check refuses an address without street or town, texts of several lines, and what is no e-mail address.
func (a Address) Check(field string) []*Refusal {
	faults := compact(checkWord(field+"/street", a.Street, 200), checkWord(field+"/town", a.Town, 200))
	if a.Postcode != "" {
		faults = append(faults, compact(checkWord(field+"/postcode", a.Postcode, 20))...)
	}
	if strings.ContainsAny(a.Street+a.Postcode+a.Town, "\r\n") {
		faults = append(faults, Refuse(CodeInvalidValue, field, "an address is written in single lines").
			Accepting("street, postcode and town, each without a line break"))
	}
	if read, err := mail.ParseAddress(a.Email); a.Email != "" && (err != nil || read.Address != a.Email) {
		faults = append(faults, Refuse(CodeInvalidValue, field+"/email", "%q is no e-mail address", a.Email).
			Accepting("an address such as procurement@example.org, without a name"))
	}
	return faults
}

// Line is the address in one line.
func (a Address) Line() string {
	line := a.Street + ", " + strings.TrimSpace(a.Postcode+" "+a.Town)
	if a.Email != "" {
		line += ", " + a.Email
	}
	return line
}
