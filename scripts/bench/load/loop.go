package main

import (
	"bytes"
	"fmt"
	"net"
	"syscall"
	"time"
)

// Bytes read at once.
const readSize = 1 << 18

// loop is all connections of one run on one epoll.
type loop struct {
	spec        Spec
	dialect     dialect
	epoll       int
	connections []*connection
	request     []byte
	shared      []byte
	start       time.Time

	opening, joined, failed, closed int
	lastJoined                      time.Duration
	scan                            scan
	// Called for each own message that came back to its sender.
	returned func()
}

func newLoop(spec Spec) (*loop, error) {
	d, err := dialectOf(spec.Dialect)
	if err != nil {
		return nil, err
	}
	epoll, err := syscall.EpollCreate1(0)
	if err != nil {
		return nil, err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil {
		limit.Cur = limit.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	return &loop{
		spec: spec, dialect: d, epoll: epoll, request: handshake(spec, d),
		shared: make([]byte, readSize), start: time.Now(), returned: func() {},
	}, nil
}

func (l *loop) now() time.Duration { return time.Since(l.start) }

func (l *loop) open(slow bool) error {
	address, err := net.ResolveTCPAddr("tcp4", l.spec.Address)
	if err != nil {
		return err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("connection %d: %w", len(l.connections), err)
	}
	_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	target := &syscall.SockaddrInet4{Port: address.Port}
	copy(target.Addr[:], address.IP.To4())
	if err := syscall.Connect(fd, target); err != nil && err != syscall.EINPROGRESS {
		return err
	}
	c := &connection{fd: fd, index: len(l.connections), slow: slow, last: make([]uint32, l.spec.Connections)}
	c.waits = true
	l.connections = append(l.connections, c)
	l.opening++
	event := syscall.EpollEvent{Events: c.events(), Fd: int32(c.index)}
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &event)
}

// turn handles what came within the wait.
func (l *loop) turn(wait time.Duration) error {
	var events [256]syscall.EpollEvent
	n, err := syscall.EpollWait(l.epoll, events[:], int(wait.Milliseconds()))
	if err != nil && err != syscall.EINTR {
		return err
	}
	for i := 0; i < n; i++ {
		c := l.connections[events[i].Fd]
		if c.phase == closed {
			continue
		}
		if events[i].Events&syscall.EPOLLOUT != 0 {
			if c.phase == connecting {
				c.phase = upgrading
				l.write(c, l.request)
				l.watchWrites(c)
			} else {
				l.flush(c)
			}
		}
		if events[i].Events&^uint32(syscall.EPOLLOUT) != 0 {
			l.read(c)
		}
	}
	return nil
}

func (l *loop) read(c *connection) {
	data := l.shared
	if kept := len(c.buffer); kept > 0 {
		if cap(c.buffer)-kept < readSize/4 {
			c.buffer = append(make([]byte, 0, 2*cap(c.buffer)+readSize), c.buffer...)
		}
		data = c.buffer[kept:cap(c.buffer)]
	}
	n, err := syscall.Read(c.fd, data)
	if err == syscall.EAGAIN {
		return
	}
	if err != nil || n == 0 {
		l.drop(c)
		return
	}
	l.scan.bytes += int64(n)
	whole := data[:n]
	if len(c.buffer) > 0 {
		whole = c.buffer[:len(c.buffer)+n]
	}
	rest := l.take(c, whole)
	c.buffer = append(c.buffer[:0], rest...)
}

// take handles all whole frames and gives what is left.
func (l *loop) take(c *connection, data []byte) []byte {
	if c.phase == upgrading {
		end := bytes.Index(data, []byte("\r\n\r\n"))
		if end < 0 {
			return data
		}
		if !bytes.HasPrefix(data, []byte("HTTP/1.1 101")) {
			l.drop(c)
			return nil
		}
		c.phase = greeting
		if l.dialect.hello != "" {
			l.write(c, clientFrame(opText, l.dialect.hello))
		}
		data = data[end+4:]
	}
	for c.phase != closed {
		opcode, payload, size := parseFrame(data)
		if size == 0 {
			return data
		}
		l.frame(c, opcode, payload)
		data = data[size:]
	}
	return nil
}

func (l *loop) frame(c *connection, opcode byte, payload []byte) {
	switch opcode {
	case opPing:
		l.write(c, clientFrame(opPong, string(payload)))
	case opClose:
		if len(payload) >= 2 {
			c.code = int(payload[0])<<8 | int(payload[1])
		}
		l.drop(c)
	case opText, opContinuation:
		if answer := l.dialect.heartbeat(payload); answer != "" {
			l.write(c, clientFrame(opText, answer))
		} else if c.phase == greeting {
			if bytes.Contains(payload, []byte(l.dialect.joined)) {
				l.join(c)
			}
		} else {
			l.scan.payload(l, c, payload)
		}
	}
}

func (l *loop) join(c *connection) {
	c.phase = member
	l.opening--
	l.joined++
	l.lastJoined = l.now()
	if c.slow {
		_ = syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_DEL, c.fd, nil)
	}
}

// closeAll ends every connection as a client does that goes away for good.
func (l *loop) closeAll() {
	for _, c := range l.connections {
		if c.phase != closed {
			_ = syscall.Close(c.fd)
			c.phase = closed
		}
	}
	_ = syscall.Close(l.epoll)
}
