package main

import (
	"bytes"
	"strconv"
	"time"
)

// A message's text: @<sender>.<number>.<µs since the run began>~ and padding.
var marker = []byte(`"@`)
var errorMark = []byte(`"type":"error"`)

// Deliveries slower than this are counted in the last bucket.
const (
	bucketMicros = 50
	buckets      = 400_000
)

// scan counts what came and checks its order.
type scan struct {
	deliveries, frames, bytes, errors int64
	// Not the next one of its sender: lost, doubled or out of order.
	misplaced int64
	latencies [buckets]int32
	measured  int64
	measuring bool
	firstErr  string
}

func text(sender int, number uint32, at time.Duration, length int) string {
	buffer := make([]byte, 0, length+40)
	buffer = append(buffer, '@')
	buffer = strconv.AppendInt(buffer, int64(sender), 10)
	buffer = append(buffer, '.')
	buffer = strconv.AppendUint(buffer, uint64(number), 10)
	buffer = append(buffer, '.')
	buffer = strconv.AppendInt(buffer, at.Microseconds(), 10)
	buffer = append(buffer, '~')
	for len(buffer) < length {
		buffer = append(buffer, 'x')
	}
	return string(buffer)
}

func number(data []byte, at int) (value int64, next int) {
	for ; at < len(data) && data[at] >= '0' && data[at] <= '9'; at++ {
		value = value*10 + int64(data[at]-'0')
	}
	return value, at + 1
}

func (s *scan) payload(l *loop, c *connection, payload []byte) {
	s.frames++
	if bytes.Contains(payload[:min(len(payload), 120)], errorMark) {
		s.errors++
		if s.firstErr == "" {
			s.firstErr = string(payload[:min(len(payload), 200)])
		}
	}
	now := l.now().Microseconds()
	for {
		at := bytes.Index(payload, marker)
		if at < 0 {
			return
		}
		sender, next := number(payload, at+2)
		counter, next := number(payload, next)
		sentAt, next := number(payload, next)
		payload = payload[min(next, len(payload)):]
		if int(sender) >= len(c.last) {
			s.misplaced++
			continue
		}
		if uint32(counter) != c.last[sender]+1 {
			s.misplaced++
		}
		c.last[sender] = uint32(counter)
		c.digest = c.digest*1099511628211 + uint64(sender)<<32 + uint64(counter)
		c.seen++
		s.deliveries++
		if s.measuring {
			s.latencies[min(max(0, (now-sentAt)/bucketMicros), buckets-1)]++
			s.measured++
		}
		if int(sender) == c.index {
			l.returned()
		}
	}
}

// quantile in milliseconds.
func (s *scan) quantile(q float64) float64 {
	left := int64(q * float64(s.measured))
	for bucket, count := range s.latencies {
		if left -= int64(count); left < 0 {
			return float64(bucket) * bucketMicros / 1000
		}
	}
	return 0
}
