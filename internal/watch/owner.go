package watch

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stackctl/stack/engine"
)

// accountsLimit bounds what is read of a container's passwd and group.
const accountsLimit = 1 << 20

// ownerOf is whom a container runs as. The user is as the image or the compose
// file says it: a name or a number, and a group behind a colon.
func ownerOf(ctx context.Context, files Files, container, user string) (owner, error) {
	name, group, _ := strings.Cut(user, ":")
	if (name == "" || name == "0" || name == "root") && group == "" {
		return owner{}, nil
	}
	o, err := account(ctx, files, container, name)
	if err != nil || group == "" {
		return o, err
	}
	if o.gid, err = strconv.Atoi(group); err == nil {
		return o, nil
	}
	text, err := readFile(ctx, files, container, "/etc/group")
	if err != nil {
		return o, err
	}
	fields := record(text, group, 0)
	if len(fields) < 3 {
		return o, fmt.Errorf("container %s has no group %q", container, group)
	}
	o.gid, err = strconv.Atoi(fields[2])
	return o, err
}

// account is a user, and its group. A number without an account is of group 0,
// as the engine runs it.
func account(ctx context.Context, files Files, container, user string) (o owner, err error) {
	text, err := readFile(ctx, files, container, "/etc/passwd")
	if err != nil {
		return owner{}, err
	}
	uid, notNumber := strconv.Atoi(user)
	fields := record(text, user, 0)
	if notNumber == nil {
		fields = record(text, user, 2)
	}
	if len(fields) < 4 {
		if notNumber != nil {
			return owner{}, fmt.Errorf("container %s has no user %q", container, user)
		}
		return owner{uid: uid}, nil
	}
	if o.uid, err = strconv.Atoi(fields[2]); err != nil {
		return owner{}, fmt.Errorf("container %s: /etc/passwd: %w", container, err)
	}
	if o.gid, err = strconv.Atoi(fields[3]); err != nil {
		return owner{}, fmt.Errorf("container %s: /etc/passwd: %w", container, err)
	}
	return o, nil
}

// record are the fields of the first line that has a value in one of them.
func record(text, value string, field int) []string {
	for line := range strings.Lines(text) {
		if fields := strings.Split(strings.TrimSpace(line), ":"); len(fields) > field && fields[field] == value {
			return fields
		}
	}
	return nil
}

// readFile is a file of a container, empty for one that is not there.
func readFile(ctx context.Context, files Files, container, name string) (string, error) {
	stream, _, err := files.CopyFrom(ctx, container, name)
	if errors.Is(err, engine.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer stream.Close()
	reader := tar.NewReader(stream)
	if _, err := reader.Next(); err != nil {
		return "", fmt.Errorf("%s of container %s: %w", name, container, err)
	}
	content, err := io.ReadAll(io.LimitReader(reader, accountsLimit))
	return string(content), err
}
