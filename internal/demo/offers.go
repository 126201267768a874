package demo

import (
	"math/rand/v2"
	"strconv"

	"github.com/ppi-engine/ppi/examples/ppi4hpc"
)

// An offer is what a supplier offers for one lot, made up from the seed. It is assumed, like its supplier.
type offer struct {
	supplier string
	// price is in euro; energy is in tenths of a MWh for each simulated year; hours is how long until staff are on the
	// site.
	price, energy, hours int
	// liking is what each member of the panel adds to the score of energy, in half points.
	liking [panelSize]int
	// unable says that its maker does not qualify.
	unable bool
}

// panelSize is how many evaluators score each lot.
const panelSize = 3

// offersOf makes up the offers for every lot, and for each somebody who asks to take part but is not able to: the same
// seed always gives the same offers.
func offersOf(t ppi4hpc.Tender, seed uint64) (all [][]offer, outsiders []string) {
	dice := rand.New(rand.NewPCG(seed, 2018)) //nolint:gosec // a rehearsal that can be repeated, nothing secret
	all = make([][]offer, len(t.Lots))
	for i := range all {
		drawn := dice.Perm(len(t.Suppliers.Played))
		for _, s := range drawn[:t.TendersPerLot] {
			all[i] = append(all[i], offerOf(t.Offers, t.Suppliers.Played[s].Name, dice))
		}
		outsiders = append(outsiders, t.Suppliers.Played[drawn[t.TendersPerLot]].Name)
	}
	return all, outsiders
}

func offerOf(o ppi4hpc.Offers, supplier string, dice *rand.Rand) offer {
	const tenths = 10
	made := offer{
		supplier: supplier,
		price:    o.PriceFrom + o.PriceStep*dice.IntN((o.PriceTo-o.PriceFrom)/o.PriceStep+1),
		energy:   o.EnergyFrom*tenths + dice.IntN((o.EnergyTo-o.EnergyFrom)*tenths+1),
		hours:    o.HoursFrom + dice.IntN(o.HoursTo-o.HoursFrom+1),
	}
	for i := range made.liking {
		made.liking[i] = dice.IntN(3) - 1
	}
	return made
}

// improved is the offer after talks: a little less of price and energy.
func (o offer) improved() offer {
	const inFifty, thousand, megawattHour = 50, 1000, 10
	o.price -= o.price / inFifty / thousand * thousand
	o.energy -= megawattHour
	return o
}

// amount is the price as money is written.
func (o offer) amount() string { return strconv.Itoa(o.price) + ".00" }

// promise is the content of a quality envelope.
type promise struct {
	Tenderer string `json:"tenderer"`
	Lot      int    `json:"lot"`
	// Energy is a decimal number of MWh for each simulated year.
	Energy  string `json:"energy_mwh"`
	Hours   int    `json:"hours_to_site"`
	Assumed bool   `json:"assumed"`
}

// ability is the content of a request to participate.
type ability struct {
	Candidate string `json:"candidate"`
	// Able says that the documents show what the selection criteria ask for.
	Able    bool `json:"able"`
	Assumed bool `json:"assumed"`
}

func (o offer) ability() ability {
	return ability{Candidate: o.supplier, Able: !o.unable, Assumed: true}
}

// bid is the content of a price envelope.
type bid struct {
	Price   string `json:"price"`
	Assumed bool   `json:"assumed"`
}

func (o offer) promise(lot int) promise {
	return promise{Tenderer: o.supplier, Lot: lot, Energy: decimal(o.energy), Hours: o.hours, Assumed: true}
}

func (o offer) bid() bid { return bid{Price: o.amount(), Assumed: true} }

// decimal writes tenths as a decimal number.
func decimal(tenths int) string { return strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10) }
