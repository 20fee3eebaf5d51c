package watch

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
)

// debounced runs a test beside debounce, on virtual time.
func debounced(t *testing.T, test func(t *testing.T, changes chan<- Change, batches <-chan batch)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		changes, batches := make(chan Change), make(chan batch)
		go debounce(ctx, changes, batches)
		test(t, changes, batches)
	})
}

func TestChangesOfOneSaveAreOneBatch(t *testing.T) {
	debounced(t, func(t *testing.T, changes chan<- Change, batches <-chan batch) {
		begun := time.Now()
		for range 5 {
			changes <- Change{Path: "/b", Gone: true}
			changes <- Change{Path: "/a"}
			changes <- Change{Path: "/b"}
			time.Sleep(quiet - time.Millisecond)
		}
		assert.DeepEqual(t, (<-batches).sorted(), []Change{{Path: "/a"}, {Path: "/b"}})
		assert.Equal(t, time.Since(begun), 4*(quiet-time.Millisecond)+quiet)
		changes <- Change{Path: "/c"}
		assert.DeepEqual(t, (<-batches).sorted(), []Change{{Path: "/c"}})
	})
}

func TestABurstThatDoesNotEndIsSeveralBatches(t *testing.T) {
	debounced(t, func(t *testing.T, changes chan<- Change, batches <-chan batch) {
		begun := time.Now()
		go func() {
			for i := 0; time.Since(begun) < 4*patience; i++ {
				changes <- Change{Path: fmt.Sprint("/", i)}
				time.Sleep(time.Millisecond)
			}
		}()
		seen := 0
		for range 4 {
			seen += len(<-batches)
		}
		assert.Assert(t, time.Since(begun) <= 4*patience+quiet, "a batch waits for no end")
		time.Sleep(4 * patience)
		select {
		case last := <-batches:
			seen += len(last)
		default:
		}
		assert.Equal(t, seen, int(4*patience/time.Millisecond))
	})
}

func TestABatchGrowsUntilItIsTaken(t *testing.T) {
	debounced(t, func(t *testing.T, changes chan<- Change, batches <-chan batch) {
		changes <- Change{Path: "/a"}
		time.Sleep(time.Hour)
		changes <- Change{Path: "/b"}
		synctest.Wait()
		assert.DeepEqual(t, (<-batches).sorted(), []Change{{Path: "/a"}, {Path: "/b"}})
	})
}

func TestAFolderInPlaceOfAFileIsKnownAsThat(t *testing.T) {
	debounced(t, func(t *testing.T, changes chan<- Change, batches <-chan batch) {
		changes <- Change{Path: "/a", Gone: true}
		changes <- Change{Path: "/a", Dir: true}
		changes <- Change{Path: "/a", Dir: true}
		assert.DeepEqual(t, (<-batches).sorted(), []Change{{Path: "/a", Dir: true, Replaced: true}})
		changes <- Change{Path: "/a", Replaced: true}
		changes <- Change{Path: "/a", Gone: true}
		assert.DeepEqual(t, (<-batches).sorted(), []Change{{Path: "/a", Gone: true}})
	})
}
