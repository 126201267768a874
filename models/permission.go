package models

import (
	"maps"
	"slices"
)

// verbRoles says who may ask what of the process. The API checks it before it writes the command
// down, the transaction that carries the command out checks it again.
var verbRoles = map[Verb][]Role{
	VerbStart:   {RoleLeadProcurer},
	VerbVote:    {RoleBoard},
	VerbSuspend: {RoleBoard},
	VerbResume:  {RoleBoard},
	VerbCancel:  {RoleBoard},
	VerbReturn:  {RoleBoard},
	VerbLeave:   {RoleBoard},
	VerbAdvance: {RoleLeadProcurer},

	VerbPublish:      {RoleLeadProcurer},
	VerbMoveDeadline: {RoleLeadProcurer},
	VerbEndLot:       {RoleLeadProcurer, RoleBoard},

	VerbOpen:        {RoleOpener},
	VerbLockQuality: {RoleChair},
	VerbAward:       {RoleBoard},
	VerbSendLetters: {RoleLeadProcurer},

	VerbAnnounce:           {RoleLeadProcurer},
	VerbExtendConsultation: {RoleLeadProcurer},
	VerbRelease:            {RoleLeadProcurer},
}

var verbs = slices.Sorted(maps.Keys(verbRoles))

// Verbs lists all verbs, always in the same order.
func Verbs() []Verb { return slices.Clone(verbs) }

// Roles returns the roles that may use the verb.
func (v Verb) Roles() []Role { return verbRoles[v] }

// VerbRoles returns the whole table.
func VerbRoles() map[Verb][]Role { return maps.Clone(verbRoles) }
