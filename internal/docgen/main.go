// Command docgen writes the parts of the manual that the code knows: the
// reference, one page a command, into the folder REFERENCE, and what becomes of
// each field of a compose file into the file SUPPORT: docgen REFERENCE SUPPORT.
// The manual's pages for man go into a folder: docgen man FOLDER.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/cli"
)

func main() {
	const arguments = 3
	if len(os.Args) != arguments {
		fmt.Fprintln(os.Stderr, "usage: docgen REFERENCE SUPPORT, or docgen man FOLDER")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func generate(reference, support string) error {
	if reference == "man" {
		return writeMan(support, cli.NewRootCommand())
	}
	return errors.Join(write(reference, cli.NewRootCommand()), writeSupport(support))
}

// write replaces the pages in dir.
func write(dir string, root *cobra.Command) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	index := page(root) + "## Commands\n\n"
	for _, command := range root.Commands() {
		if !command.IsAvailableCommand() || command.Name() == "help" {
			continue
		}
		name := strings.ReplaceAll(command.CommandPath(), " ", "_") + ".md"
		index += fmt.Sprintf("- [%s](%s): %s\n", command.CommandPath(), name, command.Short)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(page(command)), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), []byte(index), 0o644)
}

// page is the manual page of a command in Markdown.
func page(command *cobra.Command) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n\n%s\n\n```\n%s\n```\n\n", command.CommandPath(), description(command), usage(command))
	if command.Example != "" {
		fmt.Fprintf(&out, "## Examples\n\n```\n%s\n```\n\n", dedent(command.Example))
	}
	if flags := table(command.LocalFlags()); flags != "" {
		fmt.Fprintf(&out, "## Flags\n\n%s\n", flags)
	}
	return out.String()
}

func usage(command *cobra.Command) string {
	if command.HasSubCommands() {
		return command.CommandPath() + " [OPTIONS] COMMAND"
	}
	return strings.TrimSuffix(command.UseLine(), " [flags]")
}

func description(command *cobra.Command) string {
	if command.Long != "" {
		return strings.TrimSpace(command.Long)
	}
	return command.Short + "."
}

func dedent(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}

func table(flags *pflag.FlagSet) string {
	var rows strings.Builder
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden || flag.Name == "help" {
			return
		}
		kind, usage := pflag.UnquoteUsage(flag)
		name := "--" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", " + name
		}
		if kind != "" {
			name += " " + kind
		}
		fmt.Fprintf(&rows, "| `%s` | %s |\n", name, strings.ReplaceAll(usage, "|", `\|`))
	})
	if rows.Len() == 0 {
		return ""
	}
	return "| flag | what it does |\n|---|---|\n" + rows.String()
}
