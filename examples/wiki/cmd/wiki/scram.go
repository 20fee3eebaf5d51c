package main

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What the server asks for when somebody logs in.
const (
	loginDone     = 0
	loginSASL     = 10
	loginContinue = 11
	loginFinal    = 12
)

// scram proves that it knows a password without sending it (RFC 5802, with SHA-256).
type scram struct {
	password  string
	first     string // what was sent first
	signature []byte // what the server has to know too
}

// answer returns what to send, nil when there is nothing to say.
func (s *scram) answer(request []byte) ([]byte, error) {
	if len(request) < 4 {
		return nil, io.ErrUnexpectedEOF
	}
	body := request[4:]
	switch kind := binary.BigEndian.Uint32(request); kind {
	case loginDone:
		return nil, nil
	case loginSASL:
		s.first = "n=,r=" + rand.Text()
		message := text("SCRAM-SHA-256")
		message = binary.BigEndian.AppendUint32(message, uint32(len("n,,"+s.first)))
		return append(message, "n,,"+s.first...), nil
	case loginContinue:
		return s.prove(string(body))
	case loginFinal:
		want := "v=" + base64.StdEncoding.EncodeToString(s.signature)
		if subtle.ConstantTimeCompare(body, []byte(want)) != 1 {
			return nil, errors.New("the server does not know the password either")
		}
		return nil, nil
	default:
		return nil, fmt.Errorf("the server asks for a login of kind %d, and only SCRAM-SHA-256 is known here", kind)
	}
}

func (s *scram) prove(challenge string) ([]byte, error) {
	var nonce string
	var salt []byte
	var rounds int
	var err error
	for attribute := range strings.SplitSeq(challenge, ",") {
		name, value, _ := strings.Cut(attribute, "=")
		switch name {
		case "r":
			nonce = value
		case "s":
			salt, err = base64.StdEncoding.DecodeString(value)
		case "i":
			rounds, err = strconv.Atoi(value)
		}
		if err != nil {
			return nil, fmt.Errorf("the server's challenge: %w", err)
		}
	}
	if !strings.HasPrefix(nonce, strings.TrimPrefix(s.first, "n=,r=")) {
		return nil, errors.New("the server's challenge is not for this login")
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, salt, rounds, sha256.Size)
	if err != nil {
		return nil, err
	}
	final := "c=biws,r=" + nonce
	exchange := s.first + "," + challenge + "," + final
	key := sign(salted, "Client Key")
	stored := sha256.Sum256(key)
	proof := make([]byte, sha256.Size)
	subtle.XORBytes(proof, key, sign(stored[:], exchange))
	s.signature = sign(sign(salted, "Server Key"), exchange)
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

func sign(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}
