package supervise

// FD is the open file that holds the lock.
func (l *DirLock) FD() int { return int(l.file.Fd()) }
