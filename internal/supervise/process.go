package supervise

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// outputGrace is how long the output of an ended process is still read when a grandchild keeps the pipe open.
const outputGrace = 500 * time.Millisecond

// Process is a child process that cannot outlive us. It leads a process group of its own, so that a Ctrl-C in the
// terminal reaches only us and we decide the order of the stop. The kernel signals it when we die suddenly.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// StartProcess starts cmd, which must not have been started. On Linux the child gets the signal ifWeDie when this
// process ends, for whatever reason.
func StartProcess(cmd *exec.Cmd, ifWeDie syscall.Signal) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	setParentDeathSignal(cmd.SysProcAttr, ifWeDie)
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = outputGrace
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// run owns the child from start to end on one thread, because the kernel sends
// the parent death signal when the thread that forked ends, not the process.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	p.err = p.cmd.Wait()
	// Nobody waits for the processes that the child left behind in its group.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	close(p.done)
}

// PID is the process's identifier in the operating system.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended and its output was read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells how the process ended; nil while it runs and after a clean exit.
func (p *Process) Err() error {
	select {
	case <-p.done:
		if errors.Is(p.err, exec.ErrWaitDelay) {
			return nil
		}
		return p.err
	default:
		return nil
	}
}

// State tells in words how the process ended, such as "exit status 1".
func (p *Process) State() string {
	<-p.done
	return p.cmd.ProcessState.String()
}

// Signal sends sig to the process itself. It is not an error when the process has ended.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && p.running() {
		return fmt.Errorf("signal process %d: %w", p.PID(), err)
	}
	return nil
}

// Stop sends sig and waits for the end. When ctx ends first, the whole process
// group is killed and the error says so.
func (p *Process) Stop(ctx context.Context, sig syscall.Signal) error {
	if err := p.Signal(sig); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
	}
	if !p.running() {
		return nil
	}
	_ = syscall.Kill(-p.PID(), syscall.SIGKILL)
	<-p.done
	return fmt.Errorf("stop process %d: it did not stop on %s and was killed: %w", p.PID(), sig, context.Cause(ctx))
}

func (p *Process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}
