package acts

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/ppi-engine/ppi/models"
	"github.com/ppi-engine/ppi/models/process"
)

// work is what a verb does: the types of its payload and of the view of its command, and how a command is carried out.
// run refuses before it writes.
type work struct {
	payload, view reflect.Type
	read          func(verb models.Verb, body []byte) (any, error)
	show          func(cmd models.Command) (any, error)
	run           func(c *call) (any, error)
	// motion is what the board decides on by vote; nil: the verb takes effect at once.
	motion *motion
}

// A motion says what the board's decision does once the motion is carried.
type motion struct {
	// effect says whether it takes effect as things stand now, and what it does.
	effect func(c *call, m models.Motion) (models.MotionStatus, func() error)
}

// A CommandView says what became of a command.
type CommandView[R any] struct {
	CommandID string      `json:"command_id" doc:"Names the command for good"`
	Verb      models.Verb `json:"verb"`
	Status    string      `json:"status" enum:"pending,done,refused,failed,expired"`
	CreatedAt time.Time   `json:"created_at" doc:"When it was written down, real time"`
	DoneAt    *time.Time  `json:"done_at,omitempty" doc:"When it was carried out, real time"`
	Result    *R          `json:"result,omitempty"`
}

// does makes the work of a verb whose payload is a P and whose result is an R.
func does[P, R any](run func(c *call, in P) (*R, error)) work {
	return work{
		payload: reflect.TypeFor[P](),
		view:    reflect.TypeFor[CommandView[R]](),
		read:    func(verb models.Verb, body []byte) (any, error) { return decode[P](verb, body) },
		show:    func(cmd models.Command) (any, error) { return viewCommand[R](cmd) },
		run: func(c *call) (any, error) {
			in, err := decode[P](c.cmd.Verb, c.cmd.Payload)
			if err != nil {
				return nil, err
			}
			out, err := run(c, in)
			if out == nil {
				return nil, err
			}
			return out, err
		},
	}
}

// moves makes the work of a verb that the board decides on: it is moved unless may refuses, and takes effect once the
// votes fulfil the decision rule.
func moves[P any](may, effect func(c *call, in P) error) work {
	moved := does(func(c *call, in P) (*process.MotionResult, error) { return move(c, in, may) })
	return decided(moved, may, effect)
}

// decided says what the board's decision does, once the motion is carried. The motion lapses if may refuses it by then:
// what was moved no longer stands, because there is another ranking, or the lot has ended.
func decided[P any](w work, may, effect func(c *call, in P) error) work {
	w.motion = &motion{effect: func(c *call, m models.Motion) (models.MotionStatus, func() error) {
		in, err := decode[P](m.Verb, m.Payload)
		if err == nil && may != nil {
			err = may(c, in)
		}
		if _, refused := models.RefusalOf(err); refused {
			return models.MotionLapsed, nil
		}
		return models.MotionCarried, func() error {
			if err != nil {
				return err
			}
			return effect(c, in)
		}
	}}
	return w
}

// Payload is the type of what a command of the verb says.
func (v Verb) Payload() reflect.Type { return v.work.payload }

// View is the type of what is shown of a command of the verb.
func (v Verb) View() reflect.Type { return v.work.view }

// Moved tells whether the board decides on it by vote.
func (v Verb) Moved() bool { return v.work.motion != nil }

// Read reads the payload in a request.
func (v Verb) Read(body []byte) (any, error) { return v.work.read(v.Name, body) }

// Show shows what became of a command of the verb.
func (v Verb) Show(cmd models.Command) (any, error) { return v.work.show(cmd) }

// decode reads the content of a command, which the API has checked.
func decode[P any](verb models.Verb, body []byte) (P, error) {
	var content P
	if err := json.Unmarshal(body, &content); err != nil {
		return content, fmt.Errorf("decode payload of %s: %w", verb, err)
	}
	return content, nil
}

func viewCommand[R any](cmd models.Command) (CommandView[R], error) {
	view := CommandView[R]{
		CommandID: cmd.ID, Verb: cmd.Verb, Status: cmd.Status, CreatedAt: cmd.CreatedAt, DoneAt: cmd.DoneAt,
	}
	if len(cmd.Result) == 0 || string(cmd.Result) == "null" {
		return view, nil
	}
	if err := json.Unmarshal(cmd.Result, &view.Result); err != nil {
		return view, fmt.Errorf("read result of command: %w", err)
	}
	return view, nil
}
