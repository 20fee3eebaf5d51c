package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/docker/docker/client"
	"github.com/moby/sys/user"
)

// own gives the files of a tar to the user that a container runs as. The engine
// can do that too, but it looks for names among the users of its own machine.
// The reader is to be closed.
func own(ctx context.Context, api *client.Client, container string, from io.Reader) (io.ReadCloser, error) {
	found, err := api.ContainerInspect(ctx, container)
	if err != nil {
		return nil, err
	}
	if found.Config.User == "" {
		return io.NopCloser(from), nil
	}
	users, err := readFile(ctx, api, container, "/etc/passwd")
	if err != nil {
		return nil, err
	}
	groups, err := readFile(ctx, api, container, "/etc/group")
	if err != nil {
		return nil, err
	}
	owner, err := user.GetExecUser(found.Config.User, &user.ExecUser{}, users, groups)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", found.Config.User, err)
	}
	out, in := io.Pipe()
	go func() { _ = in.CloseWithError(giveTo(owner, from, in)) }() // that never fails
	return out, nil
}

// giveTo copies a tar with another owner.
func giveTo(owner *user.ExecUser, from io.Reader, to io.Writer) error {
	in, out := tar.NewReader(from), tar.NewWriter(to)
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out.Close()
		}
		if err != nil {
			return err
		}
		header.Uid, header.Gid, header.Uname, header.Gname = owner.Uid, owner.Gid, "", ""
		if err := out.WriteHeader(header); err != nil {
			return err
		}
		if _, err := io.Copy(out, in); err != nil { //nolint:gosec // it is not unpacked here
			return err
		}
	}
}

// readFile is a file of a container; one that is not there is empty.
func readFile(ctx context.Context, api *client.Client, container, path string) (io.Reader, error) {
	content, _, err := api.CopyFromContainer(ctx, container, path)
	if absent(err) {
		return bytes.NewReader(nil), nil
	}
	if err != nil {
		return nil, err
	}
	defer content.Close()
	archive := tar.NewReader(content)
	if _, err := archive.Next(); err != nil {
		return nil, &brokenStream{err}
	}
	text, err := io.ReadAll(archive)
	return bytes.NewReader(text), err
}
