package layout

import "math"

// straighten gives long lines as few bends as the cells beside them allow: in
// place of a step in each column they go level as far as they can.
func (p *placement) straighten() {
	for _, edge := range p.edges {
		chain := p.chains[edge]
		if len(chain) < 2 {
			continue
		}
		first := p.cells[chain[0]].left[0]
		y := p.cells[first.cell].y + first.other
		for i := 0; i < len(chain); {
			low, high := p.room(chain[i])
			next := i + 1
			for ; next < len(chain); next++ {
				l, h := p.room(chain[next])
				if max(low, l) > min(high, h) {
					break
				}
				low, high = max(low, l), min(high, h)
			}
			y = min(max(y, low), high)
			if next == len(chain) {
				y = p.towards(chain[len(chain)-1], y, low, high)
			}
			for _, c := range chain[i:next] {
				p.cells[c].y = y
			}
			i = next
		}
	}
}

// towards is the height of a line's last level piece: its end's where that
// makes one bend fewer.
func (p *placement) towards(last, y, low, high int) int {
	link := p.cells[last].right[0]
	end := p.cells[link.cell].y + link.other
	if low <= end && end <= high {
		return end
	}
	return y
}

// room is between which heights a cell can be.
func (p *placement) room(c int) (low, high int) {
	low, high = math.MinInt32, math.MaxInt32
	cells, row := p.columns[p.cells[c].column], p.cells[c].row
	if row > 0 {
		low = p.cells[cells[row-1]].y + p.distance(cells[row-1], c)
	}
	if row+1 < len(cells) {
		high = p.cells[cells[row+1]].y - p.distance(c, cells[row+1])
	}
	return low, high
}
