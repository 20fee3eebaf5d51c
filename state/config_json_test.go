package state_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

// TestEveryFieldOfAServiceIsReadBack sets every field that there is, with each
// switch on and off.
func TestEveryFieldOfAServiceIsReadBack(t *testing.T) {
	for _, on := range []bool{true, false} {
		var service state.Service
		filler{on}.fill(reflect.ValueOf(&service).Elem(), "")
		service.Config.Build.SSH = types.SSHConfig{{ID: "key=/path"}} // as they are in what is desired
		for _, config := range []*types.ServiceConfig{&service.Config, &service.PreStart[0].Config} {
			config.Name = service.Name
			config.Build = service.Config.Build
		}
		service.Written = types.ServiceConfig{}
		service.Build = nil // the engine's, which takes it as it is
		text, err := json.Marshal(service)
		assert.NilError(t, err)
		var read state.Service
		assert.NilError(t, json.Unmarshal(text, &read))
		assert.DeepEqual(t, read, service)

		label, err := state.EncodeConfig(service.Config)
		assert.NilError(t, err)
		applied, err := state.DecodeConfig(label)
		assert.NilError(t, err)
		assert.DeepEqual(t, applied.ExtraHosts, service.Config.ExtraHosts)
	}
}

func TestAProviderIsReadBack(t *testing.T) {
	provider := state.Provider{Name: "db", Config: types.ServiceConfig{Name: "db", Provider: &types.ServiceProviderConfig{Type: "x"}}}
	text, err := json.Marshal(provider)
	assert.NilError(t, err)
	var read state.Provider
	assert.NilError(t, json.Unmarshal(text, &read))
	assert.DeepEqual(t, read, provider)
}

// filler fills values with something that is not their zero value, but for
// booleans that are off.
type filler struct{ on bool }

func (f filler) fill(v reflect.Value, tag string) {
	if tag == "-" {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(f.on)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		v.SetInt(2_000_000)
	case reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16:
		v.SetUint(7)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), "")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(v.Index(0), "")
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, "")
		f.fill(value, "")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			f.fill(v.Field(i), v.Type().Field(i).Tag.Get("json"))
		}
		if limits, is := v.Addr().Interface().(*types.UlimitsConfig); is {
			*limits = types.UlimitsConfig{Single: 7}
			if !f.on {
				*limits = types.UlimitsConfig{Soft: 7, Hard: 8}
			}
		}
	}
}
