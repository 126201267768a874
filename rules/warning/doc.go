// Package warning finds what is lawful, or may be, and needs a thought: whether the value of a procurement reaches the
// threshold of the Directive and what the buyers say of it, whether an earlier procurement belongs to it (Directive
// 2014/24/EU, Article 5(3)), and whether tenders look agreed (Article 57(4)(d)). A warning refuses nothing and accuses
// nobody: each says what was compared with what, so that a person can judge.
package warning
