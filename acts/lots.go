package acts

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/event"
	"github.com/ppi-engine/ppi/models/process"
	"github.com/ppi-engine/ppi/rules/calendar"
	"github.com/ppi-engine/ppi/rules/evaluation"
)

// closeDue closes a box whose deadline has passed. Its lock is held, so every tender was either received
// before or will be refused.
func closeDue(c *call, due process.Due) error {
	r, err := c.reading(false)
	if err != nil {
		return err
	}
	for _, lot := range r.Dossier.Tendering.Lots {
		if lot.Open() && lot.Box().ID == due.Subject {
			return c.closeBox(lot.Box())
		}
	}
	return fmt.Errorf("close box %s: it is not open", due.Subject)
}

// closeBox closes a box and records in the procurement's log, for the first time, how much came in, with a digest that
// binds the events of the single tenders, which name neither lot nor supplier.
func (c *call) closeBox(box models.Box) error {
	if err := c.endTestsWith(box); err != nil {
		return err
	}
	content, err := c.tx.BoxContent(box.ID)
	if err != nil {
		return err
	}
	if err := c.tx.CloseBox(box, c.now); err != nil {
		return err
	}
	err = c.record(event.LotClosed{
		LotID: box.LotID, BoxID: box.ID, Received: content.Received, Standing: content.Standing, Digest: content.Digest,
	})
	if err != nil {
		return err
	}
	return c.tellOfLost(box.LotID)
}

// moveDeadline gives the suppliers of an open lot more time, and tells the public. Its box is locked, so that every
// tender is judged by the old deadline or by the new one.
func moveDeadline(c *call, in process.MoveDeadline) (*process.MoveDeadlineResult, error) {
	lot, err := c.lot(in.Lot)
	if err != nil {
		return nil, err
	}
	notice, err := c.decideDeadline(lot, in.Deadline, in.Reason)
	if err != nil {
		return nil, err
	}
	to, err := calendar.Instant("/deadline", in.Deadline.Local, in.Deadline.Zone)
	return &process.MoveDeadlineResult{
		Lot: lot.ID, From: lot.Box().Deadline.UTC(), To: to, Notice: notice.ID,
	}, err
}

// tellOfMove dispatches the notice that the deadline of a lot has moved to that of the given box, and informs those who
// were invited by letter.
func (c *call) tellOfMove(
	lot models.Lot, moved models.Box, reason string, outage *models.Outage,
) (models.Notice, error) {
	dossier, err := c.dossier()
	if err != nil {
		return models.Notice{}, err
	}
	from := lot.Box().Deadline
	lot.Boxes = append(slices.Clone(lot.Boxes[:len(lot.Boxes)-1]), moved)
	if moved.ByInvitation {
		if err := c.tellInvited(dossier, lot, reason); err != nil {
			return models.Notice{}, err
		}
	}
	content := evaluation.ComposeChangeNotice(dossier, lot, from, reason)
	content.Outage = outage
	return c.dispatch(models.NoticeChange, content)
}

// tellInvited informs those who were invited to a lot that the deadline of its box has moved.
func (c *call) tellInvited(d models.Dossier, lot models.Lot, reason string) error {
	place, err := c.place()
	if err != nil {
		return err
	}
	digests, err := c.keepLetters(models.LetterDeadline,
		evaluation.ComposeDeadlineLetters(d, lot, reason, place), true)
	if err != nil {
		return err
	}
	return c.record(event.CandidatesTold{LotID: lot.ID, BoxID: lot.Box().ID, Letters: digests})
}

// mayMove refuses to move a deadline that has passed or whose box is closed, and to move one to an earlier instant:
// those who prepare a tender rely on it.
func mayMove(lot models.Lot, to, now time.Time) error {
	if refusal := lot.Takes(now); refusal != nil {
		return refusal
	}
	if !to.After(lot.Box().Deadline) {
		return models.Refuse(models.CodeDeadlineEarlier, "/deadline",
			"%s is not later than the present deadline", rfc3339(to)).
			Accepting("an instant after %s", rfc3339(lot.Box().Deadline))
	}
	return nil
}

// endLot ends one lot without award; its box closes with it. Nobody has seen a lot that was never published, so the
// lead procurer ends it alone. Ending a published lot is a decision about those who tender for it, like an award
// (Directive 2014/24/EU, Article 55(1)), so the board decides on a motion.
func endLot(c *call, in process.EndLot) (*process.MotionResult, error) {
	lot, err := c.lot(in.Lot)
	if err != nil {
		return nil, err
	}
	if lot.Published() {
		err := c.holds(models.RoleBoard, "lot %d was published, so only the board ends it", lot.Number)
		if err != nil {
			return nil, err
		}
		return move(c, in, (*call).mayEndLot)
	}
	err = c.holds(models.RoleLeadProcurer, "lot %d was never published, so only the lead procurer ends it", lot.Number)
	if err != nil {
		return nil, err
	}
	if err := c.mayEndLot(in); err != nil {
		return nil, err
	}
	return &process.MotionResult{Decision: models.DecisionApproved}, c.end(lot, in.Code)
}

