package main

import (
	"fmt"
	"time"
)

// Longest wait for everybody to be in, and between two looks at the server's memory.
const (
	joinLimit = 60 * time.Second
	rssEvery  = 250 * time.Millisecond
	// Without a delivery for so long, what is missing will not come.
	stalled = 4 * time.Second
)

// Result is what was seen. Times in seconds, latencies in milliseconds, memory in bytes.
type Result struct {
	Joined      int     `json:"joined"`
	JoinFailed  int     `json:"joinFailed"`
	JoinSeconds float64 `json:"joinSeconds"`
	JoinCPU     float64 `json:"joinCpuSeconds"`
	Seconds     float64 `json:"seconds"`
	Messages    int64   `json:"messages"`
	Deliveries  int64   `json:"deliveries"`
	Frames      int64   `json:"frames"`
	Bytes       int64   `json:"bytes"`
	ServerCPU   float64 `json:"serverCpuSeconds"`
	LoadCPU     float64 `json:"loadCpuSeconds"`
	P50         float64 `json:"p50"`
	P99         float64 `json:"p99"`
	RssBefore   int64   `json:"rssBefore"`
	RssPeak     int64   `json:"rssPeak"`
	// Over the whole run, with what came while it drained.
	Missing   int64  `json:"missing"`
	Misplaced int64  `json:"misplaced"`
	Unlike    int    `json:"unlike"`
	Errors    int64  `json:"errors"`
	FirstErr  string `json:"firstError"`
	Closed    int    `json:"closed"`
	// So much was under way at the end that it did not all come in time: loss cannot be told.
	Late bool `json:"late"`
}

func run(spec Spec) (Result, error) {
	l, err := newLoop(spec)
	if err != nil {
		return Result{}, err
	}
	defer l.closeAll()
	result := Result{}
	if err := l.joinAll(&result); err != nil || spec.Mode == "join" {
		return result, err
	}
	s := sender{loop: l}
	l.returned = func() { s.under-- }
	// Arrivals are still being told: they are no part of what is measured.
	begin := l.now() + time.Duration(spec.WarmupMs)*time.Millisecond
	if err := s.until(begin, nil); err != nil {
		return result, err
	}
	l.measure(&s, &result, begin)
	if result.Seconds == 0 {
		return result, fmt.Errorf("nothing was measured")
	}
	deadline := l.now() + time.Duration(spec.DrainMs)*time.Millisecond
	heard, moved := l.scan.deliveries, l.now()
	for l.scan.deliveries < s.total*int64(l.present()) && l.now() < deadline && l.now()-moved < stalled {
		if err := l.turn(time.Millisecond); err != nil {
			return result, err
		}
		if l.scan.deliveries > heard {
			heard, moved = l.scan.deliveries, l.now()
		}
	}
	// Still coming: slow is not lost, but nothing can be said of what is under way.
	result.Late = l.scan.deliveries < s.total*int64(l.present()) && l.now()-moved < stalled
	l.judge(&s, &result)
	return result, nil
}

func (l *loop) joinAll(result *Result) error {
	cpu, _ := usage(l.spec.Pids)
	wanted := l.spec.Connections + l.spec.Slow
	for l.joined+l.failed < wanted {
		for l.opening < l.spec.Parallel && len(l.connections) < wanted {
			if err := l.open(len(l.connections) >= l.spec.Connections); err != nil {
				return err
			}
		}
		if l.now() > joinLimit {
			return fmt.Errorf("%d of %d joined in %v", l.joined, wanted, joinLimit)
		}
		if err := l.turn(time.Millisecond); err != nil {
			return err
		}
	}
	result.Joined, result.JoinFailed, result.JoinSeconds = l.joined, l.failed, l.lastJoined.Seconds()
	after, _ := usage(l.spec.Pids)
	result.JoinCPU = after - cpu
	if l.failed > 0 {
		return fmt.Errorf("%d of %d connections were refused", l.failed, wanted)
	}
	return nil
}

func (l *loop) measure(s *sender, result *Result, begin time.Duration) {
	cpu, rss := usage(l.spec.Pids)
	own, before, sent := ownCPU(), l.scan, s.total
	result.RssBefore, result.RssPeak = rss, rss
	l.scan.measuring = true
	looked := l.now()
	started := l.now()
	end := begin + time.Duration(l.spec.RunMs)*time.Millisecond
	_ = s.until(end, func() {
		if now := l.now(); now-looked > rssEvery {
			looked = now
			_, rss := usage(l.spec.Pids)
			result.RssPeak = max(result.RssPeak, rss)
		}
	})
	l.scan.measuring = false
	cpuAfter, rss := usage(l.spec.Pids)
	result.RssPeak = max(result.RssPeak, rss)
	result.Seconds = (l.now() - started).Seconds()
	result.ServerCPU, result.LoadCPU = cpuAfter-cpu, ownCPU()-own
	result.Messages = s.total - sent
	result.Deliveries = l.scan.deliveries - before.deliveries
	result.Frames = l.scan.frames - before.frames
	result.Bytes = l.scan.bytes - before.bytes
	result.P50, result.P99 = l.scan.quantile(0.5), l.scan.quantile(0.99)
}

// present is how many still read.
func (l *loop) present() int { return l.spec.Connections - l.closed }

func (l *loop) judge(s *sender, result *Result) {
	result.Misplaced, result.Errors, result.FirstErr = l.scan.misplaced, l.scan.errors, l.scan.firstErr
	result.Closed = l.closed
	if l.spec.Mode == "listen" || result.Late {
		return
	}
	first := l.connections[0]
	for _, c := range l.connections[:l.spec.Connections] {
		if c.phase != member {
			continue
		}
		result.Missing += s.total - c.seen
		if c.digest != first.digest {
			result.Unlike++
		}
	}
}
