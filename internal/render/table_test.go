package render

import (
	"bytes"
	"testing"

	"gotest.tools/v3/assert"
)

func TestTableIsAsWideAsDockers(t *testing.T) {
	var out bytes.Buffer
	assert.NilError(t, Table(&out, []string{"NAME", "STATUS", "CONFIG FILES"}, [][]string{
		{"shop", "running(3)", "/src/shop/compose.yaml"},
		{"größer…", "exited(1)", ""},
	}))
	assert.Equal(t, out.String(), `NAME      STATUS       CONFIG FILES
shop      running(3)   /src/shop/compose.yaml
größer…   exited(1)    
`)
}

func TestListPrintsRowsOfAnyKind(t *testing.T) {
	type row struct{ Name, Driver string }
	rows := []row{{"shop_data", "local"}, {"a", "nfs"}}
	headers := Headers{"Name": "VOLUME NAME", "Driver": "DRIVER"}
	for format, want := range map[string]string{
		`table {{.Driver}}\t{{.Name}}`: "DRIVER    VOLUME NAME\nlocal     shop_data\nnfs       a\n",
		"{{.Name}}":                    "shop_data\na\n",
		"{{json .}}":                   "{\"Name\":\"shop_data\",\"Driver\":\"local\"}\n{\"Name\":\"a\",\"Driver\":\"nfs\"}\n",
		"json":                         "{\"Name\":\"shop_data\",\"Driver\":\"local\"}\n{\"Name\":\"a\",\"Driver\":\"nfs\"}\n",
	} {
		var out bytes.Buffer
		assert.NilError(t, List(&out, rows, format, headers))
		assert.Equal(t, out.String(), want)
	}
}

func TestATableIsNarrowedToTheTerminal(t *testing.T) {
	rows := func() [][]string { return [][]string{{"1", "api, db and 5 more", "succeeded"}, {"2", "db", "failed"}} }
	for width, want := range map[int]string{0: "api, db and 5 more", 100: "api, db and 5 more", 37: "api, db and 5…", 10: "api, d…"} {
		got := rows()
		narrow([]string{"REVISION", "CHANGED", "OUTCOME"}, got, 1, width)
		assert.Equal(t, got[0][1], want, width)
		assert.Equal(t, got[1][1], "db")
	}
}
