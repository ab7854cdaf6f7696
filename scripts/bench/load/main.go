// The load generator of the bench: one thread, epoll, plain sockets, no module beside Go's own. It reads a spec (JSON)
// from stdin and writes what it saw (JSON) to stdout. `load perfect <messages a frame>` is the server against which
// its own ceiling is measured.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// Spec says what to do. Times in milliseconds.
type Spec struct {
	Address string `json:"address"`
	Path    string `json:"path"`
	Dialect string `json:"dialect"`
	// Connections that read, and that join but never read.
	Connections int `json:"connections"`
	Slow        int `json:"slow"`
	// Handshakes under way at once.
	Parallel int `json:"parallel"`
	// "saturate": so many messages always under way. "rate": so many a second. "listen": the server sends by itself.
	// "join": nothing is sent.
	Mode     string  `json:"mode"`
	InFlight int     `json:"inFlight"`
	Rate     float64 `json:"rate"`
	WarmupMs int     `json:"warmupMs"`
	RunMs    int     `json:"runMs"`
	// Longest wait for what is still under way at the end.
	DrainMs int `json:"drainMs"`
	// Characters of a message's text.
	Length int `json:"length"`
	// Processes whose CPU time and memory are read at both ends of the measured time.
	Pids []int `json:"pids"`
}

func main() {
	debug.SetGCPercent(400)
	runtime.LockOSThread()
	if len(os.Args) == 3 && os.Args[1] == "perfect" {
		perfect(os.Args[2])
		return
	}
	var spec Spec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		fail(fmt.Errorf("the spec on stdin: %w", err))
	}
	result, err := run(spec)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "load:", err)
	os.Exit(1)
}
