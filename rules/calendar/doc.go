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
//   - holidays are those of the Member State in which the act is due (Article 2(1)).
//
// Days are civil dates, never hours: [Date] has no time of day, and only [Instant] and [StartOfDay]
// turn local time into an instant, in a named IANA zone. Lengths, thresholds and holidays are dated
// data under packs/ and holidays/, each with its source; a place, year or rule without data is
// refused, never guessed. Every result explains itself ([Explained]).
package calendar
