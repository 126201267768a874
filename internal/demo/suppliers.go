package demo

import (
	"github.com/ppi-engine/ppi/examples/ppi4hpc"
	"github.com/ppi-engine/ppi/models"
)

// A supplier is an economic operator with one person, who represents it. All are assumed: no source names one that
// tendered.
type supplier struct {
	*person
	ppi4hpc.Supplier

	organisation string
	registered   bool
}

// supplier finds a supplier of the facts; at its first act it is registered on the platform.
func (p *play) supplier(name string) *supplier {
	if s, ok := p.suppliers[name]; ok {
		return s
	}
	s := &supplier{Supplier: p.facts.Tender.LateSupplier}
	for _, known := range p.facts.Tender.Suppliers.Played {
		if known.Name == name {
			s.Supplier = known
		}
	}
	s.organisation = p.organisation(s.Name+" (assumed)", s.Country, models.OrganisationEconomicOperator)
	s.person = p.voices[s.organisation]
	p.suppliers[name] = s
	return s
}

// register has a supplier register for the tender, once.
func (p *play) register(s *supplier) {
	if !s.registered {
		p.post(s.person, "/registrations", nil)
		s.registered = true
	}
}
