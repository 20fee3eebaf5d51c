package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// redis is where Redis is. Each call has a connection of its own: enough for
// an example, and nothing to mend when the server restarts.
type redis struct {
	address string
}

// call runs one command whose answer is not a list, and returns it as text.
func (r redis) call(ctx context.Context, command ...string) (string, error) {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", r.address)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return "", err
	}
	request := fmt.Sprintf("*%d\r\n", len(command))
	for _, word := range command {
		request += fmt.Sprintf("$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(connection, request); err != nil {
		return "", err
	}
	answer, err := read(bufio.NewReader(connection))
	if err != nil {
		return "", fmt.Errorf("redis %s: %w", command[0], err)
	}
	return answer, nil
}

func read(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return "", err
	}
	kind, value := line[0], strings.TrimRight(line[1:], "\r\n")
	switch kind {
	case '+', ':':
		return value, nil
	case '-':
		return "", errors.New(value)
	case '$':
		length, err := strconv.Atoi(value)
		if err != nil || length < 0 {
			return "", err
		}
		body := make([]byte, length+len("\r\n"))
		_, err = io.ReadFull(in, body)
		return string(body[:length]), err
	}
	return "", fmt.Errorf("an answer that starts with %q", kind)
}
