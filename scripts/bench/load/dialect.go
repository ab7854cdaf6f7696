package main

import (
	"fmt"
	"strconv"
	"strings"
)

// dialect is how a server's clients talk: what they offer, what they say first, and how a message is wrapped.
type dialect struct {
	subprotocol string
	// Said once the socket is open; empty: nothing.
	hello string
	// In the first frame that makes somebody a member.
	joined string
	wrap   func(text string, client int, number uint32, nowMs int64) string
	// The answer to a heartbeat of the application's own; empty: this frame is none.
	heartbeat func(payload []byte) string
}

func none(payload []byte) string { return "" }

func dialectOf(name string) (dialect, error) {
	plain := func(text string, _ int, _ uint32, _ int64) string {
		return `{"type":"chat_message","message":"` + text + `"}`
	}
	switch name {
	case "plain":
		return dialect{joined: `"welcome"`, wrap: plain, heartbeat: none}, nil
	case "v1":
		wrap := func(text string, client int, number uint32, nowMs int64) string {
			id := strconv.FormatInt(nowMs, 36) + "-" + fmt.Sprintf("%04x%08x", client, number)
			return `{"type":"chat_message","message":"` + text + `","clientId":"` + id + `"}`
		}
		return dialect{subprotocol: "edge-chat.v1", joined: `"welcome"`, wrap: wrap, heartbeat: none}, nil
	case "socket.io":
		wrap := func(text string, _ int, _ uint32, _ int64) string {
			return `42["chat_message",{"message":"` + text + `"}]`
		}
		heartbeat := func(payload []byte) string {
			if len(payload) == 1 && payload[0] == '2' {
				return "3"
			}
			return ""
		}
		return dialect{hello: "40", joined: `"welcome"`, wrap: wrap, heartbeat: heartbeat}, nil
	}
	return dialect{}, fmt.Errorf("dialect %q: v1, plain or socket.io", name)
}

func handshake(spec Spec, d dialect) []byte {
	lines := []string{
		"GET " + spec.Path + " HTTP/1.1",
		"Host: " + spec.Address,
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Version: 13",
	}
	if d.subprotocol != "" {
		lines = append(lines, "Sec-WebSocket-Protocol: "+d.subprotocol)
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}
