package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/stackctl/stack/project/support"
)

const supportIntroduction = `# What becomes of each field

Every field of the [Compose Specification](https://github.com/compose-spec/compose-spec)
is honoured, honoured on Swarm only, or refused. In a path, ` + "`*`" + ` stands for a
name and ` + "`[]`" + ` for an entry of a list; ` + "`field=value`" + ` is about that value alone.

A field that the engine cannot honour is said before anything is changed. It is
a *warning* where the rest does what the file says, and an *error* where
something else would run. What only Swarm honours is one line for the project.
What a machine's kernel lacks, its engine says when the container is created.

On a Swarm a field is *honoured*, *mapped* to what a Swarm has for it, *left out*
with a warning, or *refused* with what to write instead. What is mapped is one
line for the project.

`

// writeSupport writes what becomes of each field of a compose file.
func writeSupport(file string) error {
	groups, err := support.Table()
	if err != nil {
		return err
	}
	var out strings.Builder
	out.WriteString(supportIntroduction)
	out.WriteString(count(groups))
	out.WriteString(exceptions(groups))
	out.WriteString(onSwarm(groups))
	out.WriteString("## Every field\n")
	for _, group := range groups {
		fmt.Fprintf(&out, "\n### %s\n\n| field | status | needs | | on a Swarm | needs | |\n|---|---|---|---|---|---|---|\n", group.Title)
		for _, f := range group.Fields {
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s | %s | %s |\n", cell(f.Name()), words(f), engine(f), cell(f.Note),
				f.OnSwarm.Fate, since(f.OnSwarm.Since), cell(f.OnSwarm.Note))
		}
	}
	return os.WriteFile(file, []byte(out.String()), 0o644)
}

// count says how many paths there are of each kind.
func count(groups []support.Group) string {
	total := 0
	of := map[support.Status]int{}
	fates := map[support.Fate]int{}
	for _, group := range groups {
		for _, f := range group.Fields {
			if f.Value == "" {
				total++
				of[f.Status]++
				fates[f.OnSwarm.Fate]++
			}
		}
	}
	return fmt.Sprintf("Of %d paths, %d are honoured, %d on Swarm only, and %d are refused.\n"+
		"On a Swarm %d are honoured, %d mapped, %d left out, and %d refused.\n\n",
		total, of[support.Honoured], of[support.Swarm], of[support.Refused],
		fates[support.FateHonoured], fates[support.FateMapped], fates[support.FateLeftOut], fates[support.FateRefused])
}

// exceptions are what not every engine honours, without what is below it.
func exceptions(groups []support.Group) string {
	kinds := []struct {
		title string
		is    func(support.Field) bool
		rows  string
	}{
		{title: "Refused", is: func(f support.Field) bool { return f.Status == support.Refused }},
		{title: "On Swarm only", is: func(f support.Field) bool { return f.Status == support.Swarm }},
		{title: "On newer engines", is: func(f support.Field) bool { return f.Since != "" }},
	}
	last := "none"
	for _, group := range groups {
		for _, f := range group.Fields {
			if f.Status == support.Honoured && f.Since == "" || strings.HasPrefix(f.Path, last+".") || strings.HasPrefix(f.Path, last+"[") {
				continue
			}
			if f.Value == "" && f.Status != support.Honoured {
				last = f.Path
			}
			for i, kind := range kinds {
				if kind.is(f) {
					kinds[i].rows += fmt.Sprintf("| `%s` | %s | %s | %s |\n", cell(f.Name()), engine(f), otherwise(f), cell(f.Note))
				}
			}
		}
	}
	var out strings.Builder
	for _, kind := range kinds {
		fmt.Fprintf(&out, "## %s\n\n| field | needs | otherwise | why |\n|---|---|---|---|\n%s\n", kind.title, kind.rows)
	}
	return out.String()
}

// onSwarm is what a Swarm does not do as it is written, without what is below it.
func onSwarm(groups []support.Group) string {
	var out strings.Builder
	out.WriteString("## Not as written on a Swarm\n\n| field | becomes | needs | otherwise | why, and what to write |\n|---|---|---|---|---|\n")
	last := "none"
	for _, group := range groups {
		for _, f := range group.Fields {
			o := f.OnSwarm
			if o.Fate == support.FateHonoured && o.Since == "" || strings.HasPrefix(f.Path, last+".") || strings.HasPrefix(f.Path, last+"[") {
				continue
			}
			if f.Value == "" && o.Fate != support.FateHonoured {
				last = f.Path
			}
			severity := string(o.Otherwise)
			if o.Otherwise == support.Silent {
				severity = "nothing is said"
			}
			if o.Fate == support.FateMapped {
				severity = ""
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", cell(f.Name()), o.Fate, since(o.Since), severity, cell(o.Note))
		}
	}
	out.WriteString("\n")
	return out.String()
}

func words(f support.Field) string {
	if f.Status == support.Swarm {
		return "Swarm only"
	}
	return string(f.Status)
}

// engine is what honours a field, empty where all do.
func engine(f support.Field) string {
	switch {
	case f.Since != "":
		return since(f.Since)
	case f.Status == support.Swarm:
		return "Swarm"
	}
	return ""
}

func since(api string) string {
	if api == "" {
		return ""
	}
	return fmt.Sprintf("Engine %s (API %s)", support.EngineOf(api), api)
}

func otherwise(f support.Field) string {
	if f.Otherwise == support.Silent {
		return "nothing is said"
	}
	return string(f.Otherwise)
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
