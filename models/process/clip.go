package process

// LongestSummary is what Temporal takes of a summary, in bytes.
const LongestSummary = 200

// Clip cuts s to at most limit bytes, between two characters.
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := limit - len("…")
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
