package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Frames in one write where a frame holds one message, so that the server's own calls do not limit what is read.
const framesPerWrite = 16

// perfect is a server that does nothing but write: what the load generator reads from it is the generator's ceiling.
// It prints its port and starts to write to all once `?clients=` have come.
func perfect(messages string) {
	perFrame, err := strconv.Atoi(messages)
	if err != nil {
		fail(err)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	fmt.Printf("{\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	var members []net.Conn
	for {
		socket, err := listener.Accept()
		if err != nil {
			fail(err)
		}
		request, err := http.ReadRequest(bufio.NewReader(socket))
		if err != nil {
			fail(err)
		}
		answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
		welcome := `{"type":"welcome"}`
		_, _ = socket.Write(append(append([]byte(answer), header(opText, len(welcome), false)...), welcome...))
		members = append(members, socket)
		if strconv.Itoa(len(members)) == request.URL.Query().Get("clients") {
			everything(members, perFrame)
			return
		}
	}
}

func everything(members []net.Conn, perFrame int) {
	start := time.Now()
	for number := uint32(1); ; {
		var block []byte
		for frames := 0; frames == 0 || (perFrame == 1 && frames < framesPerWrite); frames++ {
			body := []byte{'['}
			for i := 0; i < perFrame; i++ {
				body = append(body, sample(number, time.Since(start))...)
				body = append(body, ',')
				number++
			}
			body[len(body)-1] = ']'
			block = append(append(block, header(opText, len(body), false)...), body...)
		}
		for _, socket := range members {
			if _, err := socket.Write(block); err != nil {
				return
			}
		}
	}
}

// sample is as long as a message of the chat.
func sample(number uint32, at time.Duration) string {
	return `{"type":"chat_message","id":"AAAAAAAAAAAAAAAAAAAAAA","userId":"00000000-0000-0000-0000-000000000000",` +
		`"username":"Anonymous","message":"` + text(0, number, at, 60) + `","timestamp":1700000000000}`
}
