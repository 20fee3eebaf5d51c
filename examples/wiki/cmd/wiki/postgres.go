package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// database is where PostgreSQL is. Each query has a connection of its own:
// enough for an example, and nothing to mend when the server restarts.
type database struct {
	address, name, user, password string
}

// query runs one statement with its parameters as text, and returns the rows
// as text, NULL as "".
func (d database) query(ctx context.Context, statement string, parameters ...string) ([][]string, error) {
	session, err := d.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("database %s at %s: %w", d.name, d.address, err)
	}
	defer session.Close()
	rows, err := session.query(statement, parameters)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", d.name, err)
	}
	return rows, nil
}

func (d database) connect(ctx context.Context) (*session, error) {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", d.address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { connection.Close() })
	s := &session{Conn: connection, in: bufio.NewReader(connection), stop: stop}
	if err := s.start(d); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// session speaks version 3.0 of PostgreSQL's protocol: a message is a byte for
// its kind, its length, and its body.
type session struct {
	net.Conn
	in   *bufio.Reader
	stop func() bool
}

// Close ends the session.
func (s *session) Close() error {
	s.stop()
	return s.Conn.Close()
}

const protocol = 3 << 16

func (s *session) start(d database) error {
	hello := binary.BigEndian.AppendUint32(nil, protocol)
	hello = append(hello, text("user", d.user, "database", d.name, "")...)
	if err := s.send(0, hello); err != nil {
		return err
	}
	login := scram{password: d.password}
	for {
		kind, body, err := s.receive()
		if err != nil {
			return err
		}
		switch kind {
		case 'Z': // ready for a query
			return nil
		case 'R':
			answer, err := login.answer(body)
			if err != nil {
				return err
			}
			if answer != nil {
				if err := s.send('p', answer); err != nil {
					return err
				}
			}
		}
	}
}

// query parses, binds and executes an unnamed statement.
func (s *session) query(statement string, parameters []string) ([][]string, error) {
	bind := append(text("", ""), 0, 0)
	bind = binary.BigEndian.AppendUint16(bind, uint16(len(parameters)))
	for _, parameter := range parameters {
		bind = binary.BigEndian.AppendUint32(bind, uint32(len(parameter)))
		bind = append(bind, parameter...)
	}
	messages := []struct {
		kind byte
		body []byte
	}{
		{'P', append(text("", statement), 0, 0)},
		{'B', append(bind, 0, 0)},
		{'E', append(text(""), 0, 0, 0, 0)},
		{'S', nil},
	}
	for _, message := range messages {
		if err := s.send(message.kind, message.body); err != nil {
			return nil, err
		}
	}
	var rows [][]string
	for {
		kind, body, err := s.receive()
		if err != nil {
			return nil, err
		}
		switch kind {
		case 'D':
			row, err := columns(body)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		case 'Z':
			return rows, nil
		}
	}
}

func (s *session) send(kind byte, body []byte) error {
	var message []byte
	if kind != 0 {
		message = append(message, kind)
	}
	message = binary.BigEndian.AppendUint32(message, uint32(len(body)+4))
	_, err := s.Write(append(message, body...))
	return err
}

// receive returns the next message, or what the server calls an error.
func (s *session) receive() (kind byte, body []byte, err error) {
	var header [5]byte
	if _, err := io.ReadFull(s.in, header[:]); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(header[1:])
	if length < 4 || length > 1<<26 {
		return 0, nil, fmt.Errorf("a message of %d bytes", length)
	}
	body = make([]byte, length-4)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return 0, nil, err
	}
	if header[0] == 'E' {
		return 0, nil, serverError(body)
	}
	return header[0], body, nil
}

// serverError takes the message out of an error's fields.
func serverError(body []byte) error {
	for field := range strings.SplitSeq(string(body), "\x00") {
		if message, ok := strings.CutPrefix(field, "M"); ok {
			return errors.New(message)
		}
	}
	return errors.New("the server reports an error without a message")
}

func columns(body []byte) ([]string, error) {
	if len(body) < 2 {
		return nil, io.ErrUnexpectedEOF
	}
	row := make([]string, binary.BigEndian.Uint16(body))
	body = body[2:]
	for i := range row {
		if len(body) < 4 {
			return nil, io.ErrUnexpectedEOF
		}
		length := int(int32(binary.BigEndian.Uint32(body)))
		body = body[4:]
		if length < 0 {
			continue
		}
		if len(body) < length {
			return nil, io.ErrUnexpectedEOF
		}
		row[i], body = string(body[:length]), body[length:]
	}
	return row, nil
}

// text is the strings as the protocol has them.
func text(values ...string) []byte {
	var encoded []byte
	for _, value := range values {
		encoded = append(append(encoded, value...), 0)
	}
	return encoded
}
