package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// schema is the version of the file that this program reads and writes.
const schema = 1

var (
	errNoSchema = errors.New("the store has no schema: the migration has not run")
	errNoOrder  = errors.New("no such order")
)

// order is what a customer asked for.
type order struct {
	ID     int  `json:"id"`
	Taken  bool `json:"taken"`
	Packed bool `json:"packed"`
}

// counts is how many orders there are, and how far they got.
type counts struct {
	Placed int `json:"placed"`
	Packed int `json:"packed"`
}

// orders are kept in one file, which is written anew at each change.
type orders struct {
	path string

	mu     sync.Mutex
	Schema int     `json:"schema"`
	Orders []order `json:"orders"`
}

// openOrders reads the file, if there is one. What a worker had taken before
// the store stopped is free to be taken again.
func openOrders(path string) (*orders, error) {
	o := &orders{path: path}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, o); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range o.Orders {
		o.Orders[i].Taken = o.Orders[i].Packed
	}
	return o, nil
}

func (o *orders) migrate() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Schema = schema
	return o.save()
}

func (o *orders) place() (order, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.Schema != schema {
		return order{}, errNoSchema
	}
	placed := order{ID: len(o.Orders) + 1}
	o.Orders = append(o.Orders, placed)
	return placed, o.save()
}

// take hands out an order that nobody packs yet.
func (o *orders) take() (order, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.Orders {
		if !o.Orders[i].Taken {
			o.Orders[i].Taken = true
			return o.Orders[i], true
		}
	}
	return order{}, false
}

func (o *orders) pack(id int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id < 1 || id > len(o.Orders) {
		return fmt.Errorf("order %d: %w", id, errNoOrder)
	}
	o.Orders[id-1].Packed = true
	return o.save()
}

func (o *orders) count() counts {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := counts{Placed: len(o.Orders)}
	for _, each := range o.Orders {
		if each.Packed {
			c.Packed++
		}
	}
	return c
}

// save replaces the file in one step, so that a crash leaves the old or the new one.
func (o *orders) save() error {
	content, err := json.Marshal(o)
	if err != nil {
		return err
	}
	next := o.path + ".next"
	if err := os.MkdirAll(filepath.Dir(o.path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}
	return os.Rename(next, o.path)
}
