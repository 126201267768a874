// Package market holds the rules on what is released to the market before a procedure, and on its responses: the
// preliminary market consultation and the engagement that goes on until the contract notice.
//
// The law: contracting authorities may consult the market and inform it of their plans, provided that this does not
// distort competition (Directive 2014/24/EU, Article 40); operators that advised them or took part in the preparation
// get no advantage from it (Article 41); everyone is treated equally (Article 18(1)). Calls that co-finance such
// procurements ask that the market is informed regularly of budget, timing and needs (COS-PPI-2020-2-04, mandatory
// activities II and III).
//
// So everyone learns the same at the same instant: an entry is released in the version that was read, complete in every
// language, and never changed afterwards.
package market
