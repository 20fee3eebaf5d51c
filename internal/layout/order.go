package layout

import (
	"cmp"
	"slices"
)

// sweeps is how often the columns are ordered, from the left and from the right
// in turn.
const sweeps = 24

// order orders the cells of each column so that few lines cross.
func (p *placement) order() {
	best, fewest := p.rows(), p.crossings()
	for sweep := 0; sweep < sweeps && fewest > 0; sweep++ {
		rightwards := sweep%2 == 0
		for i := range p.columns {
			if !rightwards {
				i = len(p.columns) - 1 - i
			}
			p.byBarycenter(i, rightwards)
		}
		p.transpose()
		if n := p.crossings(); n < fewest {
			best, fewest = p.rows(), n
		}
	}
	for i, cells := range best {
		p.set(i, cells)
	}
}

// rows is a copy of the order.
func (p *placement) rows() [][]int {
	all := make([][]int, len(p.columns))
	for i, cells := range p.columns {
		all[i] = slices.Clone(cells)
	}
	return all
}

func (p *placement) set(column int, cells []int) {
	p.columns[column] = cells
	for row, c := range cells {
		p.cells[c].row = row
	}
}

// neighbours are a cell's links to one side.
func (p *placement) neighbours(c int, left bool) []link {
	if left {
		return p.cells[c].left
	}
	return p.cells[c].right
}

// byBarycenter orders a column by the mean row of what its cells are connected
// with on one side. A cell without connections there keeps its row.
func (p *placement) byBarycenter(column int, left bool) {
	center := map[int]float64{}
	for _, c := range p.columns[column] {
		links := p.neighbours(c, left)
		if len(links) == 0 {
			center[c] = float64(p.cells[c].row)
			continue
		}
		sum := 0.0
		for _, l := range links {
			sum += p.height(l)
		}
		center[c] = sum / float64(len(links))
	}
	cells := slices.Clone(p.columns[column])
	slices.SortStableFunc(cells, func(a, b int) int { return cmp.Compare(center[a], center[b]) })
	p.set(column, cells)
}

// height is where a link ends: its cell's row, and a fraction of one for the
// place in a box that it is attached to.
func (p *placement) height(l link) float64 {
	other := p.cells[l.cell]
	if other.height == 0 {
		return float64(other.row)
	}
	return float64(other.row) + float64(l.other)/float64(2*other.height)
}

// transpose swaps neighbours of a column as long as that saves crossings.
func (p *placement) transpose() {
	for improved := true; improved; {
		improved = false
		for column, cells := range p.columns {
			for i := 0; i+1 < len(cells); i++ {
				a, b := cells[i], cells[i+1]
				if p.between(b, a) < p.between(a, b) {
					cells[i], cells[i+1] = b, a
					improved = true
				}
			}
			p.set(column, cells)
		}
	}
}

// between counts the crossings of the lines of two cells, the first above the
// second.
func (p *placement) between(above, below int) int {
	n := 0
	for _, left := range [...]bool{true, false} {
		for _, a := range p.neighbours(above, left) {
			for _, b := range p.neighbours(below, left) {
				if p.height(a) > p.height(b) {
					n++
				}
			}
		}
	}
	return n
}

// crossings counts those of all lines.
func (p *placement) crossings() int {
	n := 0
	for _, cells := range p.columns {
		var ends []float64
		for _, c := range cells {
			links := slices.Clone(p.cells[c].right)
			slices.SortStableFunc(links, func(a, b link) int {
				return cmp.Or(cmp.Compare(a.own, b.own), cmp.Compare(p.height(a), p.height(b)))
			})
			for _, l := range links {
				ends = append(ends, p.height(l))
			}
		}
		n += inversions(ends)
	}
	return n
}

// inversions counts the pairs that are not in order, by a merge sort.
func inversions(values []float64) int {
	if len(values) < 2 {
		return 0
	}
	a, b := slices.Clone(values[:len(values)/2]), slices.Clone(values[len(values)/2:])
	n := inversions(a) + inversions(b)
	for i := range values {
		if len(b) == 0 || len(a) > 0 && a[0] <= b[0] {
			values[i], a = a[0], a[1:]
			continue
		}
		n += len(a)
		values[i], b = b[0], b[1:]
	}
	return n
}
