// Package neutrality reads requirements as a tenderer's lawyer would, and finds words that favour one
// product or leave open what is wanted.
//
// The law: technical specifications give equal access and no unjustified obstacles; they name no make,
// source, process, trade mark, patent, type, origin or production that favours or eliminates anyone,
// unless the subject justifies it, or exceptionally where no precise description is possible, and then
// with the words "or equivalent" (Directive 2014/24/EU, Article 42(2) and (4)). Every reference to a
// standard carries those words (Article 42(3)(b)). Functional requirements are precise enough to know
// the subject and to award (Article 42(3)(a)). Calls for innovation procurement ask for needs, not
// for solutions (COS-PPI-2020-2-04, mandatory activity I).
//
// The same goes for what keeps others out by another way: firms, products, references or certificates of one place are
// preferred (Articles 18(1) and 42(2)), subcontracting is limited (Articles 63 and 71), or an award criterion scores
// what a tenderer is (Articles 58 and 67; C-532/06 Lianakis). So award criteria, selection criteria and clauses are
// read too; what is looked for depends on what a text is for, see [Part].
//
// It is a linter: it points at words and says why; people decide. What it knows is data under data/: names of products
// and makers, standardisation bodies, and phrases for each language. Words are compared whole, in any case, over any
// white space or hyphens, and with invisible characters left out; a language without phrases is reported, not passed
// over. Text is expected composed (Unicode NFC).
package neutrality
