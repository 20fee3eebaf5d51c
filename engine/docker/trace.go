package docker

import "encoding/binary"

// A BuildKit build reports in protocol buffers (moby.buildkit.v1.StatusResponse).
// The few fields that are shown are read here, without the library.

// trace is what one report says.
type trace struct {
	steps []step
	logs  []stepLog
}

// step is a vertex of the build's graph.
type step struct {
	digest  string
	name    string
	cached  bool
	started bool
	failed  string // why
}

// stepLog is a part of a step's output.
type stepLog struct {
	step string // its digest
	text []byte
}

func parseTrace(data []byte) trace {
	var t trace
	fields(data, func(number uint64, value []byte, _ uint64) {
		switch number {
		case 1:
			t.steps = append(t.steps, parseStep(value))
		case 3:
			t.logs = append(t.logs, parseLog(value))
		}
	})
	return t
}

func parseStep(data []byte) step {
	var s step
	fields(data, func(number uint64, value []byte, bits uint64) {
		switch number {
		case 1:
			s.digest = string(value)
		case 3:
			s.name = string(value)
		case 4:
			s.cached = bits != 0
		case 5:
			s.started = true
		case 7:
			s.failed = string(value)
		}
	})
	return s
}

func parseLog(data []byte) stepLog {
	var l stepLog
	fields(data, func(number uint64, value []byte, _ uint64) {
		switch number {
		case 1:
			l.step = string(value)
		case 4:
			l.text = value
		}
	})
	return l
}

// fields calls each for the fields of a message: value is set for one with a
// length (wire type 2), bits for a varint (wire type 0). It stops where the
// message is malformed.
func fields(data []byte, each func(number uint64, value []byte, bits uint64)) {
	for len(data) > 0 {
		key, n := binary.Uvarint(data)
		if n <= 0 {
			return
		}
		data = data[n:]
		number := key >> 3
		switch key & 7 {
		case 0:
			bits, n := binary.Uvarint(data)
			if n <= 0 {
				return
			}
			each(number, nil, bits)
			data = data[n:]
		case 1:
			if len(data) < 8 {
				return
			}
			data = data[8:]
		case 2:
			size, n := binary.Uvarint(data)
			if n <= 0 || size > uint64(len(data)-n) {
				return
			}
			each(number, data[n:n+int(size)], 0)
			data = data[n+int(size):]
		case 5:
			if len(data) < 4 {
				return
			}
			data = data[4:]
		default:
			return
		}
	}
}
