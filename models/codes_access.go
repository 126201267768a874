package models

// Codes of organisations, people, keys, members and roles.
const (
	CodeRequestTimeout   Code = "request_timeout"
	CodeNotAnAuthority   Code = "not_a_contracting_authority"
	CodeKeyLimit         Code = "api_key_limit_reached"
	CodeLastLeadProcurer Code = "last_lead_procurer"
	CodeSharesExceeded   Code = "budget_shares_exceeded"
	CodeLeadExists       Code = "lead_exists"
)
