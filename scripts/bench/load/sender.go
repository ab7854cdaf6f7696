package main

import "time"

// sender gives everybody something to say in turn.
type sender struct {
	loop  *loop
	total int64
	// Said, and not yet back at who said it.
	under int
	next  int
	// When the next message of a steady rate is due.
	due time.Duration
}

// until runs until a time of the loop's clock. `each` is called in every turn.
func (s *sender) until(end time.Duration, each func()) error {
	l := s.loop
	for l.now() < end {
		wait := time.Millisecond
		switch l.spec.Mode {
		case "saturate":
			for s.under < l.spec.InFlight {
				s.say(l.now())
			}
		case "rate":
			wait = s.keepPace()
		}
		if err := l.turn(wait); err != nil {
			return err
		}
		if each != nil {
			each()
		}
	}
	return nil
}

// keepPace says what is due. A message carries the time at which it was due: lateness of ours or of the server's
// reading counts as latency.
func (s *sender) keepPace() time.Duration {
	l := s.loop
	gap := time.Duration(float64(time.Second) / l.spec.Rate)
	if s.due == 0 {
		s.due = l.now()
	}
	for s.due <= l.now() {
		s.say(s.due)
		s.due += gap
	}
	// The kernel waits in whole milliseconds: the last one is spent looking.
	if s.due-l.now() < 2*time.Millisecond {
		return 0
	}
	return time.Millisecond
}

func (s *sender) say(at time.Duration) {
	l := s.loop
	for tries := 0; tries < l.spec.Connections; tries++ {
		c := l.connections[s.next]
		s.next = (s.next + 1) % l.spec.Connections
		if c.phase != member {
			continue
		}
		c.sent++
		s.total++
		s.under++
		message := text(c.index, c.sent, at, l.spec.Length)
		l.write(c, clientFrame(opText, l.dialect.wrap(message, c.index, c.sent, time.Now().UnixMilli())))
		return
	}
	// Nobody is left to speak: what is under way will not come back.
	s.under = l.spec.InFlight
}
