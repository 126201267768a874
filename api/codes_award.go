package api

import (
	"net/http"

	"github.com/ppi-engine/ppi/models"
)

func problemsOfAward() map[models.Code]problemType {
	return map[models.Code]problemType{
		models.CodeSecretKey:          {http.StatusUnprocessableEntity, "A secret key does not belong here", "The platform never holds the key that opens tenders. Consider the key that was sent as known to others and make another.", 0},
		models.CodeFrozen:             {http.StatusConflict, "It is frozen by the publication", "What was published with the notice does not change.", 0},
		models.CodeCapacityOpen:       {http.StatusConflict, "Capacity building is not closed", "Nothing is published before it is.", 0},
		models.CodeEngagementStale:    {http.StatusConflict, "The market is not informed as planned", "Write the bulletins that are missing.", 0},
		models.CodeSpecificationOpen:  {http.StatusConflict, "The specification is not closed", "Nothing is published before it is.", 0},
		models.CodeCriteriaMissing:    {http.StatusConflict, "Award criteria are missing", "Each lot needs criteria, weights, method, rounding and tie-break.", 0},
		models.CodeOpeningKeyMissing:  {http.StatusConflict, "The opening key is missing", "Suppliers seal their tenders for it.", 0},
		models.CodeNotUnsealed:        {http.StatusConflict, "The envelopes are not opened", "Openers of two buyers open a lot together after its deadline.", 0},
		models.CodeAlreadyOpened:      {http.StatusConflict, "It is opened already", "Read on, or wait for an opener of another buyer.", 0},
		models.CodeDeclarationMissing: {http.StatusForbidden, "A conflict declaration is missing", "Declare first, by name of all tenderers, whether you have an interest in one.", 0},
		models.CodeConflictDeclared:   {http.StatusForbidden, "There is a conflict of interest", "Who has declared one does not evaluate the lot.", 0},
		models.CodeAdmissionMissing:   {http.StatusConflict, "A tender was not checked", "Admit or exclude each tender first.", 0},
		models.CodeNotAdmitted:        {http.StatusConflict, "The tender is not admitted", "Only admitted tenders are scored.", 0},
		models.CodeScoresMissing:      {http.StatusConflict, "Scores are missing", "Each evaluator scores each admitted tender, then the panel agrees.", 0},
		models.CodeScoresFinal:        {http.StatusConflict, "The scores are final", "Once all of an evaluator's own scores are in, the others' are shown and the own do not change.", 0},
		models.CodeQualityLocked:      {http.StatusConflict, "Quality is locked", "Prices are known: no quality score changes any more.", 0},
		models.CodeQualityOpen:        {http.StatusConflict, "Quality is not locked", "Prices are opened after the chair has locked the quality scores.", 0},
		models.CodePriceMissing:       {http.StatusConflict, "A price is missing", "Openers of two buyers record the same price, or the tender is excluded.", 0},
		models.CodePriceUnexplained:   {http.StatusConflict, "A price is not explained", "A tenderer whose price looks abnormally low must be asked before the award.", 0},
		models.CodeRankingChanged:     {http.StatusConflict, "The ranking has changed", "Read it again and name its digest.", 0},
		models.CodeNoWinner:           {http.StatusConflict, "The tender does not rank first", "A lot is awarded to the one tender that ranks first, or ends with a reason.", 0},
		models.CodeNotAwarded:         {http.StatusConflict, "The award is not decided", "The board decides on it first.", 0},
		models.CodeAlreadyAwarded:     {http.StatusConflict, "The award is decided", "What it rests on does not change any more.", 0},
		models.CodeOpeningKeyUsed:     {http.StatusConflict, "The opening key was used before", "Each publication needs keys of its own: who opened earlier tenders holds those they were sealed for.", 0},
		models.CodeLettersSent:        {http.StatusConflict, "The letters were sent", "All tenderers were told.", 0},
		models.CodeStandstill:         {http.StatusConflict, "The standstill is not over", "No contract is concluded before it is.", 0},
		models.CodeReviewPending:      {http.StatusConflict, "A review stands against the contract", "Wait for the decision; if it is upheld, end the lot.", 0},
		models.CodeContractSigned:     {http.StatusConflict, "A contract was signed", "The lot cannot end without award any more.", 0},
		models.CodeEntryFinal:         {http.StatusConflict, "The entry stays on record", "It records what happened.", 0},
	}
}