// holds refuses an actor without the role, and says why that role is needed.
func (c *call) holds(role models.Role, because string, args ...any) error {
	if slices.ContainsFunc(c.held, func(a models.RoleAssignment) bool { return a.Role == role }) {
		return nil
	}
	return models.Refuse(models.CodeForbidden, "", because, args...).Accepting("%s", role)
}

func (c *call) mayEndLot(in process.EndLot) error {
	lot, err := c.lot(in.Lot)
	if err != nil {
		return err
	}
	if lot.EndedAt != nil {
		return lot.RefuseEnded("/lot")
	}
	if err := c.notContracted(lot.ID); err != nil || in.Sealed == "" {
		return err
	}
	if err := evaluation.CheckSealedCode(in.Code); err != nil {
		return err
	}
	_, err = c.leftSealed(lot, in.Sealed)
	return err
}

func (c *call) leftSealed(lot models.Lot, ground models.SealedGround) (models.LeftSealed, error) {
	d, err := c.dossier()
	if err != nil {
		return models.LeftSealed{}, err
	}
	return evaluation.LeaveSealed(d, lot, ground)
}

// endPublished ends the lot of a motion that was carried, and informs those who tendered for it.
func (c *call) endPublished(in process.EndLot) error {
	lot, err := c.lot(in.Lot)
	if err != nil {
		return err
	}
	if in.Sealed != "" {
		if err := c.leaveSealed(lot, in.Sealed); err != nil {
			return err
		}
	}
	if err := c.end(lot, in.Code); err != nil {
		return err
	}
	d, err := c.dossier()
	if err != nil {
		return err
	}
	return c.tellOfEnd(d, in.Reason, lot.ID)
}

// leaveSealed records who has released and who has not, of a lot that ends because it cannot be opened.
func (c *call) leaveSealed(lot models.Lot, ground models.SealedGround) error {
	left, err := c.leftSealed(lot, ground)
	if err != nil {
		return err
	}
	c.tx.LeaveSealed(left)
	return c.record(event.LotLeftSealed{
		LotID: left.LotID, BoxID: left.BoxID, Kind: left.Kind, Ground: left.Ground, Openers: left.Fingerprint,
		Needed: left.Needed, Released: left.Released, Withheld: left.Withheld, Lost: left.Lost,
	})
}

// endLots ends every lot that has not ended, with a code from the list non-award-justification. Those who tendered are
// informed why, and the public that nothing is awarded.
func (c *call) endLots(code models.NonAwardCode, reason string) error {
	before, err := c.dossier()
	if err != nil {
		return err
	}
	var ended []models.ID
	for _, lot := range before.Tendering.Lots {
		if lot.EndedAt != nil {
			continue
		}
		if err := c.end(lot, code); err != nil {
			return err
		}
		ended = append(ended, lot.ID)
	}
	d, err := c.dossier()
	if err != nil {
		return err
	}
	if err := c.tellOfEnd(d, reason, ended...); err != nil {
		return err
	}
	return c.tellOfNoAward(d)
}

func (c *call) end(lot models.Lot, code models.NonAwardCode) error {
	if lot.Open() {
		if err := c.closeBox(lot.Box()); err != nil {
			return err
		}
	}
	if err := c.tx.EndLot(lot.ID, string(code), c.now); err != nil {
		return err
	}
	if err := errors.Join(c.lapseMotion(models.VerbAward, lot.ID), c.lapseMotion(models.VerbInvite, lot.ID),
		c.lapseMotion(models.VerbEndPartnershipPhase, lot.ID), c.lapseMotion(models.VerbSetAside, lot.ID)); err != nil {
		return err
	}
	return c.record(event.LotEnded{LotID: lot.ID, Code: string(code)})
}

// lotsEnded refuses while a published lot has not ended with a reason.
func (c *call) lotsEnded() error {
	r, err := c.reading(false)
	if err != nil {
		return err
	}
	n := 0
	for _, lot := range r.Dossier.Tendering.Lots {
		if lot.Running() {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return models.Refuse(models.CodeLotsOpen, "", "lots that were published and have not ended: %d", n).
		Accepting("ending each lot with a reason code first")
}

// boxOfLot names the open box of the lot that the command is about.
func boxOfLot(s store.Summons) ([]models.ID, error) {
	lot, err := lotOf(s.Command)
	if err != nil || lot == "" {
		return nil, err
	}
	return openBoxes(s, lot), nil
}

// lotOf is the lot that a command is about; empty: none.
func lotOf(cmd models.Command) (models.ID, error) {
	var about struct {
		Lot models.ID `json:"lot"`
	}
	if err := json.Unmarshal(cmd.Payload, &about); err != nil {
		return "", fmt.Errorf("read lot of %s: %w", cmd.Verb, err)
	}
	return about.Lot, nil
}

func rfc3339(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
