// Package calendar counts the time limits of public procurement.
//
// The law: Regulation (EEC, Euratom) No 1182/71 says how periods are counted, Directive 2014/24/EU
// (recital 106) applies it to procurement. In short:
//
//   - the day of the event is not counted (Article 3(1)); a period in days ends with the last hour of
//     its last day (Article 3(2)(b)), one in months with the day of the same number, or with the
//     month's last day where that number is missing (Article 3(2)(c));
//   - holidays, Saturdays and Sundays count, unless the period is in working days (Article 3(3));
//   - a last day that is a holiday, a Saturday or a Sunday moves to the next working day; a period
//     counted backwards from a date does not move (Article 3(4));
//   - a period of two days or more has at least two working days (Article 3(5));
//   - holidays are those of the place in which the act is due (Article 2(1)).
//
// Countries depart from that in numbers and in the way they count ([Counting]); what their laws say is in packs/, each
// with its article, and what was not read is refused, never guessed ([Pack.Rule]). The Directive is the floor under
// every law that transposes it ([Explained.Floor]).
//
// Days are civil dates, never hours: [Date] has no time of day, and only [Instant] and [StartOfDay]
// turn local time into an instant, in a named IANA zone. Every result explains itself ([Explained]), in the languages
// of words/. Which law and which place hold for a procurement is for rules/timelimit.
package calendar
