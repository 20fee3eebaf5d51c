package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"
)

// runMigrate prepares the store, and ends.
func runMigrate(ctx context.Context) error {
	token, err := readToken()
	if err != nil {
		return err
	}
	if err := call(ctx, http.MethodPut, storeURL()+"/schema", token, nil, nil); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	log.Printf("the store has schema %d", schema)
	return nil
}

// runWorker packs orders until ctx ends.
func runWorker(ctx context.Context) error {
	token, err := readToken()
	if err != nil {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	log.Print("worker waits for orders")
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := packOne(ctx, token); err != nil && ctx.Err() == nil {
			log.Print(err)
		}
	}
}

func packOne(ctx context.Context, token string) error {
	var taken order
	if err := call(ctx, http.MethodPost, storeURL()+"/orders/take", token, nil, &taken); err != nil {
		return err
	}
	if taken.ID == 0 {
		return nil
	}
	if err := call(ctx, http.MethodPost, fmt.Sprintf("%s/orders/%d/packed", storeURL(), taken.ID), token, nil, nil); err != nil {
		return err
	}
	log.Printf("packed order %d", taken.ID)
	return nil
}

func storeURL() string { return setting("STORE_URL", "http://store:8080") }
