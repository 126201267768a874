package event

import (
	"encoding/json"
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// An Audience says who gets an event. The feed and the webhooks ask here.
type Audience struct {
	// Administrators read it in the feed of what concerns the platform.
	Administrators bool
	// Buyers are all roles of the procurement but suppliers.
	Buyers bool
	// Suppliers are all who registered as suppliers of the procurement: what they read, everybody may know.
	Suppliers bool
	// Portals get it as a webhook, if the endpoint's owner leads the procurement.
	Portals bool
	// PortalsUnless keeps an event from portals if its payload meets the condition.
	PortalsUnless *Condition
	// Sealed keeps it from everybody while the box of its lot is open, or any box of the procurement if it names no
	// lot: nobody may learn before how many tenders there are (Directive 2014/24/EU, Article 21).
	Sealed bool
}

// Names lists who gets the event, for people and for programs.
func (a Audience) Names() []string {
	names := []string{}
	for _, who := range []struct {
		told bool
		name string
	}{{a.Administrators, "administrators"}, {a.Buyers, "buyers"}, {a.Suppliers, "suppliers"}, {a.Portals, "portals"}} {
		if who.told {
			names = append(names, who.name)
		}
	}
	return names
}

// A Condition is met by events whose payload has this value in this field.
type Condition struct{ Field, Value string }

// JSON is the condition as an object that the payload must contain.
func (c Condition) JSON() string {
	contained, _ := json.Marshal(map[string]string{c.Field: c.Value}) //nolint:errchkjson // strings can be rendered
	return string(contained)
}

func (c Condition) metBy(data json.RawMessage) bool {
	var fields map[string]json.RawMessage
	var value string
	return json.Unmarshal(data, &fields) == nil && json.Unmarshal(fields[c.Field], &value) == nil && value == c.Value
}

// The audiences that rows have.
var (
	// platform is what concerns no procurement.
	platform = Audience{Administrators: true}
	// public is what everybody may know.
	public = Audience{Buyers: true, Suppliers: true, Portals: true}
	// process is what the buyers do, and what becomes of the procurement.
	process = Audience{Buyers: true, Portals: true}
	// exceptSuppliers is sent to no portal when it is about a supplier: the number of suppliers would tell how many may
	// hand in a tender (Directive 2014/24/EU, Article 21).
	exceptSuppliers = Audience{
		Buyers: true, Portals: true,
		PortalsUnless: &Condition{"role", string(models.RoleSupplier)},
	}
	// buyersOnly is for what happens to webhooks themselves, which would cause further webhooks, and for what would
	// tell the public how many will tender.
	buyersOnly = Audience{Buyers: true}
	// afterClosing is for what happens to single tenders. No webhook sends it: webhooks send that the box was closed,
	// and not what was in it.
	afterClosing = Audience{Buyers: true, Sealed: true}
	// nobody reads it in a feed: it belongs to no procurement, and proves what the closing of the box binds.
	nobody = Audience{}
)

// Sent tells whether an event of a procurement goes to portals.
func Sent(eventType models.EventType, data json.RawMessage) bool {
	row, known := Find(eventType)
	return known && row.Audience.Portals && (row.Audience.PortalsUnless == nil ||
		!row.Audience.PortalsUnless.metBy(data))
}

// Types lists the types that have such an audience.
func Types(has func(Audience) bool) []string {
	types := []string{}
	for _, row := range catalogue {
		if has(row.Audience) {
			types = append(types, string(row.Type))
		}
	}
	return types
}

// Find returns the row of a type.
func Find(eventType models.EventType) (Row, bool) {
	i := slices.IndexFunc(catalogue, func(r Row) bool { return r.Type == eventType })
	if i < 0 {
		return Row{}, false
	}
	return catalogue[i], true
}
