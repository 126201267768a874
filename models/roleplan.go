package models

import "slices"

// A RolePlan says how many people each role needs before the consortium may publish.
type RolePlan struct {
	Slots []RoleSlot `json:"slots" minItems:"1" maxItems:"20" doc:"One for each role of the usual plan, at least"`
}

// A RoleSlot is what one role needs.
type RoleSlot struct {
	Role Role `json:"role" enum:"lead_procurer,buyer,board,drafter,opener,evaluator,chair,awarder,legal,observer"`

	People      int      `json:"people" minimum:"1" maximum:"100"`
	Substitutes int      `json:"substitutes,omitempty" minimum:"0" maximum:"100" doc:"Others who hold the role"`
	Buyers      int      `json:"buyers,omitempty" minimum:"0" maximum:"100" doc:"From at least this many buyers"`
	Topics      []string `json:"topics,omitempty" maxItems:"20" doc:"In which each was trained; absent: any one topic"`
}

// UsualRolePlan applies until the consortium writes its own: each role of the procedure with a substitute, three
// evaluators, and openers of two different buyers, who open together.
func UsualRolePlan() RolePlan {
	return RolePlan{Slots: []RoleSlot{
		{Role: RoleLeadProcurer, People: 1, Substitutes: 1},
		{Role: RoleLegal, People: 1, Substitutes: 1},
		{Role: RoleEvaluator, People: 3, Substitutes: 1},
		{Role: RoleOpener, People: 2, Substitutes: 1, Buyers: 2},
		{Role: RoleChair, People: 1, Substitutes: 1},
		{Role: RoleAwarder, People: 1, Substitutes: 1},
	}}
}

// Check refuses a plan that leaves out a role of the procedure, names one twice, or lets openers of one
// buyer open by themselves.
func (p RolePlan) Check() error {
	var faults []*Refusal
	for _, usual := range UsualRolePlan().Slots {
		slot, ok := p.slot(usual.Role)
		switch {
		case !ok:
			faults = append(faults, Refuse(CodeInvalidValue, "/slots", "nobody is planned as %s", usual.Role).
				Accepting("a slot for each of the usual roles"))
		case slot.Buyers < usual.Buyers:
			faults = append(faults, Refuse(CodeInvalidValue, "/slots",
				"the plan for %s asks for people of %d buyers", usual.Role, slot.Buyers).
				Accepting("people of at least %d different buyers", usual.Buyers))
		}
	}
	seen := map[Role]bool{}
	for _, s := range p.Slots {
		faults = append(faults, s.check(seen[s.Role])...)
		seen[s.Role] = true
	}
	return Refusals(faults)
}

func (p RolePlan) slot(role Role) (RoleSlot, bool) {
	return find(p.Slots, func(s RoleSlot) bool { return s.Role == role })
}

func (s RoleSlot) check(twice bool) []*Refusal {
	var faults []*Refusal
	if !slices.Contains(BuyerSide(), s.Role) {
		faults = append(faults, Refuse(CodeInvalidValue, "/slots", "%q is not a role on the buyers' side", s.Role).
			Accepting("%v", BuyerSide()))
	}
	if twice {
		faults = append(faults, Refuse(CodeInvalidValue, "/slots", "%s is planned twice", s.Role).
			Accepting("one slot for each role"))
	}
	if s.People < 1 || s.Substitutes < 0 || s.Buyers < 0 || s.Buyers > s.People+s.Substitutes {
		faults = append(faults, Refuse(CodeInvalidValue, "/slots",
			"%s: %d people and %d substitutes cannot come from %d buyers", s.Role, s.People, s.Substitutes, s.Buyers).
			Accepting("at least one person, and no more buyers than people"))
	}
	for _, topic := range s.Topics {
		faults = append(faults, compact(checkShortName("/slots", topic))...)
	}
	return faults
}

// RolePlan returns the plan in force: the consortium's own or the usual one.
func (d Dossier) RolePlan() RolePlan {
	if e, ok := d.Latest(EntryRolePlan); ok {
		if plan, ok := BodyOf[RolePlan](e); ok {
			return plan
		}
	}
	return UsualRolePlan()
}

// Holding lists who holds a role now, each assignment once, in the order they were given.
func (d Dossier) Holding(role Role) []RoleAssignment {
	return slices.DeleteFunc(slices.Clone(d.Roles),
		func(a RoleAssignment) bool { return a.Role != role || !a.Holds(d.Now) })
}
