package main

import (
	"syscall"
)

type phase int

const (
	connecting phase = iota
	upgrading
	greeting
	member
	closed
)

// connection is one client. What it saw of each sender is checked as it comes: nothing is kept but the last number.
type connection struct {
	fd     int
	index  int
	phase  phase
	slow   bool
	buffer []byte
	// What the kernel did not take yet.
	pending []byte
	waits   bool
	// Last number seen of each sender.
	last []uint32
	// Over every delivery in its order: equal for two connections that saw the same in the same order.
	digest uint64
	seen   int64
	sent   uint32
	code   int
}

func (c *connection) events() uint32 {
	events := uint32(syscall.EPOLLIN | syscall.EPOLLRDHUP)
	if c.waits {
		events |= syscall.EPOLLOUT
	}
	return events
}

// write sends now what the kernel takes and keeps the rest.
func (l *loop) write(c *connection, data []byte) {
	if c.phase == closed {
		return
	}
	if len(c.pending) == 0 {
		n, err := syscall.Write(c.fd, data)
		if err != nil && err != syscall.EAGAIN {
			l.drop(c)
			return
		}
		data = data[max(n, 0):]
	}
	c.pending = append(c.pending, data...)
	l.watchWrites(c)
}

func (l *loop) flush(c *connection) {
	n, err := syscall.Write(c.fd, c.pending)
	if err != nil && err != syscall.EAGAIN {
		l.drop(c)
		return
	}
	c.pending = append(c.pending[:0], c.pending[max(n, 0):]...)
	l.watchWrites(c)
}

func (l *loop) watchWrites(c *connection) {
	if waits := len(c.pending) > 0; waits != c.waits && c.phase != closed {
		c.waits = waits
		event := syscall.EpollEvent{Events: c.events(), Fd: int32(c.index)}
		_ = syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, c.fd, &event)
	}
}

func (l *loop) drop(c *connection) {
	if c.phase == closed {
		return
	}
	if c.phase != member {
		l.failed++
		l.opening--
	} else if !c.slow {
		l.closed++
	}
	c.phase = closed
	_ = syscall.Close(c.fd)
}
