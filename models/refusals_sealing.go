package models

// Codes of sealing: of those who open, of envelopes, and of releases.
const (
	CodeNotAnOpenerKey     Code = "opener_key_invalid"
	CodeOpenerUnproven     Code = "opener_key_unproven"
	CodeOpenersRefused     Code = "openers_invalid"
	CodeOpenerTwice        Code = "opener_named_twice"
	CodeThresholdRefused   Code = "opening_threshold_invalid"
	CodeBuyerOpensAlone    Code = "buyer_could_open_alone"
	CodeFingerprintDiffers Code = "fingerprint_differs"
	CodeBoxRefused         Code = "box_description_invalid"
	CodeShareWrong         Code = "envelope_share_wrong"
	CodeEnvelopeElsewhere  Code = "envelope_sealed_for_another_place"
	CodeNotAnOpener        Code = "not_an_opener_of_the_box"
	CodeDeadlineDiffers    Code = "deadline_differs"
	CodeReleaseMalformed   Code = "release_malformed"
	CodeReleaseForged      Code = "release_forged"
	CodeReleaseIncomplete  Code = "release_incomplete"
	CodeReleaseTwice       Code = "release_twice"
	CodeReleasesMissing    Code = "releases_missing"
	CodeHandoverRefused    Code = "handover_refused"
	CodeUnreadable         Code = "envelope_unreadable"
	CodePriceMalformed     Code = "price_malformed"
	CodeGroundNotBorneOut  Code = "ground_not_borne_out"
	CodeOpenersChanged     Code = "openers_changed"
)

var refusedSealing = []RefusalType{
	{
		CodeNotAnOpenerKey, RefusalUnacceptable, "This is not an opener's key",
		"The file is damaged, or it is another file. Use the file that ppi seal key made; a lost key is replaced.",
	},
	{
		CodeOpenerUnproven, RefusalUnacceptable, "Nothing proves that the opener has the key",
		"An opener announces its key with a proof that belongs to the person, the buyer, the procurement and its mode.",
	},
	{
		CodeOpenersRefused, RefusalUnacceptable, "These openers are not accepted",
		"A set has at most 20 openers, in the order of their IDs, each with a key.",
	},
	{
		CodeOpenerTwice, RefusalUnacceptable, "An opener is named twice",
		"Who has two keys counts for two. Each person has one key, and no two have the same.",
	},
	{
		CodeThresholdRefused, RefusalUnacceptable, "The number of openers needed is not accepted",
		"At least two persons open together, and at least one key may be lost: 2 of 3, or 3 of 4.",
	},
	{
		CodeBuyerOpensAlone, RefusalUnacceptable, "One buyer could open alone",
		"No buyer holds as many keys as are needed. Give openers to another buyer, or ask for more of them.",
	},
	{
		CodeFingerprintDiffers, RefusalUnacceptable, "These are not the openers of the notice",
		"Compare the fingerprint with that of the last notice. If they differ, do not seal, and ask the buyers.",
	},
	{
		CodeBoxRefused, RefusalUnacceptable, "The description of the box cannot be used",
		"Fetch it again from the platform.",
	},
	{
		CodeShareWrong, RefusalUnacceptable, "A share in the envelope is wrong",
		"An opener could not open it. Seal the file again, for this box, and hand in the new envelope.",
	},
	{
		CodeEnvelopeElsewhere, RefusalUnacceptable, "The envelope was sealed for another place",
		"An envelope belongs to one box, round, kind and supplier, and to its openers. Seal the file for this place.",
	},
	{
		CodeOpenersChanged, RefusalConflict, "The openers are others by now",
		"A notice of change names the new openers. Compare their fingerprint, and seal the file for them.",
	},
	{
		CodeNotAnOpener, RefusalUnacceptable, "The key is of no opener of this box",
		"Only the openers of the box, and those to whom one of them handed over, open it.",
	},
	{
		CodeDeadlineDiffers, RefusalUnacceptable, "This is not the deadline of the notice",
		"The platform says another deadline than the one you read in the published notice. Do not open, and ask why.",
	},
	{
		CodeReleaseMalformed, RefusalUnacceptable, "The file is not a release",
		"Send the file that ppi seal release or the sealing page made, without any change.",
	},
	{
		CodeReleaseForged, RefusalUnacceptable, "The release does not follow from the opener's key",
		"What this opener handed in cannot have been made with its key. The detail names the opener.",
	},
	{
		CodeReleaseIncomplete, RefusalUnacceptable, "The release does not cover the box",
		"A release covers every envelope of its kind in the box, and no other, so that none can be left out.",
	},
	{
		CodeReleaseTwice, RefusalConflict, "The opener has released already",
		"One release of each opener counts.",
	},
	{
		CodeReleasesMissing, RefusalConflict, "Too few openers have released",
		"Nothing is opened before as many openers as are needed have released every envelope.",
	},
	{
		CodeHandoverRefused, RefusalUnacceptable, "The handover is not accepted",
		"A share is handed over to another person of the same buyer, for every envelope of its kind, with proof.",
	},
	{
		CodeUnreadable, RefusalUnacceptable, "The envelope cannot be opened",
		"The secret of the envelope was recovered, and it does not open the content. The supplier sealed it so.",
	},
	{
		CodePriceMalformed, RefusalUnacceptable, "The price envelope does not begin with a price",
		"What it holds begins with one line that says amount and currency. ppi seal price writes it.",
	},
	{
		CodeGroundNotBorneOut, RefusalConflict, "The box does not bear this ground out",
		"A lot ends because it cannot be opened only while its openers withhold what they could release, or too few " +
			"of them are left.",
	},
}
