package models

import (
	"slices"
	"strings"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"
)

// CheckCountry refuses what is not officially assigned in ISO 3166-1 ([CodeInvalidValue]).
func CheckCountry(field, code string) *Refusal {
	if ValidCountry(code) {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is not a country", code).
		Accepting("an ISO 3166-1 code such as FR; Greece is GR, the United Kingdom GB")
}

// ValidCountry tells whether code is officially assigned in ISO 3166-1 alpha-2, in capitals.
func ValidCountry(code string) bool {
	region, err := language.ParseRegion(code)
	return err == nil && len(code) == 2 && region.String() == code && officiallyAssigned(region)
}

// officiallyAssigned tells of a region of the library, which follows CLDR and IANA, whether it is a country of
// ISO 3166-1 as well: not one that is replaced by another, nor one that ISO only reserves or has withdrawn.
func officiallyAssigned(region language.Region) bool {
	return region.IsCountry() && region.Canonicalize() == region &&
		!slices.Contains(reservedOrWithdrawn(), region.String())
}

// reservedOrWithdrawn lists what the library takes for a country and ISO 3166-1 has not assigned (any more).
// A test holds the rest against the number of countries of ISO 3166-1: 249.
func reservedOrWithdrawn() []string {
	return []string{
		"AC", "AN", "CP", "CQ", "CS", "DG", "EA", "EZ", "FQ",
		"IC", "NT", "PC", "SU", "TA", "UN", "XK", "YU",
	}
}

// CheckCurrency refuses what is not legal tender by ISO 4217 today ([CodeInvalidValue]).
func CheckCurrency(field, code string) *Refusal {
	if ValidCurrency(code) {
		return nil
	}
	return Refuse(CodeInvalidValue, field, "%q is not a currency in use", code).
		Accepting("an ISO 4217 code such as EUR")
}

// ValidCurrency tells whether code is a currency in use by ISO 4217: no fund, no unit of account, no metal.
func ValidCurrency(code string) bool {
	return code != "" && currency.IsValid(code) && !slices.Contains(funds(), code)
}

// funds lists what the library has of ISO 4217 that nobody pays with.
func funds() []string {
	return []string{"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "XAD"}
}

// BaseLanguage is the language of a tag without script and region, in small letters: de of de-AT.
func BaseLanguage(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(base)
}

// CheckLanguage refuses what is not the tag of a language ([CodeInvalidValue]).
func CheckLanguage(field, tag string) *Refusal {
	if ValidLanguage(tag) {
		return nil
	}
	r := Refuse(CodeInvalidValue, field, "%q is not a language tag", tag)
	if usual := languageTag(tag); ValidLanguage(usual) {
		return r.Accepting("%s", usual)
	}
	return r.Accepting("a BCP 47 tag such as en, fr or de-AT")
}

// ValidLanguage tells whether tag names a language of ISO 639 as BCP 47 does, all its parts registered, in the
// usual spelling (RFC 5646 §2.1.1, §4.5), so that no text has two of one language: de-AT, not de-at or deu. What
// stands for no language, several or an unknown one (und, mul, zxx, mis) is none.
func ValidLanguage(tag string) bool { return tag != "" && languageTag(tag) == tag }

// noLanguages lists what the library takes for a language and BCP 47 does not: what stands for none or several, what
// was withdrawn, and the codes of libraries (ISO 639-2/B), which are not registered beside those of the languages.
func noLanguages() []string {
	return []string{
		"und", "mul", "zxx", "mis", "sh",
		"alb", "arm", "baq", "bur", "chi", "cze", "dut", "fre", "geo", "ger", "gre", "ice", "mac", "mao", "may", "per",
		"rum", "slo", "tib", "wel",
	}
}

// languageTag is a tag in its usual spelling; empty: it names no language.
func languageTag(tag string) string {
	const longestTag = 35 // RFC 5646 §4.4.1
	parsed, err := language.DeprecatedBase.Parse(tag)
	if err != nil || len(tag) > longestTag {
		return ""
	}
	base, confidence := parsed.Base()
	if confidence != language.Exact || base.IsPrivateUse() || slices.Contains(noLanguages(), base.String()) {
		return ""
	}
	if region, given := parsed.Region(); given == language.Exact && len(region.String()) == 2 &&
		!officiallyAssigned(region) { // 419 is Latin America
		return ""
	}
	if script, given := parsed.Script(); given == language.Exact && script.IsPrivateUse() {
		return ""
	}
	return parsed.String()
}
