package main

import "encoding/binary"

const (
	opContinuation = 0
	opText         = 1
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// clientFrame is masked with zeros: the protocol asks for a mask, and this one costs nothing.
func clientFrame(opcode byte, payload string) []byte {
	return append(header(opcode, len(payload), true), payload...)
}

func header(opcode byte, length int, masked bool) []byte {
	bit := byte(0)
	if masked {
		bit = 0x80
	}
	frame := make([]byte, 0, 14+length)
	switch {
	case length < 126:
		frame = append(frame, 0x80|opcode, bit|byte(length))
	case length < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|opcode, bit|126), uint16(length))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 0x80|opcode, bit|127), uint64(length))
	}
	if masked {
		frame = append(frame, 0, 0, 0, 0)
	}
	return frame
}

// parseFrame gives the first frame of data and its whole length; 0: there is not enough of it yet.
func parseFrame(data []byte) (opcode byte, payload []byte, size int) {
	if len(data) < 2 {
		return 0, nil, 0
	}
	start, length := 2, int(data[1]&0x7f)
	if length == 126 {
		if len(data) < 4 {
			return 0, nil, 0
		}
		start, length = 4, int(binary.BigEndian.Uint16(data[2:]))
	} else if length == 127 {
		if len(data) < 10 {
			return 0, nil, 0
		}
		start, length = 10, int(binary.BigEndian.Uint64(data[2:]))
	}
	if data[1]&0x80 != 0 {
		start += 4
	}
	if len(data) < start+length {
		return 0, nil, 0
	}
	return data[0] & 0x0f, data[start : start+length], start + length
}
