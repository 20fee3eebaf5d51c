package layout

import "math"

// spread gives the cells of each column their heights: as near to what they are
// connected with as the order and the distances allow.
func (p *placement) spread() {
	for _, cells := range p.columns {
		y := 0
		for i, c := range cells {
			if i > 0 {
				y += p.distance(cells[i-1], c)
			}
			p.cells[c].y = y
		}
	}
	for range 12 {
		for i := range p.columns {
			p.attract(i, p.pull(true))
		}
		for i := range p.columns {
			p.attract(len(p.columns)-1-i, p.pull(false))
		}
	}
	for range 4 {
		for i := range p.columns {
			p.attract(i, p.pullBoth)
		}
	}
}

// distance is the least one between the middles of two neighbours of a column.
func (p *placement) distance(above, below int) int {
	a, b := p.cells[above], p.cells[below]
	gap := rowGap
	if a.node < 0 || b.node < 0 {
		gap = laneGap
	}
	return (a.height+1)/2 + (b.height+1)/2 + gap
}

// wish is where a cell wants to be, and how much.
type wish struct{ y, weight float64 }

// pull makes cells want to be where their neighbours on one side are.
func (p *placement) pull(left bool) func(c int) wish {
	return func(c int) wish { return p.mean(c, p.neighbours(c, left)) }
}

func (p *placement) pullBoth(c int) wish {
	return p.mean(c, append(p.cells[c].left[:len(p.cells[c].left):len(p.cells[c].left)], p.cells[c].right...))
}

func (p *placement) mean(c int, links []link) wish {
	if len(links) == 0 {
		return wish{float64(p.cells[c].y), 0.1}
	}
	sum := 0
	for _, l := range links {
		sum += p.cells[l.cell].y + l.other - l.own
	}
	weight := float64(len(links))
	if p.cells[c].node < 0 {
		weight = 4 // a long line is to be straight
	}
	return wish{float64(sum) / float64(len(links)), weight}
}

// block is a run of cells that lie against each other.
type block struct {
	sum, weight float64
	cells       int
}

func (b block) at() float64 { return b.sum / b.weight }

// attract moves the cells of a column to where they want to be, as little away
// from it as possible where they are in each other's way: the least squares
// under the distances, found by pooling those that collide.
func (p *placement) attract(column int, want func(c int) wish) {
	cells := p.columns[column]
	offsets := make([]int, len(cells))
	var blocks []block
	for i, c := range cells {
		if i > 0 {
			offsets[i] = offsets[i-1] + p.distance(cells[i-1], c)
		}
		w := want(c)
		b := block{(w.y - float64(offsets[i])) * w.weight, w.weight, 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].at() >= b.at() {
			last := blocks[len(blocks)-1]
			b = block{b.sum + last.sum, b.weight + last.weight, b.cells + last.cells}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		for range b.cells {
			p.cells[cells[i]].y = int(math.Round(b.at())) + offsets[i]
			i++
		}
	}
}
